"""What the store asks of a database: transactions that are plain functions of a connection.

They are written once, with SQLAlchemy Core, and run on embedded SQLite (`storage.sqlite`) or on a
PostgreSQL server (`storage.postgres`); nothing else knows which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from consent.errors import SettingBroken

_T = TypeVar("_T")


class Database(Protocol):
    """One database, reached for as long as the process lives."""

    #: How operators know it; never a password.
    name: str

    async def write(self, body: Callable[[Connection], _T]) -> _T:
        """Run a function in one transaction: all of it is committed, or none.

        If another process wrote the same rows first, it runs once more on what then stands; so it
        must do nothing but read and write.

        :raises StoreUnavailable: the database cannot be reached or written. Nothing was changed,
            unless the connection broke after the commit was sent: then nobody can tell, and doing
            it again must come out the same.
        """
        ...

    async def read(self, body: Callable[[Connection], _T]) -> _T:
        """Run a reading function on what is committed now.

        :raises StoreUnavailable: the database cannot be reached.
        """
        ...

    async def scrub(self) -> None:
        """Overwrite what deleted rows have left behind, as far as the database can.

        :raises StoreUnavailable: it will be overwritten some day.
        """
        ...

    def write_now(self, body: Callable[[Connection], _T]) -> _T:
        """Run a writing function from a program without an event loop; see `write`."""
        ...

    async def close(self) -> None:
        """Finish what is running and let go."""
        ...

    def close_now(self) -> None:
        """Finish writing and let go, in a program without an event loop."""
        ...

    @property
    def is_new(self) -> bool:
        """Whether there is nothing in it yet.

        :raises StoreUnavailable: it cannot be reached.
        """
        ...

    def create(self) -> None:
        """Make what is needed before the first transaction.

        :raises StoreUnavailable: it cannot be made.
        """
        ...


def open_database(url: str) -> Database:
    """Return the database that a URL names; nothing is opened before the first transaction.

    :raises SettingBroken: the URL cannot be used.
    """
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as fault:
        raise SettingBroken("CONSENT_DATABASE_URL is not a database URL") from fault
    if backend == "postgresql":
        # Imported here: whoever stores in SQLite does not load the driver of a server.
        from storage.postgres import PostgresDatabase  # noqa: PLC0415

        return PostgresDatabase(url)
    if backend != "sqlite":
        raise SettingBroken(f"CONSENT_DATABASE_URL: SQLite or PostgreSQL, not {backend}")
    from storage.sqlite import SqliteDatabase  # noqa: PLC0415

    return SqliteDatabase(url)
