"""The fake Twilio acts on STOP, START and HELP by itself, as each mode does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.sms.fake_twilio_api import Filtering, Keywords, OptOut, Sender
from tests.sms.fake_twilio_stage import OLD_WAYS, OURS, THEIRS, Stage, open_stage, spoken

pytestmark = OLD_WAYS
_STOPS = "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split()  # noqa: SIM905


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Twilio whose sender is in the default mode and has a webhook."""
    async with open_stage() as found:
        yield found


async def _writes(stage: Stage, *texts: str) -> None:
    for text in texts:
        stage.anna.writes(text)
        await stage.twilio.settled()


async def _refusal(stage: Stage) -> int | None:
    """Return the code by which a text to Anna is refused; none if it goes out."""
    try:
        await stage.api.messages.create_async(to=THEIRS, from_=OURS, body="Piedāvājums")
    except TwilioRestException as refused:
        return int(refused.code or 0)
    return None


@pytest.mark.parametrize("word", [*_STOPS, "stop", "Stop", " STOP\n"])
async def test_a_stop_word_blocks_the_pair(stage: Stage, word: str) -> None:
    """In the default mode a STOP word blocks, is answered in English, and is passed on."""
    await _writes(stage, word)
    assert 21610 == await _refusal(stage)
    assert 1 == len(stage.anna.received)
    assert "successfully been unsubscribed" in stage.anna.received[0]
    assert [word] == stage.listener.fields("Body")
    assert "OptOutType" not in stage.listener.heard[0].form
    (own,) = stage.account.of("outbound-reply")
    assert stage.anna.received == [own.body]


async def test_a_block_is_of_one_pair(stage: Stage) -> None:
    """Other customers of the sender, and other senders to the customer, are not blocked."""
    other = stage.account.add(Sender(number="+37120009999"))
    await _writes(stage, "STOP")
    for origin, to in ((OURS, "+37120000001"), (other.number, THEIRS)):
        await stage.api.messages.create_async(to=to, from_=origin, body="Piedāvājums")
    await stage.twilio.settled()
    assert ["Piedāvājums"] == stage.twilio.customer("+37120000001").received
    assert ["Piedāvājums"] == stage.anna.received[1:]


@pytest.mark.parametrize("text", ["STOP 3", "stop.", "СТОП", "ſtop", "NO", "stop stop", ""])
async def test_anything_else_blocks_nobody(stage: Stage, text: str) -> None:
    """A word with anything beside it, and other languages' words, are passed on and no more."""
    await _writes(stage, text)
    assert await _refusal(stage) is None
    assert [text] == stage.listener.fields("Body")
    assert [] == stage.account.of("outbound-reply")


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
async def test_a_start_word_unblocks_the_pair(stage: Stage, word: str) -> None:
    """START ends the block; a second STOP is not answered again, a webhook's answer is."""
    await _writes(stage, "STOP", "STOP", "HELP")
    assert 1 == len(stage.anna.received)
    stage.listener.says(spoken("Labi"))
    await _writes(stage, word)
    assert 3 == len(stage.anna.received)
    assert "successfully been re-subscribed" in stage.anna.received[1]
    assert "Labi" == stage.anna.received[2]
    assert await _refusal(stage) is None


async def test_a_start_from_nobody_blocked_is_only_passed_on(stage: Stage) -> None:
    """YES from a customer who never stopped gets no answer of Twilio's."""
    await _writes(stage, "YES")
    assert [] == stage.anna.received
    assert ["YES"] == stage.listener.fields("Body")


@pytest.mark.parametrize(
    ("text", "kind"), [("stop", "STOP"), ("Atcelt", "STOP"), ("START", "START"), ("INFO", "HELP")]
)
async def test_the_advanced_mode_says_what_it_took(stage: Stage, text: str, kind: str) -> None:
    """It answers in its own words, tells the webhook the kind, and lists nothing."""
    sender = stage.account.add(
        Sender(
            number="+37120009999",
            webhook=stage.sender.webhook,
            filtering=Filtering.ADVANCED,
            keywords=Keywords().also(OptOut.STOP, "Atcelt", answer="Jūs vairs nesaņemsiet."),
        )
    )
    sender.blocked |= {THEIRS} if kind == "START" else set()
    stage.anna.writes(text, to=sender)
    await stage.twilio.settled()
    assert [kind] == stage.listener.fields("OptOutType")
    assert [sender.service] == stage.listener.fields("MessagingServiceSid")
    assert 1 == len(stage.anna.received)
    assert (kind == "STOP") == ("Jūs vairs nesaņemsiet." in stage.anna.received)
    assert (kind == "STOP") == (THEIRS in sender.blocked)
    assert [] == stage.account.of("outbound-reply")


async def test_without_filtering_words_are_words(stage: Stage) -> None:
    """With filtering off STOP is passed on like any other text, and can be answered."""
    stage.sender.filtering = Filtering.OFF
    stage.listener.says(spoken("Labi"))
    await _writes(stage, "STOP")
    assert ["Labi"] == stage.anna.received
    assert [""] == stage.listener.fields("OptOutType")
    assert await _refusal(stage) is None


async def test_an_answer_to_a_stop_is_dropped(stage: Stage) -> None:
    """The block comes before the answer: it goes nowhere, and the error log says so."""
    stage.listener.says("<Response><Message action='/acted'>Labi</Message></Response>")
    await _writes(stage, "STOP")
    assert "Labi" not in stage.anna.received
    assert [21610] == [alert.code for alert in stage.twilio.alerts]
    assert ["failed"] == stage.listener.fields("MessageStatus", "/acted")
