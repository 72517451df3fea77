"""Giving decisions their place in the change feed: one process does it at a time.

A decision waits in the outbox, written in its own transaction, until the relay gives it a
position. That is after its commit, however late: no reader has gone past it. Of one customer's
transactions each begins to write after the one before has committed, so what the relay sees of a
chain has no gaps, and it hands it on in the order of the chain.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Update, bindparam, func, select

from consent.delivery import Outcome
from consent.feed import FEED
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.writes import insert_into

_log = logging.getLogger("consent.feed")

#: Rows of the outbox that are handed on in one transaction.
MOST = 250
#: For so long the others leave the work to whoever did it last.
LEASE = timedelta(seconds=3)
_COLUMNS = ("customer_id", "outgoing_id", "brand", "kind", "sealed_payload", "created_at")


class FeedRelay:
    """Gives positions to what waits; of several processes one at a time."""

    def __init__(self, database: Database, brands: Sequence[str], holder: str) -> None:
        """Serve these brands.

        :param holder: names this process and no other.
        """
        self._database = database
        self._brands = tuple(brands)
        self._holder = holder

    async def move(self, now: datetime) -> int:
        """Hand on what waits now, oldest first; return how many decisions that were.

        :returns: 0 too where another process is at it.
        :raises StoreUnavailable: nothing was handed on, or all of it.
        """
        if not await self._database.read(partial(self._may, now)):
            return 0
        return await self._database.write(partial(self._move, now))

    async def release(self) -> None:
        """Leave the work to others at once.

        :raises StoreUnavailable: they will wait until the lease is over.
        """
        table = schema.leases
        mine = (table.c.name == FEED) & (table.c.holder == self._holder)
        await self._database.write(lambda c: c.execute(table.delete().where(mine)))

    def _may(self, now: datetime, connection: Connection) -> bool:
        """Say whether there is anything to do, and it is ours; a look that locks nothing."""
        query = select(schema.outbox.c.kind).where(_waits(*self._brands)).limit(1)
        if connection.execute(query).first() is None:
            return False
        lease = schema.leases
        taken = select(lease.c.holder).where(lease.c.name == FEED, ~_is_free(self._holder, now))
        return connection.execute(taken).first() is None

    def _move(self, now: datetime, connection: Connection) -> int:
        # Held until the commit: whoever was slow finds out before it reads the last position.
        if not _take(connection, self._holder, now):
            return 0
        waiting = [row for brand in self._brands for row in _waiting(connection, brand)]
        newest = connection.execute(select(func.max(schema.feed.c.position))).scalar() or 0
        entries = [
            {
                "position": newest + number,
                "brand": row.brand,
                "customer_id": row.customer_id,
                "event_id": event_id,
                "event": str(event, "utf-8"),
                "entered_at": to_store(now),
            }
            for number, (row, event_id, event) in enumerate(_events(connection, waiting, now), 1)
        ]
        if entries:
            connection.execute(schema.feed.insert(), entries)
        if waiting:
            _settle(connection, waiting, now)
        return len(entries)


def _is_free(holder: str, now: datetime) -> ColumnElement[bool]:
    """Tell a lease that this holder may take."""
    until = schema.leases.c.until
    # One that ends later than any lease was taken before the clock was set back.
    is_over = (until <= to_store(now)) | (until > to_store(now + 2 * LEASE))
    return is_over | (schema.leases.c.holder == holder)


def _take(connection: Connection, holder: str, now: datetime) -> bool:
    row = {"name": FEED, "holder": holder, "until": to_store(now + LEASE)}
    insert = insert_into(connection, schema.leases).values(row)
    values = {"holder": insert.excluded.holder, "until": insert.excluded.until}
    take = insert.on_conflict_do_update(
        index_elements=["name"], set_=values, where=_is_free(holder, now)
    )
    return connection.execute(take).rowcount == 1


def _waits(*brands: str) -> ColumnElement[bool]:
    table = schema.outbox
    return table.c.brand.in_(brands) & (table.c.kind == FEED) & table.c.sent_at.is_(None)


def _waiting(connection: Connection, brand: str) -> list[Row[Any]]:
    """Return what of a brand has waited longest, of each customer in the order of the chain."""
    table = schema.outbox
    columns = [table.c[name] for name in _COLUMNS]
    oldest = select(*columns).where(_waits(brand)).order_by(table.c.created_at).limit(MOST)
    rows = list(connection.execute(oldest))
    if len(rows) == MOST:
        # Clocks differ: what comes earlier in a chain may seem younger, and be left out.
        owners = table.c.customer_id.in_({row.customer_id for row in rows})
        whole = select(*columns).where(owners, table.c.sent_at.is_(None))
        found = [r for r in connection.execute(whole) if r.kind == FEED]
        rows = sorted(found, key=lambda row: int(row.created_at))
    chains: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row.outgoing_id), reverse=True):
        chains[row.customer_id].append(row)
    return [chains[row.customer_id].pop() for row in rows]


def _events(
    connection: Connection, rows: Sequence[Row[Any]], now: datetime
) -> list[tuple[Row[Any], str, msgspec.Raw]]:
    found: list[tuple[Row[Any], str, msgspec.Raw]] = []
    for row in rows:
        try:
            events = msgspec.json.decode(row.sealed_payload, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            # One that nobody can read must not keep the others waiting; it stays to be looked at.
            _log.critical("decisions are missing in the feed: customer %s", row.customer_id)
            _set_aside(connection, row, now)
            continue
        found += [(row, event_id, event) for event_id, event in events.items()]
    return found


def _set_aside(connection: Connection, row: Row[Any], now: datetime) -> None:
    values = {"sent_at": to_store(now), "outcome": Outcome.REFUSED.value}
    named = {"customer": row.customer_id, "outgoing": row.outgoing_id}
    connection.execute(_one().values(values), named)


def _settle(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Note that these have gone; what they said is in the feed, word for word."""
    values = {"sent_at": to_store(now), "outcome": Outcome.SENT.value, "sealed_payload": b""}
    named = [{"customer": row.customer_id, "outgoing": row.outgoing_id} for row in rows]
    connection.execute(_one().values(values), named)


def _one() -> Update:
    table = schema.outbox
    return table.update().where(
        table.c.customer_id == bindparam("customer"),
        table.c.outgoing_id == bindparam("outgoing"),
        # Not what was set aside.
        table.c.sent_at.is_(None),
    )
