"""Rows that are written together: the same stand on every store, by one way there and back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select

from consent.errors import StoreUnavailable
from storage import schema
from storage.database import Database
from storage.gathered_rows import GatheredRows
from storage.postgres import PostgresDatabase
from storage.row_writes import change, insertion, replacement

_MARKS = schema.watermarks
_ADDED = insertion(_MARKS)
_REPLACED = replacement(_MARKS)
_MOVED = change(schema.leases, "name", ("holder", "until"))
_HELD = insertion(schema.leases)
_NAMES = tuple(_MARKS.c.keys())


def _mark(brand: str, moment: int) -> dict[str, Any]:
    return dict(zip(_NAMES, (brand, "sms", moment), strict=True))


def _lease(name: str, holder: str, until: int = 1) -> dict[str, Any]:
    return {"name": name, "holder": holder, "until": until}


async def _marks(database: Database) -> list[tuple[Any, ...]]:
    query = select(_MARKS).order_by(_MARKS.c.brand)
    return [tuple(row) for row in await database.read(lambda c: c.execute(query).all())]


async def _leases(database: Database) -> list[tuple[Any, ...]]:
    t = schema.leases
    query = select(t.c.name, t.c.holder, t.c.until).order_by(t.c.name)
    return [tuple(row) for row in await database.read(lambda c: c.execute(query).all())]


async def test_rows_of_several_tables_are_written(database: Database) -> None:
    """New rows, replaced ones and changed ones: what was gathered stands."""

    def begin(connection: Connection) -> None:
        with GatheredRows(connection) as rows:
            rows.add(_ADDED, _mark("amigo", 1), _mark("lmt", 1))
            rows.add(_HELD, _lease("feed", "a"), _lease("terms", "a"), _lease("idle", "a"))

    def go_on(connection: Connection) -> None:
        with GatheredRows(connection) as rows:
            rows.add(_REPLACED, _mark("lmt", 2), _mark("other", 3))
            rows.add(_MOVED, _lease("feed", "b", 2), _lease("terms", "c", 3))

    await database.write(begin)
    await database.write(go_on)
    expected = [("amigo", "sms", 1), ("lmt", "sms", 2), ("other", "sms", 3)]
    assert expected == await _marks(database)
    assert [("feed", "b", 2), ("idle", "a", 1), ("terms", "c", 3)] == await _leases(database)


async def test_the_last_row_of_a_key_stays(database: Database) -> None:
    """What is said twice of one row is said once: the later word."""

    def body(connection: Connection) -> None:
        with GatheredRows(connection) as rows:
            rows.add(_HELD, _lease("feed", "a"))
        with GatheredRows(connection) as rows:
            rows.add(_REPLACED, _mark("lmt", 1), _mark("amigo", 5), _mark("lmt", 2))
            rows.add(_MOVED, _lease("feed", "b"), _lease("feed", "c"))

    await database.write(body)
    assert [("amigo", "sms", 5), ("lmt", "sms", 2)] == await _marks(database)
    assert [("feed", "c", 1)] == await _leases(database)


async def test_a_row_that_is_there_refuses_all_of_them(database: Database) -> None:
    """One row in the way, and none of the group is written, whatever its table."""

    def body(connection: Connection) -> None:
        with GatheredRows(connection) as rows:
            rows.add(_HELD, _lease("feed", "a"))
            rows.add(_ADDED, _mark("lmt", 1), _mark("amigo", 1), _mark("lmt", 2))

    with pytest.raises(StoreUnavailable):
        await database.write(body)
    assert [] == await _marks(database)
    assert [] == await _leases(database)


async def test_a_server_is_asked_once_for_all_tables(database: Database) -> None:
    """However many tables and rows: one statement; a server may be far away."""
    said: list[str] = []

    def hear(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        said.append(sql)

    def body(connection: Connection) -> None:
        with GatheredRows(connection) as rows:
            rows.add(_ADDED, *(_mark(f"brand {number}", number) for number in range(20)))
            rows.add(_HELD, *(_lease(f"lease {number}", "a") for number in range(20)))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        await database.write(body)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert 20 == len(await _marks(database)) == len(await _leases(database))
    if isinstance(database, PostgresDatabase):
        assert 1 == len(said)
