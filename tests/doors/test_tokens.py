"""Ways in for other systems: made, shown once, looked up by hash, ended; each for one brand."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.spans import span_of
from app.token_commands import TokenRefused, add_token, list_tokens, revoke_token
from consent.access import Token, TokenScope, digest_of
from consent.errors import ConsentError, SettingBroken, StoreUnavailable
from consent.staff import Entry
from consent.token_rotation import Replacing
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from storage.token_changes import SqlTokenChanges
from storage.tokens import SqlTokens
from tests.journeys.harness import House, open_house

PATH = "/api/v1/sms/lint"
AD = {"text": "LMT: tikai šodien. Atteikties: STOP 1", "brand": "lmt", "sender": "+37120000000"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Return a served assistant."""
    found = open_house(tmp_path, "lmt")
    async with found.client:
        yield found


async def _add(house: House, **changes: object) -> str:
    now = house.clock.now()
    fields: dict[str, object] = {
        "id": "t1",
        "brand": "lmt",
        "holder": "campaign tool",
        "scopes": frozenset({TokenScope.TEXTS}),
        "created_at": now,
        "expires_at": now + timedelta(days=1),
    }
    secret = f"cst_{changes.get('id', 't1')}"
    token = Token(**(fields | changes))  # type: ignore[arg-type]
    await house.store.tokens.add(token, digest_of(secret))
    return secret


async def _ask(house: House, authorization: str | None, **changes: str) -> httpx.Response:
    headers = {} if authorization is None else {"authorization": authorization}
    return await house.client.post(PATH, json=AD | changes, headers=headers)


async def test_a_good_token_lets_in(house: House) -> None:
    """Whoever holds a token of the brand has texts checked; the scheme's case does not matter."""
    secret = await _add(house)
    for scheme in ("Bearer", "bearer"):
        assert 200 == (await _ask(house, f"{scheme} {secret}")).status_code


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Basic Y3N0X3Qx", "Bearer cst_other", "Bearer cst_t1 x"],
)
async def test_without_a_good_token_nobody_gets_in(
    house: House, authorization: str | None
) -> None:
    """No token, another scheme or an unknown one: 401, and how to do better."""
    await _add(house)
    answer = await _ask(house, authorization)
    assert (401, "UNAUTHENTICATED") == (answer.status_code, answer.json()["code"])
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_ends_by_the_clock_and_by_hand(house: House) -> None:
    """What has expired or was revoked opens nothing, and does not say which it is."""
    now = house.clock.now()
    late = await _add(house, id="late", expires_at=now)
    ended = await _add(house, id="ended")
    assert await house.store.tokens.revoke("ended", now)
    assert not await house.store.tokens.revoke("ended", now)
    answers = [await _ask(house, f"Bearer {secret}") for secret in (late, ended)]
    assert [401, 401] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()


async def test_a_token_is_for_its_scope_and_brand(house: House) -> None:
    """Another brand's texts, or another thing altogether: 403 (law 7)."""
    secret = await _add(house)
    other = await _ask(house, f"Bearer {secret}", brand="amigo")
    assert (403, "PERMISSION_DENIED") == (other.status_code, other.json()["code"])
    nothing = await _add(house, id="nothing", scopes=frozenset())
    assert 403 == (await _ask(house, f"Bearer {nothing}")).status_code


async def test_the_store_knows_no_secret(house: House, tmp_path: Path) -> None:
    """Who reads the database finds no token in it."""
    secret = await _add(house)
    with sqlite3.connect(tmp_path / "journey.db") as store:
        found = store.execute("SELECT * FROM tokens").fetchall()
    store.close()
    assert digest_of(secret) in found[0]
    assert secret not in str(found)


async def test_a_scope_of_a_later_version_opens_nothing(tmp_path: Path) -> None:
    """An unknown scope in the store is passed over."""
    database = SqliteDatabase(f"sqlite:///{tmp_path}/x.db")
    migrate(database)
    database.write_now(
        lambda c: (
            c.exec_driver_sql(
                "INSERT INTO tokens (token_id, digest, brand, holder, scopes, created_at, "
                "expires_at) VALUES ('t', 'd', 'lmt', 'x', 'texts moon', 0, 1)"
            ).rowcount
        )
    )
    (token,) = await SqlTokens(database).all()
    assert {TokenScope.TEXTS} == token.scopes
    database.file.unlink()
    with pytest.raises(StoreUnavailable):
        await SqlTokens(database).find("d")
    await database.close()


async def test_a_replaced_token_works_until_its_grace_ends(house: House) -> None:
    """The old and the new both open the same until then; afterwards the new one alone."""
    old, grace = await _add(house), timedelta(hours=24)
    changes, now = SqlTokenChanges(house.store.database), house.clock.now()
    asked = Replacing(
        token="t1",
        brand="lmt",
        successor="t2",
        digest=digest_of("cst_new"),
        grace=timedelta(hours=1),
        entry=Entry(now, "test", "rotated", ""),
    )
    await changes.rotate(asked)

    async def statuses() -> list[int]:
        return [(await _ask(house, f"Bearer {secret}")).status_code for secret in (old, "cst_new")]

    assert [200, 200] == await statuses()
    house.clock.moment += timedelta(minutes=59, seconds=59)
    assert [200, 200] == await statuses()
    house.clock.moment += timedelta(seconds=1)
    assert [401, 200] == await statuses()
    house.clock.moment = now + grace
    assert [401, 401] == await statuses()


