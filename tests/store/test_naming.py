"""CRM ids and e-mail addresses: they find a customer, and neither join, reach nor prove."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from consent.batches import Entry, Item, Joining, Naming, Refusal, Release
from consent.forgetting import Forgetting, parting
from consent.ports import Address, AddressKind
from consent.replies import Option
from consent.verdicts import Question, Reason
from marketing.checking import check
from storage import schema
from storage.backup import back_up
from storage.batches import SqlBatches
from storage.database import Database
from storage.ledger import SqlLedger
from storage.own_data import SqlOwnData
from storage.reapplying import SqlForgotten
from storage.rehearsal import Rehearsal
from storage.rotation import Rotation
from storage.sqlite import SqliteDatabase
from tests.builders import AMIGO, CountedEntropy
from tests.store.batch_stage import (
    DAY,
    NOW,
    bring,
    freed,
    history,
    kept_standing,
    no,
    number,
    office,
    told,
    yes,
)
from tests.store.key_stage import NEW, OLD, bring_with, opened, rotated
from tests.store.stores import VAULT, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, HOUSE, NUMBER, OTHER, message

ID, SECOND = Address(AddressKind.CRM_ID, "C-017a"), Address(AddressKind.CRM_ID, "C-018")
MAIL = Address(AddressKind.EMAIL, "anna@example.lv")


def named(
    *names: Address, days_ago: float = 1, address: Address = NUMBER, brand: str = "lmt"
) -> Naming:
    """Return the news that a number's customer has these names."""
    return Naming(
        brand=brand,
        address=address,
        names=names or (ID, MAIL),
        said_at=NOW - days_ago * DAY,
        actor="crm",
        door="import",
    )


def known(entry: Entry, *names: Address) -> Entry:
    """Return an entry that names its customer as well."""
    return replace(entry, names=names or (ID, MAIL))


def parted(name: Address, days_ago: float = 0) -> Release:
    """Return the news that a name is its customer's no longer."""
    return freed(days_ago, address=name)


def one(address: Address, other: Address) -> Joining:
    """Return the news that two numbers are one customer's."""
    return Joining(
        brand="lmt", address=address, other=other, said_at=NOW, actor="crm", door="import"
    )


async def reason(database: Database, address: Address, brand: str = "lmt") -> Reason:
    """Return what is answered about somebody."""
    question = Question(brand=brand, purpose="offers")
    seen = HOUSE.lens(brand, CLOCK.now())
    return (await check(sql_ledger(database), seen, question, address, "tester")).reason


async def owner(database: Database, address: Address) -> str | None:
    """Return whom an address finds."""
    return await sql_ledger(database).customer_of("lmt", address)


async def test_one_entry_names_its_customer(database: Database) -> None:
    """Number, CRM id and e-mail give one answer; the look is in one customer's log."""
    assert [None] == await bring(database, known(yes(1)))
    assert [Reason.ALLOWED] * 3 == [await reason(database, a) for a in (NUMBER, ID, MAIL)]
    assert 1 == len({row.customer_id for row in rows(database, schema.read_log)})
    assert Reason.UNKNOWN_ADDRESS is await reason(database, SECOND)
    assert Reason.UNKNOWN_ADDRESS is await reason(database, ID, AMIGO)


async def test_the_same_again_changes_nothing(database: Database) -> None:
    """Neither an entry that names, nor a naming; what is new in one that came before is kept."""
    assert [None] == await bring(database, yes(1))
    assert ["again", None] == await bring(database, known(yes(1), ID), named(MAIL))
    tables = [rows(database, t) for t in schema.metadata.sorted_tables]
    assert ["again"] * 2 == await bring(database, known(yes(1), ID), named(MAIL, ID))
    assert tables == [rows(database, t) for t in schema.metadata.sorted_tables]
    assert (
        await owner(database, NUMBER) == await owner(database, ID) == await owner(database, MAIL)
    )


