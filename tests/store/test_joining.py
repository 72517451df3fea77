"""Two numbers of one customer, on every database: one chain goes on, nothing is gained or lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from consent.batches import Item, Joining, Refusal
from consent.case_ports import Draft, Named
from consent.cases import CaseState
from consent.chain import verify
from consent.decisions import Action, CustomerId, Subject
from consent.delivery import Report
from consent.errors import StoreUnavailable
from consent.forgetting import Forgetting, ForgettingRefused, parting
from consent.ports import Address, AddressKind, Look
from consent.replies import Option, Repeated
from consent.verdicts import Question, Reason
from marketing.checking import check
from storage import batches, schema
from storage.batches import SqlBatches
from storage.cases import SqlCases
from storage.database import Database
from storage.deliveries import SqlDeliveries
from storage.feed import end_of
from storage.ids import SystemEntropy
from storage.joining import family_of, holder_of, join
from storage.outbox import SqlOutbox
from storage.rehearsal import Rehearsal
from storage.sqlite import SqliteDatabase
from tests.proof.ledgers import report_of
from tests.store.batch_stage import (
    DAY,
    NOW,
    SMS,
    bring,
    freed,
    history,
    kept_standing,
    no,
    office,
    told,
    yes,
)
from tests.store.feeds import read, relay
from tests.store.stores import OLD, VAULT, in_chat, rows, share, sql_ledger
from tests.store.test_ledger import HOUSE, NUMBER, OTHER, STOP, message

THIRD = Address(AddressKind.MSISDN, "+37120000033")
FOURTH = Address(AddressKind.MSISDN, "+37120000044")
MENU = Option(name="menu")
#: A no, after a yes of the chain that goes on, or without one.
NO = {Reason.WITHDRAWN, Reason.REFUSED}


def both(address: Address = NUMBER, other: Address = OTHER, *, days_ago: float = 0.5) -> Joining:
    """Return the news that two numbers are one customer's."""
    said_at = NOW - days_ago * DAY
    return Joining(
        brand="lmt", address=address, other=other, said_at=said_at, actor="crm", door="import"
    )


async def _reason(database: Database, address: Address = NUMBER, brand: str = "lmt") -> Reason:
    question = Question(brand=brand, purpose="offers")
    through = HOUSE.lens(brand, NOW + DAY)
    found = await check(sql_ledger(database), through, question, address, "tester")
    return found.reason


async def _owner(database: Database, address: Address = NUMBER) -> CustomerId | None:
    return await sql_ledger(database).customer_of("lmt", address)


def _everything(database: Database) -> list[list[Any]]:
    return [rows(database, table) for table in schema.metadata.sorted_tables]


async def _actions(database: Database, customer: CustomerId) -> list[str]:
    found = await sql_ledger(database).history(customer)
    head = await sql_ledger(database).head_of(customer)
    assert len(found) == verify(found, head)
    return [f"{d.subject.id} {d.action.value}" for d in found]


async def test_both_numbers_are_one_customer(database: Database) -> None:
    """What stands is what both had; either number is answered as the one customer."""
    about = Subject.purpose("offers")
    await bring(database, yes(9), yes(9, about=SMS), yes(8, address=OTHER))
    assert [None] == await bring(database, both())
    assert await _owner(database) == await _owner(database, OTHER)
    assert Reason.ALLOWED is await _reason(database, OTHER)
    standing = await kept_standing(database, OTHER)
    assert standing.record(about).no is None
    assert standing.record(SMS).unset is not None
    await office(database).handle(message("m", STOP, address=OTHER))
    assert Reason.WITHDRAWN is await _reason(database)


async def test_what_one_of_them_refused_is_refused(database: Database) -> None:
    """Whichever goes on: the no of either counts for both numbers (law 6)."""
    pairs = ((NUMBER, OTHER), (THIRD, FOURTH))
    for one, two in pairs:
        await bring(database, yes(9, address=one), no(7, address=two))
    await bring(database, both(*pairs[0]), both(*pairs[1][::-1]))
    for address in (*pairs[0], *pairs[1]):
        assert await _reason(database, address) in NO


