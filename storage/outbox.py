"""What must leave the house, on a database: claimed for a minute, settled when sent.

A worker that dies with a claim loses it by the clock. Who must not send twice notes the departure
first: what has departed is claimed no more, even if the worker died before it could tell.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, Update, select

from consent.decisions import CustomerId
from consent.delivery import Outcome
from consent.errors import SealBroken
from consent.ports import Address, Outgoing
from storage import schema
from storage.answers import carried
from storage.database import Database
from storage.moments import from_store, to_store
from storage.reach import block, note_reach
from storage.rows import open_outgoing
from storage.vault import Vault

_log = logging.getLogger("consent.outbox")

_CLAIM = timedelta(minutes=1)
#: No honest claim or pause lies further ahead.
_FARTHEST = timedelta(hours=1)
_MOST = 100


class SqlOutbox:
    """`consent.delivery.Outbox` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Serve what the ledger of the same database has queued."""
        self._database = database
        self._vault = vault

    async def claim(self, kind: str, brand: str, now: datetime) -> tuple[Outgoing, ...]:
        """See `consent.delivery.Outbox.claim`."""
        return await self._database.write(partial(self._claim, kind, brand, now))

    async def depart(self, outgoing: Outgoing, at: datetime) -> bool:
        """See `consent.delivery.Outbox.depart`."""
        change = _waiting(outgoing).values(departed_at=to_store(at))
        return await self._database.write(lambda c: c.execute(change).rowcount) == 1

    async def put_back(self, outgoing: Outgoing, until: datetime) -> None:
        """See `consent.delivery.Outbox.put_back`."""
        values = {"departed_at": None, "claimed_until": to_store(until)}
        change = _unsettled(outgoing).values(values)
        await self._database.write(lambda c: c.execute(change))

    async def settle(
        self, outgoing: Outgoing, at: datetime, outcome: Outcome = Outcome.SENT
    ) -> None:
        """See `consent.delivery.Outbox.settle`."""
        change = _unsettled(outgoing).values(sent_at=to_store(at), outcome=outcome.value)

        def write(connection: Connection) -> None:
            connection.execute(change)
            carried(outgoing, at, outcome, connection)

        await self._database.write(write)

    async def drop_late(self, kind: str, brand: str, now: datetime) -> tuple[Outgoing, ...]:
        """See `consent.delivery.Outbox.drop_late`."""
        return await self._database.write(partial(self._drop_late, kind, brand, now))

    async def note_reach(self, brand: str, address: Address, since: datetime | None) -> None:
        """See `consent.delivery.Outbox.note_reach`."""
        digest = self._vault.address_hash(brand, address)
        await self._database.write(partial(note_reach, digest, to_store(since)))

    async def note_block(self, brand: str, address: Address, channel: str, at: datetime) -> None:
        """See `consent.delivery.Outbox.note_block`."""
        digest = self._vault.address_hash(brand, address)
        await self._database.write(partial(block, digest, channel, to_store(at)))

    def _claim(
        self, kind: str, brand: str, now: datetime, connection: Connection
    ) -> tuple[Outgoing, ...]:
        table, at = schema.outbox, to_store(now)
        in_time = table.c.not_after.is_(None) | (table.c.not_after > at)
        # A claim from before the clock was set back would keep it waiting until it is too late.
        was_set_back = table.c.claimed_until > to_store(now + _FARTHEST)
        is_free = (table.c.claimed_until < at) | was_set_back
        waiting = _of(kind, brand).where(is_free, in_time)
        rows = connection.execute(waiting).all()
        _change(rows, {"claimed_until": to_store(now + _CLAIM)}, connection)
        return self._opened_of(rows)

    def _drop_late(
        self, kind: str, brand: str, now: datetime, connection: Connection
    ) -> tuple[Outgoing, ...]:
        at = to_store(now)
        rows = connection.execute(_of(kind, brand).where(schema.outbox.c.not_after <= at)).all()
        _change(rows, {"sent_at": at, "outcome": Outcome.LATE.value}, connection)
        return self._opened_of(rows)

    def _opened_of(self, rows: Sequence[Row[Any]]) -> tuple[Outgoing, ...]:
        return tuple(found for row in rows if (found := self._open(row)))

    def _open(self, row: Row[Any]) -> Outgoing | None:
        try:
            return self._opened(row)
        except (SealBroken, msgspec.DecodeError) as fault:
            # One that nobody can read must not keep the others waiting. No traceback: a decoder's
            # own words quote what it could not read.
            reason = type(fault).__name__
            _log.error("an outgoing message cannot be read: %s, %s", row.outgoing_id, reason)
            return None

    def _opened(self, row: Row[Any]) -> Outgoing:
        seal = self._vault.data_key(CustomerId(row.customer_id), row.wrapped_key)
        to, reply, answers = open_outgoing(row.sealed_payload, seal, row.outgoing_id)
        return Outgoing(
            id=row.outgoing_id,
            brand=row.brand,
            kind=row.kind,
            to=to,
            reply=reply,
            answers=answers,
            not_after=from_store(row.not_after),
        )


def _unsettled(outgoing: Outgoing) -> Update:
    table = schema.outbox
    return table.update().where(table.c.outgoing_id == outgoing.id, table.c.sent_at.is_(None))


def _waiting(outgoing: Outgoing) -> Update:
    return _unsettled(outgoing).where(schema.outbox.c.departed_at.is_(None))


def _of(kind: str, brand: str) -> Select[Any]:
    """Return a query for what has not left, oldest first, with what opens it."""
    table, owners = schema.outbox, schema.customers
    return (
        select(table, owners.c.wrapped_key)
        .join(owners, owners.c.customer_id == table.c.customer_id)
        .where(table.c.brand == brand, table.c.kind == kind, table.c.sent_at.is_(None))
        .where(table.c.departed_at.is_(None), owners.c.wrapped_key.is_not(None))
        .order_by(table.c.created_at)
        .limit(_MOST)
        .with_for_update(of=table, skip_locked=True)
    )


def _change(rows: Sequence[Row[Any]], values: dict[str, Any], connection: Connection) -> None:
    if rows:
        table = schema.outbox
        mine = table.c.outgoing_id.in_([row.outgoing_id for row in rows])
        connection.execute(table.update().where(mine).values(values))
