"""Reaching a store with the bare driver so that what is answered survives a loss of power.

The same as the product asks for: SQLite with a write-ahead log, flushed at each commit; PostgreSQL
with `synchronous_commit`. Whoever opens a connection here is refused one that promises less.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]

#: `synchronous` 2 is FULL: each commit waits for the disk.
DURABLE_FILE: Mapping[str, object] = {"synchronous": 2, "journal_mode": "wal"}
DURABLE_SERVER: Mapping[str, object] = {
    "synchronous_commit": "on",
    "fsync": "on",
    "full_page_writes": "on",
}
#: As many as the product has.
CONNECTIONS = 16


#: The driver brings no types.
Connection = Any


class NotDurable(AssertionError):
    """A connection does not wait for the disk; what is measured with it is worth nothing."""


def require(wanted: Mapping[str, object], found: Mapping[str, object], who: str) -> None:
    """Go on only if each commit is waited for.

    :raises NotDurable: it is not.
    """
    if wanted != found:
        raise NotDurable(f"{who}: {dict(found)}, not {dict(wanted)}")


def require_file(store: sqlite3.Connection, who: str) -> None:
    """Go on only if a connection to SQLite waits for the disk."""
    found = {name: store.execute(f"PRAGMA {name}").fetchone()[0] for name in DURABLE_FILE}
    require(DURABLE_FILE, found, who)


def open_file(file: Path) -> sqlite3.Connection:
    """Open a store in SQLite; nothing begins by itself."""
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    require_file(store, "the floor")
    return store


async def connect(url: str) -> Connection:
    """Open one connection to PostgreSQL as it comes."""
    return await asyncpg.connect(url)


async def open_connections(url: str, most: int = CONNECTIONS) -> list[Connection]:
    """Open connections to PostgreSQL; a pool's would be reset each time they are given back."""
    settings = {"synchronous_commit": "on", "application_name": "floor"}
    found = [await asyncpg.connect(url, server_settings=settings) for _ in range(most)]
    for connection in found:
        await require_server(connection, "the floor")
    return found


async def require_server(connection: Connection, who: str) -> None:
    """Go on only if a connection to PostgreSQL waits for the disk."""
    found = {name: await connection.fetchval(f"SHOW {name}") for name in DURABLE_SERVER}
    require(DURABLE_SERVER, found, who)
