"""Where other systems want to be told of decisions, how far they have been, and what they missed.

A hook is worked at by one process at a time: taking it moves its next turn ahead, and only who
knows that moment can note what became of it. What was sent before the note was lost is sent again.
"""

from __future__ import annotations

import random
import secrets
from base64 import b64encode
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, Row, func, select

from consent.errors import SettingBroken
from consent.hooks import Fault, Hook, Shipment, checked_url, pause_after
from storage import schema
from storage.database import Database
from storage.feed import end_of, note_looks, shown
from storage.ids import uuid7
from storage.keys import wrapping_root
from storage.moments import from_store, to_store
from storage.vault import Vault
from storage.writes import upsert

#: Events that are handed out together.
WINDOW = 32
#: Longer than telling them may take: a process that died loses its claim by the clock.
CLAIM = timedelta(seconds=30)
#: No honest moment lies further ahead.
_FARTHEST = timedelta(hours=2)
#: Whatever a receiver asks for.
_LONGEST_REST = timedelta(hours=1)
_SECRET_BYTES = 32
_DICE = random.SystemRandom()


class SqlHooks:
    """Subscriptions on a database: a reference table, small."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep them beside the feed."""
        self._database = database
        self._vault = vault

    async def add(self, brand: str, url: str, at: datetime) -> tuple[str, str]:
        """Keep a subscription to what comes from now on; return its id and its secret.

        :raises SettingBroken: nothing may be sent to this URL.
        :raises StoreUnavailable: it was not kept.
        """
        hook, to = uuid7(at), checked_url(url)
        secret = f"whsec_{b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"
        row = {
            "hook_id": hook,
            "brand": brand,
            "url": to,
            "created_at": to_store(at),
            "next_at": to_store(at),
        }

        def insert(connection: Connection) -> None:
            root = wrapping_root(self._vault, connection)
            sealed = self._vault.strays.close(secret.encode(), f"hook:{hook}", root)
            more = {"sealed_secret": sealed, "position": end_of(brand, connection)}
            connection.execute(schema.hooks.insert(), row | more)

        await self._database.write(insert)
        return hook, secret

    async def all(self) -> tuple[Hook, ...]:
        """Return all subscriptions, oldest first.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(_hooks)

    async def remove(self, hook: str, at: datetime) -> bool:
        """End a subscription and forget its secret; say whether there was one to end.

        :raises StoreUnavailable: it goes on.
        """
        change = schema.hooks.update().where(_is(hook)).values(_removed(at))
        return await self._database.write(lambda c: c.execute(change).rowcount) == 1

    async def redeliver(self, hook: str, start: int | None, at: datetime) -> int | None:
        """Tell again everything from a position on, or else from the first that was missed.

        :returns: that position; none if there is no such hook, or it has missed nothing.
        :raises SettingBroken: it has not been told so far yet.
        :raises StoreUnavailable: nothing will be told again.
        """
        return await self._database.write(partial(_redeliver, hook, start, at))

    async def due(self, now: datetime) -> tuple[str, ...]:
        """Return the hooks that have something to be told and may be told now.

        :raises StoreUnavailable: they cannot be read.
        """
        hooks, feed = schema.hooks, schema.feed
        news = select(feed.c.position).where(
            feed.c.brand == hooks.c.brand, feed.c.position > hooks.c.position
        )
        query = select(hooks.c.hook_id).where(_is_due(now), news.exists())
        found = await self._database.read(lambda c: c.execute(query).scalars().all())
        return tuple(found)

    async def take(self, hook: str, now: datetime) -> Shipment | None:
        """Return what a hook is to be told next, noted for each customer (law 9).

        :returns: none if another process is at it, or there is nothing.
        :raises StoreUnavailable: nothing may be told.
        """
        return await self._database.write(partial(self._take, hook, now))

    def _take(self, hook: str, now: datetime, connection: Connection) -> Shipment | None:
        table, claim = schema.hooks, to_store(now + CLAIM)
        mine = table.update().where(_is(hook), _is_due(now)).values(next_at=claim)
        if connection.execute(mine).rowcount != 1:
            return None
        row = connection.execute(select(table).where(table.c.hook_id == hook)).one()
        # One that has failed is tried with a single event.
        window = 1 if row.attempts else WINDOW
        entries = shown(self._vault, row.brand, row.position, window, connection)
        if not entries:
            connection.execute(table.update().where(_is(hook)).values(next_at=to_store(now)))
            return None
        if not row.attempts:
            note_looks(entries, f"hook:{urlsplit(row.url).hostname}", now, connection)
        return Shipment(
            hook=hook,
            url=row.url,
            secret=self._vault.strays.open(row.sealed_secret, f"hook:{hook}").decode(),
            entries=entries,
            position=row.position,
            failures=row.attempts,
            claim=claim,
        )

    async def settle(
        self, shipment: Shipment, taken: int, fault: Fault | None, now: datetime
    ) -> bool:
        """Note how many of the events, from the first on, were taken, and what ended that.

        :returns: false if the hook was removed, set back or lost to another process meanwhile.
        :raises StoreUnavailable: what was taken will be told again.
        """
        return await self._database.write(partial(_settle, shipment, taken, fault, now))


def _settle(
    shipment: Shipment, taken: int, fault: Fault | None, now: datetime, connection: Connection
) -> bool:
    position = shipment.entries[taken - 1].position if taken else shipment.position
    failures = 0 if taken else shipment.failures
    values: dict[str, Any] = {"position": position, "attempts": failures, "next_at": to_store(now)}
    lost: int | None = None
    if fault and fault.is_gone:
        values |= _removed(now)
    elif fault:
        pause = pause_after(failures + 1)
        if pause is None:
            lost = shipment.entries[taken].position
            values |= {"position": lost, "attempts": 0}
        else:
            rest = max(_about(pause), min(fault.rest or timedelta(0), _LONGEST_REST))
            values |= {"attempts": failures + 1, "next_at": to_store(now + rest)}
    table = schema.hooks
    held = (table.c.next_at == shipment.claim) & (table.c.position == shipment.position)
    change = table.update().where(_is(shipment.hook), held).values(values)
    if connection.execute(change).rowcount != 1:
        return False
    if fault and lost is not None:
        letter = {"hook_id": shipment.hook, "position": lost}
        letter |= {"reason": fault.reason, "at": to_store(now)}
        upsert(connection, schema.dead_letters, [letter])
    return True


def _about(pause: timedelta) -> timedelta:
    """Return a pause that differs a little each time: receivers must not be called all at once."""
    return pause * _DICE.uniform(0.75, 1.25)


def _is(hook: str) -> ColumnElement[bool]:
    table = schema.hooks
    return (table.c.hook_id == hook) & table.c.removed_at.is_(None)


def _is_due(now: datetime) -> ColumnElement[bool]:
    next_at = schema.hooks.c.next_at
    # What lies further ahead was noted before the clock was set back.
    has_come = (next_at <= to_store(now)) | (next_at > to_store(now + _FARTHEST))
    return has_come & schema.hooks.c.removed_at.is_(None)


def _removed(at: datetime) -> dict[str, Any]:
    return {"removed_at": to_store(at), "sealed_secret": b""}


def _redeliver(hook: str, start: int | None, at: datetime, connection: Connection) -> int | None:
    table, letters = schema.hooks, schema.dead_letters
    query = select(table.c.position).where(_is(hook)).with_for_update()
    position = connection.execute(query).scalar()
    first = select(func.min(letters.c.position)).where(letters.c.hook_id == hook)
    begin = connection.execute(first).scalar() if start is None else start
    if position is None or begin is None:
        return None
    if not 0 < begin <= position:
        raise SettingBroken(f"the hook has been told from 1 to {position}, nothing else yet")
    values = {"position": begin - 1, "attempts": 0, "next_at": to_store(at)}
    connection.execute(table.update().where(_is(hook)).values(values))
    again = (letters.c.hook_id == hook) & (letters.c.position >= begin)
    connection.execute(letters.delete().where(again))
    return int(begin)


def _hooks(connection: Connection) -> tuple[Hook, ...]:
    table, letters = schema.hooks, schema.dead_letters
    rows = connection.execute(select(table).order_by(table.c.created_at)).all()
    query = select(letters.c.hook_id, letters.c.position).order_by(letters.c.position)
    missed = connection.execute(query).all()
    return tuple(
        _hook(row, [m.position for m in missed if m.hook_id == row.hook_id]) for row in rows
    )


def _hook(row: Row[Any], missed: list[int]) -> Hook:
    return Hook(
        id=row.hook_id,
        brand=row.brand,
        url=row.url,
        created_at=from_store(int(row.created_at)),
        position=row.position,
        failures=row.attempts,
        next_at=from_store(int(row.next_at)),
        removed_at=from_store(row.removed_at),
        missed=tuple(missed),
    )
