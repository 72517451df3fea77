"""What must leave the house, on a database: claimed for a minute, settled when sent.

A worker that dies with a claim loses it by the clock; what it had sent already may then be sent
twice, but nothing is ever lost.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from consent.decisions import CustomerId
from consent.errors import SealBroken
from consent.ports import Address, Outgoing
from storage import schema
from storage.database import Database
from storage.moments import from_store, to_store
from storage.rows import open_outgoing
from storage.vault import Vault

_log = logging.getLogger("consent.outbox")

_CLAIM = timedelta(minutes=1)
_MOST = 100


class SqlOutbox:
    """`consent.ports.Outbox` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Serve what the ledger of the same database has queued."""
        self._database = database
        self._vault = vault

    async def claim(self, kind: str, brand: str, now: datetime) -> tuple[Outgoing, ...]:
        """See `consent.ports.Outbox.claim`."""
        return await self._database.write(partial(self._claim, kind, brand, now))

    async def settle(self, outgoing: Outgoing, at: datetime) -> None:
        """See `consent.ports.Outbox.settle`."""
        table = schema.outbox
        change = table.update().where(table.c.outgoing_id == outgoing.id)
        await self._database.write(lambda c: c.execute(change.values(sent_at=to_store(at))))

    async def note_reach(self, brand: str, address: Address, since: datetime | None) -> None:
        """See `consent.ports.Outbox.note_reach`."""
        table = schema.addresses
        digest = self._vault.address_hash(brand, address)
        change = table.update().where(table.c.address_hash == digest)
        values = {"unreachable_since": to_store(since)}
        await self._database.write(lambda c: c.execute(change.values(values)))

    def _claim(
        self, kind: str, brand: str, now: datetime, connection: Connection
    ) -> tuple[Outgoing, ...]:
        table, owners = schema.outbox, schema.customers
        at = to_store(now)
        waiting = (
            select(table, owners.c.wrapped_key)
            .join(owners, owners.c.customer_id == table.c.customer_id)
            .where(table.c.brand == brand, table.c.kind == kind, table.c.sent_at.is_(None))
            .where(table.c.claimed_until < at)
            .where(table.c.not_after.is_(None) | (table.c.not_after > at))
            .where(owners.c.wrapped_key.is_not(None))
            .order_by(table.c.created_at)
            .limit(_MOST)
            .with_for_update(of=table, skip_locked=True)
        )
        rows = connection.execute(waiting).all()
        if rows:
            mine = table.c.outgoing_id.in_([row.outgoing_id for row in rows])
            claim = table.update().where(mine).values(claimed_until=to_store(now + _CLAIM))
            connection.execute(claim)
        return tuple(found for row in rows if (found := self._open(row)))

    def _open(self, row: Row[Any]) -> Outgoing | None:
        try:
            return self._opened(row)
        except (SealBroken, msgspec.DecodeError):
            # One that nobody can read must not keep the others waiting.
            _log.exception("an outgoing message cannot be read: %s", row.outgoing_id)
            return None

    def _opened(self, row: Row[Any]) -> Outgoing:
        seal = self._vault.data_key(CustomerId(row.customer_id), row.wrapped_key)
        to, payload = open_outgoing(row.sealed_payload, seal, row.outgoing_id)
        return Outgoing(
            id=row.outgoing_id,
            brand=row.brand,
            kind=row.kind,
            to=to,
            payload=payload,
            not_after=from_store(row.not_after),
        )
