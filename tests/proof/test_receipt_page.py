"""A receipt to read: everything about the decision, nothing about the person."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from app.receipt_page import page, receipt_routes
from consent.decisions import Action, Decision
from consent.notices import Form, Notice, code_of
from consent.replies import Option
from storage.proofs import SqlProofs
from tests.builders import AMIGO, HOUR, START, chained, said
from tests.journeys.harness import NUMBER, AppClient, House, open_house
from tests.locales.voices import LANGUAGES, PLACEHOLDER, phrases
from tests.rules.test_receipts import VALIDATE
from tests.store.test_ledger import message

_TAGS = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)
_FORBIDDEN = re.compile(
    r"!|\bjūs\b|\bjums\b|\bjūsu\b|lūdzu|пожалуйста|\bвы\b|\bвам\b|please|sorry"
)


@dataclass(frozen=True)
class Counter:
    """Where receipts are shown."""

    house: House
    web: httpx.AsyncClient

    async def number(self, text: str, message_id: str) -> str:
        """Write an SMS and return the number under its confirmation."""
        await self.house.sms(text, message_id)
        assert self.house.desk.last is not None
        return str(self.house.desk.last.messages[0].params["receipt"])

    async def read(self, number: str) -> str:
        """Open the page of a receipt and return its words."""
        answer = await self.web.get(f"/r/{number}")
        assert 200 == answer.status_code
        return words(answer.text)


def words(html: str) -> str:
    """Return what stands on a page."""
    return unescape(_TAGS.sub("\n", html))


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return an assistant with a store."""
    return open_house(tmp_path, "lmt")


@pytest.fixture
async def counter(house: House) -> AsyncIterator[Counter]:
    """Return an assistant that takes SMS and shows receipts."""
    routes = receipt_routes(house.assistant, SqlProofs(house.store.database))
    async with house.client, AppClient(Litestar(routes)) as web:
        yield Counter(house, web)


async def test_a_no_can_be_read_again(counter: Counter) -> None:
    """Everything that a STOP ended, when and how, in the language of the conversation."""
    read = await counter.read(await counter.number("STOP", "m1"))
    for expected in ("1. LMT piedāvājumi", "7. Lojalit", "atteikta", "22.11.2026 12:00:00"):
        assert expected in read, read
    assert "LMT · 22.11.2026 12:00:00 · ar SMS" in read
    assert "STOP 1" not in read


async def test_a_yes_stands_with_the_text_that_was_shown(counter: Counter) -> None:
    """The exact words, short and full, with their version, and how to take it back."""
    await counter.house.sms("agree 2", "m1")
    read = await counter.read(await counter.number("agree", "m2"))
    shelf, texts = counter.house.assistant.texts.notices, counter.house.assistant.texts
    for form in (Form.SMS, Form.CHAT):
        shown = texts.notice_texts[shelf.current("lmt", "traffic", "en", form).fingerprint]
        assert all(paragraph in read for paragraph in shown.split("\n\n"))
    for expected in ("given", "The text you were shown (version 1.0)", "full text", "“STOP 2”"):
        assert expected in read


async def test_a_page_tells_nothing_about_the_person(counter: Counter) -> None:
    """No number, no name of the customer or of the decision, none of their words."""
    number = await counter.number("STOP, Anna", "m1")
    html = (await counter.web.get(f"/r/{number}")).text
    (decision, *_) = await counter.house.decisions()
    for secret in (NUMBER[1:], decision.customer, decision.id, decision.evidence_hash, "Anna"):
        assert secret not in html


async def test_a_receipt_can_be_saved(counter: Counter) -> None:
    """The page links to the same as JSON-LD, which holds by its schema and by the chain."""
    number = await counter.number("STOP", "m1")
    html = (await counter.web.get(f"/r/{number}")).text
    link = re.search(r'href="([^"]+)"', html)
    assert link is not None
    answer = await counter.web.get(link[1])
    content = json.loads(answer.content)
    VALIDATE(content)
    assert "application/ld+json" == answer.headers["content-type"].partition(";")[0]
    assert number == content["chain"]["number"]
    assert [d.hash for d in await counter.house.decisions()] == [
        entry["hash"] for entry in content["chain"]["entries"]
    ]


