"""Rehearsing a batch on a scratch store: what would become of it, and nothing is changed.

What the batch is about is copied over first; what was rehearsed stays there, so that a row meets
what earlier rows of the same file would have left behind.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, select

from consent.batch_ports import Work
from consent.batches import Entry, Fate, Item, Joining, Naming
from storage import schema
from storage.batches import SqlBatches
from storage.database import Database
from storage.strangers import Prepared
from storage.writes import insert_new

_Copies = list[tuple[Table, list[dict[str, Any]]]]


class Rehearsal:
    """`consent.batch_ports.Batches` that leaves the real store as it is."""

    def __init__(self, real: SqlBatches, scratch: Database) -> None:
        """Rehearse on `scratch`, an empty store in its newest shape."""
        self._real = real.database
        self._vault = real.vault
        self._scratch = scratch
        self._batches = SqlBatches(scratch, real.vault)

    async def record(self, entries: Sequence[Item], work: Work) -> tuple[Fate, ...]:
        """See `consent.batch_ports.Batches.record`; nothing real is recorded."""
        digests = {self._vault.address_hash(e.brand, e.address) for e in entries}
        joined = [e for e in entries if isinstance(e, Joining)]
        digests |= {self._vault.address_hash(e.brand, e.other) for e in joined}
        named = [e for e in entries if isinstance(e, Entry | Naming)]
        digests |= {self._vault.address_hash(e.brand, n) for e in named for n in e.names}
        await self._bring(digests)
        return await self._batches.record(entries, work)

    async def record_strangers(self, prepared: Prepared) -> set[str]:
        """See `SqlBatches.record_strangers`; nothing real is recorded."""
        await self._bring({*prepared.digests, *prepared.names})
        return await self._batches.record_strangers(prepared)

    async def _bring(self, digests: set[str]) -> None:
        """Copy who has these, or had them, unless that was done before."""
        fresh = digests - await self._scratch.read(partial(_met, digests))
        copies = await self._real.read(partial(_copies, fresh))
        await self._scratch.write(partial(_lay_down, copies))


def _met(digests: Collection[str], connection: Connection) -> set[str]:
    """Return what has been copied or rehearsed already."""
    tables = (schema.addresses, schema.tombstones)
    columns = [table.c.address_hash for table in tables]
    queries = [select(column).where(column.in_(digests)) for column in columns]
    return {digest for query in queries for digest in connection.execute(query).scalars()}


def _copies(digests: Collection[str], connection: Connection) -> _Copies:
    found: _Copies = []
    customers: set[str] = set()
    for table in (schema.addresses, schema.tombstones):
        rows = connection.execute(select(table).where(table.c.address_hash.in_(digests)))
        found.append((table, [row._asdict() for row in rows]))
        customers |= {row["customer_id"] for row in found[-1][1]}
    # With all their addresses: a release asks what else they are found by.
    for table in (schema.customers, schema.addresses, schema.standing, schema.decisions):
        rows = connection.execute(select(table).where(table.c.customer_id.in_(customers)))
        found.append((table, [row._asdict() for row in rows]))
    return found


def _lay_down(copies: _Copies, connection: Connection) -> None:
    for table, rows in copies:
        insert_new(connection, table, rows)
