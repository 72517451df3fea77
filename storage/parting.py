"""Parting an account from a number that another account has just proven (one account a number).

The account becomes nobody's again: it keeps its language and what it was answered itself, so
that a message delivered twice stays one message; it keeps nothing of the customer.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from consent.dialogue.session import Session
from consent.ports import Address, AddressKind, Displaced, Inbound
from storage import schema
from storage.answers import called_back
from storage.customers import add_customer
from storage.gathered_rows import GatheredRows
from storage.keys import wrapping_root
from storage.moments import to_store
from storage.moving import Owner, forget, move_replies, of_address, session_of
from storage.rows import close_session
from storage.vault import Vault


def part_others(
    connection: Connection, vault: Vault, inbound: Inbound, owner: Owner, digest: str
) -> tuple[Displaced, ...]:
    """Part every other account of the sender's kind from `owner`; return whom to tell."""
    table = schema.addresses
    others = select(table).where(
        table.c.customer_id == owner[0],
        table.c.kind == inbound.address.kind.value,
        table.c.address_hash != digest,
    )
    return tuple(
        _part(connection, vault, inbound, owner, row) for row in connection.execute(others).all()
    )


def _part(
    connection: Connection, vault: Vault, inbound: Inbound, owner: Owner, row: Row[Any]
) -> Displaced:
    digest = row.address_hash
    account = owner[1].open(row.sealed_address, f"address:{digest}")
    with GatheredRows(connection) as rows:
        nobody = add_customer(rows, vault, inbound, wrapping_root(vault, connection))
    table = schema.addresses
    connection.execute(
        table.update()
        .where(table.c.address_hash == digest)
        .values(
            customer_id=nobody[0],
            sealed_address=nobody[1].close(account, f"address:{digest}"),
            proof_kind="none",
            proof_level=0,
            proven_at=to_store(inbound.received_at),
        )
    )
    called_back(digest, owner[0], to_store(inbound.received_at), connection)
    move_replies(connection, digest, owner, nobody)
    language = _begin_anew(connection, digest, owner, nobody)
    address = Address(AddressKind(row.kind), account.decode())
    return Displaced(address=address, language=language)


def _begin_anew(connection: Connection, digest: str, old: Owner, new: Owner) -> str | None:
    """Leave of the conversation its language; return that."""
    table, language = schema.sessions, None
    for row in of_address(connection, table, digest, old[0]):
        before = session_of(row, old) or Session()
        language = before.language
        fresh = Session(language=before.language, chosen=before.chosen, greeted=before.greeted)
        kept = row._asdict() | {
            "customer_id": new[0],
            "sealed_session": close_session(fresh, new[1], new[0]),
        }
        connection.execute(table.insert(), kept)
    forget(connection, table, digest, old[0])
    return language
