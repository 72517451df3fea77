"""Logging in: by a password, by an invitation; what refuses and what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import argon2
import pytest

from consent.staff import ABSOLUTE, IDLE, INVITED_FOR, Role
from tests.marketing.staff_stage import (
    CHOOSE,
    LOGIN,
    LOGOUT,
    PASSWORD,
    PUBLIC,
    WORD,
    StaffStage,
    fault,
    staffed,
)

WRONG = "Nobody was logged in"
SECOND = timedelta(seconds=1)
PAGE = "/marketing/probe/counts"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[StaffStage]:
    """Return a staff door on this machine."""
    async with staffed(tmp_path) as found:
        yield found


async def test_an_invitation_becomes_a_password(stage: StaffStage) -> None:
    """The word asks for a password, the password lets in, now and the next time."""
    await stage.invite()
    async with stage.browsing() as browser:
        asked = await browser.log_in(word=WORD.lower().replace("-", " "))
        assert "Choose a password" in asked.text
        assert (await browser.choose(PASSWORD)).headers["location"] == "/marketing"
        assert (await browser.get(PAGE)).text == "anna at lmt"
    async with stage.logged_in() as browser:
        assert (await browser.get(PAGE)).text == "anna at lmt"


async def test_an_invitation_is_good_once(stage: StaffStage) -> None:
    """Whoever finds the word afterwards is refused, at both doors, and changes nothing."""
    await stage.account()
    async with stage.browsing() as thief:
        assert WRONG in fault(await thief.log_in(word=WORD))
        assert WRONG in fault(await thief.choose("another password"))
        assert (await thief.get(PAGE)).status_code == 303
    async with stage.logged_in():
        pass


async def test_of_two_who_use_an_invitation_one_is_late(stage: StaffStage) -> None:
    """What was read before the other has chosen is not good any more."""
    account = await stage.invite()
    assert await stage.staff.choose(account, "$argon2id$first", stage.entry())
    assert not await stage.staff.choose(account, "$argon2id$second", stage.entry())
    found = await stage.staff.find("anna")
    assert found is not None
    assert found.password == "$argon2id$first"


async def test_an_invitation_ends(stage: StaffStage) -> None:
    """After a day the word opens nothing."""
    await stage.invite()
    stage.later(INVITED_FOR)
    async with stage.browsing() as browser:
        assert WRONG in fault(await browser.log_in(word=WORD))
        assert WRONG in fault(await browser.choose(PASSWORD))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        pytest.param("elevenchars", "at least 12", id="short"),
        pytest.param("x" * 257, "too long", id="long"),
        pytest.param("Password1234", "many people", id="common"),
        pytest.param(WORD, "others know", id="the invitation"),
        pytest.param("anna.kalna@lmt.lv", "others know", id="the login"),
    ],
)
async def test_a_weak_password_is_not_taken(stage: StaffStage, password: str, said: str) -> None:
    """It says why, keeps nothing, and the invitation stays good for a better one."""
    await stage.invite("anna.kalna@lmt.lv")
    async with stage.browsing() as browser:
        answer = await browser.choose(password, "anna.kalna@lmt.lv")
        assert answer.status_code == 422
        assert said in fault(answer)
        assert (await browser.choose(PASSWORD, "anna.kalna@lmt.lv")).status_code == 303


async def test_choosing_costs_nothing(stage: StaffStage) -> None:
    """Whoever has the invitation may be refused a password again and again, and never waits."""
    await stage.invite()
    async with stage.browsing() as browser:
        for _ in range(40):
            assert "Choose a password" in (await browser.log_in(word=WORD)).text
            assert 422 == (await browser.choose("short")).status_code
        assert 303 == (await browser.choose(PASSWORD)).status_code


async def test_any_letters_make_a_password(stage: StaffStage) -> None:
    """Latvian, Russian, spaces: a password of twelve characters is one, however composed."""
    await stage.invite()
    async with stage.browsing() as browser:
        assert (await browser.choose("rīts pie jūras Ё")).status_code == 303
    async with stage.browsing() as browser:
        decomposed = "ri\u0304ts pie ju\u0304ras Е\u0308"
        assert (await browser.log_in(word=decomposed)).status_code == 303


async def test_whoever_is_wrong_hears_the_same(stage: StaffStage) -> None:
    """Unknown login, wrong password, no roles, disabled: one status, one page."""
    await stage.account()
    await stage.account("nobody.now", {"lmt": frozenset({Role.CARE})})
    gone = await stage.account("gone")
    await stage.staff.disable(gone.id, stage.entry())
    unroled = await stage.staff.find("nobody.now")
    assert unroled is not None
    await stage.staff.revoke(unroled.id, "lmt", Role.CARE, stage.entry())
    pages = set()
    for login, word in [
        ("unknown", PASSWORD),
        ("no login at all", PASSWORD),
        ("anna", "a wrong password"),
        ("anna", "\x00"),
        ("gone", PASSWORD),
        ("nobody.now", PASSWORD),
    ]:
        async with stage.browsing() as browser:
            csrf = await browser.csrf()
            answer = await browser.post(LOGIN, csrf=csrf, login=login, word=word)
        assert 403 == answer.status_code
        assert WRONG in fault(answer)
        pages.add(answer.text.replace(csrf, "").replace(f'value="{login}"', ""))
    assert 1 == len(pages)


async def test_the_same_work_is_done_for_whoever(
    stage: StaffStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash is compared for an unknown login as for a wrong password or a waiting account."""
    await stage.account()
    await stage.invite("new")
    kept: list[str] = []
    real = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, hashed: str, password: bytes) -> bool:
        kept.append("$".join(hashed.split("$")[:4]))
        return bool(real(self, hashed, password))

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    async with stage.browsing() as browser:
        for login in ("anna", "unknown", "new", "not a login"):
            await browser.log_in(login, "a wrong password")
            assert ["$argon2id$v=19$m=8,t=1,p=1"] == kept
            kept.clear()


