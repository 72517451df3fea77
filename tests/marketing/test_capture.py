"""Sending a customer to give a consent and back: safe addresses, honest results."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.settings import load_settings
from consent.decisions import Action
from consent.errors import SettingBroken
from consent.ports import Address, AddressKind
from marketing.capture import CaptureResult, is_good_callback, with_result
from storage.tickets import SealedTickets
from tests.builders import CATALOGUE
from tests.marketing.stage import CALLBACK, LINK_BASE, Stage, number, staged
from tests.store.stores import VAULT

PATH = "/consent-info/v0.2/retrieve"
KNOWN = (
    "https://shop.example.com/back",
    "https://port.example.com:8443",
    "http://localhost/dev",
    "lv.lmt.app://consent/callback",
)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.com/back",
        "https://shop.example.com/back/here?x=1&y=2",
        "https://SHOP.example.com/back",
        "https://port.example.com:8443/any/where",
        "http://localhost/dev",
        "lv.lmt.app://consent/callback",
    ],
)
def test_what_is_registered_and_safe_is_good(url: str) -> None:
    """The address itself and whatever lies beneath it."""
    assert is_good_callback(url, KNOWN)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example.com/back",
        "//shop.example.com/back",
        "http://shop.example.com/back",
        "https://shop.example.com/",
        "https://shop.example.com/backdoor",
        "https://shop.example.com/back/../admin",
        "https://shop.example.com/back/%2e%2e/admin",
        "https://shop.example.com.evil.net/back",
        "https://shop.example.com@evil.net/back",
        "https://evil.net/https://shop.example.com/back",
        "https://shop.example.com:444/back",
        "https://shop.example.com\\@evil.net/back",
        "https://shop.example.com/back#fragment",
        "https://shop.example.com/back\r\nlocation: https://evil.net",
        "https://shop.example.com/ back",
        "https://user:word@shop.example.com/back",
        "https://[shop.example.com/back",
        "https://shop.example.com:port/back",
        "https://shop.example.com/back" + "x" * 2_000,
        "https://šop.example.com/back",
        "javascript://shop.example.com/back%0aalert(1)",
        "data:text/html,x",
        "ftp://shop.example.com/back",
        "lv.lmt.app:consent",
        "lv.other.app://consent/callback",
        "http://127.0.0.1/dev",
    ],
)
def test_everything_else_is_not(url: str) -> None:
    """No redirect to where the asker has no business, however it is written."""
    assert not is_good_callback(url, KNOWN)
    assert not is_good_callback(url, ("javascript://shop.example.com", "ftp://shop.example.com"))


def test_nothing_is_good_where_nothing_is_registered() -> None:
    """Without a setting nobody is sent anywhere."""
    assert not is_good_callback(CALLBACK, ())


def test_the_result_is_added_to_what_is_there() -> None:
    """The address keeps its own question; the state comes back letter by letter."""
    there = with_result("https://a.example/b?x=1", CaptureResult.DENIED, 'a&b="ā"')
    assert {"x": ["1"], "capture_result": ["denied"], "state": ['a&b="ā"']} == parse_qs(
        urlsplit(there).query
    )
    assert "https://a.example/b?capture_result=granted" == with_result(
        "https://a.example/b", CaptureResult.GRANTED, None
    )


def test_a_ticket_opens_only_as_it_was_made() -> None:
    """Changed, cut, made up or too long: none of ours."""
    tickets = SealedTickets(VAULT)
    ticket = tickets.close(b"errand")
    assert b"errand" == tickets.open(ticket)
    assert "errand" not in ticket
    other = "B" if ticket[20] == "A" else "A"
    for wrong in (ticket[:20] + other + ticket[21:], ticket[:-4], "", "x", "ā", "A" * 9_000):
        assert tickets.open(wrong) is None


def test_callbacks_are_addresses() -> None:
    """A setting that cannot be one is refused at start; two are told apart by a space."""
    wanted = {"CONSENT_LMT_CALLBACKS": "https://a.example/b  app://c"}
    settings = load_settings(CATALOGUE, wanted, Path("no.env"))
    assert ("https://a.example/b", "app://c") == settings.callbacks["lmt"]
    assert () == settings.callbacks["amigo"]
    with pytest.raises(SettingBroken, match="CONSENT_LMT_CALLBACKS"):
        load_settings(CATALOGUE, {"CONSENT_LMT_CALLBACKS": "a.example"}, Path("no.env"))


async def _link(stage: Stage, *scopes: str, **changes: Any) -> str:  # noqa: ANN401
    body = {
        "phoneNumber": number(),
        "scopes": [*scopes] or ["marketing-offers:sms"],
        "purpose": "dpv:DirectMarketing",
        "requestCaptureUrl": True,
        "callbackUrl": CALLBACK,
    }
    body = {k: v for k, v in (body | changes).items() if v is not ...}
    headers = {"authorization": "Bearer cst_crm"}
    answer = await stage.client.post(PATH, json=body, headers=headers)
    assert 200 == answer.status_code, answer.text
    url: str = answer.json().get("captureUrl", "")
    return url.removeprefix(LINK_BASE)


@pytest.fixture
async def asked(stage: Stage) -> Stage:
    """Return a door with a system and a customer who was never asked for offers."""
    await stage.token()
    await stage.give(number(), "research")
    return stage


async def _done(stage: Stage, link: str, **query: str) -> httpx.Response:
    return await stage.client.get(f"{link}/done", params=query)


def _result(answer: httpx.Response) -> list[str]:
    assert 302 == answer.status_code
    assert answer.headers["location"].startswith(CALLBACK + "?")
    return parse_qs(urlsplit(answer.headers["location"]).query)["capture_result"]


async def test_whoever_has_not_answered_stays(asked: Stage) -> None:
    """The page says so and asks again; nobody is sent back with a result that is none."""
    answer = await _done(asked, await _link(asked))
    assert (200, True) == (answer.status_code, 'role="status"' in answer.text)


async def test_a_yes_with_its_channel_is_granted(asked: Stage) -> None:
    """What was asked for is allowed now."""
    link = await _link(asked)
    for index, words in enumerate(("JA 1", "JA", "SMS")):
        await asked.says(number(), words, f"m{index}")
    assert ["granted"] == _result(await _done(asked, link))


async def test_a_yes_to_some_is_partial(asked: Stage) -> None:
    """Only one of the two channels asked for was switched on."""
    link = await _link(asked, "marketing-offers:sms", "marketing-offers:call")
    for index, words in enumerate(("JA 1", "JA", "SMS")):
        await asked.says(number(), words, f"m{index}")
    assert ["partial_grant"] == _result(await _done(asked, link))


async def test_a_no_is_denied(asked: Stage) -> None:
    """Who refuses is sent back at once."""
    link = await _link(asked)
    await asked.says(number(), "STOP", "m1")
    assert ["denied"] == _result(await _done(asked, link))


async def test_an_hour_later_the_link_has_ended(asked: Stage) -> None:
    """Opened or gone on from: the customer is sent back with `timeout`."""
    link = await _link(asked)
    asked.clock.wait(1)
    assert ["timeout"] == _result(await asked.client.get(link))
    assert ["timeout"] == _result(await _done(asked, link))


async def test_the_state_of_the_asker_comes_back(asked: Stage) -> None:
    """Through the page and its links, unchanged."""
    link = await _link(asked)
    await asked.says(number(), "STOP", "m1")
    state = 'x&y="<b>ā'
    shown = await asked.client.get(link, params={"state": state})
    assert "<b>" not in shown.text
    (onward,) = re.findall(r'href="(/capture/[^"]+/done[^"]*)"', shown.text)
    left = await asked.client.get(unescape(onward))
    assert [state] == parse_qs(urlsplit(left.headers["location"]).query)["state"]


async def test_without_a_callback_the_page_is_the_end(asked: Stage) -> None:
    """Nobody waits for the customer: there is nothing to go on to, before and after."""
    link = await _link(asked, callbackUrl=...)
    shown = await asked.client.get(link)
    assert "/done" not in shown.text
    await asked.says(number(), "STOP", "m1")
    ended = await _done(asked, link)
    assert (200, False) == (ended.status_code, "location" in ended.headers)
    asked.clock.wait(1)
    assert 200 == (await asked.client.get(link)).status_code


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("lv", "LMT lūdz Jūsu piekrišanu"),
        ("ru", "LMT просит Вашего согласия"),
        ("en", "LMT asks for your consent"),
        ("xx", "LMT lūdz Jūsu piekrišanu"),
    ],
)
async def test_the_page_says_what_is_asked_and_how_to_answer(
    asked: Stage, language: str, words: str
) -> None:
    """In the reader's language, with the full text a tap away, and no word of who they are."""
    link = await _link(asked)
    shown = await asked.client.get(link, params={"lang": language})
    assert words in shown.text
    assert "+37120009999" in shown.text
    assert number() not in shown.text
    assert re.search(r'href="/n/[A-Z2-7]{10}"', shown.text)
    (links,) = re.findall(r"<nav>(.*?)</nav>", shown.text)
    assert 2 == links.count("<a ")
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "no-store" == shown.headers["cache-control"]


