"""Deliveries of the fake Twilio go wrong in every way that real ones do."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator

import pytest

from tests.sms.fake_twilio_api import SharedKey, Slip
from tests.sms.fake_twilio_stage import OLD_WAYS, THEIRS, TOKEN, Saying, Stage, open_stage, spoken
from tests.telegram.virtual_time import VirtualTime

pytestmark = OLD_WAYS


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Twilio whose sender has a webhook."""
    async with open_stage() as found:
        yield found


@pytest.mark.parametrize("again", [1, 2, 3])
@pytest.mark.parametrize("at_once", [False, True], ids=["in turn", "at once"])
async def test_a_message_comes_again(stage: Stage, again: int, *, at_once: bool) -> None:
    """It comes again under its SID but another token, and each answer is said."""
    gate, together = asyncio.Event(), again + 1 if at_once else 1
    stage.listener.says(*[Saying(body=spoken("Labi"), gate=gate)] * (again + 1))
    stage.anna.writes("Labdien", slip=Slip(again=again, at_once=at_once))
    await stage.listener.hears(together)
    await asyncio.sleep(0.02)
    assert together == len(stage.listener.heard)
    gate.set()
    await stage.twilio.settled()
    assert again + 1 == len(stage.listener.fields("Body"))
    assert 1 == len(set(stage.listener.fields("MessageSid")))
    tokens = [h.headers["I-Twilio-Idempotency-Token"] for h in stage.listener.heard]
    heard = [h for h in stage.listener.heard if h.url.endswith("/inbound")]
    assert (
        again + 1 == len({h.headers["I-Twilio-Idempotency-Token"] for h in heard}) <= len(tokens)
    )
    assert ["Labi"] * (again + 1) == stage.anna.received


async def test_a_message_is_overtaken(stage: Stage) -> None:
    """The customer's next message comes first; without one it comes all the same."""
    stage.twilio.fail_next(Slip(overtaken=True), Slip(), Slip(), Slip(overtaken=True))
    for text in ("a", "b", "c", "d"):
        stage.anna.writes(text)
    await stage.twilio.settled()
    assert ["b", "a", "c", "d"] == stage.listener.fields("Body")


async def test_a_message_comes_late() -> None:
    """A late message is late by the fake's own clock, and holds up no other."""
    time = VirtualTime()
    async with open_stage() as stage:
        stage.twilio.sleep = time.sleep
        stage.anna.writes("a", slip=Slip(late=3600))
        stage.anna.writes("b", slip=Slip(late=60))
        await stage.twilio.settled()
        assert ["b", "a"] == stage.listener.fields("Body")
    assert 4600.0 == time.now()


async def test_a_connection_is_cut_after_sending(stage: Stage) -> None:
    """Twilio hangs up and tries again; the answer of the second try counts."""
    stage.listener.says(*[spoken("Labi")] * 2)
    stage.anna.writes("Labdien", slip=Slip(cut=True))
    await stage.twilio.settled()
    assert [0, 200] == [p.status for p in stage.twilio.posts if p.kind == "inbound"]
    assert len(stage.listener.fields("Body")) in {1, 2}
    assert ["Labi"] == stage.anna.received


async def test_an_answer_goes_unheard(stage: Stage) -> None:
    """The program has done its work and answered; Twilio asks again all the same."""
    stage.listener.says(spoken("unheard"), spoken("Labi"))
    stage.anna.writes("Labdien", slip=Slip(unheard=True))
    await stage.twilio.settled()
    assert ["Labdien"] * 2 == stage.listener.fields("Body")
    assert ["Labi"] == stage.anna.received


@pytest.mark.parametrize("key", [None, SharedKey("a shared secret")], ids=["token", "shared key"])
async def test_a_signature_is_wrong(stage: Stage, key: SharedKey | None) -> None:
    """A forged message looks right and is signed by somebody else."""
    stage.account.shared_key = key
    stage.anna.writes("Labdien", slip=Slip(forged=True))
    await stage.twilio.settled()
    (heard,) = stage.listener.heard
    assert not heard.is_signed(key.secret if key else TOKEN)


async def test_words_come_as_base64(stage: Stage) -> None:
    """The words are in base64, and signed as such; the list shows them as written."""
    text = "Es vairs negribu saņemt reklāmas. " * 5
    stage.anna.writes(text, slip=Slip(base64=True))
    await stage.twilio.settled()
    (heard,) = stage.listener.heard
    assert text == b64decode(heard.form["Body"], validate=True).decode()
    assert heard.is_signed(TOKEN)
    assert [text] == [m.body for m in await stage.api.messages.list_async()]


async def test_a_lost_message_is_in_the_list_alone(stage: Stage) -> None:
    """A STOP whose webhook is lost blocks all the same, and only the list shows it."""
    stage.twilio.fail_next(Slip(lost=True))
    stage.anna.writes("STOP")
    await stage.twilio.settled()
    assert [] == stage.listener.heard
    found = await stage.api.messages.list_async(from_=THEIRS)
    assert [("STOP", "inbound", "received")] == [(m.body, m.direction, m.status) for m in found]
    assert THEIRS in stage.sender.blocked
