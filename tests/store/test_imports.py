"""How far a file is, and the papers that consents of files were given under."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from consent.notices import Form, Notice, Status, fingerprint
from storage.database import Database
from storage.imports import Progress, SqlImports
from storage.papers import SqlPapers
from tests.store.batch_stage import NOW
from tests.store.stores import sql_ledger

HASH = "a" * 64


async def test_a_stopped_file_is_found_where_it_stopped(database: Database) -> None:
    """By brand and content; once it is finished there is nothing to go on with."""
    imports = SqlImports(database)
    assert await imports.unfinished("lmt", HASH) is None
    begun = Progress(id="i1")
    await imports.begin(begun, "lmt", HASH, NOW)
    assert begun == await imports.unfinished("lmt", HASH)
    further = replace(begun, row=700, rejected=3)
    await imports.advance(further)
    assert further == await imports.unfinished("lmt", HASH)
    assert await imports.unfinished("amigo", HASH) is None
    assert await imports.unfinished("lmt", "b" * 64) is None
    await imports.advance(further, finished_at=NOW)
    assert await imports.unfinished("lmt", HASH) is None


async def test_the_newest_of_two_goes_on(database: Database) -> None:
    """Should the same file have been stopped twice, its newest run is taken up."""
    imports = SqlImports(database)
    for name, day in (("old", 0), ("new", 1)):
        await imports.begin(Progress(id=name), "lmt", HASH, NOW + timedelta(days=day))
    found = await imports.unfinished("lmt", HASH)
    assert found is not None
    assert "new" == found.id


def _paper(text: str, status: Status = Status.APPROVED) -> Notice:
    return Notice(
        fingerprint=fingerprint(text),
        brand="lmt",
        purpose="offers",
        language="lv",
        form=Form.CHAT,
        major=1,
        minor=12,
        status=status,
        changed="Registered from paper.",
    )


async def test_papers_are_kept_with_their_status(database: Database) -> None:
    """As registered, oldest first, with their text among all texts; approval changes status."""
    papers = SqlPapers(database)
    draft, other = _paper("one", Status.DRAFT), _paper("two")
    await papers.keep(draft, "one", NOW)
    await papers.keep(other, "two", NOW + timedelta(days=1))
    assert (draft, other) == await papers.all() == papers.all_now()
    texts = await sql_ledger(database).notice_texts()
    assert ("one", "two") == (texts[draft.fingerprint], texts[other.fingerprint])
    await papers.keep(replace(draft, status=Status.APPROVED), "one", NOW)
    assert Status.APPROVED is (await papers.all())[0].status


async def test_our_own_notices_are_no_papers(database: Database) -> None:
    """What the doors show is not listed among the papers."""
    ledger = sql_ledger(database)
    await ledger.register([(_paper("ours"), "ours")], NOW)
    assert () == await SqlPapers(database).all()