async def test_nobody_else_keeps_a_page(counter: Counter) -> None:
    """Neither search engines nor caches; no script, nothing from elsewhere."""
    answer = await counter.web.get(f"/r/{await counter.number('STOP', 'm1')}")
    assert "noindex, nofollow" == answer.headers["x-robots-tag"]
    assert 'name="robots" content="noindex,nofollow"' in answer.text
    assert "no-store" == answer.headers["cache-control"]
    assert "no-referrer" == answer.headers["referrer-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text


async def test_a_number_may_be_typed_in_small_letters(counter: Counter) -> None:
    """Whoever types it from paper need not mind."""
    number = await counter.number("STOP", "m1")
    assert number in await counter.read(number.lower())


@pytest.mark.parametrize(
    "number",
    ["AAAAAAAAAA", "AAAAAAAAA", "AAAAAAAAAAA", "A1AAAAAAAA", "%00", "ĀĀĀĀĀĀĀĀĀĀ", "..%2F.."],
)
async def test_a_number_that_is_none_leads_nowhere(counter: Counter, number: str) -> None:
    """404, and the same for all."""
    for path in (f"/r/{number}", f"/r/{number}/receipt.json"):
        assert 404 == (await counter.web.get(path)).status_code


async def test_guessing_is_slowed_down(counter: Counter) -> None:
    """After sixty wrong numbers in a minute nothing is looked up until the minute is over."""
    number = await counter.number("STOP", "m1")
    for _ in range(60):
        assert 404 == (await counter.web.get("/r/AAAAAAAAAA")).status_code
    refused = await counter.web.get(f"/r/{number}")
    assert (429, "60") == (refused.status_code, refused.headers["retry-after"])
    counter.house.clock.moment += timedelta(minutes=1)
    assert 200 == (await counter.web.get(f"/r/{number}")).status_code


async def test_a_brand_that_is_no_more_has_no_page(counter: Counter) -> None:
    """Nothing can be said in the name of nobody."""
    await counter.house.desk.handle(message("m1", Option(name="withdraw_all", scope="all")))
    number = code_of((await counter.house.decisions())[-1].hash)
    database = counter.house.store.database
    database.write_now(lambda c: c.exec_driver_sql("UPDATE decisions SET brand = 'bite'").rowcount)
    assert 404 == (await counter.web.get(f"/r/{number}")).status_code


def _shown(house: House, purpose: str, language: str) -> Notice:
    return house.assistant.texts.notices.current("lmt", purpose, language, Form.CHAT)


def _page(house: House, *decisions: Decision) -> str:
    return words(page(house.assistant, chained(decisions)))


async def _close(house: House) -> None:
    await house.store.database.close()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("lv", ["Apstiprinājums", "dota", "„STOP 2”", "„STATUSS”"], id="lv"),
        pytest.param("ru", ["Подтверждение", "дано", "«СТОП 2»", "«СТАТУС»"], id="ru"),
        pytest.param("en", ["Receipt", "given", "“STOP 2”", "“STATUS”"], id="en"),
        pytest.param("", ["Apstiprinājums", "dota"], id="none-so-the-brand-s"),
    ],
)
async def test_a_page_speaks_the_language_of_the_decision(
    house: House, language: str, expected: list[str]
) -> None:
    """The words around are in the language in which it was said."""
    notice = _shown(house, "traffic", language or "lv")
    decision = replace(said("traffic", Action.GIVEN, shown=notice), language=language)
    read = _page(house, decision)
    assert [] == [word for word in expected if word not in read]
    await _close(house)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        pytest.param(
            said("location", Action.PAUSED, until=START + HOUR),
            ["5. ", "apturēta", "Līdz 10.03.2025 12:00:00", "STOP 5"],
            id="pause",
        ),
        pytest.param(said("sms", Action.ON), ["SMS", "jā"], id="channel"),
        pytest.param(said("news", Action.OFF), ["Jaunumi", "nē"], id="topic"),
        pytest.param(said("service", Action.ENDED), ["Pakalpojuma izmantošana"], id="service"),
        pytest.param(
            said("abolished", Action.WITHDRAWN), ["abolished", "atsaukta"], id="abolished"
        ),
        pytest.param(
            replace(said("fax", Action.ON), subject=said("sms", Action.ON).subject.channel("fax")),
            ["fax", "jā"],
            id="channel-no-more",
        ),
        pytest.param(
            said("offers", Action.WITHDRAWN, actor="staff"),
            ["klientu apkalpošanas centrā"],
            id="by-staff",
        ),
        pytest.param(
            said("offers", Action.GIVEN),
            ["dota", "STOP 1"],
            id="text-no-longer-on-file",
        ),
        pytest.param(
            said("offers", Action.GIVEN, brand=AMIGO), ["Amigo", "ZetCOM", "80700000"], id="amigo"
        ),
    ],
)
async def test_everything_that_can_be_decided_can_be_read(
    house: House, decision: Decision, expected: list[str]
) -> None:
    """Pauses, channels, topics, the service, what is no longer offered, and who said it."""
    read = _page(house, decision)
    assert [] == [word for word in expected if word not in read], read
    await _close(house)


async def test_who_acted_for_the_operator_is_not_named(house: House) -> None:
    """The name of an account at the operator's is nobody else's business."""
    assert "janis" not in _page(house, said("offers", Action.WITHDRAWN, actor="cli:janis"))
    await _close(house)


async def test_a_page_says_nothing_that_html_could_read(house: House) -> None:
    """Whatever stands in a text or an id is shown as text."""
    decision = said("<b>x</b>", Action.WITHDRAWN)
    assert "<b>" not in page(house.assistant, chained([decision])).partition("<main>")[2]
    await _close(house)


def test_every_language_says_the_same_lines() -> None:
    """The same ids, naming the same things, in the same tone."""
    lines = {language: phrases(language, "receipt") for language in LANGUAGES}
    assert 1 == len({frozenset(found) for found in lines.values()})
    for name in lines["en"]:
        named = {frozenset(PLACEHOLDER.findall(lines[x][name][0])) for x in LANGUAGES}
        assert 1 == len(named), name
    for found in lines.values():
        for (text,) in found.values():
            assert not _FORBIDDEN.search(text), text
            assert max(len(s.split()) for s in re.split(r"[.:] ", text)) <= 20
