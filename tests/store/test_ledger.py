"""One contract for every store: what a ledger promises, on memory and on SQLite."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from consent.chain import GENESIS, verify
from consent.desk import ConsentDesk, House, rebuild
from consent.notices import Form
from consent.ports import Address, AddressKind, Circumstances, Inbound, Ledger, Look, Proof
from consent.replies import Option
from consent.standing import Standing
from consent.verdicts import Question, Verdict, unknown
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from locales.notice_lock import read_lock
from storage.ids import SystemEntropy
from tests.journeys.set_clock import SetClock

NUMBER = Address(AddressKind.MSISDN, "+37120000000")
OTHER = Address(AddressKind.MSISDN, "+37120000009")
ACCOUNT = Address(AddressKind.TELEGRAM, "4242")
STOP = Option(name="withdraw_all", scope="marketing")


CLOCK = SetClock()
CATALOGUE = load_catalogue(ROOT)
HOUSE = House(catalogue=CATALOGUE, notices=read_lock(ROOT), lexicon=load_lexicon(ROOT, CATALOGUE))


def desk(ledger: Ledger) -> ConsentDesk:
    """Return a desk in front of a ledger."""
    return ConsentDesk(HOUSE, ledger, CLOCK, SystemEntropy())


def message(message_id: str, choice: Option | None = STOP, **changes: Any) -> Inbound:  # noqa: ANN401
    """Return a message by SMS, changed as told."""
    fields: dict[str, Any] = {
        "brand": "lmt",
        "door": "sms",
        "address": NUMBER,
        "message_id": message_id,
        "received_at": CLOCK.now(),
        "proof": Proof(kind="sms", level=1),
        "form": Form.SMS,
        "choice": choice,
    }
    return Inbound(**(fields | changes))


async def test_decisions_form_a_chain_that_verifies(ledger: Ledger) -> None:
    """What a message decides is in the ledger, in order, with its evidence, chained."""
    await desk(ledger).handle(message("m1"))
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    history = await ledger.history(customer)
    assert [d.position for d in history] == [1, 2]
    assert [d.subject.id for d in history] == ["offers", "loyalty_offers"]
    assert [d.evidence.message_id for d in history if d.evidence] == ["m1", "m1"]
    assert verify(history, await ledger.head_of(customer)) == 2


async def test_the_same_message_again_changes_nothing(ledger: Ledger) -> None:
    """A message delivered twice gets the same reply and is decided once (law 5)."""
    first = await desk(ledger).handle(message("m1"))
    again = await desk(ledger).handle(message("m1", Option(name="menu")))
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    assert first == again
    assert len(await ledger.history(customer)) == 2


async def test_the_same_message_at_once_is_one_message(ledger: Ledger) -> None:
    """Copies that arrive at the same moment are decided once, for one new customer."""
    replies = await asyncio.gather(*(desk(ledger).handle(message("m1")) for _ in range(8)))
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    assert [replies[0]] * 8 == replies
    assert 1 == [reply.repeated for reply in replies].count(None)
    assert len(await ledger.history(customer)) == 2


async def test_standing_can_be_rebuilt(ledger: Ledger) -> None:
    """What the store keeps as standing is what its decisions add up to (law 3)."""
    office = desk(ledger)
    await office.handle(message("m1", Option(name="grant", purpose="traffic")))
    await office.handle(message("m2", Option(name="agree", purpose="traffic", notice="x")))
    await office.handle(message("m3"))
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    kept: list[Standing | None] = []

    def note(standing: Standing | None, _around: Circumstances) -> Verdict:
        kept.append(standing)
        return unknown(Question(brand="lmt", purpose="offers"))

    await ledger.consult(_look("lmt"), note)
    rebuilt = rebuild(await ledger.history(customer))
    assert kept[0] is not None
    assert dict(rebuilt.records) == dict(kept[0].records)


def _look(brand: str) -> Look:
    return Look(
        brand=brand, address=NUMBER, viewer="tester", purpose_of_look="check", at=CLOCK.now()
    )


async def test_brands_are_sealed_from_each_other(ledger: Ledger) -> None:
    """A STOP to one brand is unknown to the other (law 7)."""
    await desk(ledger).handle(message("m1"))
    found: list[Standing | None] = []

    def note(standing: Standing | None, _around: Circumstances) -> Verdict:
        found.append(standing)
        return unknown(Question(brand="amigo", purpose="offers"))

    await ledger.consult(_look("amigo"), note)
    assert found == [None]
    assert await ledger.customer_of("amigo", NUMBER) is None


async def test_an_account_joins_its_number(ledger: Ledger) -> None:
    """A STOP before the number is known is carried out when it is shared, unasked."""
    office = desk(ledger)
    chat: dict[str, Any] = {"door": "telegram", "address": ACCOUNT, "form": Form.CHAT}
    nobody = Proof(kind="none", level=0)
    asked = await office.handle(message("t1", **chat, proof=nobody))
    assert asked.ids == ("link.stop",)
    assert await ledger.customer_of("lmt", NUMBER) is None
    shared = await office.handle(
        message(
            "t2",
            Option(name="contact"),
            **chat,
            contact=NUMBER,
            proof=Proof(kind="contact", level=1),
        )
    )
    assert shared.ids == ("link.done", "withdrawn.marketing", "stop.rest")
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    assert customer == await ledger.customer_of("lmt", ACCOUNT)
    assert len(await ledger.history(customer)) == 2
    assert shared == await office.handle(
        message(
            "t2",
            Option(name="contact"),
            **chat,
            contact=NUMBER,
            proof=Proof(kind="contact", level=1),
        )
    )
    assert asked == await office.handle(message("t1", **chat, proof=nobody))


def _in_chat(
    message_id: str, choice: Option | None = STOP, *, number: Address | None = None
) -> Inbound:
    """Return a message of the account, by which it may prove a number."""
    return message(
        message_id,
        Option(name="contact") if number else choice,
        door="telegram",
        address=ACCOUNT,
        form=Form.CHAT,
        contact=number,
        proof=Proof(kind="contact", level=1),
    )


async def test_a_number_shared_long_ago_is_not_shared_again(ledger: Ledger) -> None:
    """The first of two shares delivered again leaves the account where the second put it."""
    office = desk(ledger)
    first = await office.handle(_in_chat("a", number=NUMBER))
    await office.handle(_in_chat("b", number=OTHER))
    again = await office.handle(_in_chat("a", number=NUMBER))
    assert first == again
    assert await ledger.customer_of("lmt", ACCOUNT) == await ledger.customer_of("lmt", OTHER)
    assert await ledger.customer_of("lmt", ACCOUNT) != await ledger.customer_of("lmt", NUMBER)


async def test_a_stop_said_under_another_number_is_not_said_again(ledger: Ledger) -> None:
    """A STOP delivered again after the account changed its number ends nothing of the other."""
    office = desk(ledger)
    await office.handle(_in_chat("a", number=NUMBER))
    stop = await office.handle(_in_chat("old"))
    await office.handle(_in_chat("b", number=OTHER))
    again = await office.handle(_in_chat("old"))
    before, after = [await ledger.customer_of("lmt", a) for a in (NUMBER, OTHER)]
    assert before is not None
    assert after is not None
    assert stop == again
    assert [2, 0] == [len(await ledger.history(c)) for c in (before, after)]


async def test_a_stop_before_the_number_is_known_is_not_said_again(ledger: Ledger) -> None:
    """Delivered again after the share, it gets the answer it had and is carried out once."""
    office = desk(ledger)
    nobody = replace(_in_chat("old"), proof=Proof(kind="none", level=0))
    asked = await office.handle(nobody)
    await office.handle(_in_chat("a", number=NUMBER))
    await office.handle(_in_chat("b", number=OTHER))
    assert asked == await office.handle(nobody)
    customer = await ledger.customer_of("lmt", OTHER)
    assert customer is not None
    assert () == await ledger.history(customer)


async def test_an_account_that_changes_its_number_brings_nothing_along(ledger: Ledger) -> None:
    """Joined to another number, an account has that customer's standing and no old question."""
    office = desk(ledger)
    chat: dict[str, Any] = {"door": "telegram", "address": ACCOUNT, "form": Form.CHAT}
    proof = Proof(kind="contact", level=1)
    await office.handle(message("t1", Option(name="contact"), **chat, contact=NUMBER, proof=proof))
    await office.handle(
        message("t2", Option(name="grant", purpose="traffic"), **chat, proof=proof)
    )
    await office.handle(message("t3", Option(name="contact"), **chat, contact=OTHER, proof=proof))
    reply = await office.handle(message("t4", Option(name="agree"), **chat, proof=proof))
    assert reply.ids == ("yes.nothing",)
    customer = await ledger.customer_of("lmt", OTHER)
    assert customer is not None
    assert await ledger.history(customer) == ()
    assert await ledger.head_of(customer) == GENESIS


async def test_two_accounts_of_one_number_may_count_alike(ledger: Ledger) -> None:
    """A message of one account is never taken for that of another."""
    office, second = desk(ledger), Address(AddressKind.TELEGRAM, "777")
    await office.handle(_in_chat("1", number=NUMBER))
    await office.handle(replace(_in_chat("1", number=NUMBER), address=second))
    await office.handle(_in_chat("5", Option(name="menu")))
    reply = await office.handle(replace(_in_chat("5"), address=second))
    assert ("withdrawn.marketing", "stop.rest") == reply.ids
