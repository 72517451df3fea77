"""The staff's pages on PostgreSQL: one way through all of them, as people go it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from consent.staff import Role
from tests.marketing.pages_stage import PATHS, Pages, paged, peopled, words
from tests.marketing.staff_stage import LOGOUT, PASSWORD, staffed
from tests.marketing.stage import number
from tests.store.servers import Server

_DONE = re.compile(r"/marketing/list/[0-9a-f-]+")


@pytest.fixture
async def pages(tmp_path: Path, postgres: Server) -> AsyncIterator[Pages]:
    """Return the pages with customers behind them, one of whom has asked for a person."""
    async with paged(tmp_path, postgres.fresh()) as found:
        await peopled(found.stage)
        await found.stage.says(number(1), "I want to talk to a person", "case-1")
        yield found


async def test_from_an_invitation_to_leaving(tmp_path: Path, postgres: Server) -> None:
    """A password is chosen, lets in, makes wait when it is wrong, and lets go."""
    async with staffed(tmp_path, database_url=postgres.fresh()) as stage:
        await stage.account(roles={"lmt": frozenset({Role.PRIVACY})})
        async with stage.logged_in() as browser:
            assert 200 == (await browser.get(PATHS["customer"])).status_code
            for word in ("wrong", "wrong again", "still wrong"):
                async with stage.browsing() as thief:
                    assert "Nobody was logged in" in (await thief.log_in(word=word)).text
            stage.later(timedelta(minutes=1))
            async with stage.logged_in():
                pass
            csrf = await browser.csrf(PATHS["customer"])
            assert 303 == (await browser.post(LOGOUT, csrf=csrf)).status_code
            assert 303 == (await browser.get(PATHS["customer"])).status_code
        async with stage.browsing() as thief:
            assert "Nobody was logged in" in (await thief.log_in(word=PASSWORD[:-1])).text
        done = [action for _, action, _ in await stage.log()]
        assert {"chose a password", "tried", "entered", "left"} <= {*done}


async def test_every_page_opens(pages: Pages) -> None:
    """For whoever may do everything, with what is in the store."""
    for name, path in PATHS.items():
        answer = await pages.get("both", path, brand="lmt")
        assert (200, name) == (answer.status_code, name)
    overview = words(await pages.get("both", PATHS["overview"], brand="lmt", span="weeks"))
    assert "1. Offers 10 30 under 10" in overview


async def test_a_customer_from_a_check_to_the_end(pages: Pages) -> None:
    """Checked, looked at, copied; not erased while they wait; answered for, erased, and noted."""
    whom = number(1)
    assert "Not allowed" in words(await pages.check("care", address=whom))
    check = await pages.check("privacy", address=whom, reason="GDPR 17")
    found = re.search(r'name="customer" value="([^"]+)"', check.text)
    assert found
    who = {"customer": found[1], "reason": "GDPR 17"}
    assert "unbroken" in words(await pages.post("privacy", PATHS["customer"], who))
    copy = await pages.post("privacy", f"{PATHS['customer']}/copy", who | {"form": "json"})
    assert whom == copy.json()["addresses"][0]["value"]
    sure = who | {"why": "their wish", "sure": "yes"}
    assert 409 == (await pages.post("privacy", f"{PATHS['customer']}/erased", sure)).status_code
    await _close(pages)
    erased = await pages.post("privacy", f"{PATHS['customer']}/erased", sure)
    assert "decisions stay" in words(erased)
    assert "Erased" in words(await pages.check("care", address=whom))
    log = words(await pages.get("privacy", PATHS["log"]))
    assert ("erasure" in log, "no number on file" in log) == (True, True)
    assert "erasure" in words(await pages.get("privacy", PATHS["log"], viewer="PRIVACY"))


async def _close(pages: Pages) -> None:
    """Give a case more time, then close it."""
    (case,) = re.findall(r"/marketing/cases/([A-Z0-9-]+)", (await _cases(pages)).text)
    path = f"{PATHS['cases']}/{case}"
    assert "talk to a person" in (await pages.post("care", path, {"reason": "x"})).text
    extended = await pages.post("care", f"{path}/extend", {"words": "Files are away."})
    assert "done=extend" in extended.headers["location"]
    closed = await pages.post("privacy", f"{path}/close", {"words": "Called them."})
    assert "done=close" in closed.headers["location"]


async def _cases(pages: Pages) -> httpx.Response:
    return await pages.get("care", PATHS["cases"])


async def test_a_list_is_checked_and_fetched(pages: Pages) -> None:
    """Sent as a browser does, judged, fetched; its look stands in the access log as one line."""
    rows = "".join(f"{number(index)}\n" for index in range(60))
    sent = await pages.client.post(
        PATHS["list"],
        data={"csrf": "", "purpose": "offers", "channel": "sms", "reason": "spring"},
        files={"list": ("list.csv", f"phone\n{rows}".encode(), "text/csv")},
        params={"csrf": pages.csrf("marketing")},
        headers=pages.headers("marketing"),
    )
    assert 303 == sent.status_code, words(sent)
    path = sent.headers["location"].partition("?")[0]
    assert _DONE.fullmatch(path)
    for _ in range(200):
        state = (await pages.get("marketing", f"{path}/state")).json()["status"]
        if state not in {"waiting", "running"}:
            break
        await asyncio.sleep(0.02)
    allowed = await pages.get("marketing", f"{path}/files/allowed")
    assert 28 == allowed.text.strip().count("\n")
    assert "spring" in words(await pages.get("marketing", PATHS["list"]))
    log = words(await pages.get("privacy", PATHS["log"]))
    assert ("a list" in log, "spring" in log) == (True, True)
