"""The staff log, on every database: whose each line is, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import Connection, text

from consent.access import Token, TokenScope
from consent.forgetting import Forgetting, parting
from consent.one_customer import Shown, Sight
from consent.ports import Look
from consent.staff import ENTERED, Account, Entry, Role
from consent.token_rotation import ROTATED, Replacing
from storage import migration
from storage.database import Database
from storage.migration import migrate
from storage.one_customer import SqlOneCustomer
from storage.own_data import SqlOwnData
from storage.sqlite import SqliteDatabase
from storage.staff import SqlStaff
from storage.staff_log import LogQuery, SqlStaffLog
from storage.staff_sessions import SqlStaffSessions
from storage.token_changes import SqlTokenChanges
from tests.builders import CountedEntropy
from tests.store.stores import VAULT, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, desk, message

NOW, SECOND = CLOCK.now(), timedelta(seconds=1)
CARE = frozenset({Role.CARE})
_LOOK = Entry(NOW, "staff:dpo", "read the staff log", "lmt")


def _entry(action: str, about: str = "anna", at: int = 0) -> Entry:
    return Entry(NOW + at * SECOND, "cli:test", action, about)


async def _read(database: Database, brand: str = "lmt") -> list[tuple[str, str]]:
    """Return what a page of a brand shows, but for who read it."""
    found = await SqlStaffLog(database).read(LogQuery(brand=brand), _LOOK)
    return [(one.action, one.about) for one in found if one.action != _LOOK.action]


async def _anna(database: Database, *brands: str) -> Account:
    account = Account(id="1", login="anna", created_at=NOW, roles=dict.fromkeys(brands, CARE))
    account = replace(account, invitation="i", invited_until=NOW + timedelta(days=1))
    about = f"anna {brands[0]} care"
    assert await SqlStaff(database).add(account, _entry("added", about))
    return account


async def test_a_line_about_an_account_is_of_its_brands_by_then(database: Database) -> None:
    """With a role there, and not before or after; a line about a role is of its brand alone."""
    staff, roles = SqlStaff(database), ("anna lmt care", "anna amigo care")
    await _anna(database, "lmt")
    await staff.attempt("anna", _entry("tried", "", at=1))
    assert await staff.grant("1", "amigo", Role.CARE, _entry("granted", roles[1], at=2))
    await staff.disable("1", _entry("disabled", at=3))
    assert await staff.revoke("1", "lmt", Role.CARE, _entry("revoked", roles[0], at=4))
    await staff.invite("1", "new", NOW + SECOND, _entry("reset", at=5))
    await staff.attempt("bruno", _entry("tried", "", at=6))
    assert [
        ("revoked", roles[0]),
        ("disabled", "anna"),
        ("tried", "anna"),
        ("added", roles[0]),
    ] == await _read(database)
    assert [
        ("reset", "anna"),
        ("disabled", "anna"),
        ("granted", roles[1]),
    ] == await _read(database, "amigo")
    assert [] == await _read(database, "nowhere")


async def test_who_comes_and_goes_is_in_the_log_of_both_brands(database: Database) -> None:
    """Whoever has roles at both chooses a password, comes and goes in the sight of both."""
    account = await _anna(database, "lmt", "amigo")
    staff, sessions = SqlStaff(database), SqlStaffSessions(database)
    assert await staff.choose(account, "p", _entry("chose a password", at=1))
    kept = replace(account, password="p")
    assert await sessions.begin("d", kept, _entry(ENTERED, at=2))
    await sessions.end("d", _entry("left", at=3))
    for brand in ("lmt", "amigo"):
        acts = [act for act, _ in await _read(database, brand)]
        assert ["left", ENTERED, "chose a password", "added"] == acts


async def test_a_token_is_its_brand_s(database: Database) -> None:
    """Issued, replaced and revoked in the sight of its brand alone."""
    tokens = SqlTokenChanges(database)
    token = Token(
        id="t",
        brand="lmt",
        holder="till at amigo",
        scopes=frozenset({TokenScope.CHECK}),
        created_at=NOW,
        expires_at=NOW + timedelta(days=9),
    )
    assert await tokens.issue(token, "d", _entry("issued a token", ""))
    asked = Replacing(
        token="t",
        successor="u",
        digest="e",
        grace=SECOND,
        entry=_entry(ROTATED, "", at=1),
    )
    await tokens.rotate(asked)
    assert await tokens.revoke("u", _entry("revoked a token", "", at=2))
    acts = [act for act, _ in await _read(database)]
    assert ["revoked a token", ROTATED, "issued a token"] == acts
    assert [] == await _read(database, "amigo")


async def test_copies_and_erasures_are_in_the_log(database: Database) -> None:
    """By page and by command, with the pseudonym; a look at a page is in the read log alone."""
    ledger = sql_ledger(database)
    await desk(ledger).handle(message("m1"))
    customer = await ledger.customer_of("lmt", NUMBER)
    page, by = SqlOneCustomer(database, VAULT), "staff:dpo"
    sight = Sight(brand="lmt", whom=NUMBER, viewer=by, reason="GDPR 15", at=NOW)
    await page.open(sight)
    assert [] == await _read(database)
    await page.open(replace(sight, shown=Shown.COPY))
    look = Look(
        brand="lmt",
        address=NUMBER,
        viewer="DPO (cli:root)",
        purpose_of_look="GDPR 15",
        at=NOW + SECOND,
    )
    await SqlOwnData(database, VAULT).for_staff(look)
    wanted = Forgetting(
        brand="lmt", address=NUMBER, reason="their wish", actor="cli:root", at=NOW + 2 * SECOND
    )
    await ledger.forget(wanted, parting(wanted, CountedEntropy()))
    lines = await SqlStaffLog(database).read(LogQuery(brand="lmt"), _LOOK)
    assert [
        ("cli:root", "forgot"),
        ("DPO (cli:root)", "exported"),
        ("staff:dpo", "exported"),
    ] == [(one.actor, one.action) for one in lines if one.action != _LOOK.action]
    assert {str(customer)} == {one.about for one in lines if one.action != _LOOK.action}
    assert [] == await _read(database, "amigo")


async def test_whoever_reads_is_noted_first(database: Database) -> None:
    """What one has read, the next one sees; what nobody could note, nobody reads."""
    log = SqlStaffLog(database)
    look = Entry(NOW, "staff:eve", "read the staff log", "lmt")
    assert () == await log.read(LogQuery(brand="lmt"), look)
    (seen,) = await log.read(LogQuery(brand="lmt"), _LOOK)
    assert ("staff:eve", "read the staff log", "lmt", NOW) == (
        seen.actor,
        seen.action,
        seen.about,
        seen.at,
    )
    assert () == await log.read(LogQuery(brand="amigo"), replace(look, about="amigo"))


async def test_pages_show_each_line_once(database: Database) -> None:
    """However many fall on one moment, and whatever is noted meanwhile."""
    log = SqlStaffLog(database)
    for turn in range(23):
        await log.add("lmt", _entry("disabled", f"login{turn}", at=turn // 5))
        await log.add("amigo", _entry("disabled", "dace", at=turn // 5))
    seen, wanted = list[str](), LogQuery(brand="lmt", most=4)
    while found := await log.read(wanted, replace(_LOOK, at=NOW + timedelta(days=1))):
        seen += [one.about for one in found if one.action == "disabled"]
        wanted = replace(wanted, before=(found[-1].at, found[-1].id))
    assert sorted(f"login{turn}" for turn in range(23)) == sorted(seen)
    moments = [int(name.removeprefix("login")) // 5 for name in seen]
    assert sorted(moments, reverse=True) == moments


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({"actions": frozenset({"reset"})}, ["anna"], id="by what was done"),
        pytest.param({"name": "ANN"}, ["anna", "hanna"], id="by a part of a name"),
        pytest.param({"name": "CLI:T"}, ["anna", "hanna", "berta"], id="by who did it"),
        pytest.param({"name": "%"}, [], id="signs of a search are just signs"),
        pytest.param({"name": "ann", "actions": frozenset({"disabled"})}, ["hanna"], id="both"),
    ],
)
async def test_the_log_is_narrowed(
    database: Database, asked: dict[str, object], found: list[str]
) -> None:
    """To some acts, to a part of a name, or both."""
    log = SqlStaffLog(database)
    for turn, (act, about) in enumerate(
        (("disabled", "berta"), ("disabled", "hanna"), ("reset", "anna"))
    ):
        await log.add("lmt", _entry(act, about, at=turn))
    query = LogQuery(brand="lmt", **asked)  # type: ignore[arg-type]
    lines = await log.read(query, _LOOK)
    assert found == [one.about for one in lines]


#: As step 0006 left them, and whose each is.
_OLD: tuple[tuple[str, str, set[str]], ...] = (
    ("added", "anna lmt admin care", {"lmt"}),
    ("added", "berta amigo care", {"amigo"}),
    ("entered", "anna", {"lmt"}),
    ("granted", "anna amigo care", {"amigo"}),
    ("entered", "anna", {"lmt", "amigo"}),
    ("revoked", "anna lmt admin", {"lmt"}),
    ("left", "anna", {"lmt", "amigo"}),
    ("revoked", "anna lmt care", {"lmt"}),
    ("tried", "anna", {"amigo"}),
    ("tried", "nobody", set()),
    ("disabled", "berta", {"amigo"}),
    ("issued a token", "t lmt “amigo till” check until 2026-11-22 10:00 UTC", {"lmt"}),
    ("rotated a token", "t u lmt “till” check until 2026-11-22 10:00 UTC", {"lmt"}),
    ("revoked a token", "u lmt “till” check until 2026-11-22 10:00 UTC", {"lmt"}),
    ("something", "later", set()),
)


def _step_6(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    upgrade(config, "0006")
    insert = text("INSERT INTO staff_log VALUES (:id, :at, 'cli:test', :action, :about)")
    for turn, (action, about, _) in enumerate(_OLD):
        connection.execute(
            insert, {"id": f"e{turn}", "at": turn, "action": action, "about": about}
        )


def test_lines_of_before_get_their_brands(tmp_path: Path) -> None:
    """The step reads the log as it was written: roles given and taken say whose a line is."""
    old = SqliteDatabase(f"sqlite:///{tmp_path}/old.db")
    old.create()
    old.write_now(_step_6)
    migrate(old)
    query = text("SELECT entry_id, brand, at FROM staff_log_brands")
    rows = old.write_now(lambda c: c.execute(query).all())
    found = {
        turn: {r.brand for r in rows if r.entry_id == f"e{turn}"} for turn in range(len(_OLD))
    }
    assert {turn: whose for turn, (_, _, whose) in enumerate(_OLD)} == found
    assert all(f"e{row.at}" == row.entry_id for row in rows)
    old.close_now()
