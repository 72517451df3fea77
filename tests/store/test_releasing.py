"""A number that changes hands: its new owner begins with nothing, its old one keeps theirs."""

from __future__ import annotations

from dataclasses import replace

from consent.batches import Entry, Joining, Refusal, Release
from consent.chain import verify
from consent.decisions import CustomerId
from consent.forgetting import Forgetting, parting
from consent.replies import Option
from consent.verdicts import Question, Reason
from marketing.checking import check
from storage import schema
from storage.database import Database
from storage.ids import SystemEntropy
from storage.moments import to_store
from tests.builders import lens
from tests.store.batch_stage import (
    NOW,
    SMS,
    bring,
    freed,
    history,
    kept_standing,
    no,
    office,
    yes,
)
from tests.store.stores import VAULT, in_chat, rows, share, sql_ledger
from tests.store.test_ledger import ACCOUNT, NUMBER, OTHER, message


async def _reason(database: Database) -> Reason:
    question = Question(brand="lmt", purpose="offers")
    return (await check(sql_ledger(database), lens(NOW), question, NUMBER, "tester")).reason


async def _owner(database: Database) -> CustomerId | None:
    return await sql_ledger(database).customer_of("lmt", NUMBER)


async def test_the_number_is_nobody_s(database: Database) -> None:
    """No row of the address, no conversation is left; the decisions stay with their customer."""
    await office(database).handle(message("m1", Option(name="menu")))
    await bring(database, yes(9))
    before = await _owner(database)
    assert before is not None
    assert [None] == await bring(database, freed(2))
    assert await _owner(database) is None
    assert Reason.UNKNOWN_ADDRESS is await _reason(database)
    assert [] == rows(database, schema.sessions)
    assert 1 == len(await sql_ledger(database).history(before))


async def test_the_new_owner_begins_with_nothing(database: Database) -> None:
    """Their first word makes a new customer, to whom nothing was ever given (law 7)."""
    await bring(database, yes(9))
    before = await _owner(database)
    await bring(database, freed(2))
    await office(database).handle(message("m1", Option(name="menu")))
    assert await _owner(database) not in {None, before}
    assert Reason.NEVER_ASKED is await _reason(database)


async def test_a_chat_stays_with_its_person(database: Database) -> None:
    """The account was joined by the number and is the old customer's all the same."""
    desk = office(database)
    await desk.handle(share("s"))
    await bring(database, yes(0))
    before = await _owner(database)
    await bring(database, freed(0))
    assert before == await sql_ledger(database).customer_of("lmt", ACCOUNT)
    reply = await desk.handle(in_chat("x", Option(name="status")))
    assert "status" in reply.ids


async def test_what_was_on_its_way_to_it_is_stopped(database: Database) -> None:
    """A code that still waits is not sent to whoever has the number now."""
    desk = office(database)
    await desk.handle(message("m1"))
    (found,) = rows(database, schema.addresses)
    waiting = {
        "customer_id": found.customer_id,
        "outgoing_id": "o1",
        "brand": "lmt",
        "kind": "sms",
        "address_hash": found.address_hash,
        "sealed_payload": b"",
        "created_at": 1,
        "claimed_until": 0,
    }
    other = waiting | {"outgoing_id": "o2", "address_hash": "another"}
    await database.write(lambda c: c.execute(schema.outbox.insert(), [waiting, other]))
    await bring(database, freed(0))
    settled = {
        row.outgoing_id: row.outcome for row in rows(database, schema.outbox) if row.kind == "sms"
    }
    assert {"o1": "refused", "o2": None} == settled


async def test_each_word_goes_to_whom_it_belongs(database: Database) -> None:
    """In one file: the old owner's yes, the change of hands, the new owner's yes; twice."""
    entries: list[Entry | Release] = [yes(9), yes(9, about=SMS), freed(5), no(3), yes(2)]
    assert [None] * 5 == await bring(database, *entries)
    tables = [rows(database, t) for t in schema.metadata.sorted_tables]
    assert ["again"] * 5 == await bring(database, *entries)
    assert tables == [rows(database, t) for t in schema.metadata.sorted_tables]
    assert ["withdrawn", "given"] == [d.action for d in await history(database)]
    assert 2 == len(rows(database, schema.customers))


async def test_an_old_yes_is_never_the_new_owner_s(database: Database) -> None:
    """However late it comes, whoever has the number now, and whether the old one is known."""
    assert [None, Refusal.SAID_BEFORE_RELEASE] == await bring(database, freed(5), yes(9))
    await office(database).handle(message("m1", Option(name="menu")))
    early = [yes(9), no(9)]
    assert [Refusal.SAID_BEFORE_RELEASE] * 2 == await bring(database, *early)
    assert () == await history(database)


