"""What administrators change in accounts, on every database: noted, or not done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from consent.administration import Asked, NotChanged, is_admin, state_of
from consent.staff import Account, Entry, Role
from storage import schema
from storage.database import Database
from storage.staff import SqlStaff
from storage.staff_changes import SqlStaffChanges
from storage.staff_sessions import SqlStaffSessions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=24)
ADMIN, CARE = frozenset({Role.ADMIN}), frozenset({Role.CARE})
PEOPLE = {
    "anna": {"lmt": ADMIN},
    "berta": {"lmt": ADMIN | CARE},
    "cilda": {"lmt": CARE, "amigo": CARE},
    "dace": {"amigo": ADMIN},
}


async def peopled(database: Database) -> SqlStaffChanges:
    """Keep four people, each with a password."""
    staff = SqlStaff(database)
    for login, roles in PEOPLE.items():
        account = Account(
            id=login,
            login=login,
            created_at=NOW,
            invitation="digest",
            invited_until=UNTIL,
            roles=roles,
        )
        assert await staff.add(account, _entry("added", login))
        assert await staff.choose(account, "hash", _entry("chose a password", login))
    return SqlStaffChanges(database)


def _entry(action: str, about: str, actor: str = "staff:anna") -> Entry:
    return Entry(NOW, actor, action, about)


async def asked(
    changes: SqlStaffChanges, login: str, action: str, by: str = "anna", brand: str = "lmt"
) -> Asked:
    """Return what somebody asks about an account as it stands now."""
    found = await changes.find(brand, login)
    seen = state_of(found, brand) if found else "nothing"
    return Asked(
        by=by, brand=brand, login=login, seen=seen, entry=_entry(action, login, f"staff:{by}")
    )


async def log(database: Database, *actions: str) -> list[tuple[str, str, str]]:
    """Return what was noted of these acts, oldest first."""
    table = schema.staff_log
    query = select(table).where(table.c.action.in_(actions)).order_by(table.c.entry_id)
    rows = await database.read(lambda c: c.execute(query).all())
    return sorted((row.actor, row.action, row.about) for row in rows)


async def test_a_brand_sees_its_own(database: Database) -> None:
    """Those with a role there, by login; nobody else is found, whoever asks."""
    changes = await peopled(database)
    assert ["anna", "berta", "cilda"] == [a.login for a in await changes.of_brand("lmt")]
    assert ["cilda", "dace"] == [a.login for a in await changes.of_brand("amigo")]
    assert () == await changes.of_brand("nowhere")
    assert await changes.find("lmt", "dace") is None
    assert await changes.find("lmt", "nobody") is None
    cilda = await changes.find("lmt", "cilda")
    assert cilda is not None
    # Roles elsewhere come along: whether somebody may be locked depends on them.
    assert PEOPLE["cilda"] == cilda.roles


async def test_roles_are_set_and_noted_one_by_one(database: Database) -> None:
    """A line for each role that was given or taken; what stays is not mentioned."""
    changes = await peopled(database)
    wanted = frozenset({Role.CARE, Role.MARKETING, Role.PRIVACY})
    assert await changes.set_roles(await asked(changes, "berta", "granted"), wanted) is None
    berta = await changes.find("lmt", "berta")
    assert berta is not None
    assert wanted == berta.roles["lmt"]
    assert [
        ("staff:anna", "granted", "berta lmt marketing"),
        ("staff:anna", "granted", "berta lmt privacy"),
        ("staff:anna", "revoked", "berta lmt admin"),
    ] == await log(database, "granted", "revoked")
    gone = await asked(changes, "cilda", "granted")
    assert await changes.set_roles(gone, frozenset()) is None
    assert await changes.find("lmt", "cilda") is None
    cilda = await changes.find("amigo", "cilda")
    assert cilda is not None
    assert {"amigo": CARE} == cilda.roles


async def test_what_is_refused_leaves_no_trace(database: Database) -> None:
    """Neither a change nor a line, whoever asks for whatever they may not."""
    changes = await peopled(database)
    before = await changes.of_brand("lmt"), await changes.of_brand("amigo")
    everything = frozenset(Role)
    dace = await asked(changes, "dace", "granted")
    assert NotChanged.UNKNOWN == await changes.set_roles(dace, everything)
    assert NotChanged.UNKNOWN == await changes.lock(dace)
    own = await asked(changes, "anna", "granted")
    assert NotChanged.OWN == await changes.set_roles(own, everything)
    shared = await asked(changes, "cilda", "disabled")
    assert NotChanged.SHARED == await changes.lock(shared)
    assert NotChanged.SHARED == await changes.invite(shared, "digest", UNTIL)
    for by in ("cilda", "dace", "nobody"):
        wrong = await asked(changes, "berta", "granted", by)
        assert NotChanged.RIGHT == await changes.set_roles(wrong, everything)
        assert NotChanged.RIGHT == await changes.add(wrong, _new("eva"))
    taken = await asked(changes, "dace", "added")
    assert NotChanged.TAKEN == await changes.add(taken, _new("dace"))
    assert before == (await changes.of_brand("lmt"), await changes.of_brand("amigo"))
    assert [] == await log(database, "granted", "revoked", "disabled", "reset")
    assert 4 == len(await log(database, "added"))


async def test_adding_locking_and_inviting(database: Database) -> None:
    """Each is noted; a lock and a new invitation end every session and the password."""
    changes, sessions = await peopled(database), SqlStaffSessions(database)
    assert await changes.add(await asked(changes, "eva", "added"), _new("eva")) is None
    eva = await changes.find("lmt", "eva")
    assert eva is not None
    assert ("digest", CARE) == (eva.invitation, eva.roles["lmt"])
    berta = await changes.find("lmt", "berta")
    assert berta is not None
    assert berta.entered_at is None
    assert await sessions.begin("secret", berta, _entry("entered", "berta", "staff:berta"))
    assert await changes.lock(await asked(changes, "berta", "disabled")) is None
    assert await sessions.find("secret", NOW) is None
    locked = await asked(changes, "berta", "disabled")
    assert NotChanged.LOCKED == await changes.lock(locked)
    again = await asked(changes, "berta", "reset")
    assert await changes.invite(again, "another", UNTIL) is None
    berta = await changes.find("lmt", "berta")
    assert berta is not None
    assert (None, "another", None) == (berta.password, berta.invitation, berta.disabled_at)
    entered = {a.login: a.entered_at for a in await changes.of_brand("lmt")}
    assert {"anna": None, "berta": NOW, "cilda": None, "eva": None} == entered
    assert NOW == berta.entered_at
    # The same form once more: the account is not as it was shown.
    assert NotChanged.STALE == await changes.invite(again, "third", UNTIL)
    assert [
        ("staff:anna", "disabled", "berta"),
        ("staff:anna", "reset", "berta"),
    ] == await log(database, "disabled", "reset")


async def test_two_who_shut_each_other_out(database: Database) -> None:
    """Both at the same moment, again and again: one is too late, and an administrator stays."""
    changes = await peopled(database)
    staff = SqlStaff(database)
    for round_, how in enumerate(("roles", "lock", "mixed") * 3):
        mine = await asked(changes, "berta", "granted", "anna")
        theirs = await asked(changes, "anna", "granted", "berta")
        first = changes.lock(mine) if how != "roles" else changes.set_roles(mine, CARE)
        second = changes.lock(theirs) if how == "lock" else changes.set_roles(theirs, CARE)
        answers = await asyncio.gather(first, second)
        assert {None, NotChanged.RIGHT} == set(answers), (round_, how)
        # Whoever was too late is the one who lost.
        stays = ("anna", "berta")[answers.index(None)]
        assert [stays] == [a.login for a in await changes.of_brand("lmt") if is_admin(a, "lmt")]
        for login in ("anna", "berta"):
            await staff.invite(login, "digest", UNTIL, _entry("reset", login))
            await staff.grant(login, "lmt", Role.ADMIN, _entry("granted", login))


def _new(login: str) -> Account:
    return Account(
        id=f"new-{login}",
        login=login,
        created_at=NOW,
        invitation="digest",
        invited_until=UNTIL,
        roles={"lmt": CARE},
    )
