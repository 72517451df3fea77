"""Accounts: administrators of a brand see and change its people, nobody else, never themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.marketing.admin_stage import (
    ACCOUNTS,
    PEOPLE,
    Admins,
    administered,
    fault,
    secret,
)
from tests.marketing.pages_stage import words
from tests.marketing.staff_stage import PASSWORD

ACTS = ("roles", "invitation", "lock")


@pytest.fixture
async def admins(tmp_path: Path) -> AsyncIterator[Admins]:
    """Return the pages with people of both brands."""
    async with administered(tmp_path) as found:
        yield found


async def test_the_list_shows_the_brands_people_alone(admins: Admins) -> None:
    """Each with roles here, last log-in and state; nobody and no role of the other brand."""
    async with admins.browser() as desk:
        page = words(await desk.get(ACCOUNTS))
        for login, roles in PEOPLE.items():
            assert ("lmt" in roles) == (login in page), login
        assert "Amigo" not in page
        assert "anna (you) Administrator" in page
        assert "cilda Customer care" in page
        one = (await desk.get(f"{ACCOUNTS}/cilda")).text
        assert ('value="care" checked' in one, "Amigo" in one) == (True, False)


async def test_how_accounts_stand(admins: Admins) -> None:
    """Locked, invited, an invitation that ran out, waiting after wrong passwords, open."""
    stage = admins.stage
    await stage.invite("hilda", {"lmt": PEOPLE["cilda"]["lmt"]})
    stage.later(timedelta(hours=24))
    await stage.invite("inese", {"lmt": PEOPLE["cilda"]["lmt"]})
    async with admins.browser() as desk:
        assert 303 == (await desk.change("guna", "lock")).status_code
        async with stage.browsing() as other:
            for _ in range(4):
                await other.log_in("berta", "wrong")
        rows = (await desk.get(ACCOUNTS)).text.split("<tr>")
    found = {
        login: next(row for row in rows if f"{ACCOUNTS}/{login}" in row)
        for login in ("berta", "cilda", "guna", "hilda", "inese")
    }
    said = {
        "berta": "waits until",
        "cilda": ">active</td>",
        "guna": "locked since",
        "hilda": "invitation ended",
        "inese": "invited until",
    }
    assert [] == [login for login, state in said.items() if state not in found[login]]
    assert "none noted" in found["hilda"]


async def test_somebody_is_added_with_a_word_that_works_once(admins: Admins) -> None:
    """The word is shown, is kept nowhere, lets its owner choose a password, and opens no more."""
    async with admins.browser() as desk:
        asked: dict[str, str | list[str]] = {"login": " Hilda ", "role": ["care", "marketing"]}
        answer = await desk.send(ACCOUNTS, asked)
        word = secret(answer)
        assert (200, "no-store") == (answer.status_code, answer.headers["cache-control"])
        assert word not in (await desk.get(f"{ACCOUNTS}/hilda")).text
        assert {"care", "marketing"} == await admins.roles("hilda")
        # The form once more, as a reloaded page sends it.
        again = await desk.send(ACCOUNTS, asked)
        assert (409, "") == (again.status_code, secret(again))
    assert [("staff:anna", "added", "hilda lmt care marketing")] == await admins.log()
    assert word not in str(await admins.stage.log())
    async with admins.stage.browsing() as hers:
        assert "Choose a password" in (await hers.log_in("hilda", word)).text
        assert 303 == (await hers.choose(PASSWORD, "hilda", word)).status_code
        assert 200 == (await hers.get("/marketing/cases")).status_code
    async with admins.stage.browsing() as late:
        assert 403 == (await late.choose("another long one", "hilda", word)).status_code


@pytest.mark.parametrize(
    ("fields", "password", "status", "said"),
    [
        pytest.param({}, PASSWORD, 400, "a login has 2 to 64", id="no login"),
        pytest.param({"login": "a b"}, PASSWORD, 400, "a login has 2 to 64", id="bad login"),
        pytest.param(
            {"login": "hilda", "role": []}, PASSWORD, 400, "choose at least one role", id="no role"
        ),
        pytest.param(
            {"login": "hilda", "role": ["king"]},
            PASSWORD,
            400,
            "choose at least one",
            id="bad role",
        ),
        pytest.param({}, "wrong", 400, "a login has 2", id="password is asked for last"),
        pytest.param({"login": "hilda"}, "wrong", 403, "password was not right", id="password"),
        pytest.param({"login": "hilda"}, "", 403, "password was not right", id="no password"),
        pytest.param({"login": "berta"}, PASSWORD, 409, "login is not free", id="taken"),
        pytest.param({"login": "dace"}, PASSWORD, 409, "login is not free", id="of the other"),
    ],
)
async def test_who_is_not_added(
    admins: Admins, fields: dict[str, str | list[str]], password: str, status: int, said: str
) -> None:
    """The page says why, keeps what was typed but the password, and nothing is noted as done."""
    async with admins.browser() as desk:
        known: dict[str, str | list[str]] = {"login": "", "role": ["care"]}
        answer = await desk.send(ACCOUNTS, known | fields, password)
    assert (status, True) == (answer.status_code, said in fault(answer))
    assert f'value="{fields.get("login", "")}"' in answer.text
    assert PASSWORD not in answer.text
    assert [] == await admins.log()
    assert await admins.stage.staff.find("hilda") is None


async def test_roles_are_given_and_taken(admins: Admins) -> None:
    """At this brand alone, at once, with a line for each."""
    async with admins.browser() as desk, admins.stage.logged_in("guna") as hers:
        assert 200 == (await hers.get("/marketing/log")).status_code
        answer = await desk.change("guna", "roles", ("marketing", "admin"))
        location = answer.headers["location"]
        assert (303, f"{ACCOUNTS}/guna?done=roles") == (answer.status_code, location)
        assert "The roles are changed" in words(await desk.get(location))
        assert 403 == (await hers.get("/marketing/log")).status_code
        assert 200 == (await hers.get(ACCOUNTS)).status_code
        await desk.change("cilda", "roles", ("privacy",))
    assert [{"privacy"}, {"care"}] == [await admins.roles("cilda", b) for b in ("lmt", "amigo")]
    assert {
        ("staff:anna", "granted", "guna lmt admin"),
        ("staff:anna", "revoked", "guna lmt care"),
        ("staff:anna", "revoked", "guna lmt privacy"),
        ("staff:anna", "granted", "cilda lmt privacy"),
        ("staff:anna", "revoked", "cilda lmt care"),
    } == set(await admins.log())


async def test_the_last_role_here(admins: Admins) -> None:
    """Of somebody who belongs elsewhere too it can be taken; of others it is a lock."""
    async with admins.browser() as desk:
        answer = await desk.change("berta", "roles")
        assert (400, True) == (answer.status_code, "at least one role" in fault(answer))
        gone = await desk.change("cilda", "roles")
        assert f"{ACCOUNTS}?done=gone" == gone.headers["location"]
        assert 404 == (await desk.get(f"{ACCOUNTS}/cilda")).status_code
        # Nor can she be fetched back: what she is elsewhere is not for this brand to know.
        again = await desk.send(ACCOUNTS, {"login": "cilda", "role": ["care"]})
        assert 409 == again.status_code
    assert [set(), {"care"}] == [await admins.roles("cilda", b) for b in ("lmt", "amigo")]


async def test_locking_and_letting_in_again(admins: Admins) -> None:
    """A lock works at once, without a password; a new word opens, the old password does not."""
    async with admins.browser() as desk, admins.stage.logged_in("guna") as hers:
        answer = await desk.change("guna", "lock", password="")
        assert f"{ACCOUNTS}/guna?done=locked" == answer.headers["location"]
        assert 303 == (await hers.get("/marketing/texts")).status_code
        assert 403 == (await hers.log_in("guna")).status_code
        page = words(await desk.get(f"{ACCOUNTS}/guna"))
        assert ("Unlock and let them" in page, "Lock guna" in page) == (True, False)
        word = secret(await desk.change("guna", "invitation"))
        async with admins.stage.browsing() as late:
            assert 403 == (await late.log_in("guna")).status_code
            assert 303 == (await late.choose("another long one", "guna", word)).status_code
        assert 403 == (await desk.change("guna", "invitation", password="no")).status_code
    assert [
        ("staff:anna", "disabled", "guna"),
        ("staff:anna", "reset", "guna"),
    ] == await admins.log()


async def test_a_form_sent_twice_or_late_does_nothing(admins: Admins) -> None:
    """What another administrator has done meanwhile stands."""
    async with admins.browser() as desk, admins.browser("berta") as other:
        page = (await desk.get(f"{ACCOUNTS}/guna")).text
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        await other.change("guna", "roles", ("care",))
        fields: dict[str, str | list[str]] = {"seen": seen, "role": ["privacy"]}
        answers = [await desk.send(f"{ACCOUNTS}/guna/{act}", fields) for act in ACTS]
        assert [409] * 3 == [answer.status_code for answer in answers]
        assert all("has changed since" in fault(answer) for answer in answers)
        # What stands now is shown, not what was wanted.
        assert 'value="care" checked' in answers[0].text
        assert 'value="privacy" checked' not in answers[0].text
    assert {"care"} == await admins.roles("guna")


@pytest.mark.parametrize("act", ACTS)
async def test_nobody_changes_their_own_account(admins: Admins, act: str) -> None:
    """No form for it, and none is taken: not even by the last administrator."""
    async with admins.browser() as desk:
        page = (await desk.get(f"{ACCOUNTS}/anna")).text
        assert ("<form" in page.partition("<main")[2], "your own account" in page) == (False, True)
        answer = await desk.send(f"{ACCOUNTS}/anna/{act}", {"role": ["privacy", "admin"]})
        assert (403, True) == (answer.status_code, "their own account" in fault(answer))
        assert 200 == (await desk.get(ACCOUNTS)).status_code
    assert ({"admin"}, []) == (await admins.roles("anna"), await admins.log())


@pytest.mark.parametrize("act", ACTS)
async def test_the_other_brands_people_cannot_be_touched(admins: Admins, act: str) -> None:
    """Who belongs to Amigo alone is as unknown as who does not exist; so is every way there."""
    before = await admins.changes.of_brand("amigo")
    async with admins.browser() as desk:
        for login in ("eva", "dace", "nobody"):
            pages = [
                await desk.get(f"{ACCOUNTS}/{login}"),
                await desk.send(f"{ACCOUNTS}/{login}/{act}", {"role": ["admin"], "seen": ""}),
            ]
            assert [404, 404] == [page.status_code for page in pages]
            assert all("no such account here" in fault(page) for page in pages)
            assert all(f">{login}</a>" not in page.text for page in pages)
            foreign = await desk.send(f"{ACCOUNTS}/{login}/{act}?brand=amigo", {"role": ["care"]})
            assert 403 == foreign.status_code
    assert ([], before) == (await admins.log(), await admins.changes.of_brand("amigo"))


@pytest.mark.parametrize("act", ["invitation", "lock"])
async def test_a_password_elsewhere_is_not_this_brands(admins: Admins, act: str) -> None:
    """Of somebody of both brands, an administrator of both alone sets the password and lock."""
    async with admins.browser() as desk:
        page = (await desk.get(f"{ACCOUNTS}/cilda")).text
        assert ("/lock" in page, "whoever runs this system" in page) == (False, True)
        answer = await desk.change("cilda", act)
        assert (403, True) == (answer.status_code, "whoever runs this" in fault(answer))
        assert ([], "") == (await admins.log(), secret(answer))
    async with admins.browser("fanija") as desk:
        assert 200 == (await desk.get(f"{ACCOUNTS}/cilda?brand=lmt")).status_code
        assert (await desk.change("cilda", act)).status_code in {200, 303}
    assert 1 == len(await admins.log())


async def test_only_administrators_come_in(admins: Admins) -> None:
    """All other roles together open none of these pages, and change nothing."""
    async with admins.browser("guna") as desk:
        for path in (ACCOUNTS, f"{ACCOUNTS}/berta"):
            assert 403 == (await desk.get(path)).status_code
        for path in (ACCOUNTS, *(f"{ACCOUNTS}/berta/{act}" for act in ACTS)):
            answer = await desk.send(path, {"login": "hilda", "role": ["admin"]})
            assert (403, "") == (answer.status_code, secret(answer))
    async with admins.stage.browsing() as nobody:
        assert 303 == (await nobody.get(ACCOUNTS)).status_code
        assert 303 == (await nobody.post(f"{ACCOUNTS}/berta/lock", csrf="")).status_code
    assert [] == await admins.log()


async def test_a_form_from_elsewhere_changes_nothing(admins: Admins) -> None:
    """Without the mark of the session even the right password does nothing."""
    async with admins.browser() as desk:
        desk.csrf = "0" * 64
        for path in (ACCOUNTS, *(f"{ACCOUNTS}/guna/{act}" for act in ACTS)):
            answer = await desk.send(path, {"login": "hilda", "role": ["admin"]})
            assert (403, "") == (answer.status_code, secret(answer))
    assert [] == await admins.log()


async def test_guessing_the_password_again_locks_as_at_the_log_in(admins: Admins) -> None:
    """A stolen session cannot try passwords: after a few, even the right one must wait."""
    async with admins.browser() as desk:
        for _ in range(5):
            answer = await desk.change("guna", "roles", ("admin",), password="a guess")
            assert 403 == answer.status_code
        answer = await desk.change("guna", "roles", ("admin",))
        assert (403, True) == (answer.status_code, "too many wrong ones" in fault(answer))
        admins.stage.later(timedelta(minutes=16))
        assert 303 == (await desk.change("guna", "roles", ("admin",))).status_code
    tries = [
        row for row in await admins.stage.log() if row[0] == "staff:anna" and row[1] == "tried"
    ]
    assert 7 == len(tries)


async def test_an_unknown_act_is_no_page(admins: Admins) -> None:
    """What nobody has made is not there."""
    async with admins.browser() as desk:
        assert 404 == (await desk.send(f"{ACCOUNTS}/guna/king")).status_code
