"""A served door, and databases as the store's own tests have them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.marketing.stage import Stage, staged
from tests.store.conftest import database, file_database, ledger, made, postgres

__all__ = ["database", "file_database", "ledger", "made", "postgres", "stage"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Return a served door on an embedded store."""
    async with staged(tmp_path) as found:
        yield found
