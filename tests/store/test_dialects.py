"""The statements suit PostgreSQL too: they are written once, for both."""

from __future__ import annotations

import pytest
from sqlalchemy import Table
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.schema import CreateTable

from storage import schema
from storage.senders import senders_query

POSTGRESQL: Dialect = make_url("postgresql+asyncpg://").get_dialect()()
SQLITE: Dialect = make_url("sqlite://").get_dialect()()


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=lambda d: d.name)
@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda t: t.name)
def test_tables_can_be_made(table: Table, dialect: Dialect) -> None:
    """Every table has types that both databases know."""
    assert f"CREATE TABLE {table.name}" in str(CreateTable(table).compile(dialect=dialect))


def test_two_replicas_cannot_continue_the_same_chain() -> None:
    """Where writers run side by side, the customer's row is held until the commit."""
    query = senders_query(4)
    # In one order: two crowds of two replicas never wait for each other in a circle.
    assert "ORDER BY addresses.address_hash FOR UPDATE OF customers" in str(
        query.compile(dialect=POSTGRESQL)
    )
    assert "FOR UPDATE" not in str(query.compile(dialect=SQLITE))
