"""What every carrier keeps, whoever carries."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run
from sys import executable

import pytest

from sms.carrier import (
    Blocked,
    Busy,
    Carrier,
    CarrierFault,
    Misconfigured,
    Received,
    Refused,
    Sms,
    Unreachable,
    Unsure,
)
from tests.sms.carrier_worlds import (
    MORNING,
    OTHERS,
    OURS,
    SOON,
    THEIRS,
    TOKEN,
    World,
    Wrong,
    gateway_world,
    twilio_world,
)

_SMS = Sms(brand="lmt", sender=OURS, to=THEIRS, text="Jūsu piekrišana ir atsaukta")
_ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[twilio_world, gateway_world], ids=["twilio", "gateway"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Return each provider in turn."""
    async with request.param() as found:
        yield found


@pytest.fixture
async def carrier(world: World) -> AsyncIterator[Carrier]:
    """Return a carrier of this provider."""
    found = world.carrier()
    yield found
    await found.aclose()


async def _caught(carrier: Carrier, sms: Sms = _SMS) -> CarrierFault:
    with pytest.raises(CarrierFault) as caught:
        await carrier.send(sms)
    return caught.value


async def _read(carrier: Carrier, since: datetime) -> list[Received]:
    return [received async for received in carrier.received_since(since)]


async def test_a_message_is_handed_over(world: World, carrier: Carrier) -> None:
    """What is sent is accepted once, as it is, and gets an id of its own."""
    ids = {(await carrier.send(replace(_SMS, text=text))).id for text in ("Paldies! €", "Ё\n~")}
    assert [(OURS, THEIRS, "Paldies! €"), (OURS, THEIRS, "Ё\n~")] == world.accepted
    assert 2 == len(ids - {""})


@pytest.mark.parametrize(
    ("wrong", "kind", "count"),
    [
        pytest.param(Wrong.REFUSED, Refused, 0, id="too long"),
        pytest.param(Wrong.BLOCKED, Blocked, 0, id="stopped by the customer"),
        pytest.param(Wrong.UNREACHABLE, Unreachable, 0, id="no mobile number"),
        pytest.param(Wrong.TOO_MANY, Busy, 0, id="too fast"),
        pytest.param(Wrong.CLOSED, Busy, 0, id="not serving"),
        pytest.param(Wrong.BROKEN, Unsure, 0, id="failed before sending"),
        pytest.param(Wrong.LOST, Unsure, 1, id="failed after sending"),
        pytest.param(Wrong.HANG, Unsure, 0, id="neither taken nor answered"),
        pytest.param(Wrong.SWALLOWED, Unsure, 1, id="taken, not answered"),
        pytest.param(Wrong.CUT, Unsure, 1, id="taken, then cut off"),
    ],
)
async def test_what_went_wrong_has_a_name(
    world: World, carrier: Carrier, wrong: Wrong, kind: type[CarrierFault], count: int
) -> None:
    """Each failure says what may be done next; nothing is tried twice by itself."""
    world.goes_wrong(wrong)
    async with aclosing(world.carrier(timeout=10 if wrong.answered else SOON)) as failing:
        assert kind is type(await _caught(failing))
    assert count == len(world.accepted)
    await carrier.send(_SMS)
    assert count + 1 == len(world.accepted)


async def test_messages_at_the_same_time_fail_apart(world: World, carrier: Carrier) -> None:
    """One message that is lost takes nothing from the others."""
    world.goes_wrong(Wrong.CUT)
    sends = (carrier.send(_SMS) for _ in range(4))
    ended = await asyncio.gather(*sends, return_exceptions=True)
    assert [Unsure] == [type(one) for one in ended if isinstance(one, Exception)]
    assert 4 == len(world.accepted)


async def test_a_wrong_password_loses_nothing(world: World) -> None:
    """Who is not let in has sent nothing, may send it later, and is told what to mend."""
    async with aclosing(world.carrier(token="wrong")) as carrier:
        assert Misconfigured is type(await _caught(carrier))
        with pytest.raises(Misconfigured):
            await _read(carrier, MORNING)
    assert issubclass(Misconfigured, Busy)
    assert [] == world.accepted