async def test_the_use_of_a_token_is_noted(house: House) -> None:
    """To the hour; what lets nobody in is no use."""
    secret = await _add(house)
    nothing = await _add(house, id="nothing", scopes=frozenset())
    assert 403 == (await _ask(house, f"Bearer {nothing}")).status_code
    now = house.clock.now()
    await _ask(house, f"Bearer {secret}")
    house.clock.moment += timedelta(minutes=59)
    await _ask(house, f"Bearer {secret}")
    listed = await SqlTokenChanges(house.store.database).listed()
    used = {token.id: token.used_at for token in listed}
    assert {"t1": now, "nothing": None} == used


def test_tokens_are_made_listed_and_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command shows the secret once; the list shows everything but it."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/c.db")
    secret = add_token(brand="lmt", holder="campaign tool", scopes=["texts"], days=2)
    assert 47 == len(secret)
    (line,) = list_tokens()
    assert "campaign tool  texts  good until" in line
    assert secret not in line
    token_id = line.split()[0]
    assert [True, False] == [revoke_token(token_id) for _ in range(2)]
    assert "revoked" in list_tokens()[0]


@pytest.mark.parametrize(("brand", "scope"), [("tele2", "texts"), ("lmt", "moon")])
def test_a_token_for_nothing_is_not_made(brand: str, scope: str) -> None:
    """No such brand, no such scope: said before anything is opened."""
    with pytest.raises(SettingBroken):
        add_token(brand=brand, holder="x", scopes=[scope], days=1)


def run(*words: str, status: int = 0) -> Result:
    """Run a command."""
    result = CliRunner().invoke(app, ["token", *words])
    assert status == result.exit_code, result.output
    return result


def test_a_token_is_replaced_by_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new secret alone is printed; the list says which replaces which, and until when."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/c.db")
    scopes = ("--scope", "check", "--scope", "feed")
    first = run("add", "campaign tool", "--brand", "lmt", *scopes, "--days", "30").stdout
    old = run("list").stdout.split()[0]
    found = run("rotate", old, "--grace", "90m")
    assert re.fullmatch(r"cst_[\w-]{43}\n", found.stdout)
    assert found.stdout != first
    before, after = run("list").stdout.splitlines()
    new = after.split()[0]
    assert f"{new} is good until" in found.stderr
    assert f"{old}, which it replaces, works until" in found.stderr
    assert re.search(rf"check,feed  good until [-\d]+ [:\d]+ UTC  replaced by {new}$", before)
    assert re.search(rf"campaign tool  check,feed  good until [-\d]+  replaces {old}$", after)
    assert "works no more" in run("rotate", new, "--grace", "0").stderr
    assert "ended" in run("list").stdout.splitlines()[1]


@pytest.mark.parametrize(
    ("words", "fault", "said"),
    [
        pytest.param(("nothing",), TokenRefused, "no such token", id="unknown"),
        pytest.param(("OLD",), TokenRefused, "has a successor already", id="twice"),
        pytest.param(("ENDED",), TokenRefused, "has ended already", id="ended"),
        pytest.param(("OLD", "--grace", "soon"), SettingBroken, "--grace must be", id="span"),
        pytest.param(("OLD", "--grace", "-1h"), SettingBroken, "--grace must be", id="negative"),
    ],
)
def test_what_cannot_be_replaced_is_explained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    fault: type[ConsentError],
    said: str,
) -> None:
    """The command says why, and changes nothing."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/c.db")
    for holder in ("OLD", "ENDED"):
        run("add", holder, "--brand", "lmt", "--scope", "texts")
    known = {line.split()[2]: line.split()[0] for line in run("list").stdout.splitlines()}
    run("revoke", known["ENDED"])
    run("rotate", known["OLD"])
    before = run("list").stdout
    asked = [known.get(word, word) for word in words]
    found = CliRunner().invoke(app, ["token", "rotate", *asked]).exception
    assert isinstance(found, fault)
    assert said in str(found.detail)
    assert before == run("list").stdout


def test_what_operators_do_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issued, replaced, ended: who did it and to which token; never its secret."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/c.db")
    secret = run("add", "till", "--brand", "amigo", "--scope", "texts").stdout.strip()
    old = run("list").stdout.split()[0]
    run("rotate", old)
    run("revoke", old)
    with sqlite3.connect(tmp_path / "c.db") as store:
        rows = store.execute("SELECT actor, action, about FROM staff_log ORDER BY at").fetchall()
    store.close()
    assert ["issued a token", "rotated a token", "revoked a token"] == [row[1] for row in rows]
    assert all(row[0].startswith("cli:") and row[2].startswith(f"{old} ") for row in rows)
    assert all("amigo “till” texts until" in row[2] for row in rows)
    assert secret not in str(rows)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("90m", timedelta(minutes=90)),
        (" 24H", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("0", timedelta()),
    ],
)
def test_spans_of_time(said: str, meant: timedelta) -> None:
    """Minutes, hours, days, and nothing at all."""
    assert meant == span_of(said, "--grace")
