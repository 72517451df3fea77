"""Forgetting: the person goes, the chain verifies, every "no" stays, nothing brings them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.chain import verify
from consent.forgetting import Forgetting, ForgettingRefused, parting
from consent.ports import Look
from consent.replies import Option
from consent.verdicts import Question, Reason
from marketing.checking import check
from storage import schema
from storage.database import Database
from storage.ledger import SqlLedger
from storage.sqlite import SqliteDatabase
from tests.builders import CountedEntropy, lens
from tests.store.stores import NEW, in_chat, outgoing, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, OTHER, desk, message

AT = CLOCK.now() + timedelta(days=1)
WORDS = "Стоп, Anna Kalniņa"


def _wanted(**changes: object) -> Forgetting:
    fields: dict[str, object] = {
        "brand": "lmt",
        "address": NUMBER,
        "reason": "request of 3 March",
        "actor": "cli:dpo",
        "at": AT,
    }
    return Forgetting(**(fields | changes))  # type: ignore[arg-type]


async def _forget(ledger: SqlLedger, **changes: object) -> int:
    wanted = _wanted(**changes)
    return await ledger.forget(wanted, parting(wanted, CountedEntropy()))


async def _reason(ledger: SqlLedger, purpose: str = "research") -> Reason:
    question = Question(brand="lmt", purpose=purpose)
    return (await check(ledger, lens(AT), question, NUMBER, "tester")).reason


async def _customer(database: Database) -> SqlLedger:
    """Return a ledger that knows somebody who gave, refused and wrote."""
    ledger = sql_ledger(database)
    office = desk(ledger)
    await office.handle(share("s"))
    await office.handle(in_chat("g", Option(name="grant", purpose="research")))
    await office.handle(in_chat("y", Option(name="agree", purpose="research")))
    await office.handle(replace(message("m1"), choice=None, text=WORDS))
    return ledger


async def test_what_was_given_ends_and_the_person_is_gone(database: Database) -> None:
    """No address, conversation, key or evidence is left; decisions and hashes are."""
    ledger = await _customer(database)
    before = len(rows(database, schema.decisions))
    stays = await _forget(ledger)
    assert before + 1 == stays == len(rows(database, schema.decisions))
    for table in (schema.addresses, schema.sessions, schema.inbound):
        assert [] == rows(database, table)
    assert [] == outgoing(database)
    assert {None} == {row.sealed_evidence for row in rows(database, schema.decisions)}
    assert {None} == {row.wrapped_key for row in rows(database, schema.customers)}
    assert "withdrawn" == rows(database, schema.decisions)[-1].action


async def test_channels_that_are_on_are_switched_off(database: Database) -> None:
    """What ends is every yes, of channels too; what is no already is left alone."""
    ledger = await _customer(database)
    office = desk(ledger)
    await office.handle(in_chat("w", Option(name="withdraw", purpose="traffic")))
    await office.handle(in_chat("o", Option(name="grant", purpose="offers")))
    await office.handle(in_chat("p", Option(name="agree", purpose="offers")))
    await office.handle(in_chat("e", Option(name="channel_on", channel="email")))
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    before = await _forget(ledger) - len(await ledger.history(customer))
    ended = [(d.subject.id, d.action.value) for d in (await ledger.history(customer))[-3:]]
    assert 0 == before
    assert {("email", "off"), ("offers", "withdrawn"), ("research", "withdrawn")} == set(ended)


async def test_the_chain_still_verifies(database: Database) -> None:
    """Without evidence every link can still be checked, the ending ones too."""
    ledger = await _customer(database)
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    stays = await _forget(ledger)
    decisions = await ledger.history(customer)
    assert stays == verify(decisions, await ledger.head_of(customer))
    assert {None} == {decision.evidence for decision in decisions}


async def test_every_check_answers_erased(database: Database) -> None:
    """Neither unknown nor withdrawn: whoever asks learns not to ask again."""
    ledger = await _customer(database)
    assert Reason.ERASED is not await _reason(ledger)
    await _forget(ledger)
    assert Reason.ERASED is await _reason(ledger)


async def test_who_comes_back_begins_anew(database: Database) -> None:
    """Their own new word counts, and nothing of before is known."""
    ledger = await _customer(database)
    await _forget(ledger)
    await desk(ledger).handle(message("again", Option(name="menu")))
    assert Reason.NEVER_ASKED is await _reason(ledger)
    again = await _forget(ledger, at=AT + timedelta(days=1))
    assert 0 == again
    assert Reason.ERASED is await _reason(ledger)


async def test_nothing_readable_is_left_on_disk(file_database: SqliteDatabase) -> None:
    """Neither in the file nor in the log beside it: wrapped key, sealed words, number."""
    ledger = await _customer(file_database)
    (key,) = {row.wrapped_key for row in rows(file_database, schema.customers) if row.wrapped_key}
    (words, *_) = [row.sealed_evidence for row in rows(file_database, schema.decisions)]
    await _forget(ledger)
    left = b"".join(
        path.read_bytes() for path in file_database.file.parent.glob(f"{file_database.file.name}*")
    )
    for gone in (key, words, NUMBER.value.encode(), "Kalniņa".encode()):
        assert gone not in left


async def test_whoever_waits_for_an_answer_is_kept(database: Database) -> None:
    """An open case comes first, and is named; nothing was changed."""
    ledger = await _customer(database)
    await desk(ledger).handle(message("h", Option(name="human")))
    (case,) = rows(database, schema.cases)
    with pytest.raises(ForgettingRefused, match=case.case_id):
        await _forget(ledger)
    assert Reason.ERASED is not await _reason(ledger)


@pytest.mark.parametrize("brand", ["amigo", "lmt"])
async def test_nobody_cannot_be_forgotten(database: Database, brand: str) -> None:
    """A number that is not known to the brand, or was forgotten before (law 7)."""
    ledger = await _customer(database)
    if brand == "lmt":
        await _forget(ledger)
    with pytest.raises(ForgettingRefused):
        await _forget(ledger, brand=brand)


async def test_others_stay_as_they_are(database: Database) -> None:
    """Another customer, and the same number at the other brand, keep everything."""
    ledger = await _customer(database)
    await desk(ledger).handle(replace(message("o"), address=OTHER))
    await desk(ledger).handle(replace(message("a"), brand="amigo"))
    await _forget(ledger)
    for brand, address in (("lmt", OTHER), ("amigo", NUMBER)):
        customer = await ledger.customer_of(brand, address)
        assert customer is not None
        assert all(d.evidence for d in await ledger.history(customer))


async def test_the_chat_of_the_forgotten_is_nobody_s(database: Database) -> None:
    """A Telegram account that was joined to the number is no longer known either."""
    ledger = await _customer(database)
    await _forget(ledger)
    assert await ledger.customer_of("lmt", NEW) is None
    reply = await desk(ledger).handle(in_chat("x", Option(name="status")))
    assert ("link.ask",) == reply.ids


async def test_a_look_at_the_forgotten_shows_nothing(database: Database) -> None:
    """History by number is empty; the read log of before stays with the pseudonym."""
    ledger = await _customer(database)
    await _reason(ledger)
    await _forget(ledger)
    look = Look(brand="lmt", address=NUMBER, viewer="t", purpose_of_look="t", at=AT)
    assert (0, 0) == (len((await ledger.inspect(look))[0]), (await ledger.inspect(look))[2])
    assert 1 == len(rows(database, schema.read_log))


def test_deleted_pages_are_overwritten(file_database: SqliteDatabase) -> None:
    """The writer fills what it deletes with zeros."""
    found = file_database.write_now(lambda c: c.exec_driver_sql("PRAGMA secure_delete").scalar())
    assert 1 == found
