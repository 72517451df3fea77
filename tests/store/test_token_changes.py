"""Tokens issued, replaced and ended, on every kind of database: noted, or not done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from consent.access import Token, TokenScope
from consent.errors import StoreUnavailable
from consent.staff import Entry
from consent.token_rotation import ROTATED, NotRotated, Replacing, Rotation
from storage import schema
from storage.database import Database
from storage.sqlite import SqliteDatabase
from storage.token_changes import SqlTokenChanges
from storage.token_use import NOTED_EVERY
from storage.tokens import SqlTokens

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TOKEN = Token(
    id="t1",
    brand="lmt",
    holder="campaign tool",
    scopes=frozenset({TokenScope.CHECK, TokenScope.AUDIENCE}),
    created_at=NOW,
    expires_at=NOW + 90 * DAY,
)


def _entry(action: str, at: datetime = NOW) -> Entry:
    return Entry(at, "staff:anna", action, "")


def replacing(successor: str, which: str = "t1", brand: str | None = "lmt") -> Replacing:
    """Return a wish to replace a token after ten days."""
    return Replacing(
        token=which,
        brand=brand,
        successor=successor,
        digest=f"digest of {successor}",
        grace=DAY,
        entry=_entry("rotated", NOW + 10 * DAY),
    )


async def log(database: Database) -> list[tuple[str, str, str]]:
    """Return the staff log, oldest first."""
    query = select(schema.staff_log).order_by(schema.staff_log.c.entry_id)
    rows = await database.read(lambda c: c.execute(query).all())
    return [(row.actor, row.action, row.about) for row in rows]


async def test_a_token_and_its_successor(database: Database) -> None:
    """Both are found by their secrets while the grace lasts; the log says which took over."""
    changes, tokens = SqlTokenChanges(database), SqlTokens(database)
    assert await changes.issue(TOKEN, "digest", _entry("issued"))
    assert TOKEN == await tokens.find("digest")
    found = await changes.rotate(replacing("t2"))
    assert isinstance(found, Rotation)
    assert [found.old, replace(found.new, replaces=None)] == [
        await tokens.find(x) for x in ("digest", "digest of t2")
    ]
    ends, at = NOW + 11 * DAY, NOW + 10 * DAY
    assert replace(TOKEN, expires_at=ends) == found.old
    assert ("t1", at, at + 90 * DAY) == (
        found.new.replaces,
        found.new.created_at,
        found.new.expires_at,
    )
    assert (found.old, found.new) == await changes.listed("lmt") == await changes.listed()
    named = "lmt “campaign tool” audience,check"
    untils = "until 2026-06-09 12:00 UTC, the old one until 2026-03-12 12:00 UTC"
    assert [
        ("staff:anna", "issued", f"t1 {named} until 2026-05-30 12:00 UTC"),
        ("staff:anna", ROTATED, f"t1 t2 {named} {untils}"),
    ] == await log(database)


async def test_what_is_not_done_is_not_noted(database: Database) -> None:
    """An id that is taken, another brand's token, one that has a successor or has ended."""
    changes = SqlTokenChanges(database)
    assert await changes.issue(TOKEN, "digest", _entry("issued"))
    assert not await changes.issue(replace(TOKEN, holder="x"), "other", _entry("issued"))
    assert NotRotated.UNKNOWN == await changes.rotate(replacing("t2", brand="amigo"))
    assert NotRotated.UNKNOWN == await changes.rotate(replacing("t2", which="nothing"))
    assert await changes.revoke("t1", _entry("revoked"), "amigo") is None
    assert await changes.revoke("nothing", _entry("revoked")) is None
    assert (TOKEN,) == await changes.listed()
    assert () == await changes.listed("amigo")
    assert isinstance(await changes.rotate(replacing("t2")), Rotation)
    assert NotRotated.REPLACED == await changes.rotate(replacing("t3"))
    assert await changes.revoke("t2", _entry("revoked"), "lmt")
    assert await changes.revoke("t2", _entry("revoked"), "lmt") is None
    assert NotRotated.ENDED == await changes.rotate(replacing("t3", which="t2"))
    # The lost successor counts no more.
    assert isinstance(await changes.rotate(replacing("t3")), Rotation)
    actions = ["issued", ROTATED, "revoked", ROTATED]
    assert sorted(actions) == sorted(action for _, action, _ in await log(database))


async def test_of_two_who_replace_at_once_one_does(database: Database) -> None:
    """At the same moment, one token gets one successor."""
    changes = SqlTokenChanges(database)
    await changes.issue(TOKEN, "digest", _entry("issued"))
    asked = [changes.rotate(replacing(f"new-{index}")) for index in range(5)]
    answers = await asyncio.gather(*asked)
    assert 4 == answers.count(NotRotated.REPLACED)
    assert 2 == len(await changes.listed())


async def test_use_is_noted_once_an_hour(database: Database) -> None:
    """Within the hour nothing is written; another process notes it too, never an earlier one."""
    tokens, changes = SqlTokens(database), SqlTokenChanges(database)
    await tokens.add(TOKEN, "digest")
    await tokens.add(replace(TOKEN, id="t2"), "another")

    async def used() -> list[datetime | None]:
        return [token.used_at for token in await changes.listed("lmt")]

    assert [None, None] == await used()
    seen = []
    for minutes in (0, 59, 60, 61):
        await tokens.used(TOKEN, NOW + timedelta(minutes=minutes))
        seen.append((await used())[0])
    assert [NOW, NOW, NOW + NOTED_EVERY, NOW + NOTED_EVERY] == seen
    await SqlTokens(database).used(TOKEN, NOW + timedelta(minutes=100))
    await SqlTokens(database).used(TOKEN, NOW + timedelta(minutes=90))
    assert [NOW + timedelta(minutes=100), None] == await used()


async def test_a_token_named_like_the_beginning_of_another(database: Database) -> None:
    """What replaced one is never taken for what replaced another."""
    changes = SqlTokenChanges(database)
    for name in ("t", "t1", "t_"):
        await changes.issue(replace(TOKEN, id=name), f"digest of {name}", _entry("issued"))
    assert isinstance(await changes.rotate(replacing("new", which="t1")), Rotation)
    for name in ("t", "t_"):
        assert isinstance(await changes.rotate(replacing(f"{name}2", which=name)), Rotation)
    replaced = {token.id: token.replaces for token in await changes.listed()}
    assert {"new": "t1", "t2": "t", "t_2": "t_"} == {k: v for k, v in replaced.items() if v}


async def test_who_cannot_be_noted_is_let_in(file_database: SqliteDatabase) -> None:
    """Noting a use never keeps anybody out."""
    tokens = SqlTokens(file_database)
    file_database.file.unlink()
    with pytest.raises(StoreUnavailable):
        await tokens.add(TOKEN, "digest")
    await tokens.used(TOKEN, NOW)
