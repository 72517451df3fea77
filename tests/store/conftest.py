"""Databases and ledgers for all tests of this folder: the same promises on every one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
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
from tests.store.statement_log import Log, listed, write

_LOG = Log()
#: Read once: it is asked for after every test.
listed_once = cache(listed)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-statements`: note what the store says to PostgreSQL now, to be reviewed."""
    parser.addoption("--update-statements", action="store_true", default=False)


def pytest_configure() -> None:
    """Hear what the store says."""
    _LOG.listen()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Refresh the table, if that was asked for."""
    if session.config.getoption("--update-statements", default=False):
        known = listed()
        for sql, found in _LOG.heard.items():
            known.setdefault(sql, found).by |= found.by
        whole = [Path(word).name for word in session.config.args] == ["store"]
        kept = _LOG.heard if whole and not session.testsfailed else known
        write(known[sql] for sql in kept)


@pytest.fixture(autouse=True)
def _no_statement_is_new(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail whatever test makes the store say what `statements.toml` does not list."""
    _LOG.take()
    yield
    new = _LOG.take() - listed_once().keys()
    if new and not request.config.getoption("--update-statements", default=False):
        lines = "\n".join(sorted(new))
        pytest.fail(f"not in tests/store/statements.toml (--update-statements):\n{lines}")


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
