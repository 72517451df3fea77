"""A restored backup forgets again whoever was forgotten since, and gives no number back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from consent.batches import Joining
from consent.chain import verify
from consent.copy_links import CopyLink
from consent.decisions import CustomerId
from consent.forgetting import Forgetting, parting
from consent.ports import Address
from consent.replies import Option
from consent.verdicts import Question, Reason
from marketing.checking import check
from storage import schema
from storage.backup import back_up
from storage.copy_rows import keep_links
from storage.reapplying import Reapplied, SqlForgotten
from storage.sqlite import SqliteDatabase
from tests.builders import CountedEntropy
from tests.store.batch_stage import bring, freed, no, yes
from tests.store.stores import VAULT, in_chat, outgoing, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, HOUSE, NUMBER, OTHER, desk, message

AT = CLOCK.now() + timedelta(days=1)
LATER = AT + timedelta(days=30)


async def _customer(database: SqliteDatabase) -> None:
    """Know somebody with two addresses who gave and wrote."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    await office.handle(in_chat("g", Option(name="grant", purpose="research")))
    await office.handle(in_chat("y", Option(name="agree", purpose="research")))


async def _forget(database: SqliteDatabase, address: Address = NUMBER) -> None:
    wanted = Forgetting(brand="lmt", address=address, reason="request", actor="cli:dpo", at=AT)
    await sql_ledger(database).forget(wanted, parting(wanted, CountedEntropy()))


