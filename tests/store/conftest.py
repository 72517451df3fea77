"""Databases and ledgers for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consent.ports import Ledger
from storage.ledger import SqlLedger
from storage.memory import MemoryLedger
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from storage.vault import Vault


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """Return a database in its newest shape."""
    found = SqliteDatabase(f"sqlite:///{tmp_path}/ledger.db")
    migrate(found)
    yield found
    await found.close()


@pytest.fixture(params=["memory", "sqlite"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Return each kind of ledger in turn, empty."""
    if request.param == "memory":
        yield MemoryLedger()
        return
    database = SqliteDatabase(f"sqlite:///{tmp_path}/ledger.db")
    migrate(database)
    yield SqlLedger(database, Vault(b"k" * 32))
    await database.close()
