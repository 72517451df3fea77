"""How floors write a message's rows: by the raw driver, one transaction a message.

One thread writes to SQLite, as only one can, in one hop a message. PostgreSQL has sixteen
connections that are never given back or reset; their statements are prepared once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from tests.bench.floors.raw import Connection, open_connections, open_file

Rows = Sequence[tuple[str, Sequence[Any]]]
_PREFIX = "sqlite:///"


class Writer(Protocol):
    """Where rows are written."""

    async def open(self) -> None:
        """Connect."""
        ...

    async def write(self, rows: Rows) -> None:
        """Write all of these rows or none; they survive a loss of power by then."""
        ...


def open_writer(url: str) -> Writer:
    """Return what writes to a store."""
    if url.startswith(_PREFIX):
        return FileWriter(Path(url.removeprefix(_PREFIX)))
    return ServerWriter(url)


class FileWriter:
    """Writes to SQLite."""

    def __init__(self, file: Path) -> None:
        """Write to this file."""
        self._file = file
        self._thread = ThreadPoolExecutor(max_workers=1)

    async def open(self) -> None:
        """See `Writer.open`."""
        loop = asyncio.get_running_loop()
        self._store = await loop.run_in_executor(self._thread, open_file, self._file)

    async def write(self, rows: Rows) -> None:
        """See `Writer.write`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._write, rows)

    def _write(self, rows: Rows) -> None:
        store = self._store
        store.execute("BEGIN IMMEDIATE")
        try:
            for sql, values in rows:
                store.execute(sql, values)
        except sqlite3.Error:
            store.execute("ROLLBACK")
            raise
        store.execute("COMMIT")


class ServerWriter:
    """Writes to PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Write to this database."""
        self._url = url
        self._free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        self._told: dict[str, str] = {}

    async def open(self) -> None:
        """See `Writer.open`."""
        for connection in await open_connections(self._url):
            self._free.put_nowait(connection)

    async def write(self, rows: Rows) -> None:
        """See `Writer.write`."""
        connection = await self._free.get()
        try:
            async with connection.transaction():
                for sql, values in rows:
                    await connection.execute(self._numbered(sql), *values)
        finally:
            self._free.put_nowait(connection)

    def _numbered(self, sql: str) -> str:
        """Return a statement with its places numbered, as this driver wants them."""
        if sql not in self._told:
            first, *others = sql.split("?")
            numbers = count(1)
            self._told[sql] = first + "".join(f"${next(numbers)}{part}" for part in others)
        return self._told[sql]
