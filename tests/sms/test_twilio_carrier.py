"""Twilio's own library as a carrier: what is asked of Twilio, and what its answers mean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sms.carrier import (
    Blocked,
    Busy,
    CarrierFault,
    Misconfigured,
    Received,
    Sms,
    Unreachable,
    Unsure,
)
from sms.twilio_carrier import TwilioAccount, TwilioCarrier
from tests.sms.fake_twilio_api import Account, FakeTwilio, Fault, Sender
from tests.sms.fake_twilio_faults import Kind

_OURS, _THEIRS = "+37129202010", "+37120000000"
_SMS = Sms(brand="lmt", sender=_OURS, to=_THEIRS, text="Sveiki")
_MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    """Return a Twilio at which nothing careless was asked in the end."""
    async with FakeTwilio(wall=_MORNING.timestamp) as found:
        yield found
        await found.settled()
        assert [] == found.violations


@pytest.fixture
def account(twilio: FakeTwilio) -> Account:
    """Return an account with one number, which may send under one name."""
    found = twilio.add_account("hunter2")
    found.add(Sender(number=_OURS))
    found.names.add("LMT")
    return found


@pytest.fixture
def ours(twilio: FakeTwilio, account: Account) -> TwilioAccount:
    """Return what a carrier is made of."""
    return TwilioAccount(
        account_sid=account.sid,
        auth_token=account.auth_token,
        sender=_OURS,
        api_url=twilio.url,
    )


async def _send(ours: TwilioAccount, sms: Sms = _SMS) -> str:
    carrier = TwilioCarrier(ours)
    try:
        return (await carrier.send(sms)).status
    finally:
        await carrier.aclose()


async def _caught(ours: TwilioAccount, sms: Sms = _SMS) -> CarrierFault:
    with pytest.raises(CarrierFault) as caught:
        await _send(ours, sms)
    return caught.value


async def _read(ours: TwilioAccount, since: datetime = _MORNING) -> list[Received]:
    carrier = TwilioCarrier(ours)
    try:
        return [received async for received in carrier.received_since(since)]
    finally:
        await carrier.aclose()


async def test_a_plain_message(twilio: FakeTwilio, account: Account, ours: TwilioAccount) -> None:
    """Twilio is asked for what is needed and no more; the text stays as it is."""
    assert "queued" == await _send(ours)
    expected = {"To": _THEIRS, "From": _OURS, "Body": "Sveiki", "SmartEncoded": "false"}
    assert expected == twilio.calls[-1].params
    assert ["Sveiki"] == [message.body for message in account.of("outbound-api")]


async def test_the_id_is_twilios(account: Account, ours: TwilioAccount) -> None:
    """What Twilio tells later about a message is known by the same id."""
    carrier = TwilioCarrier(ours)
    sent = await carrier.send(_SMS)
    await carrier.aclose()
    assert sent.id == account.of("outbound-api")[0].sid


@pytest.mark.parametrize(
    ("seconds", "period"),
    [
        pytest.param(1, "1", id="a second"),
        pytest.param(36_000, "36000", id="ten hours"),
        pytest.param(36_001, "36000", id="longer"),
        pytest.param(10**9, "36000", id="for ever"),
    ],
)
async def test_how_long_a_message_is_valid(
    twilio: FakeTwilio, ours: TwilioAccount, seconds: int, period: str
) -> None:
    """Twilio gives up a message in time; longer than it can wait it is not asked to."""
    await _send(ours, replace(_SMS, valid_for=seconds))
    assert period == twilio.calls[-1].params["ValidityPeriod"]


async def test_everything_that_can_be_asked(twilio: FakeTwilio, ours: TwilioAccount) -> None:
    """Callbacks and what Twilio may keep are passed on; a name can be the sender."""
    discreet = replace(ours, content_retention="discard", address_retention="obfuscate")
    url = "https://consent.example/sms/lmt/status"
    await _send(discreet, replace(_SMS, sender="LMT", status_url=url))
    params = twilio.calls[-1].params
    names = ("From", "StatusCallback", "ContentRetention", "AddressRetention")
    assert ("LMT", url, "discard", "obfuscate") == tuple(params[name] for name in names)


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [
        pytest.param("+37167000000", Unreachable, "21635", id="landline"),
        pytest.param("+3712", Unreachable, "21211", id="no number"),
        pytest.param("+37060000000", Unreachable, "21408", id="country not allowed"),
    ],
)
async def test_numbers_that_get_no_sms(
    ours: TwilioAccount, to: str, kind: type[CarrierFault], code: str
) -> None:
    """A number that gets no SMS is no fault of the message."""
    fault = await _caught(ours, replace(_SMS, to=to))
    assert (kind, code) == (type(fault), fault.reason)


async def test_a_customer_who_has_texted_stop(twilio: FakeTwilio, ours: TwilioAccount) -> None:
    """Twilio sends nothing to whom it has unsubscribed, until they come back."""
    anna = twilio.customer(_THEIRS)
    anna.writes("Stop", to=_OURS)
    fault = await _caught(ours)
    assert (Blocked, "21610") == (type(fault), fault.reason)
    anna.writes("start", to=_OURS)
    await _send(ours)
    await twilio.settled()
    assert "Sveiki" == anna.received[-1]


@pytest.mark.parametrize("sender", ["+37129999999", "Amigo"])
async def test_a_sender_that_is_not_ours(ours: TwilioAccount, sender: str) -> None:
    """No message would leave from there: that is for the operator to mend."""
    assert Misconfigured is type(await _caught(ours, replace(_SMS, sender=sender)))


@pytest.mark.parametrize(
    ("fault", "kind", "reason", "count"),
    [
        pytest.param(Fault.too_many(), Busy, "20429", 0, id="too many"),
        pytest.param(Fault.refused(21611), Busy, "21611", 0, id="queue full"),
        pytest.param(Fault.broken(503), Busy, "20503", 0, id="not serving"),
        pytest.param(Fault.broken(500), Unsure, "20500", 0, id="broken"),
        pytest.param(Fault.broken(502), Unsure, "502", 0, id="a proxy's page"),
        pytest.param(Fault.lost(500), Unsure, "20500", 1, id="broken after sending"),
        pytest.param(Fault.lost(504), Unsure, "504", 1, id="a proxy's page after sending"),
        pytest.param(Fault.hang(), Unsure, "TimeoutError", 0, id="no answer"),
        pytest.param(Fault.swallowed(), Unsure, "TimeoutError", 1, id="no answer after sending"),
        pytest.param(Fault.reset(), Unsure, "ClientOSError", 0, id="reset"),
        pytest.param(Fault.cut(), Unsure, "ClientOSError", 1, id="reset after sending"),
    ],
)
async def test_failures(  # noqa: PLR0913 - what a failure shows
    twilio: FakeTwilio,
    account: Account,
    ours: TwilioAccount,
    fault: Fault,
    kind: type[CarrierFault],
    reason: str,
    count: int,
) -> None:
    """One request leaves, whatever becomes of it; it says whether it may leave again."""
    twilio.fail_next(fault)
    silent = fault.kind in {Kind.HANG, Kind.SWALLOW}
    caught = await _caught(replace(ours, timeout=0.5 if silent else 10.0))
    assert (kind, reason) == (type(caught), caught.reason)
    assert 1 == len(twilio.calls)
    await twilio.settled()
    assert count == len(account.of("outbound-api")) == len(twilio.customer(_THEIRS).received)


async def test_a_send_that_is_cancelled(
    twilio: FakeTwilio, account: Account, ours: TwilioAccount
) -> None:
    """Whoever stops waiting is let go at once; the message is gone all the same."""
    twilio.fail_next(Fault.swallowed())
    carrier = TwilioCarrier(ours)
    task = asyncio.create_task(carrier.send(_SMS))
    while not twilio.calls:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 1 == len(account.of("outbound-api"))
    await carrier.aclose()


async def test_an_account_nobody_knows(twilio: FakeTwilio, ours: TwilioAccount) -> None:
    """A wrong password is told as such, for sending and for reading."""
    stranger = replace(ours, auth_token="wrong")
    assert ("20003", Misconfigured) == ((f := await _caught(stranger)).reason, type(f))
    with pytest.raises(Misconfigured):
        await _read(stranger)
    assert 2 == len(twilio.violations)
    twilio.violations.clear()


async def test_an_environment_of_twilios_own_tools(
    account: Account, ours: TwilioAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables that Twilio's other tools read turn no request elsewhere."""
    for name in ("EDGE", "REGION", "ACCOUNT_SID", "AUTH_TOKEN"):
        monkeypatch.setenv(f"TWILIO_{name}", "elsewhere")
    await _send(ours)
    assert 1 == len(account.of("outbound-api"))


async def test_the_library_is_silent(
    account: Account, ours: TwilioAccount, caplog: pytest.LogCaptureFixture
) -> None:
    """What Twilio's library would log of each request, our account among it, is not logged."""
    caplog.set_level("DEBUG")
    await _send(ours)
    assert [] == await _read(ours)
    assert account.sid not in caplog.text
    assert "Twilio" not in caplog.text


async def test_long_lists(twilio: FakeTwilio, account: Account, ours: TwilioAccount) -> None:
    """However many pages there are, everything is read once and in order."""
    for number in range(450):
        twilio.customer(_THEIRS).writes(f"{number}", to=_OURS)
    found = await _read(ours)
    assert [f"{number}" for number in range(450)] == [received.text for received in found]
    assert [m.sid for m in account.of("inbound")] == [received.id for received in found]
    assert ["list"] * 3 == [call.operation for call in twilio.calls]
    asked = {"To": _OURS, "DateSent>": "2026-11-22T09:00:00Z", "PageSize": "200"}
    assert asked == twilio.calls[0].params
