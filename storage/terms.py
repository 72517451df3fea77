"""Telling other systems what the clock has done: consents that ran out, pauses that are over.

States are evaluated whenever they are read; this only writes an event for the feed, once each. One
process at a time goes through the customers whom it can concern, some at a time; whoever takes
over goes on where it stopped, since the place stands in the lease.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from consent.decisions import CustomerId, Kind
from consent.feed import FEED, Happening, happening_event
from consent.standing import Standing
from consent.states import Lens
from consent.terms import passed
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.queries import standing_of
from storage.writes import happening_row, upsert

_LEASE = "terms"
#: Standing records that are looked at in one transaction.
PORTION = 500
#: For so long the work is a process's own; and between two rounds nobody begins.
LEASE, REST = timedelta(seconds=30), timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one step of the sweep did."""

    #: Events that were written.
    told: int = 0
    #: There is more to look at now.
    more: bool = False


_NOTHING = Portion()


class TermSweep:
    """Goes through all customers again and again; of several processes one at a time."""

    def __init__(
        self, database: Database, lens: Callable[[str, datetime], Lens], holder: str
    ) -> None:
        """Sweep a database.

        :param lens: reads a standing of a brand at a moment.
        :param holder: names this process and no other; a word.
        """
        self._database, self._lens, self._holder = database, lens, holder

    async def step(self, now: datetime) -> Portion:
        """Look at the next customers, if it is time and the work is ours.

        :raises StoreUnavailable: nothing was written; it is done another time.
        """
        if not await self._database.read(partial(self._may, now)):
            return _NOTHING
        return await self._database.write(partial(self._step, now))

    async def release(self, now: datetime) -> None:
        """Leave the work to others at once.

        :raises StoreUnavailable: they will wait until the lease is over.
        """
        await self._database.write(partial(self._let_go, now))

    def _may(self, now: datetime, connection: Connection) -> bool:
        return _is_free(_lease(connection), self._holder, now)

    def _step(self, now: datetime, connection: Connection) -> Portion:
        lease = _lease(connection, lock=True)
        if not _is_free(lease, self._holder, now):
            return _NOTHING
        after = _place(lease)
        rows = connection.execute(_concerned(after)).all()
        told = sum(self._tell(CustomerId(x), now, connection) for x in _each_once(rows))
        more = len(rows) == PORTION
        place = rows[-1].customer_id if more else ""
        until = now + (LEASE if more else REST)
        _take(connection, self._holder if more else "", place, until)
        return Portion(told=told, more=more)

    def _tell(self, customer: CustomerId, now: datetime, connection: Connection) -> int:
        """Write what has passed for a customer and was not told yet; return how much."""
        table = schema.customers
        mine = table.c.customer_id == customer
        living = mine & table.c.joined_to.is_(None)
        owner = connection.execute(select(table.c.brand).where(living)).first()
        if owner is None:
            return 0
        if not self._untold(owner.brand, customer, now, connection):
            return 0
        # A withdrawal that is being written is read first, or comes after the event.
        held = select(table.c.length).where(living).with_for_update()
        length = connection.execute(held).scalar_one_or_none()
        if length is None:
            return 0
        fresh = self._untold(owner.brand, customer, now, connection)
        rows = [happening_row(one, length, to_store(now)) for one in fresh]
        if rows:
            connection.execute(schema.outbox.insert(), rows)
        return len(rows)

    def _untold(
        self, brand: str, customer: CustomerId, now: datetime, connection: Connection
    ) -> list[Happening]:
        standing = standing_of(connection, customer)
        happenings = self._happenings(brand, customer, standing, now)
        if not happenings:
            return []
        table = schema.outbox
        names = select(table.c.outgoing_id).where(
            table.c.customer_id == customer, table.c.outgoing_id.like(f"{FEED}-_________-%")
        )
        # What happened is named after the chain's length then, which may have grown since.
        known = {name.split("-", 2)[2] for name in connection.execute(names).scalars()}
        return [one for one in happenings if happening_event(one)["id"] not in known]

    def _happenings(
        self, brand: str, customer: CustomerId, standing: Standing, now: datetime
    ) -> list[Happening]:
        return [
            Happening(
                brand=brand,
                customer=customer,
                action=found.what,
                kind=Kind.PURPOSE.value,
                id=found.purpose,
                at=found.at,
            )
            for found in passed(standing, self._lens(brand, now))
        ]

    def _let_go(self, now: datetime, connection: Connection) -> None:
        lease = _lease(connection, lock=True)
        if lease is not None and lease.holder.partition(" ")[0] == self._holder:
            _take(connection, "", _place(lease), now)


def _concerned(after: str) -> Select[Any]:
    """Return a query for those whose service has ended, or who have paused something."""
    table = schema.standing
    left = (table.c.kind == Kind.SERVICE.value) & table.c.record.contains('"ended"')
    paused = (table.c.kind == Kind.PURPOSE.value) & table.c.record.contains('"paused":{')
    found = select(table.c.customer_id).where(table.c.customer_id > after)
    return found.where(or_(left, paused)).order_by(table.c.customer_id).limit(PORTION)


def _lease(connection: Connection, *, lock: bool = False) -> Row[Any] | None:
    query = select(schema.leases).where(schema.leases.c.name == _LEASE)
    return connection.execute(query.with_for_update() if lock else query).first()


def _is_free(lease: Row[Any] | None, holder: str, now: datetime) -> bool:
    """Say whether this holder may go on, or begin a round."""
    if lease is None or lease.until <= to_store(now):
        return True
    # One that ends later than any could was taken before the clock was set back.
    is_mine = str(lease.holder).partition(" ")[0] == holder
    return is_mine or int(lease.until) > to_store(now + 2 * REST)


def _place(lease: Row[Any] | None) -> str:
    """Return up to which customer the round has come."""
    return str(lease.holder.partition(" ")[2]) if lease is not None else ""


def _take(connection: Connection, holder: str, place: str, until: datetime) -> None:
    row = {"name": _LEASE, "holder": f"{holder} {place}", "until": to_store(until)}
    upsert(connection, schema.leases, [row])


def _each_once(rows: Collection[Row[Any]]) -> list[str]:
    return list(dict.fromkeys(row.customer_id for row in rows))
