"""From an older store to the newest: what is in it stays, and works on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, text

from consent.errors import SettingBroken
from consent.replies import Repeated
from storage import migration, schema
from storage.migration import NEWEST, migrate, version_of
from storage.outbox import SqlOutbox
from storage.sqlite import SqliteDatabase
from tests.store.stores import NEW, VAULT, in_chat, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, STOP, desk, message

#: Tables of step 0001 that were written to; its outbox never was.
_FIRST = {
    "customers",
    "addresses",
    "decisions",
    "standing",
    "sessions",
    "inbound",
    "cases",
    "read_log",
    "root_keys",
    "notices",
}


@pytest.fixture
def database(file_database: SqliteDatabase) -> SqliteDatabase:
    """Return the embedded database: this file is about its file."""
    return file_database


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def _first_shape(folder: Path, filled: SqliteDatabase) -> SqliteDatabase:
    """Return a store of step 0001 that holds the customers of a filled one."""
    kept = [table for table in schema.metadata.sorted_tables if table.name in _FIRST]
    content = {table.name: rows(filled, table) for table in kept}
    old = SqliteDatabase(f"sqlite:///{folder}/old.db")
    old.create()
    old.write_now(lambda c: upgrade(_config(c), "0001"))

    def copy(connection: Connection) -> None:
        for name, found in content.items():
            first = Table(name, MetaData(), autoload_with=connection)
            for row in found:
                values = {column.name: row._mapping[column.name] for column in first.columns}
                connection.execute(first.insert(), values)

    old.write_now(copy)
    return old


def _kept(database: SqliteDatabase, table: Table) -> list[dict[str, Any]]:
    """Return what step 0001 knows of a table's rows."""
    found = [dict(row._mapping) for row in rows(database, table)]
    cases = {"due_at", "door", "language", "sealed_answer"}
    cases |= {"address_hash", "sealed_words", "closed_by"}
    customers = {"blocks", "joined_to"}
    keys = {"sealed_index"}
    added = {
        "inbound": {"length"},
        "customers": customers,
        "cases": cases,
        "root_keys": keys,
    }
    new = added.get(table.name, set())
    return [{name: row[name] for name in row.keys() - new} for row in found]


async def test_a_store_of_the_first_step_keeps_all_that_is_in_it(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    """Customers, decisions and replies are the same after the step, and the chain goes on."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    await office.handle(message("m1"))
    old = await _first_shape(tmp_path, database)
    assert "0001" == old.write_now(version_of)
    assert NEWEST == migrate(old) == old.write_now(version_of)
    for table in (t for t in schema.metadata.sorted_tables if t.name in _FIRST):
        assert _kept(database, table) == _kept(old, table)
    assert {0} == {row.length for row in rows(old, schema.inbound)}
    assert {None} == {row.unreachable_since for row in rows(old, schema.addresses)}
    again = await desk(sql_ledger(old)).handle(message("m1"))
    assert ("withdrawn.marketing", "stop.rest") == again.ids
    # Where the chain stood then was not noted: at worst the customer is told how it stands now.
    assert Repeated.OVERTAKEN is again.repeated
    reply = await desk(sql_ledger(old)).handle(message("m2"))
    assert ("already.marketing", "stop.rest") == reply.ids
    await old.close()


async def test_a_store_of_the_first_step_learns_the_new_things(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    """After the step accounts are parted, told, and noted as out of reach."""
    await desk(sql_ledger(database)).handle(share("s"))
    old = await _first_shape(tmp_path, database)
    migrate(old)
    outbox = SqlOutbox(old, VAULT)
    await outbox.note_reach("lmt", NUMBER, CLOCK.now())
    await desk(sql_ledger(old)).handle(share("n", account=NEW))
    await desk(sql_ledger(old)).handle(in_chat("m", STOP, account=NEW))
    assert 1 == len(await outbox.claim("telegram", "lmt", CLOCK.now()))
    await old.close()


async def test_a_step_taken_is_not_taken_again(database: SqliteDatabase) -> None:
    """A store up to date is left as it is."""
    await desk(sql_ledger(database)).handle(message("m1"))
    before = {t.name: rows(database, t) for t in schema.metadata.sorted_tables}
    assert NEWEST == migrate(database)
    assert before == {t.name: rows(database, t) for t in schema.metadata.sorted_tables}


async def test_a_store_of_a_later_program_is_refused(database: SqliteDatabase) -> None:
    """An older program does not write into a shape it does not know."""
    later = text("UPDATE alembic_version SET version_num = '9999'")
    database.write_now(lambda c: c.execute(later).rowcount)
    with pytest.raises(SettingBroken, match="9999"):
        migrate(database)