async def test_the_other_chain_stays_and_names_who_it_is_now(database: Database) -> None:
    """It verifies, its evidence opens, and the chain that goes on names its head."""
    await bring(database, yes(9), no(7, address=OTHER))
    kept, gone = await _owner(database), await _owner(database, OTHER)
    assert kept is not None
    assert gone is not None
    head = await sql_ledger(database).head_of(gone)
    await bring(database, both())
    assert ["offers withdrawn"] == await _actions(database, gone)
    assert ["offers given", "offers withdrawn"] == await _actions(database, kept)
    (*_, last) = await sql_ledger(database).history(kept)
    assert last.evidence is not None
    assert head in last.evidence.words
    assert (await sql_ledger(database).history(gone))[0].evidence is not None
    pointers = {row.customer_id: row.joined_to for row in rows(database, schema.customers)}
    assert {kept: None, gone: kept} == pointers
    assert (await report_of(database)).findings == ()


async def test_the_same_join_again_changes_nothing(database: Database) -> None:
    """Twice, and the other way round; a yes said since stands."""
    await bring(database, yes(9), no(7, address=OTHER), both())
    await office(database).handle(message("g", Option(name="grant", purpose="offers")))
    await office(database).handle(message("y", Option(name="agree", purpose="offers")))
    assert Reason.ALLOWED is await _reason(database, OTHER)
    before = _everything(database)
    assert ["again"] * 2 == await bring(database, both(), both(OTHER, NUMBER))
    assert before == _everything(database)


@pytest.mark.parametrize(
    "order",
    [
        pytest.param([(OTHER, THIRD), (NUMBER, OTHER)], id="the-last-first"),
        pytest.param([(NUMBER, OTHER), (OTHER, THIRD)], id="one-after-the-other"),
        pytest.param([(THIRD, OTHER), (OTHER, NUMBER)], id="the-other-way-round"),
    ],
)
async def test_three_numbers_in_a_row(
    database: Database, order: list[tuple[Address, Address]]
) -> None:
    """Joined one after the other, in whatever order: one customer, three chains that verify."""
    await bring(database, yes(9), yes(9, address=OTHER), no(7, address=THIRD))
    names = [await _owner(database, a) for a in (NUMBER, OTHER, THIRD)]
    assert [None] * 2 == await bring(database, *(both(a, b) for a, b in order))
    kept = await _owner(database)
    assert kept is not None
    assert [kept] * 3 == [await _owner(database, a) for a in (NUMBER, OTHER, THIRD)]
    family = await database.read(lambda c: family_of(kept, c))
    assert (kept, {*names}) == (family[0], {*family})
    for address in (NUMBER, OTHER, THIRD):
        assert await _reason(database, address) in NO
    for name in family:
        await _actions(database, name)


async def test_the_chat_comes_along(database: Database) -> None:
    """The other customer's account talks as the one customer; an old message is recognised."""
    desk = office(database)
    await desk.handle(message("first", STOP))
    await desk.handle(share("s", number=OTHER))
    asked = await desk.handle(in_chat("g", Option(name="grant", purpose="offers")))
    await bring(database, both())
    kept = await _owner(database)
    assert kept == await sql_ledger(database).customer_of("lmt", OLD)
    again = await desk.handle(in_chat("g", MENU))
    assert asked == again
    assert Repeated.OVERTAKEN is again.repeated


async def test_a_question_of_before_is_not_answered_by_both(database: Database) -> None:
    """A yes to what one of them was asked shows the notice again, in their language (law 1)."""
    desk = office(database)
    for name, address in (("a", NUMBER), ("b", OTHER)):
        await desk.handle(message(name, Option(name="language", language="en"), address=address))
        asked = Option(name="grant", purpose="offers")
        await desk.handle(message(f"{name}g", asked, address=address))
    await bring(database, both())
    for name, address in (("a", NUMBER), ("b", OTHER)):
        said = replace(message(f"{name}y", None, address=address), text="yes")
        reply = await desk.handle(said)
        assert ("notice.again", "en") == (reply.ids[0], reply.language)
    assert Reason.ALLOWED is not await _reason(database)


async def test_a_yes_to_ending_still_ends(database: Database) -> None:
    """Whether all is to end was asked before the join: the answer counts after it (law 6)."""
    desk = office(database)
    await bring(database, yes(9), yes(9, address=OTHER), yes(9, about=SMS, address=OTHER))
    off = Option(name="channel_off", channel="sms")
    asked = await desk.handle(message("o", off, address=OTHER))
    assert "channel.last_off" in asked.ids
    await bring(database, both())
    await desk.handle(replace(message("y", None, address=OTHER), text="jā"))
    assert Reason.WITHDRAWN is await _reason(database)


