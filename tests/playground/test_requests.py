"""What the page's server is told by others than the page: refused in JSON, nothing written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.playground.served import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHAT, SMS = "/playground/chat", "/playground/sms"
STORE, SETUP = "/playground/store", "/playground/setup"
WHO = {"brand": "lmt", "number": "+37129999999", "language": "en"}
STOP = {"text": "STOP"}
STRANGERS = {
    "no brand": {"brand": "bite"},
    "a brand of another kind": {"brand": ["lmt"]},
    "no language": {"language": "et"},
    "a language of another kind": {"language": None},
    "no Latvian mobile": {"number": "+4915112345678"},
    "too short": {"number": "+3712999999"},
    "other digits": {"number": "+371٢٩٩٩٩٩٩٩"},
    "a number of another kind": {"number": 37129999999},
}
BROKEN = {
    "nothing": b"",
    "no JSON": b"brand=lmt",
    "half": b'{"brand": "lmt", "num',
    "a list": b"[]",
    "null": b"null",
    "broken UTF-8": b'{"brand": "\xff"}',
    "half a pair": json.dumps(WHO | {"text": "\ud800"}).encode(),
    "too deep": b"[" * 10_000,
    "no fields": b"{}",
    "no number": b'{"brand": "lmt", "language": "en", "text": "STOP"}',
    "no text": json.dumps(WHO | {"text": ""}).encode(),
    "a text of another kind": json.dumps(WHO | {"text": 1}).encode(),
    "a long text": json.dumps(WHO | {"text": "x" * 4_097}).encode(),
    "a long id": json.dumps(WHO | {"text": "STOP", "id": "x" * 65}).encode(),
}
HUGE = json.dumps(WHO | {"text": "x" * 100_000}).encode()
_numbers = count(29_000_000)


@pytest_asyncio.fixture(loop_scope="session")
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the server."""
    kind = {"content-type": "application/json"}
    async with httpx.AsyncClient(base_url=served.url, headers=kind) as opened:
        yield opened


def someone() -> dict[str, str]:
    """Return a customer nobody else is."""
    return WHO | {"number": f"+371{next(_numbers)}"}


def _refusal(answer: httpx.Response) -> tuple[bool, list[str]]:
    """Return whether an answer blames the sender, and the fields of its JSON."""
    return 400 <= answer.status_code < 500, sorted(answer.json())


@pytest.mark.parametrize("path", [CHAT, SMS])
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_broken_requests_are_refused(
    client: httpx.AsyncClient, served: Served, path: str, body: bytes
) -> None:
    """A body that is no request of the page is refused with a reason in JSON."""
    before = served.counted()
    assert (True, ["error"]) == _refusal(await client.post(path, content=body))
    assert before == served.counted()


@pytest.mark.parametrize("change", STRANGERS.values(), ids=STRANGERS)
async def test_strangers_are_refused(
    client: httpx.AsyncClient, served: Served, change: dict[str, Any]
) -> None:
    """An unknown brand, language or kind of number is refused at every door of the page."""
    before = served.counted()
    asked = {**WHO, **change}
    for path in (CHAT, SMS):
        assert (True, ["error"]) == _refusal(await client.post(path, json=asked | STOP))
    query = {k: str(v) for k, v in asked.items() if v is not None}
    assert (True, ["error"]) == _refusal(await client.get(STORE, params=query))
    assert before == served.counted()


@pytest.mark.parametrize("missing", WHO)
async def test_a_missing_field_is_refused(
    client: httpx.AsyncClient, served: Served, missing: str
) -> None:
    """Without brand, number or language nothing is done and nothing is told."""
    before = served.counted()
    asked = {k: v for k, v in WHO.items() if k != missing}
    for path in (CHAT, SMS):
        assert (True, ["error"]) == _refusal(await client.post(path, json=asked | STOP))
    assert (True, ["error"]) == _refusal(await client.get(STORE, params=asked))
    assert before == served.counted()


@pytest.mark.parametrize("path", [CHAT, SMS])
async def test_a_huge_body_is_refused(
    client: httpx.AsyncClient, served: Served, path: str
) -> None:
    """A body over 64 KiB is refused unread, whether or not it says how long it is."""

    async def pieces() -> AsyncIterator[bytes]:
        yield HUGE

    before = served.counted()
    for content in (HUGE, pieces()):
        answer = await client.post(path, content=content)
        assert (413, ["error"]) == (answer.status_code, sorted(answer.json()))
    assert before == served.counted()


