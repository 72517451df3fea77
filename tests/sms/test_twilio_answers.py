"""What odd answers of Twilio's mean, as its own library hands them on."""

from __future__ import annotations

import json
from contextlib import aclosing
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
    Sms,
    Unsure,
)
from sms.twilio_carrier import TwilioAccount, TwilioCarrier
from sms.twilio_line import TwilioLine
from tests.sms.scripted_server import Line, scripted

_OURS, _THEIRS = "+37129202010", "+37120000000"
_SMS = Sms(brand="lmt", sender=_OURS, to=_THEIRS, text="Sveiki")
_MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_RECORD = {
    "sid": "SM1",
    "from": _THEIRS,
    "to": _OURS,
    "body": "STOP",
    "direction": "inbound",
    "date_sent": "Sun, 22 Nov 2026 09:00:00 +0000",
}


def _page(*records: Any, more: bool = False) -> Line:  # noqa: ANN401 - anything
    uri = "/2010-04-01/next" if more else None
    return Line(json.dumps({"messages": records, "next_page_uri": uri, "page": 0}).encode())


def _carrier(url: str) -> TwilioCarrier:
    own = TwilioAccount(account_sid="AC1", auth_token="hunter2", sender=_OURS, api_url=url)
    return TwilioCarrier(own)


async def _caught(url: str) -> CarrierFault:
    async with aclosing(_carrier(url)) as carrier:
        with pytest.raises(CarrierFault) as caught:
            await carrier.send(_SMS)
    return caught.value


async def _read(*lines: Line) -> list[Received]:
    async with scripted(*lines) as script, aclosing(_carrier(script.url)) as carrier:
        return [received async for received in carrier.received_since(_MORNING)]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(Line(status=500), id="failure"),
        pytest.param(Line(b'{"code": 20429}', status=429), id="too fast"),
        pytest.param(Line(status=404), id="page forgotten"),
        pytest.param(Line(b"[]"), id="no list"),
        pytest.param(Line(b'{"messages": 5}'), id="no messages"),
        pytest.param(Line(b'{"messages": [5]}'), id="no message"),
        pytest.param(Line(b'{"mess'), id="half an answer"),
        pytest.param(Line(b""), id="empty answer"),
        pytest.param(Line(b"\xff", headers={"Content-Type": "text/plain"}), id="no text"),
    ],
)
async def test_a_list_that_breaks_off(last: Line) -> None:
    """As the oldest messages come last, a list is given whole or not at all."""
    for lines in ((last,), (_page(_RECORD, more=True), last)):
        with pytest.raises(Busy):
            await _read(*lines)


async def test_a_list_that_leads_back_to_itself() -> None:
    """A list without end is read until it brings nothing new."""
    found = await _read(_page(_RECORD, more=True))
    assert ["SM1"] == [received.id for received in found]


async def test_records_that_are_no_messages_of_customers(caplog: pytest.LogCaptureFixture) -> None:
    """What is not from a customer to us is left out; what cannot be used is reported too."""
    foreign: list[dict[str, Any]] = [{"direction": "outbound-api"}, {"to": "+37129202011"}]
    broken: list[dict[str, Any]] = [
        {"sid": None},
        {"sid": "a b"},
        {"sid": 5},
        {"from": None},
        {"date_sent": None},
    ]
    records = [_RECORD, *(_RECORD | {"sid": "SM0"} | odd for odd in foreign + broken)]
    found = await _read(_page(*records))
    assert ["SM1"] == [received.id for received in found]
    assert len(broken) == len(caplog.records)
    assert _THEIRS not in caplog.text


async def test_records_with_little_in_them() -> None:
    """A message without words is one; a time of arrival stands for a missing one of sending."""
    arrived = "Sun, 22 Nov 2026 09:00:01 +0000"
    odd = _RECORD | {"body": None, "date_sent": None, "date_created": arrived, "from": "1618"}
    (found,) = await _read(_page(odd))
    assert ("", "1618", _MORNING + timedelta(seconds=1)) == (
        found.text,
        found.sender,
        found.sent_at,
    )


async def test_records_that_are_too_old() -> None:
    """Where Twilio lists by day, what is older than asked for is left out."""
    old = _RECORD | {"sid": "SM0", "date_sent": "Sun, 22 Nov 2026 08:59:59 +0000"}
    found = await _read(_page(_RECORD, old))
    assert ["SM1"] == [received.id for received in found]


async def test_the_order_within_a_second() -> None:
    """The newest comes first at Twilio; nothing else tells messages of one second apart."""
    later = _RECORD | {"sid": "SM3", "date_sent": "Sun, 22 Nov 2026 09:00:01 +0000"}
    found = await _read(_page(later, _RECORD | {"sid": "SM2"}, _RECORD))
    assert ["SM1", "SM2", "SM3"] == [received.id for received in found]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(Line(b"", status=201), id="empty"),
        pytest.param(Line(b"[]", status=201), id="no record"),
        pytest.param(Line(b'{"sid": "SM', status=201), id="half an answer"),
        pytest.param(Line(b'{"sid": 5}', status=201), id="a number for an id"),
        pytest.param(Line(b'{"sid": "a b"}', status=201), id="a sentence for an id"),
        pytest.param(Line(b"<html>", status=200), id="a page"),
        pytest.param(Line(b"\xff", 201, {"Content-Type": "a/b; charset=utf-8"}), id="no text"),
        pytest.param(Line(b"{}", 201, {"Content-Type": "a/b; charset=none"}), id="no charset"),
        pytest.param(Line(b'{"code": 99999}', status=500), id="unknown failure"),
    ],
)
async def test_answers_that_say_nothing(line: Line) -> None:
    """An answer that cannot be understood may well mean yes."""
    async with scripted(line) as script:
        assert Unsure is type(await _caught(script.url))
        assert 1 == len(script.asked)


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        pytest.param(
            Line(b'{"code": 30004, "message": "no"}', status=400), Filtered, "30004", id="filtered"
        ),
        pytest.param(Line(b'{"code": null}', status=400), Refused, "400", id="no code"),
        pytest.param(Line(b'{"code": "21610"}', status=422), Refused, "422", id="odd code"),
        pytest.param(Line(b"<html>", status=413), Refused, "413", id="a proxy's page"),
        pytest.param(
            Line(b'{"type":"/21610","title":"No","status":400,"code":21610}', status=400),
            Blocked,
            "21610",
            id="RFC 9457",
        ),
        pytest.param(
            Line(b'{"type":"","title":"","status":"400","code":1}', status=400),
            Unsure,
            "TwilioServiceException",
            id="RFC 9457 with a status that is none",
        ),
        pytest.param(
            Line(status=307, headers={"Location": "/elsewhere"}), Misconfigured, "307", id="moved"
        ),
        pytest.param(Line(b"Not found", status=404), Misconfigured, "404", id="wrong address"),
    ],
)
async def test_other_ways_to_say_no(line: Line, kind: type[CarrierFault], reason: str) -> None:
    """Where there is no code of Twilio's the status decides; nobody is followed elsewhere."""
    async with scripted(line) as script:
        fault = await _caught(script.url)
        assert (kind, reason) == (type(fault), fault.reason)
        assert 1 == len(script.asked)


async def test_where_twilio_is() -> None:
    """Unless another address is set, Twilio's own is meant."""
    line = TwilioLine("AC1", "hunter2", "", 1.0)
    assert "https://api.twilio.com" == line._client.api.base_url
    await line.close()