async def test_nobody_there(world: World) -> None:
    """A refused connection is no doubt: nothing has left."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with aclosing(world.carrier(url=url)) as carrier:
            assert Busy is type(await _caught(carrier))


async def test_a_connection_that_is_never_made(world: World) -> None:
    """Waiting in vain for a connection is no doubt either, though the time was up."""
    async with AsyncExitStack() as stack:
        held: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
        stack.callback(server.close)
        port = server.sockets[0].getsockname()[1]
        # Whoever serves there never answers the greeting of TLS.
        carrier = world.carrier(url=f"https://127.0.0.1:{port}", timeout=SOON)
        await stack.enter_async_context(aclosing(carrier))
        fault = await _caught(carrier)
        assert (Busy, "TimeoutError") == (type(fault), fault.reason)
        assert 1 == len(held)
        held[0].close()


async def test_half_a_character_is_refused(world: World, carrier: Carrier) -> None:
    """What cannot be written is given up at once, not tried for ever."""
    assert Refused is type(await _caught(carrier, replace(_SMS, text="\ud800")))
    assert [] == world.accepted


async def test_what_customers_wrote_is_read(world: World, carrier: Carrier) -> None:
    """Everything since a moment is there once, oldest first, and nothing of another number."""
    for minute, text in enumerate(["old", "STOP", "", "3-", "Ё €", "3+"]):
        world.writes(text, MORNING + timedelta(minutes=minute))
        world.writes("to another number", MORNING + timedelta(minutes=minute), to=OTHERS)
    found = await _read(carrier, MORNING + timedelta(minutes=1))
    assert ["STOP", "", "3-", "Ё €", "3+"] == [received.text for received in found]
    assert {(THEIRS, OURS)} == {(received.sender, received.to) for received in found}
    assert [MORNING + timedelta(minutes=m) for m in range(1, 6)] == [r.sent_at for r in found]
    assert {UTC} == {received.sent_at.tzinfo for received in found}
    assert 5 == len({received.id for received in found})


async def test_nothing_falls_between_two_readings(world: World, carrier: Carrier) -> None:
    """Who reads on from the last moment finds what came later in the same second."""
    world.writes("1", MORNING)
    (first,) = await _read(carrier, MORNING)
    world.writes("2", MORNING + timedelta(milliseconds=400))
    found = await _read(carrier, first.sent_at + timedelta(milliseconds=900))
    assert ["1", "2"] == [received.text for received in found]


async def test_moments_of_other_zones(world: World, carrier: Carrier) -> None:
    """A moment is the same moment in any zone."""
    world.writes("old", MORNING - timedelta(hours=1))
    world.writes("new", MORNING)
    riga = datetime.fromisoformat("2026-11-22T11:00:00+02:00")
    assert ["new"] == [received.text for received in await _read(carrier, riga)]


async def test_nobody_wrote(carrier: Carrier) -> None:
    """An empty list is no failure."""
    assert [] == await _read(carrier, MORNING)


async def test_reading_can_be_repeated(world: World, carrier: Carrier) -> None:
    """Whatever goes wrong while reading, it can be read later."""
    world.reading_fails()
    with pytest.raises(Busy) as caught:
        await _read(carrier, MORNING)
    assert Busy is type(caught.value)


async def test_closing(world: World) -> None:
    """A carrier can be closed unopened and twice; another message opens it anew."""
    carrier = world.carrier()
    await carrier.aclose()
    for _ in range(2):
        await carrier.send(_SMS)
        await carrier.aclose()
        await carrier.aclose()
    assert 2 == len(world.accepted)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(Wrong.REFUSED, id="refused"),
        pytest.param(Wrong.UNREACHABLE, id="unreachable"),
        pytest.param(Wrong.SWALLOWED, id="not answered"),
    ],
)
async def test_nothing_private_is_told(
    world: World, carrier: Carrier, caplog: pytest.LogCaptureFixture, wrong: Wrong
) -> None:
    """Neither log nor traceback nor object shows the number, the text or the password."""
    caplog.set_level("DEBUG")
    world.goes_wrong(wrong)
    async with aclosing(world.carrier(timeout=10 if wrong.answered else SOON)) as failing:
        fault = await _caught(failing)
    world.writes("secret words", MORNING)
    (received,) = await _read(carrier, MORNING)
    shown = "".join([caplog.text, *traceback.format_exception(fault), f"{_SMS!r}{received!r}"])
    for private in (THEIRS.removeprefix("+"), "secret words", "piekrišana", TOKEN):
        assert private not in shown


def test_libraries_wait_for_the_first_message() -> None:
    """Carriers can be made without loading what speaks HTTP."""
    program = """
import sys
from sms.gateway_carrier import Gateway, GatewayCarrier
from sms.twilio_carrier import TwilioAccount, TwilioCarrier
TwilioCarrier(TwilioAccount(account_sid="", auth_token="", sender=""))
GatewayCarrier(Gateway(url="", token="", sender=""))
print({"twilio", "aiohttp", "requests"} & set(sys.modules))
"""
    done = run([executable, "-c", program], capture_output=True, text=True, check=True, cwd=_ROOT)
    assert "set()" == done.stdout.strip()
