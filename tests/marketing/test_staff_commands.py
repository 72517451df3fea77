"""`consent staff …`, and the accounts beneath it on every kind of database."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app.cli import app
from app.staff_commands import StaffRefused
from consent.errors import SettingBroken
from consent.staff import ABSOLUTE, IDLE, Account, Entry, Role
from storage import schema
from storage.database import Database, open_database
from storage.staff import SqlStaff
from storage.staff_sessions import SqlStaffSessions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORD = re.compile(r"Invitation: ((?:[2-9A-Z]{4}-){3}[2-9A-Z]{4})$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work on an empty store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/staff.db")
    monkeypatch.delenv("CONSENT_ROOT_KEY_FILE", raising=False)


def run(*words: str, status: int = 0) -> str:
    """Run a command; return what it prints."""
    result = CliRunner().invoke(app, ["staff", *words])
    assert (status, None) == (
        result.exit_code,
        None if isinstance(result.exception, SystemExit) else result.exception,
    )
    return result.output


def refused(*words: str) -> str:
    """Run a command that cannot be done; return why."""
    found = CliRunner().invoke(app, ["staff", *words]).exception
    assert isinstance(found, StaffRefused | SettingBroken)
    return str(found.detail)


ANNA = ("add", "Anna", "--brand", "lmt", "--role", "admin", "--role", "care")


def test_an_account_and_its_life() -> None:
    """Made, listed, given and taken roles, reset, disabled: each says what it did."""
    assert "Nobody has an account" in run("list")
    first = WORD.search(run(*ANNA))
    assert first
    assert re.match(r"anna  lmt:admin,care  invited until 20\d\d-", run("list"))
    amigo = ("anna", "--brand", "amigo", "--role", "privacy")
    assert "The role is given.\n" == run("grant", *amigo)
    assert "They have this role already.\n" == run("grant", *amigo)
    assert "amigo:privacy lmt:admin,care" in run("list")
    assert "The role is taken.\n" == run("revoke", *amigo)
    assert "They have no such role.\n" == run("revoke", *amigo, status=1)
    assert "The account is closed.\n" == run("disable", "anna")
    assert "The account was closed already.\n" == run("disable", "anna", status=1)
    assert re.search(r"disabled 20\d\d-", run("list"))
    again = WORD.search(run("reset", "ANNA"))
    assert again
    assert first[1] != again[1]
    assert "invited until" in run("list")


def test_every_change_is_in_the_log(tmp_path: Path) -> None:
    """Who, what, about whom and where; refused changes leave nothing, no word is kept."""
    words = [WORD.search(run(*ANNA))]
    run("grant", "anna", "--brand", "amigo", "--role", "care")
    run("grant", "anna", "--brand", "amigo", "--role", "care")
    run("revoke", "anna", "--brand", "amigo", "--role", "care")
    run("disable", "anna")
    words.append(WORD.search(run("reset", "anna")))

    database = open_database(f"sqlite:///{tmp_path}/staff.db")
    table = schema.staff_log
    query = select(table).order_by(table.c.entry_id)
    rows = database.write_now(lambda c: c.execute(query).all())
    database.close_now()
    assert [
        ("added", "anna lmt admin care"),
        ("granted", "anna amigo care"),
        ("revoked", "anna amigo care"),
        ("disabled", "anna"),
        ("reset", "anna"),
    ] == [(row.action, row.about) for row in rows]
    assert all(row.actor.startswith("cli:") for row in rows)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("staff.db*"))
    assert not any(word and word[1].encode() in stored for word in words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ("add", "a b", "--brand", "lmt", "--role", "admin"), "LOGIN must", id="login"
        ),
        pytest.param(
            ("add", "anna", "--brand", "bite", "--role", "admin"), "lmt, amigo", id="brand"
        ),
        pytest.param(
            ("add", "anna", "--brand", "lmt", "--role", "king"), "marketing, care", id="role"
        ),
        pytest.param(("reset", "berta"), "nobody has this login", id="nobody"),
        pytest.param(("disable", "berta"), "nobody has this login", id="nobody to disable"),
        pytest.param(ANNA, "has an account already", id="twice"),
    ],
)
def test_what_cannot_be_done_is_explained(words: tuple[str, ...], said: str) -> None:
    """The command says what was wrong and what to do, and changes nothing."""
    if words == ANNA:
        run(*ANNA)
    before = run("list")
    assert said in refused(*words)
    assert before == run("list")


def _entry(at: datetime = NOW, action: str = "test") -> Entry:
    return Entry(at, "cli:test", action, "anna")


def _account(**values: object) -> Account:
    known: dict[str, object] = {
        "id": "1",
        "login": "anna",
        "created_at": NOW,
        "invitation": "digest",
        "invited_until": NOW + timedelta(hours=24),
        "roles": {"lmt": frozenset({Role.CARE, Role.ADMIN}), "amigo": frozenset({Role.CARE})},
    }
    return Account(**(known | values))  # type: ignore[arg-type]


async def test_accounts_on_every_database(database: Database) -> None:
    """Kept as given, found by login, changed by what was read, never twice."""
    staff = SqlStaff(database)
    assert await staff.is_empty()
    account = _account()
    assert await staff.add(account, _entry())
    assert not await staff.add(_account(id="2"), _entry())
    assert not await staff.is_empty()
    assert account == await staff.find("anna")
    assert (account,) == await staff.all()
    for misses in (1, 2, 3):
        assert await staff.attempt("anna", _entry()) is not None
        found = await staff.find("anna")
        assert found is not None
        assert (misses, misses < 3) == (found.misses, found.is_open(NOW))
    await staff.attempt("anna", _entry())
    assert await staff.attempt("nobody", _entry()) is None
    assert await staff.attempt(None, _entry()) is None
    assert 3 == (await staff.all())[0].misses
    await staff.forgive(account.id)
    assert account.is_open(NOW)
    late = _entry(NOW + timedelta(hours=24))
    assert not await staff.choose(account, "hash", late)
    assert await staff.choose(account, "hash", _entry())
    assert not await staff.choose(account, "another", _entry())
    assert "hash" == (await staff.all())[0].password


async def test_sessions_on_every_database(database: Database) -> None:
    """A session is its owner's until it is over; an old password begins none."""
    staff, sessions = SqlStaff(database), SqlStaffSessions(database)
    await staff.add(_account(), _entry())
    assert await staff.choose(_account(), "hash", _entry())
    account = _account(password="hash")
    assert not await sessions.begin("old", _account(password="stale"), _entry())
    assert await sessions.begin("new", account, _entry())
    assert await sessions.find("old", NOW) is None
    seated = await sessions.find("new", NOW + IDLE - timedelta(seconds=1))
    assert seated is not None
    assert ("anna", account.roles) == (seated.login, seated.roles)
    # It was seen then, and so goes on from there.
    assert await sessions.find("new", NOW + IDLE * 1.5) is not None
    assert await sessions.find("new", NOW + ABSOLUTE) is None
    later = NOW + ABSOLUTE
    assert await sessions.begin("next", account, _entry(later))
    query = select(schema.staff_sessions.c.digest)
    assert ["next"] == await database.read(lambda c: list(c.execute(query).scalars()))
    await sessions.end("next", _entry(later, "left"))
    await sessions.end("next", _entry(later, "left"))
    assert await sessions.find("next", later) is None
    lines = select(schema.staff_log).where(schema.staff_log.c.action == "left")
    assert 1 == len(await database.read(lambda c: c.execute(lines).all()))
