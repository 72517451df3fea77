"""The fake Twilio's API takes and refuses what Twilio's does, and lists as it lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.sms.fake_twilio_api import Fate, Sender
from tests.sms.fake_twilio_contract import answer_breaches
from tests.sms.fake_twilio_stage import OLD_WAYS, OURS, THEIRS, TOKEN, Stage, client, open_stage

pytestmark = OLD_WAYS
_MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC).timestamp()
_DAY = 86_400
_SERVICE = "MG" + "0" * 31 + "1"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Twilio with one sender."""
    async with open_stage() as found:
        yield found


async def _send(stage: Stage, **more: Any) -> Any:  # noqa: ANN401 - the client's own type
    wanted = {"to": THEIRS, "from_": OURS, "body": "Sveiki"} | more
    kept = {name: value for name, value in wanted.items() if value is not None}
    return await stage.api.messages.create_async(**kept)


async def _raw(
    stage: Stage,
    method: str = "POST",
    path: str | None = None,
    auth: tuple[str, str] | None = None,
    **more: Any,  # noqa: ANN401
) -> httpx.Response:
    path = path or f"/2010-04-01/Accounts/{stage.account.sid}/Messages.json"
    async with httpx.AsyncClient(base_url=stage.twilio.url) as http:
        return await http.request(method, path, auth=auth or (stage.account.sid, TOKEN), **more)


async def test_a_message_is_queued_then_delivered(stage: Stage) -> None:
    """The real client gets a SID at once; the customer gets the words, and a fetch says so."""
    sent = await _send(stage, body="Pī")
    assert ("queued", "outbound-api", None) == (sent.status, sent.direction, sent.date_sent)
    assert (OURS, THEIRS, "Pī", "1") == (sent.from_, sent.to, sent.body, sent.num_segments)
    await stage.twilio.settled()
    assert ["Pī"] == stage.anna.received
    found = await stage.api.messages(sent.sid).fetch_async()
    assert ("delivered", None) == (found.status, found.error_code)
    assert found.date_created <= found.date_sent <= found.date_updated
    assert [] == stage.twilio.violations


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("ž" * 70, 1), ("ž" * 71, 2), ("€" * 81, 2)],
    ids=["160", "161", "ucs2-70", "ucs2-71", "escapes"],
)
async def test_the_phone_counts_parts(stage: Stage, text: str, parts: int) -> None:
    """A text costs what the standard says, for the phone and in the list."""
    assert str(parts) == (await _send(stage, body=text)).num_segments
    await stage.twilio.settled()
    assert [parts] == stage.anna.parts


@pytest.mark.parametrize(
    ("more", "code", "careless"),
    [
        pytest.param({"body": "a" * 1601}, 21617, True, id="too long"),
        pytest.param({"body": None}, 21619, True, id="no body"),
        pytest.param({"from_": None}, 21603, True, id="no sender"),
        pytest.param({"to": ""}, 21604, True, id="no receiver"),
        pytest.param({"status_callback": "status"}, 21609, True, id="callback nowhere"),
        pytest.param({"validity_period": 36_001}, 20422, True, id="valid too long"),
        pytest.param({"risk_check": "maybe"}, 20422, True, id="not one of the values"),
        pytest.param({"to": "+371200"}, 21211, False, id="short number"),
        pytest.param({"to": "20000000"}, 21211, False, id="no country"),
        pytest.param({"to": "+371 20000000"}, 21211, False, id="not E.164"),
        pytest.param({"to": "+4915112345678"}, 21408, False, id="another country"),
        pytest.param({"to": "+37190000000"}, 21408, False, id="premium"),
        pytest.param({"to": "+37167000000"}, 21635, False, id="landline"),
        pytest.param({"to": OURS}, 21266, False, id="to itself"),
        pytest.param({"from_": "+37120000009"}, 21659, False, id="not ours"),
        pytest.param({"from_": "LMT"}, 21657, False, id="name not registered"),
        pytest.param({"from_": None, "messaging_service_sid": _SERVICE}, 21703, False, id="pool"),
    ],
)
async def test_what_is_refused(
    stage: Stage, more: dict[str, Any], code: int, *, careless: bool
) -> None:
    """Each refusal has Twilio's code; nothing goes out; avoidable ones are remembered."""
    with pytest.raises(TwilioRestException) as caught:
        await _send(stage, **more)
    assert (400, code) == (caught.value.status, caught.value.code)
    await stage.twilio.settled()
    assert ([], []) == (stage.anna.received, stage.account.messages)
    assert careless == bool(stage.twilio.violations)