async def test_wrong_passwords_make_wait(stage: StaffStage) -> None:
    """After three the right one is not tried at once; after ten not for a quarter of an hour."""
    await stage.account()
    async with stage.browsing() as browser:
        for misses in range(1, 11):
            assert WRONG in fault(await browser.log_in(word="a wrong password"))
            (row,) = await stage.rows("staff")
            assert misses == row.misses
            if misses in {3, 9}:
                assert WRONG in fault(await browser.log_in())
            stage.later(SECOND * 2 ** max(0, misses - 3) if misses < 10 else 14 * 60 * SECOND)
        assert WRONG in fault(await browser.log_in())
        stage.later(60 * SECOND)
        assert (await browser.log_in()).status_code == 303
    (row,) = await stage.rows("staff")
    assert (0, None) == (row.misses, row.locked_until)


async def test_one_address_tries_only_so_often(stage: StaffStage) -> None:
    """Thirty wrong ones, whoever they try; another address goes on, and so does this one later."""
    await stage.account()
    async with stage.browsing(x_forwarded_for="10.0.0.9, 203.0.113.7") as browser:
        for index in range(30):
            assert 403 == (await browser.log_in(f"guess{index}")).status_code
        answer = await browser.log_in()
        assert (429, "900") == (answer.status_code, answer.headers["retry-after"])
        assert "Nothing was tried" in fault(answer)
        browser.headers["x-forwarded-for"] = "203.0.113.7, 203.0.113.8"
        assert 303 == (await browser.log_in()).status_code
    stage.later(timedelta(minutes=15))
    async with stage.browsing(x_forwarded_for="203.0.113.7") as browser:
        assert 303 == (await browser.log_in()).status_code


@pytest.mark.parametrize(
    ("wait", "steps", "is_in"),
    [
        pytest.param(IDLE - SECOND, 1, True, id="not yet idle"),
        pytest.param(IDLE, 1, False, id="idle"),
        pytest.param(IDLE / 2, 20, True, id="used all the time"),
        pytest.param(IDLE / 2, int(ABSOLUTE / (IDLE / 2)), False, id="twelve hours"),
    ],
)
async def test_a_session_ends(
    stage: StaffStage, wait: timedelta, steps: int, *, is_in: bool
) -> None:
    """Half an hour without a page, or twelve hours with them."""
    await stage.account()
    async with stage.logged_in() as browser:
        for _ in range(steps):
            stage.later(wait)
            answer = await browser.get(PAGE)
        assert (200 if is_in else 303) == answer.status_code


async def test_logging_in_makes_a_new_secret(stage: StaffStage) -> None:
    """A secret planted before the log-in opens nothing after it."""
    await stage.account()
    async with stage.browsing() as victim, stage.browsing() as thief:
        await victim.get(LOGIN)
        planted = victim.secret
        await victim.log_in()
        assert planted != victim.secret
        thief.client.cookies.set("consent_staff", planted)
        assert 303 == (await thief.get(PAGE)).status_code
        assert planted not in str(await stage.rows("staff_sessions"))
        assert victim.secret not in str(await stage.rows("staff_sessions"))