@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "two"])
@pytest.mark.parametrize(
    ("name", "refusal"),
    [(ID, Refusal.CRM_ID_OF_ANOTHER), (MAIL, Refusal.EMAIL_OF_ANOTHER)],
    ids=["CRM id", "e-mail"],
)
async def test_what_is_another_s_joins_nobody(
    database: Database, name: Address, refusal: Refusal, *, at_once: bool
) -> None:
    """A yes is refused with the reason; nobody knows whose it is. Nothing is moved."""
    mine, theirs = known(yes(1), name), known(yes(1, address=OTHER), name)
    if at_once:
        assert [None, refusal] == await bring(database, mine, theirs)
    else:
        assert [None] == await bring(database, mine)
        assert [refusal] == await bring(database, theirs)
    assert await owner(database, NUMBER) == await owner(database, name)
    assert await owner(database, OTHER) is None
    assert [None, refusal] == await bring(
        database, no(2, address=OTHER), named(name, address=OTHER)
    )
    assert await owner(database, NUMBER) == await owner(database, name)
    assert await owner(database, NUMBER) != await owner(database, OTHER)


async def test_a_no_stands_whoever_it_names(database: Database) -> None:
    """It is recorded for its number, and told that it is not found by the name (law 6)."""
    await bring(database, known(yes(5)), yes(5, address=OTHER))
    fates = await office(database).record_batch([known(no(1, address=OTHER))])
    assert [(None, Refusal.CRM_ID_OF_ANOTHER)] == [(f.refusal, f.unnamed) for f in fates]
    assert Reason.WITHDRAWN is await reason(database, OTHER)
    assert Reason.ALLOWED is await reason(database, ID)
    spoilt = replace(no(0.5), unnamed=Refusal.CRM_ID_UNREADABLE)
    again = await office(database).record_batch([spoilt, spoilt])
    assert [Refusal.CRM_ID_UNREADABLE] * 2 == [f.unnamed for f in again]
    assert [None, "again"] == told(again)
    unclear = replace(yes(0), unnamed=Refusal.CRM_ID_UNREADABLE)
    assert [Refusal.CRM_ID_UNREADABLE] == await bring(database, unclear)
    assert Reason.WITHDRAWN is await reason(database, NUMBER)


async def test_nobody_is_kept_for_a_name_alone(database: Database) -> None:
    """Of a number of which nothing was ever said, no name is kept; a refused yes names nobody."""
    assert [Refusal.NUMBER_UNKNOWN] == await bring(database, named())
    unproven = replace(known(yes(1)), notice=None)
    assert [Refusal.NOTICE_MISSING] == await bring(database, unproven)
    empty = replace(named(), names=())
    assert [Refusal.NAME_MISSING] == await bring(database, empty)
    assert [Refusal.ACTOR_MISSING] == await bring(database, replace(named(), actor=""))
    assert [] == rows(database, schema.addresses)


async def test_a_name_is_sealed_and_proves_nothing(database: Database) -> None:
    """At rest it is a keyed hash and a sealed value; nobody gets a copy by knowing it."""
    await bring(database, known(yes(1)))
    for row in rows(database, schema.addresses):
        whole = repr(tuple(row)).encode() + bytes(row.sealed_address)
        assert ID.value.encode() not in whole
        assert b"anna" not in whole
        if row.kind != "msisdn":
            assert ("told", 0) == (row.proof_kind, row.proof_level)
    copies = SqlOwnData(database, VAULT)
    assert await copies.of_address("lmt", ID, NOW) is None
    data = await copies.of_address("lmt", NUMBER, NOW)
    assert data is not None
    assert {(a.kind, a.value) for a in (NUMBER, ID, MAIL)} == {
        (a.kind, a.value) for a in data.addresses
    }


async def test_a_join_takes_names_along(database: Database) -> None:
    """Those of both find the one customer, who answers as both would."""
    await bring(database, known(yes(5), ID), known(no(4, address=OTHER), SECOND, MAIL))
    assert [None] == await bring(database, one(NUMBER, OTHER))
    kept = await owner(database, NUMBER)
    assert {kept} == {await owner(database, a) for a in (OTHER, ID, SECOND, MAIL)}
    assert {Reason.WITHDRAWN} == {await reason(database, a) for a in (ID, SECOND, MAIL)}
    data = await SqlOwnData(database, VAULT).of_address("lmt", OTHER, NOW)
    assert data is not None
    assert {ID.value, SECOND.value, MAIL.value} <= {a.value for a in data.addresses}
    assert ["again"] == await bring(database, named(SECOND))