async def test_the_page_decides_nothing(asked: Stage) -> None:
    """However often it is opened, the ledger has what the customer said and no more."""
    customer = await asked.store.ledger.customer_of("lmt", Address(AddressKind.MSISDN, number()))
    assert customer is not None
    before = await asked.store.ledger.history(customer)
    link = await _link(asked)
    for _ in range(3):
        await asked.client.get(link)
        await _done(asked, link)
    assert before == await asked.store.ledger.history(customer)


async def test_how_it_ended_is_in_the_read_log(asked: Stage) -> None:
    """Whoever is told how it ended has looked, in the name of the system that asked."""
    link = await _link(asked)
    await asked.says(number(), "STOP", "m1")
    await _done(asked, link)
    assert [("system:crm", "capture"), ("system:crm", "capture result")] == sorted(
        (look.viewer, look.reason_of_look) for look in await asked.looks()
    )


@pytest.mark.parametrize("ticket", ["x", "A" * 200, "%00", "A" * 7_000])
async def test_a_link_that_nobody_made_leads_nowhere(stage: Stage, ticket: str) -> None:
    """404, the page and the way back alike."""
    for path in (f"/capture/{ticket}", f"/capture/{ticket}/done"):
        assert 404 == (await stage.client.get(path)).status_code


@pytest.mark.parametrize("action", [Action.REFUSED, Action.GIVEN])
async def test_who_has_decided_is_not_sent(stage: Stage, action: Action) -> None:
    """Never for DENIED, nor where all is allowed: there is nothing to ask."""
    await stage.token()
    await stage.decide(number(), {"credit": action})
    link = await _link(stage, "credit-information:query", purpose="dpv:CreditChecking")
    assert "" == link


