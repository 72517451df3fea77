"""Ways in for other systems: made, shown once, looked up by hash, ended; each for one brand."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.token_commands import add_token, list_tokens, revoke_token
from consent.access import Token, TokenScope, digest_of
from consent.errors import SettingBroken, StoreUnavailable
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
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
                "INSERT INTO tokens VALUES ('t', 'd', 'lmt', 'x', 'texts moon', 0, 1, NULL)"
            ).rowcount
        )
    )
    (token,) = await SqlTokens(database).all()
    assert {TokenScope.TEXTS} == token.scopes
    database.file.unlink()
    with pytest.raises(StoreUnavailable):
        await SqlTokens(database).find("d")
    await database.close()


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