async def test_what_named_another_may_name_the_joined(database: Database) -> None:
    """Once somebody has said that two are one, there is no conflict any more."""
    await bring(database, known(no(4), ID), no(3, address=OTHER))
    assert [Refusal.CRM_ID_OF_ANOTHER] == await bring(database, named(ID, address=OTHER))
    joined: list[Item] = [one(NUMBER, OTHER), named(ID, address=OTHER)]
    assert [None, "again"] == await bring(database, *joined)


async def _forget(database: Database) -> None:
    wanted = Forgetting(brand="lmt", address=NUMBER, reason="request", actor="cli:dpo", at=NOW)
    await sql_ledger(database).forget(wanted, parting(wanted, CountedEntropy()))


async def test_forgetting_takes_names_along(database: Database) -> None:
    """Asked by any of them it is erased; none of them is given to anybody, nor brings one back."""
    await bring(database, known(yes(5)))
    await _forget(database)
    assert [] == rows(database, schema.addresses)
    assert {Reason.ERASED} == {await reason(database, a) for a in (NUMBER, ID, MAIL)}
    entries: list[Item] = [
        known(yes(1)),
        known(yes(1, address=OTHER), ID),
        no(1, address=OTHER),
        named(ID, address=OTHER),
        named(MAIL, address=OTHER),
    ]
    wanted = [Refusal.FORGOTTEN, Refusal.FORGOTTEN, None, Refusal.FORGOTTEN, Refusal.FORGOTTEN]
    assert wanted == await bring(database, *entries)


async def test_who_has_come_back_is_who_they_were(database: Database) -> None:
    """Their own word made them known again: then the CRM may name them as before."""
    await bring(database, known(yes(5)))
    await _forget(database)
    CLOCK.wait(24)
    try:
        await office(database).handle(message("back", Option(name="menu")))
        assert [Refusal.FORGOTTEN] == await bring(database, named(days_ago=1))
        assert [None] == await bring(database, named(days_ago=-1))
        assert await owner(database, NUMBER) == await owner(database, ID)
        assert Reason.NEVER_ASKED is await reason(database, ID)
    finally:
        CLOCK.wait(-24)


async def test_a_restored_backup_forgets_names_again(
    file_database: SqliteDatabase, tmp_path: Path
) -> None:
    """Whoever was forgotten, or lost the number, is found by none of it in yesterday's store."""
    await bring(file_database, known(yes(5)), known(yes(5, address=OTHER), SECOND))
    back_up(file_database.file, tmp_path / "restored.db", lambda _left, _all: None)
    await bring(file_database, freed(0, address=OTHER))
    await _forget(file_database)
    restored = SqliteDatabase(f"sqlite:///{tmp_path}/restored.db")
    try:
        assert Reason.ALLOWED is await reason(restored, SECOND)
        again = SqlForgotten(restored, VAULT)
        for line in await SqlForgotten(file_database, VAULT).list():
            await again.reapply(line, "cli:dpo", NOW, CountedEntropy())
        assert {Reason.ERASED} == {await reason(restored, a) for a in (NUMBER, ID, MAIL)}
        gone = {await reason(restored, a) for a in (OTHER, SECOND)}
        assert {Reason.UNKNOWN_ADDRESS} == gone
        tombs = [sorted(map(tuple, rows(d, schema.tombstones))) for d in (file_database, restored)]
        assert tombs[0] == tombs[1]
    finally:
        await restored.close()


async def test_a_name_may_change_hands(database: Database) -> None:
    """It finds nobody from then on; what was said under it before is never the next one's."""
    await bring(database, known(yes(9)), yes(9, address=OTHER))
    assert [None] == await bring(database, parted(ID, 2))
    assert Reason.UNKNOWN_ADDRESS is await reason(database, ID)
    assert Reason.ALLOWED is await reason(database, NUMBER)
    assert Reason.ALLOWED is await reason(database, MAIL)
    assert ["again", Refusal.SAID_BEFORE_RELEASE, None] == await bring(
        database,
        parted(ID, 2),
        named(ID, address=OTHER, days_ago=3),
        named(ID, address=OTHER, days_ago=1),
    )
    assert await owner(database, OTHER) == await owner(database, ID)
    assert [] == [
        row for row in rows(database, schema.outbox) if b"number_released" in row.sealed_payload
    ]


