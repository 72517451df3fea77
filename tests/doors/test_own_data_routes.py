"""`/my/…`: a link by SMS, what it shows, what it opens, and what it tells to nobody."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from consent.errors import StoreUnavailable
from storage.copies import SqlCopies
from tests.journeys.harness import NUMBER, House, open_house
from tests.rules.test_own_data import VALIDATE

_LINK = re.compile(r"https://piekrisana\.lv(/my/[A-Za-z0-9_-]{43})$")


@dataclass(frozen=True)
class Stage:
    """An assistant with a public address, and its pages."""

    house: House

    @property
    def web(self) -> httpx.AsyncClient:
        """A browser."""
        return self.house.client

    async def asks(self, word: str = "KOPIJA", message_id: str = "m1") -> str:
        """Ask for a copy by SMS; return the path of the link."""
        text = await self.house.sms(word, message_id)
        found = _LINK.search(text)
        assert found, text
        return found[1]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Return an assistant of LMT that takes SMS."""
    house = open_house(tmp_path, "lmt")
    house.desk._house = replace(house.desk._house, public=True)
    async with house.client:
        yield Stage(house)


@pytest.mark.parametrize(
    "word",
    ["KOPIJA", "EXPORT", "MANI DATI", "eksports", "мои данные", "ЭКСПОРТ", "копия", "my data"],
)
async def test_words_that_ask_for_it(stage: Stage, word: str) -> None:
    """In three languages, and in whatever case."""
    assert await stage.asks(word)


async def test_a_link_shows_nothing_of_anybody(stage: Stage) -> None:
    """Whoever looks, like a preview, sees neither number nor decision, and uses nothing up."""
    await stage.house.sms("STOP", "m0")
    path = await stage.asks()
    for _ in range(30):
        answer = await stage.web.get(path)
        assert 200 == answer.status_code
        assert NUMBER not in answer.text
        assert "piedāvājumi" not in answer.text
    assert "10×" in answer.text
    assert "LMT" in answer.text


async def test_a_link_opens_the_page_and_the_file(stage: Stage) -> None:
    """By its buttons: a page to read, and JSON to be saved, that fits its schema."""
    await stage.house.sms("STOP", "m0")
    path = await stage.asks()
    page = await stage.web.post(f"{path}/html")
    assert 200 == page.status_code
    assert NUMBER in page.text
    assert "STOP" in page.text
    file = await stage.web.post(f"{path}/json")
    assert (
        'attachment; filename="lmt-mani-dati-2026-11-22.json"'
        == (file.headers["content-disposition"])
    )
    content = json.loads(file.content)
    VALIDATE(content)
    assert ["refused"] * 2 == [entry["action"] for entry in content["history"]]
    assert "8×" in (await stage.web.get(path)).text


@pytest.mark.parametrize("then", ["get", "html", "json"])
async def test_nothing_of_it_is_kept_or_passed_on(stage: Stage, then: str) -> None:
    """No cache, no search engine, no page that it leads to learns of it; no script runs."""
    path = await stage.asks()
    web = stage.web
    answer = await (web.get(path) if then == "get" else web.post(f"{path}/{then}"))
    assert "no-store" == answer.headers["cache-control"]
    assert "no-referrer" == answer.headers["referrer-policy"]
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "<script" not in answer.text


async def test_every_dead_link_looks_the_same(stage: Stage) -> None:
    """Wrong, mistyped, too old, used up: the same page to the letter, in all languages."""
    used = await stage.asks()
    for _ in range(10):
        assert 200 == (await stage.web.post(f"{used}/html")).status_code
    stage.house.clock.wait(1)
    old = await stage.asks(message_id="m2")
    mistyped = f"{old[:-3]}AAA"
    assert 200 == (await stage.web.get(old)).status_code
    stage.house.clock.wait(24)
    paths = (used, old, mistyped, "/my/x", "/my/%F0%9F%98%80", f"/my/{'A' * 4000}")
    answers = [await stage.web.get(path) for path in paths]
    answers += [await stage.web.post(f"{path}/{f}") for path in paths for f in ("html", "json")]
    assert {404} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})
    assert 1 == len({str(sorted(answer.headers.items())) for answer in answers})
    for word in ("KOPIJA", "КОПИЯ", "COPY"):
        assert word in answers[0].text


async def test_a_link_cannot_be_opened_by_looking(stage: Stage) -> None:
    """The addresses behind the buttons answer no GET."""
    path = await stage.asks()
    assert 405 == (await stage.web.get(f"{path}/html")).status_code
    assert 405 == (await stage.web.get(f"{path}/json")).status_code


async def test_the_copy_is_in_the_language_of_the_conversation(stage: Stage) -> None:
    """The page of the link and the copy speak as the SMS did."""
    path = await stage.asks("копия")
    assert "Ваши данные: LMT" in (await stage.web.get(path)).text
    page = await stage.web.post(f"{path}/html")
    assert '<html lang="ru"' in page.text
    assert "Ваши согласия сейчас" in page.text


async def test_asked_too_soon_there_is_no_second_link(stage: Stage) -> None:
    """Ten minutes later there is."""
    first = await stage.asks()
    assert "/my/" not in await stage.house.sms("KOPIJA", "m2")
    stage.house.clock.wait(11 / 60)
    assert first != await stage.asks(message_id="m3")


async def test_a_secret_is_in_no_log(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it where something goes wrong."""
    path = await stage.asks()

    async def fails(*_: object) -> None:
        raise RuntimeError(path)

    caplog.set_level(logging.DEBUG, "consent")
    monkeypatch.setattr(SqlCopies, "find", fails)
    assert 503 == (await stage.web.get(path)).status_code
    said = [r.getMessage() for r in caplog.records if r.name.startswith("consent")]
    assert said
    assert not [line for line in said if path.removeprefix("/my/") in line]


async def test_while_the_store_is_away_a_link_waits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no dead link: 503, to be tried again."""
    path = await stage.asks()

    async def away(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(SqlCopies, "find", away)
    answer = await stage.web.get(path)
    assert (503, "10") == (answer.status_code, answer.headers["retry-after"])


async def test_without_a_public_address_a_person_gives_it(tmp_path: Path) -> None:
    """A request with a number, as before there were links."""
    house = open_house(tmp_path, "lmt")
    async with house.client:
        text = await house.sms("KOPIJA", "m1")
    assert "/my/" not in text
    assert "K7M2-94Q" in text


async def test_a_day_is_a_day(stage: Stage) -> None:
    """To the last minute it opens."""
    path = await stage.asks()
    stage.house.clock.moment += timedelta(hours=23, minutes=59)
    assert 200 == (await stage.web.post(f"{path}/json")).status_code
