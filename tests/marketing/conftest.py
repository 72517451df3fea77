"""A served door, and databases as the store's own tests have them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.marketing.stage import Stage, staged
from tests.store.conftest import database, file_database, ledger, made, postgres
from tests.store.servers import Server

__all__ = ["database", "file_database", "ledger", "made", "postgres", "stage"]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Return where an empty PostgreSQL database is, and nothing for an embedded store."""
    if request.param == "sqlite":
        return None
    server: Server = request.getfixturevalue("postgres")
    return server.fresh()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Return a served door on an embedded store."""
    async with staged(tmp_path) as found:
        yield found
