"""A backup made under load: all that was answered before it began, whole, and nothing half."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from consent.chain import verify
from consent.replies import Option
from storage import schema
from storage.backup import BackupRefused, back_up
from storage.migration import NEWEST, migrate
from storage.sqlite import SqliteDatabase
from tests.store.batch_stage import kept_standing
from tests.store.feeds import number
from tests.store.stores import rows, sql_ledger
from tests.store.test_ledger import NUMBER, STOP, desk, message


def _quiet(_left: int, _all: int) -> None:
    return


async def _says(database: SqliteDatabase, who: int, message_id: str, what: Option = STOP) -> None:
    said = replace(message(message_id, what), address=number(who))
    await desk(sql_ledger(database)).handle(said)


async def test_what_was_answered_before_is_in_it(
    file_database: SqliteDatabase, tmp_path: Path
) -> None:
    """While customers go on: every chain of the copy verifies, every standing is its rebuild."""
    for who in range(40):
        await _says(file_database, who, f"m{who}")
    numbers, over = count(), asyncio.Event()

    async def go_on() -> None:
        while not over.is_set():
            n = next(numbers)
            await _says(file_database, n % 60, f"more{n}", Option(name="grant", purpose="traffic"))

    writers = [asyncio.create_task(go_on()) for _ in range(4)]
    await asyncio.sleep(0.2)
    answered = {row.customer_id: row.length for row in rows(file_database, schema.customers)}
    target = tmp_path / "copies" / "store.db"
    found = await asyncio.to_thread(back_up, file_database.file, target, _quiet)
    done_by_then = next(numbers)
    await asyncio.sleep(0.2)
    over.set()
    await asyncio.gather(*writers)
    # They were not kept waiting for it.
    assert done_by_then < next(numbers) - 1
    copy = SqliteDatabase(f"sqlite:///{target}")
    assert NEWEST == migrate(copy) == found.step
    ledger = sql_ledger(copy)
    held = {row.customer_id: row.length for row in rows(copy, schema.customers)}
    assert all(held[customer] >= length for customer, length in answered.items())
    for customer, length in held.items():
        history = await ledger.history(customer)
        assert length == verify(history, await ledger.head_of(customer))
        assert all(decision.evidence for decision in history)
    for who in range(40):
        await kept_standing(copy, number(who))
    assert (len(held), sum(held.values())) == (found.customers, found.decisions)
    assert target.stat().st_size == found.size
    await copy.close()


async def test_the_copy_is_one_file_for_its_owner_alone(
    file_database: SqliteDatabase, tmp_path: Path
) -> None:
    """Nothing lies beside it, nothing is left of its making, and nobody else reads it."""
    await _says(file_database, 1, "m")
    target = tmp_path / "copies" / "store.db"
    back_up(file_database.file, target, _quiet)
    assert [target] == list(target.parent.iterdir())
    assert 0o600 == target.stat().st_mode & 0o777


async def test_it_goes_on_from_the_copy(file_database: SqliteDatabase, tmp_path: Path) -> None:
    """A restored store knows the message it answered, and takes the next one."""
    await _says(file_database, 1, "m")
    target = tmp_path / "store.db"
    back_up(file_database.file, target, _quiet)
    copy = SqliteDatabase(f"sqlite:///{target}")
    await _says(copy, 1, "m")
    assert 2 == len(rows(copy, schema.decisions))
    await _says(copy, 2, "m")
    assert 4 == len(rows(copy, schema.decisions))
    await copy.close()


async def test_a_file_that_is_there_is_kept(file_database: SqliteDatabase, tmp_path: Path) -> None:
    """An older backup is never written over."""
    target = tmp_path / "store.db"
    target.write_text("older")
    with pytest.raises(BackupRefused, match="already"):
        back_up(file_database.file, target, _quiet)
    assert "older" == target.read_text()
    assert [] == [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("broken", [b"", b"no database at all" * 300])
def test_what_is_no_store_is_refused(tmp_path: Path, broken: bytes) -> None:
    """Neither nothing nor anything else is ever called a backup."""
    source = tmp_path / "other.db"
    for target in (tmp_path / "a", tmp_path / "b"):
        with pytest.raises(BackupRefused):
            back_up(source, target, _quiet)
        source.write_bytes(broken)
    assert {"other.db"} == {path.name for path in tmp_path.iterdir()}


async def test_a_damaged_store_gives_no_backup(
    file_database: SqliteDatabase, tmp_path: Path
) -> None:
    """The copy is read back before it gets its name."""
    for who in range(30):
        await _says(file_database, who, "m")
    await file_database.close()
    file = file_database.file
    with sqlite3.connect(file) as connection:
        page = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'decisions'"
        ).fetchone()[0]
    with file.open("r+b") as stream:
        stream.seek(page * (root - 1))
        stream.write(os.urandom(page))
    with pytest.raises(BackupRefused):
        back_up(file, tmp_path / "copy.db", _quiet)
    assert not (tmp_path / "copy.db").exists()


async def test_where_there_is_no_room_there_is_no_half(
    file_database: SqliteDatabase, tmp_path: Path
) -> None:
    """A folder that cannot be written to is named; the store is as it was."""
    await _says(file_database, 1, "m")
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(BackupRefused, match="file"):
        back_up(file_database.file, blocked / "copy.db", _quiet)


async def test_nobody_is_named_in_it(file_database: SqliteDatabase, tmp_path: Path) -> None:
    """A stolen backup says nothing of anybody without the root key."""
    said = replace(message("m"), choice=None, text="Stop, Anna Kalniņa")
    await desk(sql_ledger(file_database)).handle(said)
    back_up(file_database.file, tmp_path / "copy.db", _quiet)
    content = (tmp_path / "copy.db").read_bytes()
    assert NUMBER.value.encode() not in content
    assert "Kalniņa".encode() not in content