@pytest.fixture
async def restored(file_database: SqliteDatabase, tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """Return yesterday's store, of which there is a backup, as if it had been restored."""
    await _customer(file_database)
    await desk(sql_ledger(file_database)).handle(replace(message("o"), address=OTHER))
    target = tmp_path / "restored.db"
    back_up(file_database.file, target, lambda _left, _all: None)
    found = SqliteDatabase(f"sqlite:///{target}")
    yield found
    await found.close()


async def _reapply(today: SqliteDatabase, restored: SqliteDatabase) -> Reapplied:
    """Carry the list of one store over to another, and do all of it again."""
    found = SqlForgotten(restored, VAULT)
    assert SqlForgotten(today, VAULT).heading == found.heading
    done = [
        await found.reapply(gone, "cli:dpo", LATER, CountedEntropy())
        for gone in await SqlForgotten(today, VAULT).list()
    ]
    await found.scrub()
    return Reapplied(
        forgotten=sum(d.forgotten for d in done), released=sum(d.released for d in done)
    )


async def _reason(database: SqliteDatabase, address: Address = NUMBER) -> Reason:
    question = Question(brand="lmt", purpose="research")
    return (
        await check(sql_ledger(database), HOUSE.lens("lmt", LATER), question, address, "tester")
    ).reason


async def test_who_was_forgotten_is_forgotten_again(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """Key, addresses and words go, every "no" stays, the chain verifies, and nobody else goes."""
    assert Reason.ALLOWED is await _reason(restored)
    await _forget(file_database)
    assert Reapplied(forgotten=1) == await _reapply(file_database, restored)
    assert Reason.ERASED is await _reason(restored)
    (owner,) = [row for row in rows(restored, schema.customers) if row.wrapped_key is None]
    history = await sql_ledger(restored).history(CustomerId(owner.customer_id))
    assert owner.length == len(history) == verify(history, owner.head)
    assert {None} == {decision.evidence for decision in history}
    # What ends now was said now, not on the day of the request.
    assert LATER == history[-1].recorded_at
    tombs = [sorted(rows(d, schema.tombstones)) for d in (file_database, restored)]
    assert [tuple(row) for row in tombs[0]] == [tuple(row) for row in tombs[1]]
    assert await sql_ledger(restored).customer_of("lmt", OTHER)


async def test_a_second_time_changes_nothing(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """Whoever was stopped in the middle does all of it once more."""
    await _forget(file_database)
    await _reapply(file_database, restored)
    before = {t.name: rows(restored, t) for t in schema.metadata.sorted_tables}
    assert Reapplied() == await _reapply(file_database, restored)
    assert before == {t.name: rows(restored, t) for t in schema.metadata.sorted_tables}


async def test_no_import_brings_them_back(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """Not even somebody whom the backup never knew."""
    await bring(file_database, no(address=Address(NUMBER.kind, "+37126000001")))
    stranger = Address(NUMBER.kind, "+37126000001")
    await _forget(file_database, stranger)
    assert Reapplied() == await _reapply(file_database, restored)
    assert ["forgotten"] == await bring(restored, yes(address=stranger))


async def test_who_came_back_stays(file_database: SqliteDatabase) -> None:
    """Their own new word was after the forgetting: a backup since then keeps it."""
    await _customer(file_database)
    await _forget(file_database)
    listed = SqlForgotten(file_database, VAULT)
    CLOCK.wait(24 * 31)
    try:
        await desk(sql_ledger(file_database)).handle(message("again"))
        assert [Reapplied()] == [
            await listed.reapply(gone, "cli:dpo", CLOCK.now(), CountedEntropy())
            for gone in await listed.list()
            if gone.address == VAULT.address_hash("lmt", NUMBER)
        ]
        assert await sql_ledger(file_database).customer_of("lmt", NUMBER)
    finally:
        CLOCK.wait(-24 * 31)


async def test_a_number_that_changed_hands_carries_nothing(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """Its old owner has it no longer in the restored store either (law 7)."""
    await bring(file_database, freed(0, address=NUMBER))
    assert Reapplied(released=1) == await _reapply(file_database, restored)
    assert Reason.UNKNOWN_ADDRESS is await _reason(restored)
    # They are not forgotten for it.
    assert all(row.wrapped_key for row in rows(restored, schema.customers))
    assert Reapplied() == await _reapply(file_database, restored)


async def test_an_owner_before_the_forgotten_one_loses_the_number_alone(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """The number had changed hands before its new owner was forgotten; the old one is not."""
    await bring(file_database, freed(0, address=NUMBER))
    await desk(sql_ledger(file_database)).handle(message("new owner"))
    await _forget(file_database)
    assert Reapplied(released=1) == await _reapply(file_database, restored)
    assert Reason.ERASED is await _reason(restored)
    assert all(row.wrapped_key for row in rows(restored, schema.customers))


async def test_what_leads_to_the_owner_before_goes_with_the_number(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """Neither a link to their copy nor a message of theirs reaches whoever has it now."""
    late = replace(message("l", Option(name="menu")), deferred_until=LATER)
    await desk(sql_ledger(restored)).handle(late)
    owner = await sql_ledger(restored).customer_of("lmt", NUMBER)
    assert owner is not None
    link = CopyLink(digest="d", language="lv", created_at=CLOCK.now(), expires_at=LATER)
    await restored.write(lambda c: keep_links(c, owner, "lmt", [link]))
    assert [None] == [row.outcome for row in outgoing(restored)]
    await bring(file_database, freed(0, address=NUMBER))
    await desk(sql_ledger(file_database)).handle(message("new owner"))
    await _forget(file_database)
    gone = [g for g in await SqlForgotten(file_database, VAULT).list() if g.reason == "request"]
    for line in gone:
        await SqlForgotten(restored, VAULT).reapply(line, "cli:dpo", LATER, CountedEntropy())
    assert [] == rows(restored, schema.copies)
    assert ["refused"] == [row.outcome for row in outgoing(restored)]


async def test_joins_of_joins_are_forgotten_again(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """The backup knew three customers; whoever of them was joined to another's other goes too."""
    third = Address(NUMBER.kind, "+37126000003")
    for database in (file_database, restored):
        await bring(database, yes(9, address=third))
    before = rows(restored, schema.customers)
    joins = [
        Joining(
            brand="lmt", address=one, other=two, said_at=CLOCK.now(), actor="crm", door="import"
        )
        for one, two in ((OTHER, third), (NUMBER, OTHER))
    ]
    await bring(file_database, *joins)
    await _forget(file_database)
    (line, *_) = [g for g in await SqlForgotten(file_database, VAULT).list() if g.joined]
    names = {r.customer_id for r in rows(file_database, schema.customers)}
    assert 3 == len(before)
    assert names == {line.customer, *line.joined}


async def test_an_open_case_does_not_hold_it_up(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """When they were forgotten it was closed; the restored store cannot know."""
    await desk(sql_ledger(restored)).handle(message("h", Option(name="human")))
    assert rows(restored, schema.cases)
    await _forget(file_database)
    assert Reapplied(forgotten=1) == await _reapply(file_database, restored)


async def test_nothing_readable_is_left_on_disk(
    file_database: SqliteDatabase, restored: SqliteDatabase
) -> None:
    """Neither their wrapped key nor their number, in the file or beside it."""
    await _forget(file_database)
    keys = [row.wrapped_key for row in rows(restored, schema.customers)]
    await _reapply(file_database, restored)
    left = {row.wrapped_key for row in rows(restored, schema.customers)}
    (gone,) = [key for key in keys if key not in left]
    await asyncio.sleep(0)
    beside = restored.file.parent.glob(f"{restored.file.name}*")
    assert gone not in b"".join(path.read_bytes() for path in beside)