async def test_a_refusal_is_twilio_s_json(stage: Stage) -> None:
    """A refusal has four fields, and shows no whole number."""
    form = {"To": "+37167000000", "From": OURS, "Body": "a"}
    answer = await _raw(stage, data=form)
    assert {
        "code": 21635,
        "message": "'To' number cannot be a landline: +3716700XXXX",
        "more_info": "https://www.twilio.com/docs/errors/21635",
        "status": 400,
    } == answer.json()


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        pytest.param({"data": {"To": THEIRS, "Text": "a"}}, 400, 20001, id="unknown field"),
        pytest.param({"data": {"From": OURS}}, 400, 21604, id="no receiver"),
        pytest.param({"data": {"To": [THEIRS, THEIRS]}}, 400, 20422, id="a field twice"),
        pytest.param({"json": {"To": THEIRS}}, 400, 21604, id="JSON"),
        pytest.param({"auth": ("", "")}, 401, 20003, id="nobody"),
        pytest.param({"method": "PUT"}, 405, 20004, id="another method"),
        pytest.param({"path": "/2010-04-01/Accounts.json"}, 404, 20404, id="another path"),
        pytest.param({"method": "GET", "params": {"PageSize": 0}}, 400, 20007, id="no page"),
        pytest.param({"method": "GET", "params": {"PageSize": 1001}}, 400, 20007, id="big page"),
        pytest.param({"method": "GET", "params": {"Status": "sent"}}, 400, 20001, id="filter"),
        pytest.param({"method": "GET", "params": {"DateSent>": "now"}}, 400, 20422, id="date"),
        pytest.param({"method": "GET", "params": {"PageToken": "x"}}, 400, 20422, id="token"),
    ],
)
async def test_what_the_description_forbids(
    stage: Stage, request_: dict[str, Any], status: int, code: int
) -> None:
    """What Twilio's own OpenAPI file does not know is refused and remembered."""
    answer = await _raw(stage, **request_)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert 1 == len(stage.twilio.violations)


async def test_only_an_account_s_token_opens_it(stage: Stage) -> None:
    """Neither a wrong token nor another account's opens an account; SIDs are not shared."""
    other = stage.twilio.add_account("another token")
    async with client(stage.twilio, stage.account, "wrong") as api:
        with pytest.raises(TwilioRestException) as caught:
            await api.messages.create_async(to=THEIRS, from_=OURS, body="a")
    assert (401, 20003) == (caught.value.status, caught.value.code)
    assert 404 == (await _raw(stage, auth=(other.sid, other.auth_token))).status_code
    sent = await _send(stage)
    async with client(stage.twilio, other) as api:
        assert [] == await api.messages.list_async()
        with pytest.raises(TwilioRestException) as caught:
            await api.messages(sent.sid).fetch_async()
    assert (404, 20404) == (caught.value.status, caught.value.code)


async def test_a_registered_name_sends_and_hears_nothing(stage: Stage) -> None:
    """A registered name reaches the customer, who cannot answer it."""
    stage.account.names.add("LMT")
    await _send(stage, from_="LMT")
    await stage.twilio.settled()
    assert [("LMT", "Sveiki")] == [(t.sender, t.body) for t in stage.anna.texts]
    with pytest.raises(LookupError, match="LMT"):
        stage.anna.writes("STOP")


