"""The staff log as a brand's privacy officer and administrators read it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from app.marketing.staff_log import KINDS, PAGE, PATH
from consent.staff import Entry
from storage import schema
from storage.staff_log import SqlStaffLog
from tests.marketing.admin_stage import ACCOUNTS, TOKENS, Admins, administered
from tests.marketing.pages_stage import PATHS, Pages, named, paged, words
from tests.marketing.stage import _spoken, number

_ROW = re.compile(r"<tr><th[^>]*>.*?</th>" + 3 * r"<td[^>]*>(.*?)</td>")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """Return the pages with somebody of each role."""
    async with paged(tmp_path) as found:
        yield found


@pytest.fixture
async def admins(tmp_path: Path) -> AsyncIterator[Admins]:
    """Return the administrators' pages."""
    async with administered(tmp_path) as found:
        yield found


def rows(answer: httpx.Response) -> list[tuple[str, ...]]:
    """Return who did what to whom, as a page of the log says it."""
    assert 200 == answer.status_code
    return [tuple(map(unescape, found)) for found in _ROW.findall(answer.text)]


async def test_what_administrators_do_is_in_their_log(admins: Admins) -> None:
    """Accounts, roles and tokens, newest first; the other brand's administrators see none."""
    async with admins.browser("anna") as anna:
        fields: dict[str, str | list[str]] = {"login": "hilda", "role": ["care", "marketing"]}
        assert "invitation is ready" in (await anna.send(ACCOUNTS, fields)).text
        admins.stage.later(timedelta(seconds=1))
        assert 303 == (await anna.change("berta", "roles", ("care",))).status_code
        admins.stage.later(timedelta(seconds=1))
        assert 303 == (await anna.change("guna", "lock")).status_code
        issued: dict[str, str | list[str]] = {
            "holder": "campaign tool",
            "scope": ["check"],
            "days": "90",
            "id": "t-1",
        }
        await anna.send(TOKENS, issued)
        found = rows(await anna.get(f"{PATH}?kind=accounts"))
        assert [
            ("staff:anna", "locked the account", "guna"),
            ("staff:anna", "took a role", "berta · Administrator"),
            ("staff:anna", "added an account", "hilda · Customer care, Marketing"),
        ] == [row for row in found if row[0] == "staff:anna"][:3]
        (token, *_) = rows(await anna.get(f"{PATH}?kind=tokens"))
        assert ("staff:anna", "issued a token") == token[:2]
        assert re.fullmatch(
            r"campaign tool · Checks · until [^·]+, \d\d:\d\d · [0-9a-f-]{36}", token[2]
        )
        logins = rows(await anna.get(f"{PATH}?kind=logins&name=anna"))
        assert ("staff:anna", "logged in", "anna") in logins
        assert ("log-in page", "typed a password", "anna") in logins
    async with admins.browser("dace") as dace:
        seen = rows(await dace.get(PATH))
    # Whoever has a role at both brands comes and goes in the sight of both.
    assert {"cilda", "dace", "eva", "fanija"} == {row[2] for row in seen if row[2] != "–"}
    assert [] == [row for row in seen if "anna" in "".join(row)]


async def test_a_copy_and_an_erasure_are_in_it(pages: Pages) -> None:
    """With the pseudonym of the customer, and never by what they are known by."""
    await pages.stage.give(number(), "offers")
    await named(pages.stage, number(), "C-017a")
    who = {"address": "", "crm_id": "C-017a", "reason": "GDPR 17"}
    assert 200 == (await pages.post("privacy", f"{PATHS['customer']}/copy", who)).status_code
    sure = who | {"why": "their wish", "sure": "yes"}
    assert 200 == (await pages.post("privacy", f"{PATHS['customer']}/erased", sure)).status_code
    (look, *_) = await pages.stage.looks()
    answer = await pages.get("admin", PATH, kind="customers")
    assert {
        ("staff:privacy", "erased a customer’s data", look.customer_id),
        ("staff:privacy", "copied a customer’s data", look.customer_id),
    } == set(rows(answer))
    assert [False] * 2 == [key in answer.text for key in ("C-017a", number()[4:])]
    assert [] == rows(await pages.get("amigo", PATH, kind="customers"))


