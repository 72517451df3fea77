"""What codes and statuses mean, and whether a request has left."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession

from sms.carrier import (
    Blocked,
    Busy,
    CarrierFault,
    Filtered,
    Misconfigured,
    Refused,
    Sms,
    Unreachable,
    Unsure,
    http_fault,
    twilio_fault,
)
from sms.departure import departing, watching
from tests.sms.scripted_server import Line, scripted


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        pytest.param([21610], Blocked, id="stop word"),
        pytest.param([30004], Filtered, id="nobody knows why"),
        pytest.param(
            [21211, 21408, 21612, 21614, 21635, 30003, 30005, 30006], Unreachable, id="number"
        ),
        pytest.param([20429, 20503, 21611, 30001, 63018, 63038], Busy, id="later"),
        pytest.param([20003, 20404, 21603, 21657, 21659, 21703, 30002], Misconfigured, id="us"),
        pytest.param([21617, 21619, 21608, 30007, 30008, 0, 99999], Refused, id="give up"),
    ],
)
def test_codes_of_twilio(codes: list[int], kind: type[CarrierFault]) -> None:
    """Each code means one thing; one that nobody knows ends the message and no more."""
    assert {kind} == {twilio_fault(code) for code in codes}


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        pytest.param([400, 402, 409, 413, 422], Refused, id="not this"),
        pytest.param([301, 302, 307, 308, 401, 403, 404, 405, 407], Misconfigured, id="not us"),
        pytest.param([408, 429, 503], Busy, id="not now"),
        pytest.param([500, 502, 504, 520, 600, 0, 101], Unsure, id="who knows"),
    ],
)
def test_statuses(statuses: list[int], kind: type[CarrierFault]) -> None:
    """Without a code the status decides; a server that failed may have sent before."""
    assert {kind} == {http_fault(status) for status in statuses}
    assert {kind} == {twilio_fault(99999, status) for status in statuses}


def test_faults_speak_to_operators() -> None:
    """Each fault has a code of its own, and its message ends with the provider's reason."""
    kinds = [Refused, Blocked, Unreachable, Filtered, Busy, Misconfigured, Unsure, CarrierFault]
    assert len(kinds) == len({kind.code for kind in kinds})
    assert str(Refused("21617")).endswith("changes nothing. Reason: 21617.")
    assert "21617" == Refused("21617").reason
    assert str(Busy()).endswith("sent later.")


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_message_that_is_too_late(seconds: int) -> None:
    """A message that is no longer valid is none."""
    with pytest.raises(ValueError, match="valid"):
        Sms(brand="lmt", sender="LMT", to="+37120000000", text="?", valid_for=seconds)


async def test_departures_are_told_apart() -> None:
    """Of two requests at one time each knows for itself whether it has left."""
    mute = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    writers: list[asyncio.StreamWriter] = []
    port = mute.sockets[0].getsockname()[1]

    async def left(session: ClientSession, url: str) -> bool:
        with departing() as departure:
            try:
                async with asyncio.timeout(0.2), session.post(url, data=b"?") as answer:
                    await answer.read()
            except TimeoutError:
                pass
        return departure.left

    async with scripted(Line()) as script, ClientSession(trace_configs=[watching()]) as session:
        # Whoever serves at the first address never answers the greeting of TLS.
        urls = [f"https://127.0.0.1:{port}", script.url]
        assert [False, True] == await asyncio.gather(*(left(session, url) for url in urls))
    for writer in writers:
        writer.close()
    mute.close()


async def test_departures_within_each_other() -> None:
    """What leaves after an inner departure has ended is the outer one."""
    async with scripted(Line()) as script, ClientSession(trace_configs=[watching()]) as session:
        with departing() as outer:
            with departing() as inner:
                pass
            assert not outer.left
            async with session.get(script.url):
                pass
    assert (True, False) == (outer.left, inner.left)
