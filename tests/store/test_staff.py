"""Accounts and sessions of staff, on every database: what was read is what is changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from consent.staff import Account, Entry, Role
from storage import schema
from storage.database import Database
from storage.staff import SqlStaff
from storage.staff_sessions import SqlStaffSessions
from tests.store.test_ledger import CLOCK

NOW = CLOCK.now()
DAY = timedelta(days=1)
ANNA = Account(
    id="1",
    login="anna",
    created_at=NOW,
    invitation="digest",
    invited_until=NOW + DAY,
    roles={"lmt": frozenset({Role.CARE})},
)


def _entry(action: str) -> Entry:
    return Entry(NOW, "cli:test", action, "anna")


async def _log(database: Database) -> list[str]:
    table = schema.staff_log
    query = select(table.c.action).order_by(table.c.entry_id)
    return sorted(await database.read(lambda c: list(c.execute(query).scalars())))


async def _roles(database: Database) -> dict[str, frozenset[Role]]:
    found = await SqlStaff(database).find("anna")
    assert found is not None
    return dict(found.roles)


async def test_a_role_is_given_and_taken_once(database: Database) -> None:
    """The same again changes nothing and writes no line; other brands keep theirs."""
    staff = SqlStaff(database)
    assert await staff.add(ANNA, _entry("added"))
    given = [await staff.grant("1", "amigo", Role.CARE, _entry("granted")) for _ in range(2)]
    assert ([True, False], {"lmt", "amigo"}) == (given, set(await _roles(database)))
    taken = [await staff.revoke("1", "lmt", Role.CARE, _entry("revoked")) for _ in range(2)]
    assert ([True, False], {"amigo"}) == (taken, set(await _roles(database)))
    assert ["added", "granted", "revoked"] == await _log(database)


async def test_a_closed_account_is_open_to_nobody(database: Database) -> None:
    """Its session ends with it; invited anew, its owner chooses another password."""
    staff, sessions = SqlStaff(database), SqlStaffSessions(database)
    await staff.add(ANNA, _entry("added"))
    assert await staff.choose(ANNA, "hash", _entry("chose"))
    known = replace(ANNA, password="hash")
    assert await sessions.begin("secret", known, _entry("entered"))
    assert await staff.disable("1", _entry("disabled"))
    assert not await staff.disable("1", _entry("disabled"))
    assert await sessions.find("secret", NOW) is None
    assert not await sessions.begin("again", known, _entry("entered"))
    await staff.invite("1", "other", NOW + DAY, _entry("invited"))
    found = await staff.find("anna")
    assert found is not None
    assert (None, "other", None) == (found.password, found.invitation, found.disabled_at)
    assert not await staff.choose(ANNA, "stolen", _entry("chose"))
    assert await staff.choose(found, "hash", _entry("chose"))


async def test_tries_at_once_are_all_counted(database: Database) -> None:
    """Of many at the same moment three are let try; then the account waits."""
    staff = SqlStaff(database)
    await staff.add(ANNA, _entry("added"))
    tries = (staff.attempt("anna", _entry("tried")) for _ in range(8))
    found = await asyncio.gather(*tries)
    assert 3 == sum(one is not None and one.is_open(NOW) for one in found)
    after = await staff.find("anna")
    assert after is not None
    assert 3 == after.misses
    await staff.forgive("1")
    assert 8 == (await _log(database)).count("tried")


async def test_of_two_with_one_invitation_one_is_late(database: Database) -> None:
    """However close together they come."""
    staff = SqlStaff(database)
    await staff.add(ANNA, _entry("added"))
    chosen = [staff.choose(ANNA, word, _entry("chose")) for word in ("one", "two")]
    assert [False, True] == sorted(await asyncio.gather(*chosen))
    assert ["added", "chose"] == await _log(database)


async def test_a_session_is_seen_and_ended(database: Database) -> None:
    """It goes on from its last use, and once it was left it is nobody's."""
    staff, sessions = SqlStaff(database), SqlStaffSessions(database)
    await staff.add(ANNA, _entry("added"))
    assert await staff.choose(ANNA, "hash", _entry("chose"))
    known = replace(ANNA, password="hash")
    assert await sessions.begin("secret", known, _entry("entered"))
    for minutes in (20, 40, 60):
        seated = await sessions.find("secret", NOW + timedelta(minutes=minutes))
        assert seated is not None
        assert ("anna", ANNA.roles) == (seated.login, seated.roles)
    await sessions.end("secret", _entry("left"))
    assert await sessions.find("secret", NOW + timedelta(minutes=61)) is None
    assert "left" in await _log(database)
    assert not await staff.is_empty()
    assert ["anna"] == [one.login for one in await staff.all()]
