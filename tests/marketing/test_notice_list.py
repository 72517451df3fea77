"""`GET /api/v1/notices`: all texts of a brand, word for word, in use and earlier."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.composition import register_notices
from consent.access import TokenScope
from consent.notices import Form, Notice, Status, fingerprint
from tests.marketing.stage import Stage

URL = "/api/v1/notices"
PAPER = "Ar šo es piekrītu saņemt piedāvājumus."


@dataclass(slots=True)
class Reader:
    """A system that reads texts."""

    stage: Stage
    headers: dict[str, str]

    async def get(self, **query: str | int) -> httpx.Response:
        """Ask for a page."""
        return await self.stage.client.get(URL, params=query, headers=self.headers)

    async def unless(self, tag: str, **query: str) -> httpx.Response:
        """Ask for a page unless it is still the same."""
        sent = self.headers | {"if-none-match": tag}
        return await self.stage.client.get(URL, params=query, headers=sent)

    async def all(self, **query: str | int) -> list[dict[str, Any]]:
        """Return all that is listed, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = await self.get(**query, after=cursor)
            assert 200 == answer.status_code, answer.text
            found += answer.json()["notices"]
            cursor = answer.json()["cursor"]
        return found

    async def register(self, text: str, status: Status = Status.APPROVED) -> str:
        """Register a text from paper; return its fingerprint."""
        known = self.stage.assistant.texts.notices.current("lmt", "offers", "lv", Form.CHAT)
        paper = replace(known, fingerprint=fingerprint(text), status=status)
        await self.stage.store.papers.keep(paper, text, self.stage.clock.now())
        return paper.fingerprint


@pytest.fixture
async def reader(stage: Stage) -> Reader:
    """Return a system that may read the texts that are in use, as a server registers them."""
    await register_notices(stage.assistant, stage.store.ledger)
    return Reader(stage, await stage.token("cms", TokenScope.NOTICES))


def _ours(stage: Stage) -> dict[str, Notice]:
    return {n.fingerprint: n for n in stage.assistant.texts.notices if n.brand == "lmt"}


async def test_every_text_of_the_brand_is_listed_once(reader: Reader) -> None:
    """However small the pages, with its exact words, version and status; none of the other's."""
    ours, texts = _ours(reader.stage), reader.stage.assistant.texts.notice_texts
    for limit in (7, 500):
        found = await reader.all(limit=limit)
        assert sorted(ours) == sorted(one["fingerprint"] for one in found)
        assert len(ours) == len(found)
    for one in found:
        notice = ours[one["fingerprint"]]
        assert (texts[notice.fingerprint], notice.version, "draft", True, "First version.") == (
            one["text"],
            one["version"],
            one["status"],
            one["current"],
            one["changed"],
        )
        assert fingerprint(one["text"]) == one["fingerprint"]
        assert "2026-11-22T10:00:00Z" == one["registered_at"]


@pytest.mark.parametrize(
    ("query", "mine"),
    [
        ({"language": "ru"}, lambda n: n.language == "ru"),
        ({"purpose": "credit"}, lambda n: n.purpose == "credit"),
        ({"form": "sms_plain"}, lambda n: n.form is Form.SMS_PLAIN),
        ({"version": "1.0"}, lambda n: n.version == "1.0"),
        ({"version": "9.9"}, lambda _: False),
        ({"current": "false"}, lambda _: False),
        (
            {"purpose": "offers", "language": "en"},
            lambda n: (n.purpose, n.language) == ("offers", "en"),
        ),
        ({"purpose": "weather"}, lambda _: False),
    ],
    ids=["language", "purpose", "form", "version", "no-version", "past", "two", "no-purpose"],
)
async def test_what_is_listed_can_be_narrowed(
    reader: Reader,
    query: dict[str, str],
    mine: Any,  # noqa: ANN401 - a rule of one line
) -> None:
    """By purpose, language, form, version, and whether it is shown now."""
    wanted = sorted(key for key, notice in _ours(reader.stage).items() if mine(notice))
    found = await reader.all(**query)
    assert wanted == sorted(one["fingerprint"] for one in found)


