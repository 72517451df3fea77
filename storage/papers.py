"""Texts customers were shown on paper, kept with all others, word for word and for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from consent.notices import Form, Notice, Status
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.writes import upsert

#: Stands where other texts name the door they are for.
_PAPER = "paper"
_DRAFT = "-draft"


class SqlPapers:
    """The papers registered with a store."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def keep(self, paper: Notice, text: str, at: datetime) -> None:
        """Keep a text; the same one again with its status as it is now.

        :raises StoreUnavailable: it was not kept.
        """
        row = {
            "fingerprint": paper.fingerprint,
            "code": paper.code,
            "brand": paper.brand,
            "purpose": paper.purpose,
            "language": paper.language,
            "form": _PAPER,
            "version": paper.version + (_DRAFT if paper.status is Status.DRAFT else ""),
            "text": text,
            "registered_at": to_store(at),
        }
        await self._database.write(lambda c: upsert(c, schema.notices, [row]))

    async def all(self) -> tuple[Notice, ...]:
        """Return all papers, oldest first.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(_all)

    def all_now(self) -> tuple[Notice, ...]:
        """Return the same in a program without an event loop."""
        return self._database.write_now(_all)


def version_of(kept: str) -> tuple[str, str]:
    """Return a version as it is said, and as that of a draft is kept."""
    plain = kept.removesuffix(_DRAFT)
    return plain, plain + _DRAFT


def _all(connection: Connection) -> tuple[Notice, ...]:
    table = schema.notices
    query = select(table).where(table.c.form == _PAPER).order_by(table.c.registered_at)
    return tuple(map(_notice, connection.execute(query)))


def _notice(row: Row[Any]) -> Notice:
    version = row.version.removesuffix(_DRAFT)
    major, minor = map(int, version.split("."))
    return Notice(
        fingerprint=row.fingerprint,
        brand=row.brand,
        purpose=row.purpose,
        language=row.language,
        # Shown in full, as in a chat.
        form=Form.CHAT,
        major=major,
        minor=minor,
        status=Status.APPROVED if version == row.version else Status.DRAFT,
        changed="Registered from paper.",
    )