async def test_an_answer_that_was_sent_comes_along(database: Database) -> None:
    """That it never arrived is said long after the join, and opens the case again."""
    desk, outbox = office(database), SqlOutbox(database, VAULT)
    await desk.handle(message("a", MENU))
    await desk.handle(message("h", Option(name="human"), address=OTHER))
    (case,) = rows(database, schema.cases)
    named = Named(brand="lmt", case=case.case_id, by="A. Kalna", at=NOW)
    draft = Draft(words=lambda _door: "Izlabots.", form=lambda _message, _reach: None)
    cases = SqlCases(database, VAULT)
    await cases.answer(named, draft)
    (sent,) = await outbox.claim("sms", "lmt", NOW + DAY)
    await outbox.depart(sent, NOW)
    await outbox.settle(sent, NOW)
    await bring(database, both())
    report = Report(
        brand="lmt",
        to=OTHER,
        reference=sent.id,
        provider_id="SM1",
        status="undelivered",
        stage=5,
        error="",
        at=NOW + DAY,
    )
    assert CaseState.ANSWERED is (await cases.show(named, "test")).filed.state
    await SqlDeliveries(database, VAULT).note(report)
    assert CaseState.OPEN is (await cases.show(named, "test")).filed.state


async def test_cases_and_looks_come_along(database: Database) -> None:
    """An open case is the one customer's, readable; who looked stays on file."""
    desk = office(database)
    await desk.handle(message("a", MENU))
    asks = replace(message("h", None, address=OTHER), text="operator")
    await desk.handle(asks)
    await _reason(database, OTHER)
    (case,) = rows(database, schema.cases)
    await bring(database, both())
    kept = await _owner(database)
    (moved,) = rows(database, schema.cases)
    assert (kept, case.case_id) == (moved.customer_id, moved.case_id)
    (wrapped,) = [r.wrapped_key for r in rows(database, schema.customers) if r.customer_id == kept]
    words = VAULT.data_key(str(kept), wrapped).open(
        moved.sealed_words, f"case:{case.case_id}:words"
    )
    assert b"operator" == words
    assert {kept} == {row.customer_id for row in rows(database, schema.read_log)}


async def test_mail_on_its_way_still_leaves(database: Database) -> None:
    """What waits for the other customer can be opened, and goes to where it was to go."""
    desk = office(database)
    await desk.handle(message("a", MENU))
    late = replace(message("d", MENU, address=OTHER), deferred_until=NOW + DAY)
    await desk.handle(late)
    await bring(database, both())
    (found,) = await SqlOutbox(database, VAULT).claim("sms", "lmt", NOW)
    assert OTHER == found.to
    kept = await _owner(database)
    mail = [row for row in rows(database, schema.outbox) if row.kind == "sms"]
    assert [kept] == [row.customer_id for row in mail]


async def test_a_block_of_either_is_a_block_of_both(database: Database) -> None:
    """What a provider does not deliver to one of them is not allowed until their start word."""
    desk = office(database)
    await bring(database, yes(9), yes(9, address=OTHER))
    await bring(database, yes(9, about=SMS), yes(9, about=SMS, address=OTHER))
    await desk.handle(replace(message("a", MENU), channel="sms", reopened=True))
    await SqlOutbox(database, VAULT).note_block("lmt", OTHER, "sms", NOW)
    await bring(database, both())
    question = Question(brand="lmt", purpose="offers", channel="sms")
    found = await check(
        sql_ledger(database), HOUSE.lens("lmt", NOW + DAY), question, NUMBER, "tester"
    )
    assert Reason.CHANNEL_BLOCKED is found.reason
    again = replace(message("b", MENU), channel="sms", reopened=True)
    await desk.handle(replace(again, received_at=NOW + DAY))
    found = await check(
        sql_ledger(database), HOUSE.lens("lmt", NOW + DAY), question, NUMBER, "tester"
    )
    assert Reason.ALLOWED is found.reason


