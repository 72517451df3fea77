"""Tokens: administrators of a brand issue, replace and revoke its tokens, no other's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.marketing.frame import Frame
from consent.access import TokenScope, digest_of
from tests.marketing.admin_stage import TOKENS, Admins, Desk, administered, fault, secret
from tests.marketing.pages_stage import words
from tests.marketing.staff_stage import PASSWORD, spoken

GOOD: dict[str, str | list[str]] = {
    "holder": "campaign  tool",
    "scope": ["check", "audience"],
    "days": "30",
}


@pytest.fixture
async def admins(tmp_path: Path) -> AsyncIterator[Admins]:
    """Return the pages with people of both brands."""
    async with administered(tmp_path) as found:
        yield found


async def issue(
    desk: Desk, fields: dict[str, str | list[str]] | None = None, password: str = PASSWORD
) -> httpx.Response:
    """Fill in the form as the page gives it."""
    page = (await desk.get(TOKENS)).text
    once = page.partition('name="once" value="')[2].partition('"')[0]
    return await desk.send(TOKENS, GOOD | {"once": once} | (fields or {}), password)


async def test_a_token_is_issued_and_shown_once(admins: Admins) -> None:
    """For this brand, as asked; the secret is on that one page and in no other place."""
    async with admins.browser() as desk:
        answer = await issue(desk)
        shown = secret(answer)
        assert (200, "no-store") == (answer.status_code, answer.headers["cache-control"])
        (token,) = await admins.tokens.listed()
        now = admins.stage.clock.now()
        assert ("lmt", "campaign tool", now + timedelta(days=30)) == (
            token.brand,
            token.holder,
            token.expires_at,
        )
        assert frozenset({TokenScope.CHECK, TokenScope.AUDIENCE}) == token.scopes
        assert token == await admins.stage.store.tokens.find(digest_of(shown))
        for path in (TOKENS, f"{TOKENS}/{token.id}"):
            page = await desk.get(path)
            assert (True, False) == ("campaign tool" in page.text, shown in page.text)
    (entry,) = await admins.log()
    assert ("staff:anna", "issued a token") == entry[:2]
    assert f"{token.id} lmt “campaign tool” audience,check until" in entry[2]
    assert shown not in entry[2]


async def test_a_form_sent_twice_issues_one(admins: Admins) -> None:
    """A page that is loaded again makes no second token, and says so."""
    async with admins.browser() as desk:
        page = (await desk.get(TOKENS)).text
        once = page.partition('name="once" value="')[2].partition('"')[0]
        answers = await asyncio.gather(*(desk.send(TOKENS, GOOD | {"once": once}) for _ in "ab"))
        again = await desk.send(TOKENS, GOOD | {"once": once})
    assert [200, 409] == sorted(answer.status_code for answer in answers)
    assert (409, True, "") == (again.status_code, "sent before" in fault(again), secret(again))
    assert (1, 1) == (len(await admins.tokens.listed()), len(await admins.log()))


@pytest.mark.parametrize("once", ["", "mine", "x" * 36, "{" + "0" * 34 + "}"])
async def test_ids_are_made_here(admins: Admins, once: str) -> None:
    """What is no id of ours becomes none."""
    async with admins.browser() as desk:
        assert 200 == (await issue(desk, {"once": once})).status_code
    (token,) = await admins.tokens.listed()
    assert (True, 36) == (token.id != once, len(token.id))


@pytest.mark.parametrize(
    ("fields", "password", "status", "said"),
    [
        pytest.param({"holder": "  "}, PASSWORD, 400, "whose the token is", id="holder"),
        pytest.param({"scope": []}, PASSWORD, 400, "what the token opens", id="scope"),
        pytest.param({"scope": ["moon"]}, PASSWORD, 400, "what the token", id="no such scope"),
        pytest.param({}, "wrong", 403, "password was not right", id="password"),
    ],
)
async def test_what_is_not_issued(
    admins: Admins, fields: dict[str, str | list[str]], password: str, status: int, said: str
) -> None:
    """The page says why and keeps what was typed, but never the password."""
    async with admins.browser() as desk:
        answer = await issue(desk, fields, password)
    assert (status, True) == (answer.status_code, said in fault(answer))
    assert PASSWORD not in answer.text
    assert (() == await admins.tokens.listed(), []) == (True, await admins.log())
    if "scope" in fields:
        assert 'value="campaign tool"' in answer.text


async def test_days_are_those_offered(admins: Admins) -> None:
    """Whatever is sent instead, a token is good for the usual time."""
    async with admins.browser() as desk:
        assert 200 == (await issue(desk, {"days": "9999"})).status_code
    (token,) = await admins.tokens.listed()
    assert timedelta(days=90) == token.expires_at - token.created_at


async def test_a_token_is_replaced(admins: Admins) -> None:
    """The successor is shown once; both work while the grace lasts, and the pages say which."""
    await admins.token("old")
    admins.stage.later(timedelta(days=10))
    async with admins.browser() as desk:
        assert 403 == (await desk.send(f"{TOKENS}/old/rotation", password="no")).status_code
        answer = await desk.send(f"{TOKENS}/old/rotation", {"grace": "24"})
        shown, now = secret(answer), admins.stage.clock.now()
        assert (200, True) == (answer.status_code, "works until" in answer.text)
        old, new = await admins.tokens.listed("lmt")
        assert (now + timedelta(hours=24), "old", now + timedelta(days=90)) == (
            old.expires_at,
            new.replaces,
            new.expires_at,
        )
        found = await admins.stage.store.tokens.find(digest_of(shown))
        assert (found.id if found else "") == new.id
        listed = words(await desk.get(TOKENS))
        assert ("has a successor" in listed, "replaces an earlier one" in listed) == (True, True)
        pages = [(await desk.get(f"{TOKENS}/{one}")).text for one in ("old", new.id)]
        assert f'href="{TOKENS}/{new.id}"' in pages[0]
        assert f'href="{TOKENS}/old"' in pages[1]
        assert ["/rotation" in page for page in pages] == [False, True]
        again = await desk.send(f"{TOKENS}/old/rotation", {"grace": "24"})
        assert (409, True) == (again.status_code, "has a successor already" in fault(again))
        at_once = await desk.send(f"{TOKENS}/{new.id}/rotation", {"grace": "0"})
        assert "works no more" in at_once.text
    assert ["rotated a token"] * 2 == [row[1] for row in await admins.log()]


async def test_a_token_is_revoked_at_once_without_a_password(admins: Admins) -> None:
    """It opens nothing any more, moves to the ended, and cannot be ended twice or replaced."""
    await admins.token("till")
    async with admins.browser() as desk:
        answer = await desk.send(f"{TOKENS}/till/end", password="")
        location = answer.headers["location"]
        assert (303, f"{TOKENS}/till?done=ended") == (answer.status_code, location)
        page = (await desk.get(location)).text
        assert ("The token is revoked" in page, "<form" in page.partition("<main")[2]) == (
            True,
            False,
        )
        for act in ("end", "rotation"):
            again = await desk.send(f"{TOKENS}/till/{act}")
            assert (409, True) == (again.status_code, "has ended already" in fault(again))
        listed = words(await desk.get(TOKENS))
        assert ("No token is good now" in listed, "Ended: 1 token" in listed) == (True, True)
    assert ["revoked a token"] == [row[1] for row in await admins.log()]


async def test_last_use_and_end_are_told(admins: Admins) -> None:
    """A token that opened something says when; one that ran out says so."""
    store, clock = admins.stage.store, admins.stage.clock
    used, _ = await admins.token("used"), await admins.token("short", days=1)
    await store.tokens.used(used, clock.now())
    admins.stage.later(timedelta(days=2))
    async with admins.browser() as desk:
        page = (await desk.get(TOKENS)).text
        good, _, ended = page.partition("<details>")
        assert ("not yet" in good, "tool used" in good, "tool short" in good) == (
            False,
            True,
            False,
        )
        assert ("tool short" in ended, "expired" in ended, "not yet" in ended) == (True,) * 3
        assert "expired" in (await desk.get(f"{TOKENS}/short")).text


async def test_the_other_brands_tokens_cannot_be_touched(admins: Admins) -> None:
    """They are as unknown as what does not exist, whatever the address says."""
    await admins.token("theirs", "amigo")
    await admins.token("ours")
    before = await admins.tokens.listed("amigo")
    async with admins.browser() as desk:
        assert "tool theirs" not in (await desk.get(TOKENS)).text
        for name in ("theirs", "nothing"):
            pages = [
                await desk.get(f"{TOKENS}/{name}"),
                await desk.send(f"{TOKENS}/{name}/rotation", {"grace": "0"}),
                await desk.send(f"{TOKENS}/{name}/end"),
            ]
            assert [404] * 3 == [page.status_code for page in pages]
            assert all("no such token here" in fault(page) for page in pages)
            assert not any("tool theirs" in page.text or secret(page) for page in pages)
        for path in (TOKENS, f"{TOKENS}/theirs/end", f"{TOKENS}/theirs/rotation"):
            answer = await desk.send(f"{path}?brand=amigo", GOOD)
            assert (403, "") == (answer.status_code, secret(answer))
        assert 403 == (await desk.get(f"{TOKENS}?brand=amigo")).status_code
    assert (before, []) == (await admins.tokens.listed("amigo"), await admins.log())
    async with admins.browser("dace") as desk:
        page = (await desk.get(TOKENS)).text
        assert ("tool theirs" in page, "tool ours" in page) == (True, False)


async def test_only_administrators_come_in(admins: Admins) -> None:
    """All other roles together open none of these pages, and change nothing."""
    await admins.token("ours")
    posts = (TOKENS, f"{TOKENS}/ours/rotation", f"{TOKENS}/ours/end")
    async with admins.browser("guna") as desk:
        assert [403, 403] == [
            (await desk.get(path)).status_code for path in (TOKENS, f"{TOKENS}/ours")
        ]
        assert [403] * 3 == [(await desk.send(path, GOOD)).status_code for path in posts]
    async with admins.browser() as desk:
        desk.csrf = "0" * 64
        assert [403] * 3 == [(await desk.send(path, GOOD)).status_code for path in posts]
    async with admins.stage.browsing() as nobody:
        assert 303 == (await nobody.get(TOKENS)).status_code
        assert [303] * 3 == [(await nobody.post(path, csrf="")).status_code for path in posts]
    assert ([], 1) == (await admins.log(), len(await admins.tokens.listed()))


async def test_an_unknown_act_is_no_page(admins: Admins) -> None:
    """What nobody has made is not there."""
    async with admins.browser() as desk:
        assert 404 == (await desk.send(f"{TOKENS}/ours/king")).status_code


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
@pytest.mark.parametrize("scope", TokenScope)
def test_every_scope_is_named(scope: TokenScope, language: str) -> None:
    """Administrators read what a token opens in words, in their language."""
    frame = Frame(spoken())
    for name in (f"tokens.scope.{scope}", f"tokens.scope.{scope}.about"):
        assert frame.say(language, name)
