"""The change feed on a database, as other systems read it: in the order of its positions.

Positions are given by `storage.relay`. Whoever is shown decisions is noted with each customer.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec
from sqlalchemy import Connection, func, select

from consent.decisions import CustomerId
from consent.errors import SealBroken
from consent.feed import Entry, with_numbers
from consent.ports import AddressKind
from storage import schema
from storage.database import Database
from storage.ids import uuid7
from storage.moments import to_store
from storage.vault import Vault

_log = logging.getLogger("consent.feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who reads which part of the feed."""

    brand: str
    #: The position read up to.
    after: int
    limit: int
    #: As the customer gets to know them (law 9).
    viewer: str
    at: datetime


class SqlFeed:
    """The feed as other systems read it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Read beside the ledger."""
        self._database = database
        self._vault = vault

    async def read(self, reading: Reading) -> tuple[Entry, ...]:
        """Return what comes next, once it is noted for each customer who was told what.

        :raises StoreUnavailable: nothing is shown.
        """
        show = partial(shown, self._vault, reading.brand, reading.after, reading.limit)
        entries = await self._database.read(show)
        if entries:
            await self._database.write(partial(note_looks, entries, reading.viewer, reading.at))
        return entries

    async def end(self, brand: str) -> int:
        """Return a brand's newest position.

        :raises StoreUnavailable: it cannot be read.
        """
        return await self._database.read(partial(end_of, brand))


def end_of(brand: str, connection: Connection) -> int:
    """Read a brand's newest position."""
    table = schema.feed
    query = select(func.max(table.c.position)).where(table.c.brand == brand)
    return int(connection.execute(query).scalar() or 0)


def shown(
    vault: Vault, brand: str, after: int, limit: int, connection: Connection
) -> tuple[Entry, ...]:
    """Read what a brand's systems are shown after a position, with numbers."""
    table = schema.feed
    query = select(table.c.position, table.c.customer_id, table.c.event)
    mine = query.where(table.c.brand == brand, table.c.position > after)
    rows = connection.execute(mine.order_by(table.c.position).limit(limit)).all()
    numbers = _numbers(vault, {row.customer_id for row in rows}, connection)
    return tuple(
        Entry(
            position=row.position,
            customer=row.customer_id,
            event=with_numbers(msgspec.json.decode(row.event), numbers[row.customer_id]),
        )
        for row in rows
    )


def _numbers(vault: Vault, customers: set[str], connection: Connection) -> dict[str, list[str]]:
    """Read by which numbers customers are reached now; of those forgotten there are none."""
    table, owners = schema.addresses, schema.customers
    query = (
        select(table, owners.c.wrapped_key)
        .join(owners, owners.c.customer_id == table.c.customer_id)
        .where(table.c.customer_id.in_(customers), table.c.kind == AddressKind.MSISDN.value)
        .where(owners.c.wrapped_key.is_not(None))
        .order_by(table.c.proven_at)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query) if customers else ():
        try:
            seal = vault.data_key(CustomerId(row.customer_id), row.wrapped_key)
            number = seal.open(row.sealed_address, f"address:{row.address_hash}").decode()
        except SealBroken:
            # One that does not open must not keep the others waiting.
            _log.exception("a number cannot be read: customer %s", row.customer_id)
            continue
        found[row.customer_id].append(number)
    return found


def note_looks(
    entries: Sequence[Entry], viewer: str, at: datetime, connection: Connection
) -> None:
    """Note in each customer's read log that their decisions were shown: a row each (law 9)."""
    counts = Counter(entry.customer for entry in entries)
    rows = [
        {
            "customer_id": customer,
            "look_id": uuid7(at),
            "at": to_store(at),
            "viewer": viewer,
            "reason_of_look": "feed",
            "question": "decisions",
            "answer": f"{number} decision{'s' if number > 1 else ''}",
        }
        for customer, number in counts.items()
    ]
    connection.execute(schema.read_log.insert(), rows)
