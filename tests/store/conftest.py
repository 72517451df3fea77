"""Databases and ledgers for all tests of this folder: the same promises on every one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from consent.ports import Ledger
from storage.database import Database
from storage.ledger import SqlLedger
from storage.memory import MemoryLedger
from storage.migration import migrate
from storage.postgres import PostgresDatabase
from storage.sqlite import SqliteDatabase
from storage.vault import Vault
from tests.store.servers import Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server for all tests that want one."""
    with server() as running:
        yield running


@pytest.fixture
async def file_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """Return an embedded database in its newest shape."""
    found = SqliteDatabase(f"sqlite:///{tmp_path}/ledger.db")
    migrate(found)
    yield found
    await found.close()


@pytest.fixture
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Database]:
    """Return what makes a fresh database of a kind."""

    def make(kind: str) -> Database:
        if kind == "postgres":
            running: Server = request.getfixturevalue("postgres")
            return PostgresDatabase(running.fresh())
        found = SqliteDatabase(f"sqlite:///{tmp_path}/ledger.db")
        migrate(found)
        return found

    return make


@pytest.fixture(params=["sqlite", "postgres"])
async def database(
    request: pytest.FixtureRequest, made: Callable[[str], Database]
) -> AsyncIterator[Database]:
    """Return each kind of database in turn, in its newest shape."""
    found = made(request.param)
    yield found
    await found.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def ledger(
    request: pytest.FixtureRequest, made: Callable[[str], Database]
) -> AsyncIterator[Ledger]:
    """Return each kind of ledger in turn, empty."""
    if request.param == "memory":
        yield MemoryLedger()
        return
    database = made(request.param)
    yield SqlLedger(database, Vault(b"k" * 32))
    await database.close()
