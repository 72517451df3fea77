"""Reading all customers of a brand, some thousand at a time, to be counted and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from consent.standing import Standing
from storage import schema
from storage.database import Database
from storage.rows import blocks_of, record_of

#: Customers read at once.
PAGE = 2_000
#: What stands of one customer, and the channels to them that a provider blocks.
Held = tuple[Standing, frozenset[str]]


class SqlCrowd:
    """`marketing.audience.Crowd` on a database."""

    def __init__(self, database: Database, *, page: int = PAGE) -> None:
        """Read beside the ledger."""
        self._database = database
        self._page = page

    async def standings(self, brand: str) -> AsyncIterator[tuple[Held, ...]]:
        """Yield what stands of every customer, without saying who they are.

        Whoever was forgotten, or joined to another customer, is not among them.

        :raises StoreUnavailable: they cannot all be read.
        """
        after, more = "", True
        while more:
            read = partial(_read, brand, after, self._page)
            rows, ids = await self._database.read(read)
            # Not on the loop: whoever is answered meanwhile must not wait for the count.
            yield await asyncio.to_thread(_opened, rows)
            more = len(ids) == self._page
            after = ids[-1] if ids else after


def _read(
    brand: str, after: str, page: int, connection: Connection
) -> tuple[Sequence[Row[Any]], Sequence[str]]:
    """Read the next customers: the rows of what stands of them, and who they are, in order."""
    c, s = schema.customers, schema.standing
    counted = and_(
        c.c.customer_id > after,
        c.c.brand == brand,
        c.c.wrapped_key.is_not(None),
        c.c.joined_to.is_(None),
    )
    ids = connection.execute(
        select(c.c.customer_id).where(counted).order_by(c.c.customer_id).limit(page)
    )
    found = ids.scalars().all()
    if not found:
        return (), found
    columns = (s.c.customer_id, c.c.blocks, s.c.kind, s.c.subject, s.c.record)
    query: Select[Any] = (
        select(*columns)
        .select_from(c.join(s, s.c.customer_id == c.c.customer_id))
        .where(counted, c.c.customer_id <= found[-1])
        .order_by(s.c.customer_id)
    )
    return connection.execute(query).all(), found


def _opened(rows: Sequence[Row[Any]]) -> tuple[Held, ...]:
    found: list[Held] = []
    for _, group in groupby(rows, key=lambda row: row.customer_id):
        mine = list(group)
        standing = Standing(dict(record_of(row) for row in mine))
        found.append((standing, frozenset(blocks_of(mine[0].blocks))))
    return tuple(found)