async def test_one_text_is_found_by_its_fingerprint(reader: Reader) -> None:
    """As a decision of the feed names it; the other brand's is not there."""
    ours, all_texts = _ours(reader.stage), reader.stage.assistant.texts.notices
    (theirs, *_) = (n.fingerprint for n in all_texts if n.brand == "amigo")
    (mine, *_) = ours
    assert [mine] == [one["fingerprint"] for one in await reader.all(fingerprint=mine)]
    assert [] == await reader.all(fingerprint=theirs)


async def test_texts_of_earlier_days_stay(reader: Reader) -> None:
    """What is not shown any more, and what was shown on paper, is told as such, after the rest."""
    old = "An earlier text, as it was shown."
    notice = reader.stage.assistant.texts.notices.current("lmt", "offers", "en", Form.CHAT)
    earlier = replace(notice, fingerprint=fingerprint(old), minor=0, major=0)
    reader.stage.clock.wait(1)
    await reader.stage.store.ledger.register([(earlier, old)], reader.stage.clock.now())
    reader.stage.clock.wait(1)
    paper = await reader.register(PAPER)
    *_, first, last = await reader.all()
    assert (earlier.fingerprint, old, "0.0", False, None) == (
        first["fingerprint"],
        first["text"],
        first["version"],
        first["current"],
        first["status"],
    )
    assert (paper, PAPER, "paper", "approved", False) == (
        last["fingerprint"],
        last["text"],
        last["form"],
        last["status"],
        last["current"],
    )
    assert [first, last] == await reader.all(current="false")
    assert [last] == await reader.all(form="paper", version="1.0")


async def test_a_draft_from_paper_is_a_draft(reader: Reader) -> None:
    """And keeps the version that it was said to have."""
    await reader.register(PAPER, Status.DRAFT)
    (found,) = await reader.all(form="paper", version="1.0")
    assert ("draft", "1.0") == (found["status"], found["version"])


async def test_the_same_again_is_not_sent_again(reader: Reader) -> None:
    """An answer has a name; while nothing has changed it is answered 304, without a body."""
    answer = await reader.get(purpose="offers")
    tag = answer.headers["etag"]
    assert "private, no-cache" == answer.headers["cache-control"]
    for said in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        same = await reader.unless(said, purpose="offers")
        assert (304, b"", tag) == (same.status_code, same.content, same.headers["etag"])
        assert "ratelimit" in same.headers
    assert 200 == (await reader.unless('"other"', purpose="offers")).status_code
    assert 200 == (await reader.unless(tag, purpose="credit")).status_code
    await reader.register(PAPER)
    fresh = await reader.unless(tag, purpose="offers")
    assert (200, True) == (fresh.status_code, fresh.headers["etag"] != tag)


@pytest.mark.parametrize(
    "query",
    [
        {"form": "letter"},
        {"version": "1"},
        {"fingerprint": "ab"},
        {"limit": 0},
        {"limit": 501},
        {"after": "x"},
        {"purpose": "a\0b"},
        {"lang": "lv"},
    ],
    ids=str,
)
async def test_bad_questions_are_problems(reader: Reader, query: dict[str, str | int]) -> None:
    """As is a filter that there is none."""
    answer = await reader.get(**query)
    assert (400, "application/problem+json") == (
        answer.status_code,
        answer.headers["content-type"],
    )


async def test_what_is_new_comes_last(reader: Reader) -> None:
    """Whoever has read everything needs only what follows its last page."""
    *_, cursor = await _cursors(reader)
    reader.stage.clock.wait(1)
    paper = await reader.register(PAPER)
    found = (await reader.get(after=cursor, limit=500)).json()["notices"]
    assert paper == found[-1]["fingerprint"]
    assert len(found) <= 10


async def _cursors(reader: Reader) -> list[str]:
    found: list[str] = []
    while cursor := (await reader.get(after=found[-1] if found else "", limit=9)).json()["cursor"]:
        found.append(cursor)
    return found


async def test_nobody_is_looked_at(reader: Reader) -> None:
    """Texts are nobody's data: no read log grows."""
    await reader.stage.give("+37120000000", "offers", ago=timedelta(days=1))
    await reader.all()
    assert [] == await reader.stage.looks()
