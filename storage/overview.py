"""How many customers said what, by day, week and door: counted by the database in one go.

A plain reading of the ledger, with no second copy that could differ from it. It costs as much as
the ledger is long, so whoever asks keeps the answer for a while (`marketing.overview`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, func, select

from consent.decisions import Action, Kind
from storage import schema
from storage.database import Database
from storage.local_days import local_day
from storage.moments import to_store

_FIRST = date(1970, 1, 1)
#: By the first day of a step, and by door: how many customers said what.
ByStep = dict[tuple[date, Action], int]
ByDoor = dict[tuple[str, Action], int]


class SqlTallies:
    """`marketing.overview.Tallies` on a database."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        """Count days as they are in this zone."""
        self._database = database
        self._zone = zone

    async def tally(
        self, brand: str, actions: Sequence[Action], steps: Sequence[date], now: datetime
    ) -> tuple[ByStep, ByDoor]:
        """See `marketing.overview.Tallies.tally`."""
        return await self._database.read(partial(self._tally, brand, actions, steps, now))

    def _tally(
        self,
        brand: str,
        actions: Sequence[Action],
        steps: Sequence[date],
        now: datetime,
        connection: Connection,
    ) -> tuple[ByStep, ByDoor]:
        table, first = schema.decisions, steps[0]
        since = datetime.combine(first, time(), tzinfo=self._zone).astimezone(UTC)
        counted = and_(
            table.c.brand == brand,
            table.c.kind == Kind.PURPOSE.value,
            table.c.action.in_([action.value for action in actions]),
            table.c.said_at >= to_store(since),
            table.c.said_at <= to_store(now),
        )
        day = local_day(table.c.said_at, self._zone, since, now)
        length = (steps[1] - first).days
        step = (day - (first - _FIRST).days) // length
        by_step = connection.execute(_counts(step, counted)).all()
        by_door = connection.execute(_counts(table.c.door, counted)).all()
        return (
            {(_day(first, x.by, length), Action(x.action)): x.customers for x in by_step},
            {(x.by, Action(x.action)): x.customers for x in by_door},
        )


def _counts(by: ColumnElement[Any], counted: ColumnElement[bool]) -> Select[Any]:
    """Return the question how many customers there are: each once, however much they said."""
    table = schema.decisions
    # In a query of its own: two databases must see the same expression in both places.
    said = select(by.label("by"), table.c.action, table.c.customer_id).where(counted).subquery()
    customers = func.count(distinct(said.c.customer_id)).label("customers")
    return select(said.c.by, said.c.action, customers).group_by(said.c.by, said.c.action)


def _day(first: date, step: int, length: int) -> date:
    return first + timedelta(days=int(step) * length)