async def test_an_old_no_still_reaches_its_customer(database: Database) -> None:
    """Said before the change of hands, it lowers what the old owner had given (law 6)."""
    await bring(database, yes(9))
    before = await _owner(database)
    assert before is not None
    late: list[Entry | Release] = [freed(5), no(7), replace(yes(6), document="x")]
    assert [None, None, Refusal.SAID_BEFORE_RELEASE] == await bring(database, *late)
    found = await sql_ledger(database).history(before)
    assert ["given", "withdrawn"] == [d.action for d in found]
    assert await _owner(database) is None


async def test_a_number_given_up_for_another_keeps_the_chain(database: Database) -> None:
    """What a customer said by their old and their new number, in one batch, is one chain."""
    await bring(database, yes(9))
    (mine,) = rows(database, schema.addresses)
    second = mine._asdict() | {"address_hash": VAULT.address_hash("lmt", OTHER)}
    await database.write(lambda c: c.execute(schema.addresses.insert(), second))
    await bring(database, freed(5))
    told = await bring(database, no(7), no(3, address=OTHER), no(6), no(4))
    assert [None] * 4 == told
    ledger = sql_ledger(database)
    found = await history(database, OTHER)
    assert 4 == verify(found, await ledger.head_of(found[0].customer))
    assert await history(database, NUMBER)
    await kept_standing(database, OTHER)


async def test_a_release_of_the_past_leaves_who_came_since(database: Database) -> None:
    """Whoever first spoke after it is the new owner already; old words are not theirs."""
    await office(database).handle(message("m1", Option(name="menu")))
    owner = await _owner(database)
    assert [None, Refusal.SAID_BEFORE_RELEASE] == await bring(database, freed(5), yes(9))
    assert owner == await _owner(database)


async def test_whose_history_reaches_back_was_there(database: Database) -> None:
    """A customer of whom something older was brought in had the number then: it is released."""
    await bring(database, yes(9), yes(2, about=SMS))
    await bring(database, freed(5))
    assert await _owner(database) is None


async def test_whose_history_was_joined_was_there(database: Database) -> None:
    """What they said before a join counts, under whatever name it stands: it is released."""
    await bring(database, yes(2, address=OTHER), yes(9))
    join = Joining(
        brand="lmt", address=OTHER, other=NUMBER, said_at=NOW, actor="crm", door="import"
    )
    await bring(database, join)
    table = schema.addresses
    late = table.update().values(proven_at=to_store(NOW))
    await database.write(lambda c: c.execute(late).rowcount)
    assert [None] == await bring(database, freed(5))
    assert await _owner(database) is None


async def test_a_number_changes_hands_twice(database: Database) -> None:
    """Each word goes to whoever had it then; of the first owner only what is there is known."""
    entries: list[Entry | Release] = [yes(9), freed(8), yes(7), freed(6), yes(5)]
    assert [None] * 5 == await bring(database, *entries)
    assert [None] == await bring(database, no(6.5))
    tables = [rows(database, t) for t in schema.metadata.sorted_tables]
    before = Refusal.SAID_BEFORE_RELEASE
    told = await bring(database, *entries, no(8.5))
    assert [before, "again", "again", "again", "again", before] == told
    assert tables == [rows(database, t) for t in schema.metadata.sorted_tables]
    assert [4, 3] == [len(rows(database, t)) for t in (schema.decisions, schema.customers)]


async def test_a_release_does_not_bring_the_forgotten_back(database: Database) -> None:
    """Their tombstone stays; who came back under the number loses it all the same."""
    await bring(database, yes(9))
    wanted = Forgetting(brand="lmt", address=NUMBER, reason="asked", actor="cli:dpo", at=NOW)
    await sql_ledger(database).forget(wanted, parting(wanted, SystemEntropy()))
    assert ["again", Refusal.FORGOTTEN] == await bring(database, freed(1), yes(0))
    assert Reason.ERASED is await _reason(database)
    await office(database).handle(message("m1", Option(name="menu")))
    assert [None, Refusal.FORGOTTEN] == await bring(database, freed(0), yes(0))
    assert await _owner(database) is None


async def test_a_release_without_its_evidence_is_refused(database: Database) -> None:
    """Nobody loses a number because somebody says so without a name."""
    await bring(database, yes(9))
    assert [Refusal.ACTOR_MISSING] == await bring(database, replace(freed(1), actor=""))
    assert await _owner(database) is not None