@pytest.mark.parametrize(
    "field",
    [
        {"speak": "et"},
        {"speak": "a:b"},
        {"speak": "l" * 100},
        {"speak": ["lv"]},
    ],
    ids=str,
)
async def test_no_other_language_is_spoken(
    client: httpx.AsyncClient, field: dict[str, str]
) -> None:
    """A wish for a language that is none of ours is refused like any unknown language."""
    assert (True, ["error"]) == _refusal(await client.post(CHAT, json=someone() | field))


async def test_a_number_ends_with_its_last_digit(client: httpx.AsyncClient) -> None:
    """A number with a line break behind it is refused: it would be somebody else's record."""
    asked = someone()
    asked |= {"number": f"{asked['number']}\n", "text": "STOP"}
    answer = await client.post(SMS, json=asked)
    assert (True, ["error"]) == _refusal(answer)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_a_form_of_another_site_is_refused(
    client: httpx.AsyncClient, served: Served, kind: str
) -> None:
    """Good JSON that calls itself something else is what a foreign page could send: refused."""
    before = served.counted()
    for path in (CHAT, SMS):
        body = json.dumps(WHO | STOP)
        answer = await client.post(path, content=body, headers={"content-type": kind})
        assert (True, ["error"]) == _refusal(answer)
    assert before == served.counted()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example:8000",
        "localhost.evil",
        "[",
    ],
)
async def test_another_name_leads_nowhere(
    client: httpx.AsyncClient, served: Served, host: str
) -> None:
    """A name of another site that leads to this machine can neither ask nor tell the phones."""
    before = served.counted()
    named = {"host": host}
    told = [await client.post(path, json=WHO | STOP, headers=named) for path in (CHAT, SMS)]
    asked = [await client.get(path, params=WHO, headers=named) for path in (STORE, SETUP)]
    assert {True} == {400 <= answer.status_code < 500 for answer in told + asked}
    assert before == served.counted()


async def test_other_methods_and_files_are_refused(client: httpx.AsyncClient) -> None:
    """Only what the page needs is served: no other method, no source, no way out of the folder."""
    assert 405 == (await client.get(CHAT)).status_code
    assert 405 == (await client.post("/")).status_code
    for name in ("talk.py", "page.html", "..%2fserving.py", "../../README.md", "picture.png", ""):
        assert 404 == (await client.get(f"/playground/{name}")).status_code


async def test_forged_buttons_change_nothing(client: httpx.AsyncClient) -> None:
    """A button of the other brand, of an old text or of nobody decides nothing."""
    who = someone()
    await client.post(CHAT, json=who | {"share": True})
    for data in ("s:amigo:agree:Poffers:YFBAYONRKO", "s:lmt:agree:Poffers:AAAAAAAAAA", "<b>", ""):
        pressed = {"message": 1, "data": data}
        answer = await client.post(CHAT, json=who | {"press": pressed})
        assert (200, True) == (answer.status_code, bool(answer.json()["ops"]))
    records = (await client.get(STORE, params=who)).json()
    assert {"asked"} >= {d["action"] for d in records["decisions"]}


async def test_a_deed_tried_again_is_done_once(client: httpx.AsyncClient) -> None:
    """A request sent again with its id gets the same answer, and nothing is written twice."""
    who = someone()
    for path, field, said in ((SMS, "texts", "STOP"), (CHAT, "ops", "AGREE 2")):
        await client.post(CHAT, json=who | {"share": True})
        asked = who | {"id": f"again-{path}", "text": said}
        first, second = [(await client.post(path, json=asked)).json() for _ in range(2)]
        decisions = (await client.get(STORE, params=who)).json()["decisions"]
        assert len({d["id"] for d in decisions}) == len(decisions)
        assert _words(first[field]) == _words(second[field])
    assert ["refused", "refused", "asked"] == [d["action"] for d in decisions]


def _words(shown: list[dict[str, Any]]) -> list[str]:
    return [item.get("html") or item["text"] for item in shown if item.get("op") != "strip"]