@pytest.mark.parametrize("known", ["number", "other", "neither"])
async def test_nobody_is_joined_with_the_unknown(database: Database, known: str) -> None:
    """Of whom nothing is known there is nothing to take: no number gains a consent so (law 8)."""
    addresses = {"number": NUMBER, "other": OTHER}
    if known in addresses:
        await bring(database, yes(9, address=addresses[known]))
    before = _everything(database)
    assert [Refusal.NOBODY_KNOWN] == await bring(database, both())
    assert before == _everything(database)


async def test_brands_are_not_joined(database: Database) -> None:
    """The same numbers at the other brand are other customers, and stay two (law 7)."""
    desk = office(database)
    for name, address in (("a", NUMBER), ("b", OTHER)):
        await desk.handle(message(name, MENU, address=address))
        await desk.handle(message(name, STOP, address=address, brand="amigo"))
    await bring(database, both())
    ledger = sql_ledger(database)
    assert await _owner(database) == await _owner(database, OTHER)
    names = [await ledger.customer_of("amigo", a) for a in (NUMBER, OTHER)]
    assert None not in names
    assert names[0] != names[1]
    assert [Refusal.NOBODY_KNOWN] == await bring(database, both(NUMBER, THIRD))


async def test_a_join_of_before_a_release_is_refused(database: Database) -> None:
    """Whose the number was then, it is not now; said after it, it is the new owner's."""
    await bring(database, yes(9), yes(9, address=OTHER), freed(5, address=OTHER))
    await bring(database, yes(3, address=OTHER))
    before = Refusal.SAID_BEFORE_RELEASE
    assert [before] == await bring(database, both(days_ago=6))
    assert await _owner(database) != await _owner(database, OTHER)
    assert [None] == await bring(database, both(days_ago=2))


async def test_a_late_no_reaches_whom_they_are_now(database: Database) -> None:
    """Said of a number given up before the join: it lowers what the one customer has."""
    await bring(database, yes(9), yes(9, address=OTHER))
    await bring(database, yes(9, address=THIRD), both(OTHER, THIRD, days_ago=6))
    await bring(database, freed(5, address=THIRD), both())
    assert Reason.ALLOWED is await _reason(database)
    assert [None] == await bring(database, no(7, address=THIRD))
    assert Reason.WITHDRAWN is await _reason(database)


async def _forget(database: Database, address: Address) -> int:
    wanted = Forgetting(brand="lmt", address=address, reason="asked", actor="cli:dpo", at=NOW)
    return await sql_ledger(database).forget(wanted, parting(wanted, SystemEntropy()))


async def test_the_forgotten_are_not_joined(database: Database) -> None:
    """No join brings a forgotten person back (law 6)."""
    await bring(database, yes(9), yes(9, address=OTHER))
    await _forget(database, OTHER)
    before = _everything(database)
    refused = [Refusal.FORGOTTEN] * 2
    assert refused == await bring(database, both(), both(OTHER, NUMBER))
    assert before == _everything(database)


async def test_forgetting_one_forgets_all(database: Database) -> None:
    """By any of the numbers: every key, address and evidence goes, every chain verifies."""
    desk = office(database)
    await bring(database, yes(9), yes(9, address=OTHER), yes(9, address=THIRD))
    await desk.handle(share("s", number=OTHER))
    names = [await _owner(database, a) for a in (NUMBER, OTHER, THIRD)]
    await bring(database, both(OTHER, THIRD), both())
    stays = await _forget(database, THIRD)
    assert stays == len(rows(database, schema.decisions))
    assert {None} == {row.wrapped_key for row in rows(database, schema.customers)}
    assert {None} == {row.sealed_evidence for row in rows(database, schema.decisions)}
    for table in (schema.addresses, schema.sessions, schema.inbound):
        assert [] == rows(database, table)
    assert 4 == len(rows(database, schema.tombstones))
    for name in names:
        assert name is not None
        assert "withdrawn" in (await _actions(database, name))[-1]
    for address in (NUMBER, OTHER, THIRD):
        assert Reason.ERASED is await _reason(database, address)


async def test_an_open_case_of_either_comes_first(database: Database) -> None:
    """Whoever waits for an answer is not forgotten, whichever number they asked from."""
    await office(database).handle(message("a", MENU))
    await office(database).handle(message("h", Option(name="human"), address=OTHER))
    await bring(database, both())
    with pytest.raises(ForgettingRefused):
        await _forget(database, NUMBER)


