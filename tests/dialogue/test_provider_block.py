"""A provider's own block of our SMS: channel state, which the customer's START alone ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consent.ports import Address
from consent.replies import SILENCE, Option
from consent.verdicts import Reason
from tests.builders import AMIGO, CHAT, HOUR, LMT, NUMBER
from tests.dialogue.talks import Talk

STOP = Option(name="withdraw_all", scope="marketing")
BLOCKED = {"channel": "sms"}


async def _may_text(talk: Talk, *, brand: str = LMT) -> Reason:
    """Return what marketing is told about an SMS with offers."""
    return (await talk.may("offers", channel="sms", brand=brand)).reason


async def _blocked() -> Talk:
    """Return a talk whose customer stopped by SMS, and gave offers and SMS anew in the chat."""
    talk = Talk()
    await talk.link()
    await talk.sms(choice=STOP, silent=True)
    for words in ("START", "jā", "sms"):
        await talk.say(words, address=CHAT)
    return talk


async def test_a_stop_that_the_provider_took_blocks_the_channel() -> None:
    """Given anew elsewhere, offers may still not come by SMS, and the verdict says why."""
    talk = await _blocked()
    await talk.say("e-pasts+", address=CHAT)
    assert Reason.CHANNEL_BLOCKED is await _may_text(talk)
    assert (await talk.may("offers", channel="email")).allowed
    assert (await talk.may("offers")).allowed


async def test_the_block_is_no_decision() -> None:
    """The ledger holds what the customer said; how SMS are delivered is none of it (law 10)."""
    talk = Talk()
    assert SILENCE == await talk.sms(choice=STOP, silent=True)
    assert ("offers refused", "loyalty_offers refused") == await talk.ledgered()


async def test_a_grant_elsewhere_tells_to_text_start() -> None:
    """Switching SMS on in the chat says how the block is ended; another channel does not."""
    talk = Talk()
    await talk.link()
    await talk.sms(choice=STOP, silent=True)
    await talk.say("START", address=CHAT)
    granted = await talk.say("jā", address=CHAT)
    by_mail = await talk.say("e-pasts+", address=CHAT)
    by_sms = await talk.say("sms+", address=CHAT)
    assert ("granted", "ask.channels") == granted.ids
    assert ("channel.on",) == by_mail.ids
    assert ("channel.on", "channel.blocked") == by_sms.ids
    assert BLOCKED == by_sms.messages[1].params


async def test_a_grant_that_finds_its_channel_on_tells_so_too() -> None:
    """A second consent that would use a blocked channel says that nothing arrives by it."""
    talk = await _blocked()
    await talk.say("dot 7", address=CHAT)
    reply = await talk.say("jā", address=CHAT)
    assert ("granted", "channel.blocked") == reply.ids


async def test_a_grant_that_uses_no_channel_says_nothing_of_it() -> None:
    """What is never sent anywhere needs no START."""
    talk = await _blocked()
    await talk.say("dot 2", address=CHAT)
    assert ("granted",) == (await talk.say("jā", address=CHAT)).ids


async def test_where_it_would_not_arrive_it_is_not_said() -> None:
    """By SMS itself the hint could not be read."""
    talk = await _blocked()
    assert ("already.channel.on",) == (await talk.sms("sms+")).ids


async def test_start_ends_the_block() -> None:
    """Told by the provider that it delivers again, SMS may be sent, and questions asked."""
    talk = await _blocked()
    reply = await talk.sms("statuss", reopened=True)
    assert "status" in reply.ids
    assert Reason.ALLOWED is await _may_text(talk)
    await talk.sms("dot 8")
    assert ("granted",) == (await talk.sms("jā")).ids


async def test_start_itself_asks_again() -> None:
    """It shows the notice of offers; only a yes to that gives them (law 1)."""
    talk = Talk()
    await talk.sms(choice=STOP, silent=True)
    assert ("notice", "ask.grant") == (await talk.sms("START", reopened=True)).ids
    assert not (await talk.may("offers")).allowed
    assert ("granted", "ask.channels") == (await talk.sms("jā")).ids


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"text": "START"}, id="start-that-the-provider-did-not-take"),
        pytest.param({"text": "jā"}, id="yes"),
        pytest.param({"text": "sms+"}, id="a-wish-for-sms"),
        pytest.param({"text": "statuss"}, id="a-question"),
        pytest.param({"text": "STOP"}, id="stop-again"),
        pytest.param({"choice": STOP, "silent": True}, id="stop-that-the-provider-took-again"),
        pytest.param({"text": "START", "address": CHAT, "channel": None}, id="start-in-the-chat"),
        pytest.param(
            {"text": "START", "brand": AMIGO, "reopened": True}, id="start-to-the-other-brand"
        ),
    ],
)
async def test_nothing_else_ends_the_block(said: dict[str, Any]) -> None:
    """No message from a stopped person may resubscribe them."""
    talk = await _blocked()
    await talk.say(**({"channel": "sms"} | said))
    assert {"sms"} == await talk.blocked()


async def test_a_block_outlasts_time() -> None:
    """It has no end of its own."""
    talk = await _blocked()
    talk.clock.move(timedelta(days=400))
    assert Reason.CHANNEL_BLOCKED is await _may_text(talk)


async def test_while_blocked_no_question_is_opened_by_sms() -> None:
    """What nobody can read asks nothing, so a yes is a yes to nothing (law 1)."""
    talk = await _blocked()
    await talk.sms("dot 8")
    assert ("yes.nothing",) == (await talk.sms("jā")).ids
    assert "research given" not in await talk.ledgered()


async def test_a_block_that_sending_told_of_opens_no_question_either() -> None:
    """Whoever learnt of it, the provider or the courier, what is shown is not seen."""
    talk = Talk()
    await talk.sms("palīdzība")
    (customer,) = talk.ledger._customers.values()
    customer.heard("sms", True, talk.clock.now())  # noqa: FBT003
    await talk.sms("dot 8")
    assert ("yes.nothing",) == (await talk.sms("jā")).ids
    assert () == await talk.ledgered()


async def test_a_block_of_one_brand_is_none_of_the_other() -> None:
    """Each brand has a sender of its own (law 7)."""
    talk = await _blocked()
    for words in ("START", "jā", "sms"):
        await talk.sms(words, brand=AMIGO)
    assert Reason.ALLOWED is await _may_text(talk, brand=AMIGO)


async def test_a_block_of_one_number_is_none_of_another() -> None:
    """Other customers are texted as before."""
    talk = await _blocked()
    other = Address(NUMBER.kind, "+37120000002")
    for words in ("START", "jā", "sms"):
        await talk.sms(words, address=other)
    assert (await talk.may("offers", channel="sms", address=other)).allowed


async def test_a_door_without_a_channel_blocks_none() -> None:
    """Silence where nothing is sent to the customer says nothing about SMS."""
    talk = Talk()
    await talk.say(choice=STOP, silent=True)
    assert set() == await talk.blocked()


async def test_a_late_stop_of_the_provider_s_blocks_too() -> None:
    """Fetched after an outage, it was taken all the same."""
    talk = Talk()
    await talk.link()
    await talk.fetch(choice=STOP, silent=True, ago=HOUR)
    for words in ("START", "jā", "sms"):
        await talk.say(words, address=CHAT)
    assert Reason.CHANNEL_BLOCKED is await _may_text(talk)


async def test_a_start_from_before_the_stop_does_not_end_its_block() -> None:
    """Fetched after the STOP that followed it, an old START lifts nothing (law 6)."""
    talk = Talk()
    await talk.link()
    talk.clock.move(HOUR)
    await talk.sms(choice=STOP, silent=True)
    await talk.fetch("START", reopened=True, ago=timedelta(minutes=2))
    assert [("notice",)] == [item.reply.ids for item in talk.ledger.outgoing]
    await talk.sms("jā")
    assert "offers given" not in await talk.ledgered()
    assert {"sms"} == await talk.blocked()
