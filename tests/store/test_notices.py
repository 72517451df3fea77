"""The register of texts: listed a page at a time, in the order in which they were registered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.notices import Form, Notice, Status, fingerprint
from storage.database import Database
from storage.ledger import SqlLedger
from storage.notices import NoticePage, NoticeQuery, SqlNotices
from storage.papers import SqlPapers
from tests.store.stores import VAULT
from tests.store.test_ledger import CLOCK

NOW, HOUR = CLOCK.now(), timedelta(hours=1)


def _notice(text: str, brand: str = "lmt", version: int = 1) -> Notice:
    return Notice(
        fingerprint=fingerprint(text),
        brand=brand,
        purpose="offers",
        language="lv",
        form=Form.CHAT,
        major=version,
        minor=0,
        status=Status.DRAFT,
        changed="",
    )


@pytest.fixture
async def register(database: Database) -> SqlNotices:
    """Return a register with four texts of a brand, one of them on paper, and one of another's."""
    ledger, papers = SqlLedger(database, VAULT), SqlPapers(database)
    await ledger.register([(_notice("b"), "b"), (_notice("x", "amigo"), "x")], NOW)
    await ledger.register(
        [(_notice("a", version=2), "a"), (_notice("c", version=2), "c")], NOW + HOUR
    )
    await papers.keep(_notice("p"), "p", NOW + 2 * HOUR)
    return SqlNotices(database)


def _texts(page: NoticePage) -> list[str]:
    return [notice.text for notice in page.notices]


async def test_pages_follow_each_other(register: SqlNotices) -> None:
    """First what was registered first, those of one moment by fingerprint; of one brand."""
    together = sorted("ac", key=fingerprint)
    wanted = NoticeQuery(brand="lmt", most=2)
    first = await register.listed(wanted)
    assert ["b", together[0]] == _texts(first)
    second = await register.listed(replace(wanted, after=first.after))
    assert ([together[1], "p"], None) == (_texts(second), second.after)
    assert ["x"] == _texts(await register.listed(NoticeQuery(brand="amigo")))


async def test_texts_are_narrowed(register: SqlNotices) -> None:
    """By what stands in the register, by version, and by whether they are among others."""
    b = fingerprint("b")
    for query, texts in (
        (NoticeQuery(brand="lmt", fields={"form": "paper"}), "p"),
        (NoticeQuery(brand="lmt", fields={"fingerprint": b, "language": "lv"}), "b"),
        (NoticeQuery(brand="lmt", fields={"language": "ru"}), ""),
        (NoticeQuery(brand="lmt", version="1.0"), "bp"),
        (NoticeQuery(brand="lmt", within=True, among=frozenset({b})), "b"),
        (NoticeQuery(brand="lmt", within=False, among=frozenset({b})), "acp"),
        (NoticeQuery(brand="lmt", within=True), ""),
    ):
        assert sorted(texts) == sorted(_texts(await register.listed(query)))


async def test_a_draft_is_told_by_its_version(register: SqlNotices) -> None:
    """A paper's version is told as it was said, and that it is a draft beside it."""
    (paper,) = (await register.listed(NoticeQuery(brand="lmt", fields={"form": "paper"}))).notices
    assert ("1.0", True, NOW + 2 * HOUR) == (paper.version, paper.is_draft, paper.registered_at)
