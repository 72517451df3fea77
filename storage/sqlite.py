"""Reaching SQLite: one writer thread, one hop a transaction (see `storage.database`).

A transaction runs whole in the writer's thread: one hop, where an async driver hops once a
statement (0.3 ms each, measured). Reads that may run beside the writer use aiosqlite.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from consent.errors import SettingBroken, StoreUnavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_T = TypeVar("_T")
_BUSY_MS = 5_000


class SqliteDatabase:
    """One SQLite file, opened for as long as the process lives (see `Database`)."""

    def __init__(self, url: str) -> None:
        """Name the database; nothing is opened before the first transaction.

        :raises SettingBroken: not a URL of an SQLite file.
        """
        self.file = sqlite_file(url)
        #: How operators know it.
        self.name = str(self.file)
        self._engine: Engine | None = None
        self._readers: AsyncEngine | None = None
        self._inode = 0
        self._closed = False
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    async def write(self, body: Callable[[Connection], _T]) -> _T:
        """Run a function in one transaction: all of it is committed, or none.

        If another process wrote the same rows first, it runs once more on what then stands.

        :raises StoreUnavailable: the database cannot be reached or written; nothing changed.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._write, body)

    async def read(self, body: Callable[[Connection], _T]) -> _T:
        """Run a reading function beside the writer, on what is committed now.

        :raises StoreUnavailable: the database cannot be reached.
        """
        if self._moved():
            await self._forget_readers()
            raise StoreUnavailable(self._was_moved)
        readers = self._reading()
        try:
            async with readers.connect() as connection:
                try:
                    return await connection.run_sync(body)
                finally:
                    if readers is not self._readers:
                        # Let go of meanwhile: nobody would close it any more.
                        await connection.invalidate()
        except (SQLAlchemyError, sqlite3.Error, OSError) as fault:
            raise StoreUnavailable(_reason(fault)) from fault

    async def scrub(self) -> None:
        """See `Database.scrub`: write all into the file itself, and empty the log beside it."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._scrub)

    def _scrub(self) -> None:
        if self._engine is None:
            return
        try:
            with self._engine.connect() as connection:
                driver = connection.connection.driver_connection
                if driver is not None:
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (SQLAlchemyError, sqlite3.Error, OSError) as fault:
            raise StoreUnavailable(_reason(fault)) from fault

    def _reading(self) -> AsyncEngine:
        # Imported here: a process that only writes does not pay for the async engine.
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

        if self._readers is None:
            self._readers = create_async_engine(
                _address("sqlite+aiosqlite", self.file), hide_parameters=True
            )
            _check_before(self._readers.sync_engine, self.file)
        return self._readers

    async def _forget_readers(self) -> None:
        readers, self._readers = self._readers, None
        if readers is not None:
            await readers.dispose()

    def write_now(self, body: Callable[[Connection], _T]) -> _T:
        """Run a writing function from a program without an event loop."""
        return self._writer.submit(self._write, body).result()

    async def close(self) -> None:
        """Finish what is running and let go of the file."""
        await self._forget_readers()
        self.close_now()

    def close_now(self) -> None:
        """Finish writing and let go of the file, in a program without an event loop."""
        if self._closed:
            return
        self._closed = True
        # A connection of SQLite is closed by the thread that opened it.
        self._writer.submit(self._forget_engine).result()
        self._writer.shutdown(wait=True)

    def _forget_engine(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _write(self, body: Callable[[Connection], _T]) -> _T:
        try:
            return self._transaction(body)
        except IntegrityError:
            return self._retry(body)
        except (SQLAlchemyError, sqlite3.Error, OSError) as fault:
            raise StoreUnavailable(_reason(fault)) from fault

    def _retry(self, body: Callable[[Connection], _T]) -> _T:
        try:
            return self._transaction(body)
        except (SQLAlchemyError, sqlite3.Error, OSError) as fault:
            raise StoreUnavailable(_reason(fault)) from fault

    def _transaction(self, body: Callable[[Connection], _T]) -> _T:
        if self._moved():
            self._forget_engine()
            raise StoreUnavailable(self._was_moved)
        if self._engine is None:
            self._engine = _open(self.file)
        with self._engine.begin() as connection:
            return body(connection)

    def _moved(self) -> bool:
        """Say whether the file is another than before: one without a name swallows writes."""
        try:
            inode = self.file.stat().st_ino
        except FileNotFoundError:
            return True
        self._inode = self._inode or inode
        return inode != self._inode

    @property
    def _was_moved(self) -> str:
        return f"({self.file.name} was moved or deleted)"

    @property
    def is_new(self) -> bool:
        """Whether there is nothing in it yet."""
        return not self.file.exists()

    def create(self) -> None:
        """Make the file if it is not there; nothing else ever does.

        :raises StoreUnavailable: the folder cannot be written.
        """
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.touch(mode=0o600)
        except OSError as fault:
            raise StoreUnavailable(_reason(fault)) from fault


def sqlite_file(url: str) -> Path:
    """Return the file that a database URL names.

    :raises SettingBroken: the URL is none of an SQLite file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as fault:
        raise SettingBroken("CONSENT_DATABASE_URL is not a database URL") from fault
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise SettingBroken("CONSENT_DATABASE_URL names no file")
    return Path(parsed.database).absolute()


def _address(driver: str, file: Path) -> URL:
    """Return the URL of a file that must be there: a new empty one would hide the loss."""
    place = f"file:{quote(str(file))}"
    return URL.create(driver, database=place, query={"mode": "rw", "uri": "true"})


def _open(file: Path) -> Engine:
    engine = create_engine(_address("sqlite", file), poolclass=StaticPool, hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    _check_before(engine, file)
    return engine


def _check_before(engine: Engine, file: Path) -> None:
    """Let no connection be opened to a file that may only be read.

    SQLite would open it, and leave files beside it that may only be read either: the store could
    not be written when its file could be again.
    """

    def check(*_: object) -> None:
        if not os.access(file, os.R_OK | os.W_OK):
            raise OSError(f"{file.name} may not be written")

    event.listen(engine, "do_connect", check)


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin` does, with a write lock.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is deleted is overwritten with zeros: a destroyed key must not lie in a free page.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reason(fault: BaseException) -> str:
    """Return the driver's own words, without the statement and its values."""
    original = getattr(fault, "orig", None) or fault
    return f"({original})"
