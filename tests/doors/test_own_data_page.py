"""The page of a copy: everything, in words, in three languages, and nothing that runs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import cache
from html import unescape
from typing import Any

import pytest

from app.composition import Assistant, compose
from app.own_data_files import copy_files
from app.own_data_page import page
from consent.decisions import SERVICE, Action, CustomerId, Decision
from consent.notices import Form
from consent.own_data import (
    HeldAddress,
    HeldCase,
    HeldChain,
    HeldLook,
    HeldTalk,
    HeldText,
    OwnData,
)
from consent.standing import Standing
from locales import ROOT
from storage.memory import MemoryLedger
from tests.builders import DAY, HOUR, START, chained, said
from tests.locales.voices import LANGUAGES, PLACEHOLDER

_TAGS = re.compile(r"<style>.*?</style>|<[^>]+>", re.DOTALL)
_ID = re.compile(r"\b(?:own_data|state|switch|source|language)\.\w")
_HOSTILE = '</q><script>alert("ā")</script>&amp;'


@cache
def _assistant() -> Assistant:
    return compose(ROOT, MemoryLedger(), "https://piekrisana.lv")


def _decisions(language: str) -> tuple[Decision, ...]:
    shelf = _assistant().texts.notices
    full = shelf.current("lmt", "offers", language, Form.CHAT)
    short = shelf.current("lmt", "offers", language, Form.SMS)
    yes = said("offers", Action.GIVEN, at=START + HOUR, shown=short)
    entries = chained(
        [
            said("offers", Action.ASKED, shown=full),
            replace(yes, linked_notice=full.fingerprint, door="sms"),
            replace(said("sms", Action.ON, at=START + 2 * HOUR), method="button"),
            said("location", Action.PAUSED, at=START + 3 * HOUR, until=START + DAY),
            replace(said("traffic", Action.WITHDRAWN, actor="staff 12"), door="import"),
            said("gone_purpose", Action.REFUSED),
            replace(said("service", Action.ENDED), subject=SERVICE),
        ]
    )
    first = entries[1]
    assert first.evidence is not None
    hostile = replace(first, evidence=replace(first.evidence, words=_HOSTILE))
    brought = entries[4].evidence
    assert brought is not None
    imported = replace(brought, proof_kind="import", words="form 7")
    forgotten = replace(entries[5], evidence=None, salt=None)
    return (
        entries[0],
        hostile,
        *entries[2:4],
        replace(entries[4], evidence=imported),
        forgotten,
        entries[6],
    )


def _text(fingerprint: str | None, language: str) -> HeldText:
    assert fingerprint is not None
    words = _assistant().texts.notice_texts[fingerprint]
    return HeldText(
        fingerprint=fingerprint,
        purpose="offers",
        language=language,
        form="chat",
        version="1.0",
        text=words,
    )


def _data(language: str = "lv", **changes: Any) -> OwnData:  # noqa: ANN401
    entries = _decisions(language)
    name = CustomerId("0190aa00-0000-7000-8000-000000000001")
    chain = HeldChain(customer=name, since=START, decisions=entries, head=entries[-1].hash)
    closed = HeldCase(
        id="K7M2-94QX",
        kind="review",
        purpose="profiling",
        opened_at=START,
        closed_at=START + DAY,
        closed_by="Ilze",
        words="Kāpēc?",
        answer="Pārskatījām.",
    )
    waiting = HeldCase(id="QQQQ-2222", kind="access", opened_at=START, due_at=START + 30 * DAY)
    looks = (
        HeldLook(at=START, viewer="crm", reason="c1", question="offers/sms", answer="allowed"),
        HeldLook(at=START, viewer="api", reason="", question="credit", answer="never_asked"),
        HeldLook(at=START, viewer="dpo", reason="x", question="history", answer="7 decisions"),
        HeldLook(at=START, viewer="new", reason="x", question="of_tomorrow", answer="?"),
    )
    number = HeldAddress(
        kind="msisdn",
        value="+37120000001",
        proof_kind="sms",
        proof_level=1,
        proven_at=START,
        unreachable_since=START + DAY,
    )
    fields: dict[str, Any] = {
        "brand": "lmt",
        "made_at": START + timedelta(hours=12),
        "customer": name,
        "chains": (chain,),
        "standing": Standing().with_decisions(entries),
        "addresses": (number,),
        "blocked": {"sms": START},
        "texts": tuple(_text(f, language) for f in (entries[0].notice, entries[1].notice)),
        "cases": (closed, waiting),
        "talks": (
            HeldTalk(door="sms", address="+37120000001", language=language, awaiting="link"),
        ),
        "looks": looks,
        "told": 7,
        "told_last": START,
    }
    return OwnData(**(fields | changes))


def _words(html: str) -> str:
    return unescape(_TAGS.sub("\n", html))


def _page(language: str = "lv", **changes: Any) -> str:  # noqa: ANN401
    return page(_assistant(), _data(language, **changes), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_word(language: str) -> None:
    """No id, no placeholder, no code of the store is left on the page."""
    read = _words(_page(language))
    assert not PLACEHOLDER.search(read)
    assert not _ID.search(read)
    for code in ("never_asked", "withdrawn", "msisdn", "refused", "paused"):
        assert code not in read or language == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_on_file_is_on_the_page(language: str) -> None:
    """Words, texts letter by letter, number, cases with their answers, looks."""
    read = _words(_page(language))
    for held in _data(language).texts:
        assert held.text in read
    for expected in (
        "+37120000001",
        "K7M2-94QX",
        "QQQQ-2222",
        "Kāpēc?",
        "Pārskatījām.",
        "crm",
        "dpo",
        "of_tomorrow",
        "gone_purpose",
        "staff 12",
        "form 7",
        _HOSTILE,
    ):
        assert expected in read


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("lv", ("Jūsu vārdi:", "Kas skatījies Jūsu datus", "apturēta"), id="lv"),
        pytest.param("ru", ("Ваши слова:", "Кто смотрел Ваши данные", "приостановлено"), id="ru"),
        pytest.param("en", ("Your words:", "Who has looked at your data", "paused"), id="en"),
    ],
)
def test_it_speaks_the_customers_language(language: str, expected: tuple[str, ...]) -> None:
    """Headings, states and sources in their words."""
    read = _words(_page(language))
    assert f'<html lang="{language}"' in _page(language)
    for words in expected:
        assert words in read, read


def test_nothing_a_customer_wrote_becomes_markup() -> None:
    """However they wrote it."""
    html = _page()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    """One file with a policy of its own: no script, no address but its own parts."""
    html = _page()
    assert "default-src 'none'" in html
    links = re.findall(r"(?:href|src|action)=\"([^\"]*)\"", html)
    assert links
    assert not [link for link in links if not link.startswith("#t")]
    for tag in ("<script", "<img", "<link", "<iframe", "url(", "@import"):
        assert tag not in html


def test_each_decision_leads_to_its_texts() -> None:
    """Every reference on the page stands somewhere on it."""
    html = _page()
    wanted, found = set(re.findall(r'href="#(t\d+)"', html)), set(re.findall(r'id="(t\d+)"', html))
    assert {"t1", "t2"} == wanted == found


def test_it_suits_a_phone_the_dark_and_paper() -> None:
    """As wide as it is read, as light as the room, and printed without colours."""
    html = _page()
    for rule in ("width=device-width", "prefers-color-scheme:dark", "@media print", "max-width:"):
        assert rule in html


def test_topics_nobody_touched_are_on_with_offers_alone() -> None:
    """As everywhere else: without offers they are not switched on."""
    nobody = {"standing": Standing(), "chains": (replace(_data().chains[0], decisions=()),)}
    with_offers, without = _words(_page("en")), _words(_page("en", **nobody))
    assert "News: on" in with_offers
    assert "News: not switched on" in without


def test_nothing_on_file_is_said_in_each_section() -> None:
    """An empty section says so."""
    chain = replace(_data().chains[0], decisions=())
    names = ("addresses", "texts", "cases", "looks", "talks")
    empty: dict[str, Any] = dict.fromkeys(names, ())
    html = _page("en", chains=(chain, chain), told=0, told_last=None, blocked={}, **empty)
    assert 6 == _words(html).count("Nothing on file.")
    assert "put together: 2" in _words(html)


@pytest.mark.parametrize(
    ("wanted", "heard", "expected"),
    [
        pytest.param("en", "ru", "lmt-my-data-2025-03-10", id="as-asked-for"),
        pytest.param(None, "ru", "lmt-moi-dannye-2025-03-10", id="else-as-heard"),
        pytest.param(None, None, "lmt-mani-dati-2025-03-10", id="else-the-brands"),
        pytest.param("xx", None, "lmt-mani-dati-2025-03-10", id="a-language-of-tomorrow"),
    ],
)
def test_files_are_named_for_people(wanted: str | None, heard: str | None, expected: str) -> None:
    """Whose, what, and of which day; two files of one copy differ in their ending alone."""
    talks = (HeldTalk(door="sms", address="", language=heard),)
    files = copy_files(_assistant(), _data(talks=talks), wanted)
    assert [f"{expected}.html", f"{expected}.json"] == [file.name for file in files]
    assert all(file.caption and file.content for file in files)