async def test_a_service_chooses_the_sender_later(stage: Stage) -> None:
    """Through a Messaging Service a message is accepted without a sender or a count of parts."""
    stage.account.add(Sender(number="+37120009999", service=_SERVICE))
    sent = await _send(stage, from_=None, messaging_service_sid=_SERVICE)
    assert ("accepted", None, "0") == (sent.status, sent.from_, sent.num_segments)
    await stage.twilio.settled()
    found = await stage.api.messages(sent.sid).fetch_async()
    assert ("delivered", "+37120009999", "1") == (found.status, found.from_, found.num_segments)


async def _week(stage: Stage) -> list[str]:
    """Let one message go out on each of five days, and one come in; return the SIDs."""
    sids = []
    for day in range(5):
        stage.twilio.now = lambda day=day: _MONDAY + day * _DAY  # type: ignore[misc]
        sids.append((await _send(stage, body=str(day))).sid)
        await stage.twilio.settled()
    return [*sids, stage.anna.writes("Labdien").sid]


async def test_the_newest_is_listed_first(stage: Stage) -> None:
    """All pages together list everything once, the newest first, whatever came in meanwhile."""
    sids = await _week(stage)
    pages = [await stage.api.messages.page_async(page_size=2)]
    await _send(stage, body="meanwhile")
    while (following := await pages[-1].next_page_async()) is not None:
        pages.append(following)
    assert list(reversed(sids)) == [m.sid for page in pages for m in list(page)]
    back = await pages[-1].previous_page_async()
    assert list(reversed(sids))[2:4] == [m.sid for m in list(back)]
    assert 7 == len(await stage.api.messages.list_async(page_size=3))
    assert 4 == len(await stage.api.messages.list_async(limit=4))


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        pytest.param({"from_": THEIRS}, [5], id="from"),
        pytest.param({"to": THEIRS}, [4, 3, 2, 1, 0], id="to"),
        pytest.param({"to": OURS, "from_": OURS}, [], id="both"),
        pytest.param({"date_sent": "2026-11-17"}, [1], id="on a day"),
        pytest.param({"date_sent": datetime(2026, 11, 18, tzinfo=UTC)}, [2], id="on a datetime"),
        pytest.param({"date_sent_before": "2026-11-17"}, [1, 0], id="up to a day"),
        pytest.param({"date_sent_after": "2026-11-19"}, [5, 4, 3], id="since a day"),
        pytest.param(
            {"date_sent_after": datetime(2026, 11, 19, 13, tzinfo=UTC)}, [5, 4], id="since"
        ),
        pytest.param(
            {"date_sent_before": datetime(2026, 11, 17, 11, tzinfo=UTC)}, [0], id="up to"
        ),
        pytest.param(
            {"date_sent_after": "2026-11-17", "date_sent_before": "2026-11-18"}, [2, 1], id="span"
        ),
    ],
)
async def test_the_list_is_filtered(
    stage: Stage, asked: dict[str, Any], places: list[int]
) -> None:
    """Numbers and dates choose what is listed, page by page alike."""
    sids = await _week(stage)
    for size in (1, 50):
        found = await stage.api.messages.list_async(page_size=size, **asked)
        assert [sids[place] for place in places] == [message.sid for message in found]


async def test_what_is_not_yet_sent_has_no_date(stage: Stage) -> None:
    """A message under way is in the list, and in no list of a day."""
    stage.twilio.fail_next(Fate(late=60))
    sent = await _send(stage)
    assert [sent.sid] == [m.sid for m in await stage.api.messages.list_async()]
    assert [] == await stage.api.messages.list_async(date_sent_after="2020-01-01")


def test_the_description_can_be_broken() -> None:
    """An answer that lacks a field, has one too many or a wrong value is noticed."""
    broken = answer_breaches("FetchMessage", 200, {"sid": "SM1", "date_sent": "today", "new": 1})
    assert {"answer.sid is 'SM1'", "answer.date_sent is 'today'"} <= set(broken)
    assert {"answer.new is not described", "answer.body is missing"} <= set(broken)
    assert ["status 202"] == answer_breaches("CreateMessage", 202, {})