async def test_without_a_number_nobody_is_found(database: Database) -> None:
    """What is sent by a CRM id goes to the number that the CRM has: it is somebody else's now."""
    await office(database).handle(share("s"))
    await bring(database, known(yes(5)), freed(2))
    assert {Reason.UNKNOWN_ADDRESS} == {await reason(database, a) for a in (NUMBER, ID, MAIL)}
    old, new = known(yes(4, address=OTHER), ID), known(yes(1, address=OTHER), ID)
    assert [Refusal.SAID_BEFORE_RELEASE, None] == await bring(database, old, new)
    assert await owner(database, OTHER) == await owner(database, ID)


async def test_a_second_number_keeps_the_names(database: Database) -> None:
    """One of two numbers changes hands: the customer is still found, and reached by the other."""
    await bring(database, known(yes(5)), yes(5, address=OTHER), one(OTHER, NUMBER))
    assert [None] == await bring(database, freed(0))
    assert await owner(database, OTHER) == await owner(database, ID) == await owner(database, MAIL)


async def test_a_former_owner_is_not_named(database: Database) -> None:
    """What was said of a number before it changed hands names nobody who has it now."""
    await bring(database, yes(9), freed(5))
    fates = await office(database).record_batch([known(no(7))])
    assert [(None, Refusal.SAID_BEFORE_RELEASE)] == [(f.refusal, f.unnamed) for f in fates]
    assert [Refusal.SAID_BEFORE_RELEASE] == await bring(database, named(days_ago=7))
    assert await owner(database, ID) is None
    assert 2 == len(rows(database, schema.decisions))


async def test_a_rehearsal_says_the_same_and_changes_nothing(
    database: Database, file_database: SqliteDatabase
) -> None:
    """Of conflicts with what is in the store, and with what the file itself brings."""
    if isinstance(database, SqliteDatabase):
        pytest.skip("both would be one file")
    await bring(database, known(yes(9)), yes(9, address=number(5)), one(number(5), NUMBER))
    before = [rows(database, t) for t in schema.metadata.sorted_tables]
    entries: list[Item] = [
        known(yes(3, address=OTHER), SECOND),
        named(SECOND),
        named(ID, address=OTHER),
        known(yes(2, address=OTHER), ID),
        freed(1),
        named(ID, address=OTHER, days_ago=0),
        parted(MAIL),
        named(MAIL, address=OTHER, days_ago=0),
    ]
    rehearsal = Rehearsal(SqlBatches(database, VAULT), file_database)
    desk = office(database, rehearsal)  # type: ignore[arg-type]
    rehearsed = [f for e in entries for f in told(await desk.record_batch([e]))]
    assert before == [rows(database, t) for t in schema.metadata.sorted_tables]
    assert rehearsed == [f for e in entries for f in await bring(database, e)]
    assert [None, Refusal.CRM_ID_OF_ANOTHER, Refusal.CRM_ID_OF_ANOTHER] == rehearsed[:3]


async def test_two_who_name_at_once_do_not_share(made: Callable[[str], Database]) -> None:
    """Of two servers that give one id to two customers, one is refused."""
    database = made("postgres")
    try:
        await bring(database, yes(9), yes(9, address=OTHER))
        found = await asyncio.gather(
            bring(database, named(ID)), bring(database, named(ID, address=OTHER))
        )
        assert sorted([[None], [Refusal.CRM_ID_OF_ANOTHER]], key=str) == sorted(found, key=str)
    finally:
        await database.close()


async def test_history_and_standing_know_no_names(database: Database) -> None:
    """The chain holds what was said; what a customer is found by is no part of it."""
    await bring(database, known(yes(5)), named(SECOND), parted(SECOND))
    assert 1 == len(await history(database))
    assert 1 == len((await kept_standing(database)).records)


async def test_a_new_root_key_opens_names(database: Database) -> None:
    """After a rotation they find their customer and are read; the old key is not needed."""
    before = opened(database, OLD)
    await bring_with(database, before, known(yes(1)))
    await rotated(database, opened(database, NEW, OLD))
    await Rotation(database, opened(database, NEW, OLD)).retire()
    vault = opened(database, NEW)
    ledger = SqlLedger(database, vault)
    assert await ledger.customer_of("lmt", NUMBER) == await ledger.customer_of("lmt", ID)
    data = await SqlOwnData(database, vault).of_address("lmt", NUMBER, NOW)
    assert data is not None
    assert {ID.value, MAIL.value} <= {held.value for held in data.addresses}
