"""The fake Twilio fails when and how it is told to, and at random as a seed says."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientError
from twilio.base.exceptions import TwilioRestException

from tests.sms.fake_twilio_api import FakeTwilio, Fate, Fault, Slip
from tests.sms.fake_twilio_faults import Mishap
from tests.sms.fake_twilio_stage import OLD_WAYS, OURS, THEIRS, TOKEN, Stage, client, open_stage

pytestmark = OLD_WAYS


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Twilio whose sender has a webhook."""
    async with open_stage() as found:
        yield found


async def _send(stage: Stage, seconds: float = 5.0) -> Any:  # noqa: ANN401 - the client's own
    """Send as one should: the client itself would wait for ever."""
    async with asyncio.timeout(seconds):
        return await stage.api.messages.create_async(to=THEIRS, from_=OURS, body="Sveiki")


@pytest.mark.parametrize(
    ("fault", "raised", "status", "code", "got"),
    [
        (Fault.too_many(), TwilioRestException, 429, 20429, 0),
        (Fault.broken(), TwilioRestException, 500, 20500, 0),
        (Fault.broken(502), TwilioRestException, 502, 502, 0),
        (Fault.broken(503), TwilioRestException, 503, 20503, 0),
        (Fault.unsubscribed(), TwilioRestException, 400, 21610, 0),
        (Fault.refused(21611), TwilioRestException, 400, 21611, 0),
        (Fault.hang(), TimeoutError, None, None, 0),
        (Fault.reset(), ClientError, None, None, 0),
        (Fault.swallowed(), TimeoutError, None, None, 1),
        (Fault.lost(), TwilioRestException, 500, 20500, 1),
        (Fault.lost(504), TwilioRestException, 504, 504, 1),
        (Fault.cut(), ClientError, None, None, 1),
    ],
    ids=lambda v: f"{v.kind.value}-{v.page or v.code}" if isinstance(v, Fault) else None,
)
async def test_the_next_send_fails_as_told(  # noqa: PLR0913 - what a failure shows
    stage: Stage,
    fault: Fault,
    raised: type[Exception],
    status: int | None,
    code: int | None,
    got: int,
) -> None:
    """One send fails for the real client, with or without an effect; the one after is fine."""
    stage.twilio.fail_next(fault)
    with pytest.raises(raised) as caught:
        await _send(stage, 0.3 if raised is TimeoutError else 5.0)
    assert (status, code) == tuple(getattr(caught.value, n, None) for n in ("status", "code"))
    await stage.twilio.settled()
    assert got == len(stage.anna.received)
    assert got == len(stage.account.of("outbound-api"))
    await _send(stage)
    await stage.twilio.settled()
    assert got + 1 == len(stage.anna.received)
    assert [fault, None] == [call.fault for call in stage.twilio.calls]
    assert [status or 0, 201] == [call.status for call in stage.twilio.calls]


async def test_other_requests_fail_too(stage: Stage) -> None:
    """A list or a fetch can be made to fail, and a send in between does not use that up."""
    stage.twilio.fail_next(Fault.too_many(), on="list")
    stage.twilio.fail_next(Fault.broken(503), on="fetch")
    sent = await _send(stage)
    with pytest.raises(TwilioRestException) as caught:
        await stage.api.messages(sent.sid).fetch_async()
    assert 503 == caught.value.status
    with pytest.raises(Exception, match="Unable to fetch page"):
        await stage.api.messages.list_async()
    assert [sent.sid] == [m.sid for m in await stage.api.messages.list_async()]


async def test_closing_ends_every_wait() -> None:
    """A request that hangs keeps no test from ending."""
    async with FakeTwilio() as twilio:
        account = twilio.add_account(TOKEN)
        async with client(twilio, account) as api:
            twilio.fail_next(Fault.hang(), on="list")
            hung = asyncio.create_task(api.messages.list_async())
            await asyncio.sleep(0.05)
            await twilio.__aexit__(None, None, None)
            assert isinstance((await asyncio.gather(hung, return_exceptions=True))[0], ClientError)


async def _weather(seed: int) -> list[Fault | int | None]:
    """Return what became of sixty sends and sixty deliveries."""
    async with open_stage() as stage:
        rates: dict[Mishap, float] = {
            Fault.too_many(): 0.2,
            Fault.lost(): 0.2,
            Slip(lost=True): 0.3,
            Fate(code=30003): 0.3,
        }
        stage.twilio.misbehave(seed, rates)
        for _ in range(60):
            with suppress(TwilioRestException):
                await _send(stage)
            stage.anna.writes("Labdien")
        await stage.twilio.settled()
        faults = [call.fault for call in stage.twilio.calls]
        return [*faults, len(stage.listener.fields("Body")), len(stage.anna.received)]


async def test_random_failures_come_from_a_seed() -> None:
    """The same seed fails alike, another one otherwise; each mishap hits its share."""
    first = await _weather(1)
    assert first == await _weather(1)
    assert first != await _weather(2)
    shares = Counter(first[:60])
    assert 5 <= shares[Fault.too_many()] <= 20
    assert 5 <= shares[Fault.lost()] <= 20
    delivered, received = first[60:]
    assert isinstance(delivered, int)
    assert isinstance(received, int)
    assert 30 <= delivered <= 54
    assert 15 <= received <= 48


async def test_behaving_ends_it(stage: Stage) -> None:
    """Once told to behave, nothing fails any more."""
    stage.twilio.misbehave(1, {Fault.broken(): 1.0, Slip(lost=True): 1.0})
    with pytest.raises(TwilioRestException):
        await _send(stage)
    stage.twilio.behave()
    await _send(stage)
    stage.anna.writes("Labdien")
    await stage.twilio.settled()
    assert ["Labdien"] == stage.listener.fields("Body")
