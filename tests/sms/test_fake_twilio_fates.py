"""What becomes of a message is told by status callbacks, in every order and number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sms.fake_twilio_api import Fate, Patience
from tests.sms.fake_twilio_stage import OLD_WAYS, OURS, THEIRS, TOKEN, Saying, Stage, open_stage

pytestmark = OLD_WAYS


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Twilio whose sender is told what becomes of messages."""
    async with open_stage() as found:
        found.sender.status_callback = f"{found.listener.url}/status"
        yield found


async def _send(stage: Stage) -> Any:  # noqa: ANN401 - the client's own type
    return await stage.api.messages.create_async(to=THEIRS, from_=OURS, body="Sveiki")


@pytest.mark.parametrize("code", [30003, 30004, 30005, 30006])
async def test_a_message_does_not_arrive(stage: Stage, code: int) -> None:
    """The request succeeds; the callback says later that the message did not."""
    stage.anna.fate = Fate(code=code)
    sent = await _send(stage)
    await stage.twilio.settled()
    assert [] == stage.anna.received
    assert ["sent", "undelivered"] == stage.listener.fields("MessageStatus", "/status")
    assert ["", str(code)] == stage.listener.fields("ErrorCode", "/status")
    found = await stage.api.messages(sent.sid).fetch_async()
    assert ("undelivered", code) == (found.status, found.error_code)
    assert all(heard.is_signed(TOKEN) for heard in stage.listener.heard)


async def test_callbacks_come_in_disorder(stage: Stage) -> None:
    """Callbacks come backwards, twice, and about messages nobody sent."""
    stage.twilio.fail_next(Fate(backwards=True, again=1, strangers=2))
    sent = await _send(stage)
    await stage.twilio.settled()
    statuses = stage.listener.fields("MessageStatus", "/status")
    assert ["delivered", "delivered", "sent", "sent"] == statuses[2:]
    sids = stage.listener.fields("MessageSid", "/status")
    assert {sent.sid} == set(sids[2:])
    assert 3 == len(set(sids))
    assert ["Sveiki"] == stage.anna.received


async def test_callbacks_do_not_come(stage: Stage) -> None:
    """A message can arrive without a word of it, or stay `sent` for ever."""
    stage.twilio.fail_next(Fate(silent=True), Fate(final="sent"))
    await _send(stage)
    await _send(stage)
    await stage.twilio.settled()
    assert ["sent"] == stage.listener.fields("MessageStatus", "/status")
    assert 2 == len(stage.anna.received)


async def test_a_callback_is_tried_again(stage: Stage) -> None:
    """A status callback that fails is tried again like any other call."""
    stage.sender.patience = Patience(seconds=1.0, retries=1)
    stage.listener.says(Saying(status=500))
    await _send(stage)
    await stage.twilio.settled()
    assert ["sent", "sent", "delivered"] == stage.listener.fields("MessageStatus", "/status")


async def test_the_request_s_own_callback_comes_first(stage: Stage) -> None:
    """The address in the request is called, and the sender's only without one."""
    await stage.api.messages.create_async(
        to=THEIRS, from_=OURS, body="a", status_callback=f"{stage.listener.url}/own"
    )
    await stage.twilio.settled()
    assert ["sent", "delivered"] == stage.listener.fields("MessageStatus", "/own")
    assert [] == stage.listener.fields("MessageStatus", "/status")


async def test_a_service_refuses_later(stage: Stage) -> None:
    """Through a Messaging Service a blocked pair is accepted, and fails with 21610."""
    stage.sender.service, stage.sender.blocked = "MG" + "0" * 32, {THEIRS}
    sent = await stage.api.messages.create_async(
        to=THEIRS, messaging_service_sid=stage.sender.service, body="a"
    )
    await stage.twilio.settled()
    assert [] == stage.anna.received
    assert ["queued", "failed"] == stage.listener.fields("MessageStatus", "/status")
    assert 21610 == (await stage.api.messages(sent.sid).fetch_async()).error_code