async def test_reading_it_is_a_look_of_its_own(pages: Pages) -> None:
    """Noted at its brand before the page leaves; no customer was looked at."""
    await pages.get("privacy", PATH)
    noted = await pages.stage.store.database.read(
        lambda c: c.execute(schema.staff_log.select()).all()
    )
    read = [(row.actor, row.about) for row in noted if row.action == "read the staff log"]
    assert [("staff:privacy", "lmt")] == read
    await pages.get("both", PATH, brand="amigo")
    seen = rows(await pages.get("admin", PATH, kind="readings"))
    assert [("staff:privacy", "read the staff log", "–")] == seen
    assert [] == await pages.stage.looks()
    for refused in ("care", "marketing", "amigo"):
        assert 403 == (await pages.get(refused, PATH, brand="lmt")).status_code
    assert 2 == len(rows(await pages.get("privacy", PATH, kind="readings")))


async def test_it_goes_on_page_by_page(pages: Pages) -> None:
    """Every line once, newest first, the choice kept on the way."""
    log, now = SqlStaffLog(pages.stage.store.database), pages.stage.clock.now()
    for turn in range(PAGE * 2 + 5):
        at = now + turn // 7 * timedelta(seconds=1)
        await log.add("lmt", Entry(at, "cli:ops", "disabled", f"login-{turn:03}"))
        await log.add("amigo", Entry(at, "cli:ops", "disabled", "theirs"))
    address, seen, sizes = f"{PATH}?kind=accounts&name=login-", list[str](), list[int]()
    while address:
        answer = await pages.get("admin", address)
        found = [row[2] for row in rows(answer)]
        seen, sizes = seen + found, [*sizes, len(found)]
        more = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = unescape(more[1]) if more else ""
    assert ([PAGE, PAGE, 5], PAGE * 2 + 5) == (sizes, len(set(seen)))
    turns = [int(name[-3:]) // 7 for name in seen]
    assert sorted(turns, reverse=True) == turns


@pytest.mark.parametrize("before", ["", "1-a", "99999999999999999-z", "-1-z", "x" * 90])
@pytest.mark.parametrize("kind", ["", "everything", "' OR 1=1"])
@pytest.mark.parametrize("name", ["", "%", "<b>"])
async def test_nothing_in_its_address_breaks_it(
    pages: Pages, before: str, kind: str, name: str
) -> None:
    """Places, kinds and names that are none are shown as text or as nothing chosen."""
    answer = await pages.get("privacy", PATH, before=before, kind=kind, name=name)
    assert (200, False) == (answer.status_code, "<b>" in answer.text)


def test_every_act_has_words() -> None:
    """Whatever the log notes is said in each language, and so is what it can be narrowed to."""
    acts = {act.replace(" ", "_") for acts in KINDS.values() for act in acts}
    wanted = {f"marketing.staff_log.act.{act}" for act in acts}
    wanted |= {f"marketing.staff_log.kind.{kind}" for kind in KINDS}
    for strings in _spoken().texts.strings.values():
        assert wanted <= set(strings["marketing"].ids)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("lv", ("Darbinieku žurnāls", "skatīja darbinieku žurnālu")),
        ("ru", ("Журнал сотрудников", "просмотр журнала сотрудников")),
    ],
)
async def test_it_speaks_the_reader_s_language(
    pages: Pages, language: str, told: tuple[str, ...]
) -> None:
    """Acts are named in the language of the page."""
    headers = pages.headers("privacy") | {"accept-language": language}
    await pages.client.get(PATH, headers=headers)
    page = words(await pages.client.get(PATH, headers=headers))
    assert [True] * 2 == [one in page for one in told]
