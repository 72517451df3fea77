"""A copy of an embedded store while servers write: what was committed when it began, whole.

SQLite's own backup, from one reading transaction held until the end: in WAL mode nobody waits for
it, and it sees nothing of what is written meanwhile. The copy is read back before it is named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from consent.errors import ConsentError
from storage.durable import fresh_place

#: Pages of a step: four megabytes.
_PAGES = 1024
_COUNTS = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM decisions)"


class BackupRefused(ConsentError):
    """There is no backup; the store is as it was. The reason is named here."""

    code = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What is in a backup."""

    size: int
    step: str
    customers: int
    decisions: int


def back_up(source: Path, target: Path, tell: Callable[[int, int], None]) -> Backup:
    """Copy the store in `source` to a new file, which is there whole or not at all.

    :param tell: is told how many pages are left, and of how many.
    :raises BackupRefused: the file is there already or cannot be written, or there is no store.
    """
    if not source.exists():
        raise BackupRefused(f"There is no store at {source}.")
    try:
        with fresh_place(target) as place:
            try:
                _copy(source, place, tell)
                return _read_back(place)
            finally:
                for ending in ("-journal", "-wal", "-shm"):
                    place.with_name(place.name + ending).unlink(missing_ok=True)
    except sqlite3.Error as fault:
        raise BackupRefused(f"{source}: {fault}") from fault
    except OSError as fault:
        raise BackupRefused(f"{target}: {fault.strerror or fault}") from fault


def _copy(source: Path, place: Path, tell: Callable[[int, int], None]) -> None:
    address = f"file:{quote(str(source))}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as reading,
        closing(sqlite3.connect(place, isolation_level=None)) as writing,
    ):
        # What is committed by now is in it; without this, every later write would begin it anew.
        reading.execute("BEGIN")
        reading.execute("SELECT 1 FROM alembic_version").fetchone()
        reading.backup(writing, pages=_PAGES, progress=lambda _, left, all_: tell(left, all_))
        # One file, with nothing beside it; whoever opens it as a store sets it back.
        writing.execute("PRAGMA journal_mode=DELETE")


def _read_back(place: Path) -> Backup:
    with closing(sqlite3.connect(f"file:{quote(str(place))}?mode=ro", uri=True)) as copy:
        (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise BackupRefused(f"The copy is damaged, and so may be the store: {found}")
        (step,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        customers, decisions = copy.execute(_COUNTS).fetchone()
    size = place.stat().st_size
    return Backup(size=size, step=str(step), customers=customers, decisions=decisions)
