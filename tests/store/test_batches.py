"""Batches in the store: many customers at once, chains and standing kept, nobody revived."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event

from consent.batch_ports import CHUNK, Deeds, Held
from consent.batches import Entry, Refusal, Release
from consent.chain import verify
from consent.decisions import SERVICE, Action
from consent.forgetting import Forgetting, parting
from consent.ports import Address
from consent.replies import Option
from consent.settling import work_at
from storage import schema
from storage.batches import SqlBatches
from storage.database import Database
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger
from storage.sqlite import SqliteDatabase
from tests.store.batch_stage import (
    DAY,
    NOW,
    OFFERS,
    SMS,
    bring,
    history,
    kept_standing,
    no,
    number,
    office,
    told,
    yes,
)
from tests.store.feeds import read, relay
from tests.store.stores import VAULT, rows, sql_ledger
from tests.store.test_ledger import HOUSE, NUMBER, OTHER, message


async def test_many_customers_come_in_at_once(database: Database) -> None:
    """Each gets a chain of their own that verifies, with evidence, and a standing."""
    entries = [e for i in range(40) for e in (yes(9, address=number(i)), no(2, address=number(i)))]
    assert [None] * 80 == await bring(database, *entries)
    ledger = sql_ledger(database)
    for i in (0, 39):
        customer = await ledger.customer_of("lmt", number(i))
        assert customer is not None
        found = await ledger.history(customer)
        assert 2 == verify(found, await ledger.head_of(customer))
        assert [d.evidence.words for d in found if d.evidence] == [f"form of {i:04d}"] * 2
        await kept_standing(database, number(i))
    assert [40, 40, 80, 40] == [
        len(rows(database, t))
        for t in (schema.customers, schema.addresses, schema.decisions, schema.standing)
    ]


async def test_fates_are_in_the_order_of_the_entries(database: Database) -> None:
    """Customers mixed, some refused, some there already, over several transactions."""
    first = [yes(9, address=number(i)) for i in range(CHUNK - 1)]
    mixed = [replace(yes(9), actor=""), no(10, address=number(3)), first[3], yes(8)]
    told_of = await bring(database, *first, *mixed)
    assert [None] * (CHUNK - 1) == told_of[: CHUNK - 1]
    assert [Refusal.ACTOR_MISSING, None, "again", None] == told_of[CHUNK - 1 :]


async def test_the_same_batch_again_changes_nothing(database: Database) -> None:
    """Nothing is added, and each entry is known by the decision it became."""
    entries = [yes(9), no(2), yes(3), yes(1, about=SMS)]
    first = await office(database).record_batch(entries)
    before = [rows(database, t) for t in schema.metadata.sorted_tables]
    again = await office(database).record_batch(entries)
    assert before == [rows(database, t) for t in schema.metadata.sorted_tables]
    assert [f.decision for f in first] == [f.decision for f in again]
    assert ["again", "again", Refusal.NOT_LATER_THAN_NO, "again"] == told(again)


async def test_what_came_by_a_door_is_followed(database: Database) -> None:
    """A customer who wrote by SMS keeps their chain; an older yes never passes their STOP."""
    desk = office(database)
    await desk.handle(message("m1"))
    assert [Refusal.NOT_LATER_THAN_NO, None] == await bring(
        database, yes(1), replace(yes(0), said_at=NOW, notice=None, action=Action.REFUSED)
    )
    await desk.handle(message("m2", Option(name="menu")))
    found = await history(database)
    assert 3 == verify(found, found[-1].hash)
    assert ["sms", "sms", "import"] == [d.door for d in found]


async def test_a_door_follows_what_was_brought_in(database: Database) -> None:
    """An imported yes shows in the next reply; a STOP ends it and is the next link."""
    desk = office(database)
    await bring(database, yes(9), yes(9, about=SMS))
    answer = await desk.handle(message("m1", Option(name="withdraw_all", scope="marketing")))
    assert "withdrawn.marketing" in answer.ids
    found = await history(database)
    assert [("offers", "given"), ("sms", "on")] == [(d.subject.id, d.action) for d in found[:2]]
    assert ("offers", "withdrawn") == (found[2].subject.id, found[2].action)
    assert ("sms", "unset") in [(d.subject.id, d.action) for d in found]
    await kept_standing(database)


async def test_service_events_are_kept(database: Database) -> None:
    """End and restart are links like any other, and both stand."""
    ended = replace(no(9), subject=SERVICE, action=Action.ENDED)
    restarted = replace(ended, action=Action.RESTARTED, said_at=NOW - 2 * DAY)
    assert [None, None, "again"] == await bring(database, ended, restarted, ended)
    service = (await kept_standing(database)).record(SERVICE).service
    assert [Action.ENDED, Action.RESTARTED] == [action for _, action in service]


async def test_brands_are_sealed_from_each_other(database: Database) -> None:
    """What is brought in for one brand is unknown to the other (law 7)."""
    theirs = replace(no(), brand="amigo")
    assert [None, None] == await bring(database, no(), theirs)
    one, other = [(await history(database, brand=brand))[0] for brand in ("lmt", "amigo")]
    assert one.customer != other.customer
    assert ("lmt", "amigo") == (one.brand, other.brand)


async def test_two_numbers_of_one_customer_make_one_chain(database: Database) -> None:
    """Entries by either follow each other, within one batch too."""
    await bring(database, no(9))
    customer = (await history(database))[0].customer
    digest = VAULT.address_hash("lmt", OTHER)
    (mine,) = rows(database, schema.addresses)
    second = mine._asdict() | {"address_hash": digest}
    await database.write(lambda c: c.execute(schema.addresses.insert(), second))
    await bring(database, no(5, address=OTHER), no(4), no(3, address=OTHER))
    found = await history(database)
    ledger = sql_ledger(database)
    assert 4 == verify(found, await ledger.head_of(customer))
    assert [9, 5, 4, 3] == [(NOW - d.said_at).days for d in found]
    await kept_standing(database)


async def test_nothing_of_a_broken_batch_stays(database: Database) -> None:
    """What fails in the middle of a chunk leaves no customer and no decision behind."""
    plain = work_at(NOW, HOUSE.lens, SystemEntropy())

    def fail(held: Held, entries: Sequence[Entry]) -> Deeds:
        if entries[0].address == OTHER:
            raise ZeroDivisionError
        return plain.settle(held, entries)

    batches = SqlBatches(database, VAULT)
    with pytest.raises(ZeroDivisionError):
        await batches.record([yes(), no(address=OTHER)], replace(plain, settle=fail))
    assert [] == rows(database, schema.customers)
    assert [] == rows(database, schema.decisions)


async def test_the_same_batch_at_once_is_one_batch(database: Database) -> None:
    """Copies that arrive at the same moment are recorded once, for one new customer each."""
    entries = [yes(5, address=number(i)) for i in range(20)]
    desks = [office(database) for _ in range(4)]
    fates = await asyncio.gather(*(desk.record_batch(entries) for desk in desks))
    assert 20 == sum(not fate.again for one in fates for fate in one)
    assert 20 == len(rows(database, schema.decisions)) == len(rows(database, schema.customers))


async def test_a_batch_and_messages_at_once_keep_the_chain(database: Database) -> None:
    """A customer who writes while a batch about them is recorded has one unbroken chain."""
    desk = office(database)
    await desk.handle(message("m0"))
    await asyncio.gather(
        *(desk.handle(message(f"m{i}", Option(name="grant", purpose="traffic"))) for i in (1, 2)),
        *(desk.record_batch([no(i)]) for i in range(1, 5)),
    )
    found = await history(database)
    ledger = sql_ledger(database)
    assert len(found) == verify(found, await ledger.head_of(found[0].customer))
    assert 4 == sum(d.door == "import" for d in found)


async def test_a_hundred_customers_need_no_more_statements_than_ten(
    file_database: SqliteDatabase,
) -> None:
    """A batch is a fixed number of statements, for strangers and for those known."""

    async def count(entries: list[Entry]) -> int:
        seen: list[str] = []
        work = work_at(NOW, HOUSE.lens, SystemEntropy())
        batches = SqlBatches(file_database, VAULT)

        def body(connection: Connection) -> None:
            event.listen(connection, "before_cursor_execute", lambda *a: seen.append(a[2]))
            batches._record(tuple(entries), work, connection)

        await file_database.write(body)
        return len(seen)

    few, many = ([yes(3, address=number(i)) for i in r] for r in (range(10), range(10, 110)))
    assert await count(few) == await count(many)
    few, many = ([no(2, address=number(i)) for i in r] for r in (range(10), range(10, 110)))
    assert await count(few) == await count(many)


async def test_other_systems_learn_of_it_in_the_order_of_the_chain(database: Database) -> None:
    """Each decision has its place in the feed, what follows from an entry too."""
    await bring(database, yes(9), yes(8, about=SMS), yes(7, address=OTHER))
    await bring(database, no(5))
    await relay(database).move(NOW)
    said = [*await history(database), *await history(database, OTHER)]
    told = [entry.id for entry in await read(database)]
    assert 5 == len(said) == len(told)
    assert [d.id for d in said[:4]] == [i for i in told if i != said[4].id]


async def test_nothing_of_a_person_is_written_in_clear(database: Database) -> None:
    """Number, document and odd words are sealed in whatever table they are."""
    entry = replace(no(), document="Anna Kalniņa, form 7", actor="anna@lmt.lv")
    await bring(database, entry, yes(9, address=OTHER))
    written = repr([rows(database, t) for t in schema.metadata.sorted_tables])
    for clear in (NUMBER.value, OTHER.value, "Kaln", "anna@", "form of"):
        assert clear not in written
    (decision,) = await history(database)
    assert decision.evidence is not None
    assert "Anna Kalniņa, form 7 · anna@lmt.lv" == decision.evidence.words


async def _forget(database: Database, address: Address = NUMBER) -> None:
    wanted = Forgetting(
        brand="lmt", address=address, reason="asked for", actor="cli:dpo", at=NOW - 2 * DAY
    )
    await SqlLedger(database, VAULT).forget(wanted, parting(wanted, SystemEntropy()))


async def test_the_forgotten_are_not_brought_back(database: Database) -> None:
    """Neither a yes nor a no makes anything of them again (law 6)."""
    await bring(database, yes(9))
    await _forget(database)
    before = len(rows(database, schema.decisions))
    assert [Refusal.FORGOTTEN] * 3 == await bring(database, yes(9), yes(1), no(0))
    assert [] == rows(database, schema.addresses)
    assert before == len(rows(database, schema.decisions))


async def test_who_came_back_is_spoken_of_anew(database: Database) -> None:
    """After their own first word, later entries count; those of before stay forgotten."""
    await bring(database, yes(9))
    await _forget(database)
    desk = office(database)
    await desk.handle(message("again", received_at=NOW - DAY))
    assert [Refusal.FORGOTTEN, Refusal.FORGOTTEN, None] == await bring(
        database, yes(9), no(1.5), no(0.5)
    )
    found = await history(database)
    assert ["sms", "sms", "import"] == [d.door for d in found]


async def test_a_customer_without_a_key_is_forgotten(database: Database) -> None:
    """Should an address be left of somebody forgotten, nothing is recorded under it."""
    await bring(database, yes(9))
    emptied = schema.customers.update().values(wrapped_key=None)
    await database.write(lambda c: c.execute(emptied))
    assert [Refusal.FORGOTTEN] == await bring(database, no(1))


async def test_statements_suit_both_databases(database: Database) -> None:
    """All kinds of entries at once, twice: on SQLite and PostgreSQL alike."""
    entries: list[Any] = [
        yes(9),
        yes(8, about=SMS),
        replace(no(7), subject=SERVICE, action=Action.ENDED),
        replace(no(6), action=Action.PAUSED, until=NOW + DAY),
        Release(brand="lmt", address=OTHER, said_at=NOW, actor="billing", door="import"),
        no(5),
        no(4, about=SMS),
    ]
    assert [None] * 7 == await bring(database, *entries)
    assert ["again"] * 7 == await bring(database, *entries)
    assert OFFERS in (await kept_standing(database)).records


async def test_evidence_that_cannot_be_read_stops_nobody(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest of the batch is recorded; the log names the decision, and none of its words."""
    await bring(database, yes(9), yes(9, address=OTHER))
    table = schema.decisions
    (first, _) = rows(database, table)
    broken = table.update().where(table.c.id == first.id).values(sealed_evidence=b"rubbish")
    await database.write(lambda c: c.execute(broken).rowcount)
    assert [None] * 2 == await bring(database, no(1), no(1, address=OTHER))
    assert f"{first.id} of {first.customer_id}" in caplog.text
    assert NUMBER.value not in caplog.text