async def test_links_are_counted_by_number_and_asker(tmp_path: Path) -> None:
    """Three a day for one customer and system; others, and tomorrow, are not held up."""
    async with staged(tmp_path) as stage:
        await stage.token()
        other = await stage.token("other")
        for who in (0, 1):
            await stage.give(number(who), "research")
        for _ in range(3):
            assert await _link(stage)
            stage.clock.wait(0.1)
        body = {
            "phoneNumber": number(),
            "scopes": ["marketing-offers:sms"],
            "purpose": "dpv:DirectMarketing",
            "requestCaptureUrl": True,
        }
        crm = {"authorization": "Bearer cst_crm"}
        refused = await stage.client.post(PATH, json=body, headers=crm)
        assert "CONSENT_INFO.CAPTURE_FREQUENCY_EXCEEDED" == refused.json()["code"]
        plain = body | {"requestCaptureUrl": False}
        assert 200 == (await stage.client.post(PATH, json=plain, headers=crm)).status_code
        assert 200 == (await stage.client.post(PATH, json=body, headers=other)).status_code
        assert await _link(stage, phoneNumber=number(1))
        stage.clock.wait(23.9)
        late = await stage.token("late", days=9)
        assert 200 == (await stage.client.post(PATH, json=body, headers=late)).status_code
