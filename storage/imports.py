"""How far files have been brought in, so that whoever was stopped can go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from storage import schema
from storage.database import Database
from storage.moments import to_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A file on its way: up to which row it was dealt with, and how many were rejected."""

    id: str
    row: int = 0
    rejected: int = 0


class SqlImports:
    """The files brought in, known by the SHA-256 of their content."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def unfinished(self, brand: str, file_hash: str) -> Progress | None:
        """Return how far this very file came when it was stopped; none if it never was.

        :raises StoreUnavailable: it cannot be read.
        """
        return await self._database.read(partial(_unfinished, brand, file_hash))

    async def begin(self, progress: Progress, brand: str, file_hash: str, at: datetime) -> None:
        """Note that a file is being brought in.

        :raises StoreUnavailable: it was not noted.
        """
        row = {
            "import_id": progress.id,
            "brand": brand,
            "file_hash": file_hash,
            "rows_done": progress.row,
            "rows_rejected": progress.rejected,
            "started_at": to_store(at),
        }
        await self._database.write(lambda c: c.execute(schema.imports.insert(), row))

    async def advance(self, progress: Progress, finished_at: datetime | None = None) -> None:
        """Note how far it is, or that it is done.

        :raises StoreUnavailable: it will be taken up where it was last noted.
        """
        table = schema.imports
        change = (
            table.update()
            .where(table.c.import_id == progress.id)
            .values(
                rows_done=progress.row,
                rows_rejected=progress.rejected,
                finished_at=to_store(finished_at),
            )
        )
        await self._database.write(lambda c: c.execute(change))


def _unfinished(brand: str, file_hash: str, connection: Connection) -> Progress | None:
    table = schema.imports
    mine = (table.c.brand == brand) & (table.c.file_hash == file_hash)
    query = select(table).where(mine, table.c.finished_at.is_(None))
    row = connection.execute(query.order_by(table.c.started_at.desc())).first()
    if row is None:
        return None
    return Progress(id=row.import_id, row=row.rows_done, rejected=row.rows_rejected)
