"""The staff log of a brand, newest first: who did what to accounts, tokens and customers' data.

A line about an account is of every brand it had a role at by then; a line about a role, a token or
a customer is of that one's brand. Whoever reads the log stands in it before its lines leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, or_, select

from consent.staff import Entry
from storage import schema
from storage.database import Database
from storage.moments import from_store, to_store
from storage.staff_rows import note


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which part of a brand's staff log is wanted."""

    brand: str
    #: Only these acts; none: all.
    actions: frozenset[str] = frozenset()
    #: A part of who did it, or of what it was done to; empty: anybody.
    name: str = ""
    #: Those before this line: its moment and id.
    before: tuple[datetime, str] | None = None
    most: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedEntry:
    """One line, as it was noted."""

    id: str
    at: datetime
    actor: str
    action: str
    about: str


class SqlStaffLog:
    """The staff log, from a database."""

    def __init__(self, database: Database) -> None:
        """Read beside the ledger."""
        self._database = database

    async def read(self, wanted: LogQuery, look: Entry) -> tuple[NotedEntry, ...]:
        """Return lines of a brand, the newest first, once it is noted who reads them.

        :raises StoreUnavailable: nobody has read anything.
        """
        # Apart from the note: a search through the whole log must keep no customer waiting.
        found = await self._database.read(partial(_newest, wanted))
        await self.add(wanted.brand, look)
        return found

    async def add(self, brand: str, entry: Entry) -> None:
        """Note what was done at a brand.

        :raises StoreUnavailable: it was not noted, and must not be done.
        """
        await self._database.write(partial(note, entry=entry, brands=[brand]))


def _newest(wanted: LogQuery, connection: Connection) -> tuple[NotedEntry, ...]:
    log, own = schema.staff_log, schema.staff_log_brands
    query = select(log).join(own, own.c.entry_id == log.c.entry_id)
    query = query.where(own.c.brand == wanted.brand)
    if wanted.before is not None:
        at, name = wanted.before
        moment = to_store(at)
        # The upper end is said twice: an index knows nothing of "or".
        query = query.where(own.c.at <= moment)
        query = query.where(or_(own.c.at < moment, own.c.entry_id < name))
    if wanted.actions:
        query = query.where(log.c.action.in_(sorted(wanted.actions)))
    if wanted.name:
        holds = (c.icontains(wanted.name, autoescape=True) for c in (log.c.actor, log.c.about))
        query = query.where(or_(*holds))
    newest = query.order_by(own.c.at.desc(), own.c.entry_id.desc()).limit(wanted.most)
    return tuple(
        NotedEntry(
            id=row.entry_id,
            at=from_store(int(row.at)),
            actor=row.actor,
            action=row.action,
            about=row.about,
        )
        for row in connection.execute(newest)
    )
