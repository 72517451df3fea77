"""A gateway as a carrier: what crosses the line, and what odd answers mean."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sms.carrier import (
    Blocked,
    Busy,
    CarrierFault,
    Filtered,
    Misconfigured,
    Received,
    Refused,
    Sent,
    Sms,
    Unreachable,
    Unsure,
)
from sms.gateway_carrier import Gateway, GatewayCarrier
from tests.sms.fake_gateway import FakeGateway, Mishap, open_gateway
from tests.sms.scripted_server import Line, scripted

_OURS, _THEIRS = "+37129202010", "+37120000000"
_SMS = Sms(brand="lmt", sender="LMT", to=_THEIRS, text="Sveiki", reference="7")
_MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_MESSAGE = {
    "id": "1",
    "from": _THEIRS,
    "to": _OURS,
    "text": "STOP",
    "sent_at": "2026-11-22T09:00:00Z",
}


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    """Return a gateway that knows one token."""
    async with open_gateway("hunter2") as found:
        yield found


def _carrier(url: str) -> GatewayCarrier:
    return GatewayCarrier(Gateway(url=url, token="hunter2", sender=_OURS))


async def _send(url: str, sms: Sms = _SMS) -> Sent:
    async with aclosing(_carrier(url)) as carrier:
        return await carrier.send(sms)


async def _caught(url: str, sms: Sms = _SMS) -> CarrierFault:
    with pytest.raises(CarrierFault) as caught:
        await _send(url, sms)
    return caught.value


async def _read(url: str, since: datetime = _MORNING) -> list[Received]:
    async with aclosing(_carrier(url)) as carrier:
        return [received async for received in carrier.received_since(since)]


async def test_a_plain_message(gateway: FakeGateway) -> None:
    """What the gateway gets is what its description says; its answer is taken as it is."""
    assert Sent(id="out-0", status="accepted") == await _send(gateway.url)
    expected = {"from": "LMT", "to": _THEIRS, "text": "Sveiki", "reference": "7"}
    assert [expected] == gateway.accepted


async def test_everything_that_can_be_asked(gateway: FakeGateway) -> None:
    """How long a message is valid and where its fate is told goes along, if it is set."""
    url = "https://consent.example/sms/lmt/status"
    await _send(f"{gateway.url}/", replace(_SMS, valid_for=60, status_url=url))
    assert (60, url) == tuple(gateway.accepted[0][name] for name in ("valid_for", "status_url"))


async def test_references(gateway: FakeGateway) -> None:
    """The same reference is the same message; without one each message is new."""
    assert await _send(gateway.url) == await _send(gateway.url)
    assert 1 == len(gateway.accepted)
    for _ in range(2):
        await _send(gateway.url, replace(_SMS, reference=""))
    assert 3 == len({message["reference"] for message in gateway.accepted} - {""})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("refused", Refused),
        ("blocked", Blocked),
        ("unreachable", Unreachable),
        ("filtered", Filtered),
        ("busy", Busy),
    ],
)
@pytest.mark.parametrize("status", [400, 422, 500])
async def test_faults_by_name(
    gateway: FakeGateway, error: str, kind: type[CarrierFault], status: int
) -> None:
    """A gateway that says what is wrong is believed, whatever its status."""
    gateway.mishaps.append(Mishap(status=status, error=error))
    fault = await _caught(gateway.url)
    assert (kind, str(status)) == (type(fault), fault.reason)


@pytest.mark.parametrize("error", ["", "unsure", "misconfigured", "no such thing"])
async def test_faults_by_status(gateway: FakeGateway, error: str) -> None:
    """A name that means nothing leaves it to the status."""
    gateway.mishaps += [Mishap(status=418, error=error), Mishap(status=500, error=error)]
    assert [Refused, Unsure] == [type(await _caught(gateway.url)) for _ in range(2)]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(Line(b""), id="empty"),
        pytest.param(Line(b"OK"), id="no JSON"),
        pytest.param(Line(b"[]"), id="no object"),
        pytest.param(Line(b"{}"), id="no id"),
        pytest.param(Line(b'{"id": 5}'), id="a number for an id"),
        pytest.param(Line(b'{"id": ""}'), id="empty id"),
        pytest.param(Line(b'{"id": "a b"}'), id="a sentence for an id"),
        pytest.param(Line(b'{"id": "1\\n"}'), id="two lines for an id"),
        pytest.param(Line(b'{"id": "' + b"1" * 65 + b'"}'), id="endless id"),
        pytest.param(Line(b'{"id": "1", "status": "<b>"}'), id="odd status"),
        pytest.param(Line(b'{"id": "\xff"}'), id="no text"),
        pytest.param(Line(b'{"id": "1"}' + b" " * 2**16), id="endless answer"),
        pytest.param(
            Line(gzip.compress(b'{"id": "1"}'), headers={"Content-Encoding": "gzip"}), id="packed"
        ),
    ],
)
async def test_answers_that_say_nothing(line: Line) -> None:
    """An answer that cannot be understood may well mean yes; nobody asks again."""
    async with scripted(line) as script:
        assert Unsure is type(await _caught(script.url))
        assert ["POST /"] == script.asked


async def test_a_gateway_that_has_moved() -> None:
    """Neither the token nor the text follows a redirection."""
    async with scripted(Line(b"", 307, {"Location": "/elsewhere"})) as script:
        assert Misconfigured is type(await _caught(script.url))
        with pytest.raises(Misconfigured):
            await _read(script.url)
        assert ["POST /", "GET /inbound"] == script.asked


async def test_each_message_has_a_connection_of_its_own() -> None:
    """No message is handed to a connection that the gateway may be closing just then."""
    async with scripted(Line(b'{"id": "1"}')) as script, aclosing(_carrier(script.url)) as carrier:
        for _ in range(2):
            await carrier.send(_SMS)
        assert 2 == len(set(script.callers))


async def test_an_address_that_is_none() -> None:
    """An address nobody can be reached at loses no message."""
    assert Busy is type(await _caught("nowhere"))


@pytest.mark.parametrize("longest", [1, 2, 5, 100])
async def test_lists_that_end_early(gateway: FakeGateway, longest: int) -> None:
    """However short its lists are, everything is read once and in order."""
    gateway.longest = longest
    for number in range(9):
        at = _MORNING + timedelta(seconds=number // 4)
        gateway.writes(f"{number}", at, to=_OURS, sender=_THEIRS)
    found = await _read(gateway.url)
    assert [f"{number}" for number in range(9)] == [received.text for received in found]
    assert -(-9 // longest) + 1 == gateway.lists


def _list(*messages: Any) -> Line:  # noqa: ANN401 - anything
    return Line(json.dumps({"messages": messages}).encode())


async def test_a_gateway_that_lists_everything_at_once() -> None:
    """A gateway may ignore what is asked and in which order: what is wanted is picked out."""
    late = _MESSAGE | {"id": "2", "sent_at": "2026-11-22T11:00:03+02:00", "text": "2"}
    old = _MESSAGE | {"id": "0", "sent_at": "2026-11-22T08:59:59Z"}
    async with scripted(_list(late, late, _MESSAGE, old)) as script:
        found = await _read(script.url)
        assert ["STOP", "2"] == [received.text for received in found]
        assert _MORNING + timedelta(seconds=3) == found[1].sent_at
        assert 2 == len(script.asked)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(Line(b""), id="empty"),
        pytest.param(Line(b"[]"), id="no object"),
        pytest.param(Line(b'{"messages": {}}'), id="no list"),
        pytest.param(_list(5), id="no message"),
        pytest.param(_list(_MESSAGE | {"id": "a b"}), id="a sentence for an id"),
        pytest.param(_list(_MESSAGE | {"from": None}), id="nobody"),
        pytest.param(_list(_MESSAGE | {"text": None}), id="no text"),
        pytest.param(_list(_MESSAGE | {"sent_at": "2026-11-22T09:00:00"}), id="no zone"),
        pytest.param(_list(_MESSAGE | {"sent_at": "yesterday"}), id="no time"),
        pytest.param(_list(_MESSAGE | {"sent_at": "0001-01-01T00:00:00+14:00"}), id="no past"),
        pytest.param(_list(_MESSAGE | {"sent_at": "9999-12-31T23:59:59-14:00"}), id="no future"),
        pytest.param(Line(b'{"messages": []}' + b" " * 2**23), id="endless list"),
        pytest.param(Line(b'{"messages": []}', status=206), id="a part"),
        pytest.param(Line(b'{"more": ' + b"[" * 100_000), id="depths"),
        pytest.param(Line(status=400), id="refusal"),
        pytest.param(Line(status=503), id="not serving"),
    ],
)
async def test_lists_that_are_none(line: Line) -> None:
    """A list with anything odd in it is not used at all; it can be read again."""
    async with scripted(_list(_MESSAGE), line) as script:
        texts = []
        async with aclosing(_carrier(script.url)) as carrier:
            with pytest.raises(Busy) as caught:
                texts += [one.text async for one in carrier.received_since(_MORNING)]
        assert Busy is type(caught.value)
        assert 2 == len(script.asked)
