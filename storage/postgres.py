"""Reaching PostgreSQL by asyncpg: a pool of connections, one a transaction.

asyncpg is the fastest driver there is for Python, is free to use anywhere, and waits without a
thread; SQLAlchemy runs the same plain functions on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from consent.errors import SettingBroken, StoreUnavailable

_T = TypeVar("_T")

#: Connections of one process, and how many callers may wait for one of them, how many seconds.
POOL, LINE, PATIENCE = 16, 512, 2.0
#: Milliseconds after which the server gives up a statement, or waiting for a lock.
_STATEMENT_MS, _LOCK_MS = 10_000, 3_000
_CONNECT_SECONDS = 5
_TRIES = 3
#: The server itself says that nothing was done and that it may work next time.
_AGAIN = frozenset({"40001", "40P01", "55P03"})
_OLDEST = 14
_DRIVER = "postgresql+asyncpg"
_FAULTS = (SQLAlchemyError, OSError, TimeoutError)


class PostgresDatabase:
    """A database on a PostgreSQL server (see `Database`)."""

    def __init__(self, url: str, *, pool: int = POOL) -> None:
        """Name the database; nothing is opened before the first transaction.

        :param pool: connections at most.
        :raises SettingBroken: the URL names no server or no database.
        """
        self._url = _checked(url)
        self.name = self._url.render_as_string(hide_password=True)
        self._pool = pool
        self._engine: AsyncEngine | None = None
        self._callers = 0

    async def write(self, body: Callable[[Connection], _T]) -> _T:
        """See `Database.write`."""
        return await self._patiently(body, tries=_TRIES)

    async def read(self, body: Callable[[Connection], _T]) -> _T:
        """See `Database.read`."""
        return await self._patiently(body, tries=_TRIES)

    async def scrub(self) -> None:
        """See `Database.scrub`: the keys are what the rest is sealed with."""
        engine = _engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                await connection.execute(text("VACUUM customers"))
        except _FAULTS as fault:
            raise StoreUnavailable(_reason(fault)) from fault
        finally:
            await engine.dispose()

    def write_now(self, body: Callable[[Connection], _T]) -> _T:
        """See `Database.write_now`."""
        # A connection belongs to its event loop; this one is opened for the occasion.
        with ThreadPoolExecutor(max_workers=1) as alone:
            return alone.submit(asyncio.run, self._once(body)).result()

    async def close(self) -> None:
        """See `Database.close`."""
        if self._engine is not None:
            engine, self._engine = self._engine, None
            await engine.dispose()

    def close_now(self) -> None:
        """See `Database.close_now`; what `write_now` opened is closed already."""

    @property
    def is_new(self) -> bool:
        """See `Database.is_new`."""
        return self.write_now(lambda c: not inspect(c).get_table_names())

    def create(self) -> None:
        """Check that the server is one this program was tested with.

        :raises StoreUnavailable: it cannot be reached, or is too old.
        """
        shown = self.write_now(lambda c: c.execute(text("SHOW server_version_num")).scalar_one())
        version = int(shown) // 10_000
        if version < _OLDEST:
            raise StoreUnavailable(f"(PostgreSQL {version} is too old: at least {_OLDEST})")

    async def _patiently(self, body: Callable[[Connection], _T], tries: int) -> _T:
        if self._callers >= self._pool + LINE:
            raise StoreUnavailable("(too many wait for a connection)")
        self._callers += 1
        try:
            return await self._tried(body, tries)
        finally:
            self._callers -= 1

    async def _tried(self, body: Callable[[Connection], _T], tries: int) -> _T:
        if self._engine is None:
            self._engine = _engine(self._url, pool_size=self._pool)
        while True:
            tries -= 1
            attempt = _Attempt()
            try:
                async with self._engine.connect() as connection:
                    return await attempt.run(connection, body)
            except _FAULTS as fault:
                if not tries or not attempt.may_repeat(fault):
                    raise StoreUnavailable(_reason(fault)) from fault

    async def _once(self, body: Callable[[Connection], _T]) -> _T:
        engine = _engine(self._url, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(body)
        except _FAULTS as fault:
            raise StoreUnavailable(_reason(fault)) from fault
        finally:
            await engine.dispose()


class _Attempt:
    """One transaction on its way; what has not asked for its commit can be begun anew."""

    committing = False

    async def run(self, connection: AsyncConnection, body: Callable[[Connection], _T]) -> _T:
        """Run a transaction."""
        found = await connection.run_sync(body)
        self.committing = True
        await connection.commit()
        return found

    def may_repeat(self, fault: BaseException) -> bool:
        """Say whether nothing was committed for certain, and another try could succeed."""
        if isinstance(fault, NoneFree):
            return False
        if isinstance(fault, IntegrityError):
            return True
        if not isinstance(fault, DBAPIError):
            return False
        if getattr(fault.orig, "sqlstate", None) in _AGAIN:
            return True
        return fault.connection_invalidated and not self.committing


def _checked(url: str) -> URL:
    parsed = make_url(url).set(drivername=_DRIVER)
    if not parsed.host and "host" not in parsed.query:
        raise SettingBroken("CONSENT_DATABASE_URL names no server")
    if not parsed.database:
        raise SettingBroken("CONSENT_DATABASE_URL names no database")
    return parsed


def _engine(url: URL, **pooling: Any) -> AsyncEngine:  # noqa: ANN401 - SQLAlchemy's own
    if "pool_size" in pooling:
        pooling |= {"max_overflow": 0, "pool_timeout": PATIENCE, "pool_use_lifo": True}
    settings = {
        # Whatever the server's default: a decision that was answered survives its crash.
        "synchronous_commit": "on",
        "statement_timeout": str(_STATEMENT_MS),
        "lock_timeout": str(_LOCK_MS),
        "idle_in_transaction_session_timeout": str(_STATEMENT_MS),
        "application_name": "consent",
    }
    arguments = {"server_settings": settings, "timeout": _CONNECT_SECONDS}
    return create_async_engine(url, hide_parameters=True, connect_args=arguments, **pooling)


def _reason(fault: BaseException) -> str:
    """Return what kind of failure it was: a server's own words can quote values."""
    original = getattr(fault, "orig", None) or fault
    state = getattr(original, "sqlstate", None)
    cause = original.__cause__ or original
    return f"({type(cause).__name__}{f' {state}' if state else ''})"
