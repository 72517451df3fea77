"""Stores for the rows of the bench: fresh, copied, counted, and held to wait for the disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection

from app.bench_scope import Place
from storage.database import open_database
from storage.migration import migrate
from tests.bench.durable_rows import counted as counted_in_file
from tests.bench.floors.raw import DURABLE_FILE, DURABLE_SERVER, connect, require
from tests.store.servers import Server, server

_PREFIX = "sqlite:///"


class Home(Protocol):
    """Where stores are made."""

    def fresh(self) -> str:
        """Return the URL of a new store in its newest shape."""
        ...

    def copy(self, url: str) -> str:
        """Return the URL of a copy of a store that nobody is connected to."""
        ...


class FileHome:
    """Stores in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make them here."""
        self._folder = folder
        self._numbers = count(1)

    def fresh(self) -> str:
        """See `Home.fresh`."""
        url = f"{_PREFIX}{self._next()}"
        database = open_database(url)
        migrate(database)
        database.close_now()
        return url

    def copy(self, url: str) -> str:
        """See `Home.copy`."""
        with closing(sqlite3.connect(file_of(url))) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        new = self._next()
        shutil.copy(file_of(url), new)
        return f"{_PREFIX}{new}"

    def _next(self) -> Path:
        folder = self._folder / f"store-{next(self._numbers)}"
        folder.mkdir()
        return folder / "consent.db"


class ServerHome:
    """Databases on a server; they are dropped in the end."""

    def __init__(self, running: Server) -> None:
        """Make them there."""
        self._server = running
        self._numbers = count(1)
        self._made: list[str] = []

    def fresh(self) -> str:
        """See `Home.fresh`."""
        name = self._next()
        self._server.run(f"CREATE DATABASE {name}")
        self._made.append(name)
        url = self._server.address(name)
        migrate(open_database(url))
        return url

    def copy(self, url: str) -> str:
        """See `Home.copy`."""
        name = self._next()
        old = url.partition("?")[0].rpartition("/")[2]
        self._server.run(f"CREATE DATABASE {name} TEMPLATE {old}")
        self._made.append(name)
        return self._server.address(name)

    def drop(self) -> None:
        """Drop all of them."""
        for name in self._made:
            with suppress(Exception):
                self._server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _next(self) -> str:
        return f"consent_bench_{os.getpid()}_{next(self._numbers)}"


@contextmanager
def home(place: Place, folder: Path) -> Iterator[Home]:
    """Return where stores of a kind are made, until left."""
    if place.is_sqlite:
        yield FileHome(folder)
        return
    if place.url:
        found = ServerHome(Server(place.url))
        try:
            yield found
        finally:
            found.drop()
        return
    with server() as running:
        yield ServerHome(running)


def file_of(url: str) -> Path:
    """Return the file of a store in SQLite."""
    return Path(url.removeprefix(_PREFIX))


def is_file(url: str) -> bool:
    """Say whether a store is a file."""
    return url.startswith(_PREFIX)


def counted(url: str, *tables: str) -> Counter[str]:
    """Return how many rows tables have; without a name, all of them."""
    if is_file(url):
        found = counted_in_file(file_of(url))
        return Counter({name: found[name] for name in tables or found})
    return asyncio.run(_counted(url, tables))


async def _counted(url: str, tables: tuple[str, ...]) -> Counter[str]:
    store = await connect(url)
    try:
        named = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        names = tables or [row[0] for row in await store.fetch(named)]
        return Counter(
            {name: await store.fetchval(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608
        )
    finally:
        await store.close()


def require_durable(url: str) -> None:
    """Go on only if a connection as the product opens it waits for the disk.

    :raises NotDurable: it does not.
    """
    database = open_database(url)
    wanted, word = (DURABLE_FILE, "PRAGMA") if is_file(url) else (DURABLE_SERVER, "SHOW")

    def shown(store: Connection) -> dict[str, Any]:
        return {name: store.exec_driver_sql(f"{word} {name}").scalar_one() for name in wanted}

    try:
        require(wanted, database.write_now(shown), "the product")
    finally:
        database.close_now()
