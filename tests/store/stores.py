"""A store on a database for the tests that look behind the ledger, and its messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, select

from consent.feed import FEED
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Option
from storage import schema
from storage.database import Database
from storage.ledger import SqlLedger
from storage.vault import Vault
from tests.store.test_ledger import NUMBER, message

VAULT = Vault(b"k" * 32)
OLD = Address(AddressKind.TELEGRAM, "4242")
NEW = Address(AddressKind.TELEGRAM, "777")
NOBODY = Proof(kind="none", level=0)


def in_chat(message_id: str, choice: Option, *, account: Address = OLD) -> Inbound:
    """Return a button pressed in a chat, which proves no number by itself."""
    return message(
        message_id, choice, door="telegram", address=account, form=Form.CHAT, proof=NOBODY
    )


def share(message_id: str, *, account: Address = OLD, number: Address = NUMBER) -> Inbound:
    """Return the contact that joins an account to a number."""
    shared = in_chat(message_id, Option(name="contact"), account=account)
    return replace(shared, contact=number, proof=Proof(kind="contact", level=1))


def sql_ledger(database: Database) -> SqlLedger:
    """Return the ledger of a database."""
    return SqlLedger(database, VAULT)


def rows(database: Database, table: Table) -> list[Row[Any]]:
    """Return all rows of a table."""
    return list(database.write_now(lambda c: c.execute(select(table)).all()))


def outgoing(database: Database) -> list[Row[Any]]:
    """Return what was to leave the house; decisions wait beside it, for the feed."""
    return [row for row in rows(database, schema.outbox) if row.kind != FEED]