async def test_logging_out_ends_the_session(stage: StaffStage) -> None:
    """The cookie goes, and a copy of it opens nothing."""
    await stage.account()
    async with stage.logged_in() as browser, stage.browsing() as thief:
        thief.client.cookies.set("consent_staff", browser.secret)
        assert 200 == (await thief.get(PAGE)).status_code
        csrf = await browser.csrf("/marketing/probe/staff")
        answer = await browser.post(LOGOUT, csrf=csrf)
        assert LOGIN == answer.headers["location"]
        assert "max-age=0" in answer.headers["set-cookie"].lower()
        assert 303 == (await thief.get(PAGE)).status_code
    assert ("staff:anna", "left", "anna") in await stage.log()


async def test_cookies_are_locked_away(stage: StaffStage, tmp_path: Path) -> None:
    """No script reads them and no other site sends them; over https they stay on it."""
    await stage.account()
    async with stage.browsing() as browser:
        plain = (await browser.log_in()).headers["set-cookie"].lower()
    assert plain.startswith("consent_staff=")
    (tmp_path / "public").mkdir()
    async with staffed(tmp_path / "public", public_url=PUBLIC) as public:
        await public.account()
        async with public.browsing() as browser:
            sealed = (await browser.log_in()).headers["set-cookie"].lower()
            assert 200 == (await browser.get(PAGE)).status_code
    assert sealed.startswith("__host-consent_staff=")
    for cookie in (plain, sealed):
        assert {"httponly", "samesite=strict", "path=/"} <= {p.strip() for p in cookie.split(";")}
        assert "domain" not in cookie
    assert ("secure" in plain, "secure" in sealed) == (False, True)


async def test_no_password_over_an_open_line(stage: StaffStage) -> None:
    """Without https a log-in from another machine is not even looked at."""
    await stage.account()
    async with stage.browsing("http://10.0.0.5:8000") as browser:
        shown = await browser.get(LOGIN)
        assert (403, True) == (shown.status_code, "needs https" in fault(shown))
        assert "set-cookie" not in shown.headers
        answer = await browser.post(LOGIN, csrf="x", login="anna", word=PASSWORD)
        assert 403 == answer.status_code
    assert ("login page", "tried", "anna") not in (await stage.log())[-1:]


async def test_the_first_account_is_explained(stage: StaffStage) -> None:
    """While nobody has an account, the log-in says which command makes one; then no more."""
    command = "consent staff add LOGIN"
    async with stage.browsing() as browser:
        assert command in (await browser.get(LOGIN)).text
        await stage.invite()
        assert command not in (await browser.get(LOGIN)).text


@pytest.mark.parametrize(
    ("back", "location"),
    [
        pytest.param("/marketing/cases?brand=lmt", "/marketing/cases?brand=lmt", id="a page"),
        pytest.param("https://evil.example/", "/marketing", id="another site"),
        pytest.param("//evil.example/marketing", "/marketing", id="another host"),
        pytest.param("/marketing/..//evil.example", "/marketing", id="in disguise"),
        pytest.param("/marketingevil", "/marketing", id="a neighbour"),
        pytest.param("/marketing\r\nset-cookie: a=b", "/marketing", id="a header"),
    ],
)
async def test_whoever_came_for_a_page_gets_there(
    stage: StaffStage, back: str, location: str
) -> None:
    """After the log-in the page they wanted is shown, if it is one of ours."""
    await stage.account()
    async with stage.browsing() as browser:
        assert location == (await browser.log_in(back=back)).headers["location"]
    async with stage.browsing() as browser:
        sent = await browser.get("/marketing/probe/cases?x=1")
        assert (
            "/marketing/login?next=%2Fmarketing%2Fprobe%2Fcases%3Fx%3D1"
            == (sent.headers["location"])
        )
        assert LOGIN == (await browser.get("/marketing")).headers["location"]
        assert LOGIN == (await browser.get(CHOOSE)).headers["location"]


async def test_everything_is_in_the_log(stage: StaffStage) -> None:
    """Each try, each entry and each chosen password; nothing that may be one in a wrong field."""
    await stage.invite()
    async with stage.browsing() as browser:
        await browser.choose(PASSWORD)
    async with stage.browsing() as browser:
        await browser.log_in("my own password", "anna")
    assert [
        ("cli:test", "added", "anna"),
        ("login page", "tried", "anna"),
        ("staff:anna", "chose a password", "anna"),
        ("staff:anna", "entered", "anna"),
        ("login page", "tried", "nobody"),
    ] == await stage.log()
