"""The feed's tests: who says what, in what order it is read, and what the store then holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, select

from consent.decisions import Decision
from consent.feed import Entry
from consent.ports import Address, AddressKind
from consent.replies import Option
from storage.database import Database
from storage.feed import Reading, SqlFeed
from storage.ledger import SqlLedger
from storage.relay import FeedRelay
from tests.store.stores import VAULT
from tests.store.test_ledger import CLOCK, STOP, desk, message

NOW = CLOCK.now()
BRANDS = ("lmt", "amigo")


def number(index: int) -> Address:
    """Return one of many numbers."""
    return Address(AddressKind.MSISDN, f"+3712{index:07}")


async def says(
    database: Database, message_id: str, who: int = 0, what: Option = STOP, *, brand: str = "lmt"
) -> None:
    """Let a customer say something by SMS; a STOP is two decisions."""
    said = replace(message(message_id, what), address=number(who), brand=brand)
    await desk(SqlLedger(database, VAULT)).handle(said)


def relay(database: Database, holder: str = "first") -> FeedRelay:
    """Return the relay of a process."""
    return FeedRelay(database, BRANDS, holder)


async def read(
    database: Database, after: int = 0, *, brand: str = "lmt", limit: int = 500
) -> tuple[Entry, ...]:
    """Read the feed as a campaign tool does."""
    reading = Reading(brand=brand, after=after, limit=limit, viewer="system:tool", at=NOW)
    return await SqlFeed(database, VAULT).read(reading)


async def history(database: Database, who: int = 0, *, brand: str = "lmt") -> list[Decision]:
    """Return a customer's decisions in the order of their chain."""
    ledger = SqlLedger(database, VAULT)
    customer = await ledger.customer_of(brand, number(who))
    assert customer is not None
    return list(await ledger.history(customer))


async def rows(database: Database, table: Table) -> list[Row[Any]]:
    """Return all rows of a table."""
    return list(await database.read(lambda c: c.execute(select(table)).all()))


def ids_by_customer(entries: tuple[Entry, ...]) -> dict[str, list[str]]:
    """Return what was read of each customer, in that order."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        found.setdefault(entry.customer, []).append(entry.id)
    return found