async def test_other_systems_are_told(database: Database) -> None:
    """What was lost names both numbers; then who the other has become, which nobody reaches."""
    await bring(database, yes(9, address=OTHER))
    await office(database).handle(message("a", MENU))
    await relay(database).move(NOW)
    start = await database.read(lambda c: end_of("lmt", c))
    kept, gone = await _owner(database), await _owner(database, OTHER)
    await bring(database, both())
    await relay(database).move(NOW)
    found = {entry.customer: entry.event for entry in await read(database, start)}
    assert {kept, gone} == found.keys()
    lost = found[str(kept)]["data"]
    assert ("refused", {NUMBER.value, OTHER.value}) == (lost["action"], {*lost["numbers"]})
    joined = found[str(gone)]["data"]
    assert ("joined", {"kind": "customer", "id": kept}) == (joined["action"], joined["about"])
    assert ([], None) == (joined["numbers"], joined["position"])


async def test_a_join_that_breaks_off_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it is written or nothing; tried again, it is done once."""
    await bring(database, yes(9), no(7, address=OTHER))
    before = _everything(database)
    whole = join

    def broken(connection: Connection, *rest: Any) -> None:  # noqa: ANN401
        whole(connection, *rest)
        raise OSError

    monkeypatch.setattr(batches, "join", broken)
    with pytest.raises((OSError, StoreUnavailable)):
        await bring(database, both())
    assert before == _everything(database)
    monkeypatch.undo()
    assert [None] == await bring(database, both())


async def test_a_stop_beside_the_join_is_never_lost(database: Database) -> None:
    """By either number at the same moment: it is in the chain that goes on."""
    await bring(database, yes(9), yes(9, address=OTHER))
    desk = office(database)
    await asyncio.gather(
        desk.handle(message("m", STOP, address=OTHER)),
        desk.record_batch([both()]),
        desk.handle(message("n", MENU)),
    )
    assert Reason.WITHDRAWN is await _reason(database)
    assert await _owner(database) == await _owner(database, OTHER)


async def test_who_waits_for_a_join_looks_again(database: Database) -> None:
    """An address is held by whom it belongs to once the join is committed, or by nobody."""
    await bring(database, yes(9), yes(9, address=OTHER), both())
    kept = await _owner(database)
    digest = VAULT.address_hash("lmt", OTHER)
    assert kept == await database.write(lambda c: holder_of(digest, c))
    assert await database.write(lambda c: holder_of("nobody", c)) is None
    (gone,) = [r.customer_id for r in rows(database, schema.customers) if r.joined_to]
    table = schema.addresses
    back = table.update().where(table.c.address_hash == digest).values(customer_id=gone)
    await database.write(lambda c: c.execute(back))
    with pytest.raises(StoreUnavailable):
        await database.write(lambda c: holder_of(digest, c))


async def test_a_join_can_be_rehearsed(database: Database, file_database: SqliteDatabase) -> None:
    """What would become of it is said, and nothing is changed."""
    items: list[Item] = [yes(9), no(7, address=OTHER)]
    await bring(database, *items)
    before = _everything(database)
    if database.name == file_database.name:
        return
    rehearsal = Rehearsal(SqlBatches(database, VAULT), file_database)
    desk = office(database, rehearsal)  # type: ignore[arg-type]
    fates = await desk.record_batch([both(), both(), both(NUMBER, THIRD)])
    assert [None, "again", Refusal.NOBODY_KNOWN] == told(fates)
    assert before == _everything(database)


async def test_what_the_customer_asks_for_is_one(database: Database) -> None:
    """Their own page counts the looks at both numbers, and knows both."""
    await bring(database, yes(9), yes(9, address=OTHER))
    await _reason(database)
    await _reason(database, OTHER)
    await bring(database, both())
    reply = await office(database).handle(message("d", Option(name="status"), address=OTHER))
    assert "status" in reply.ids
    look = Look(brand="lmt", address=OTHER, viewer="t", purpose_of_look="t", at=NOW + DAY)
    found, head, length = await sql_ledger(database).inspect(look)
    assert length == verify(found, head) == len(await history(database))
    assert 3 == len({row.look_id for row in rows(database, schema.read_log)})
    kept = await _owner(database)
    assert {kept} == {row.customer_id for row in rows(database, schema.read_log)}
    assert Action.GIVEN in {d.action for d in found}
