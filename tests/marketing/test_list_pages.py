"""A list on the page: whose rows are whose, and what is said where one cannot be taken."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from app.marketing.forms import token_of
from tests.marketing.list_stage import held_up
from tests.marketing.pages_stage import PATHS, Pages, paged
from tests.marketing.stage import number

PATH = PATHS["list"]


async def _send(pages: Pages, login: str) -> httpx.Response:
    """Send a list of one number as somebody."""
    return await pages.client.post(
        PATH,
        params={"csrf": token_of(pages.secrets[login])},
        data={"purpose": "offers", "reason": "autumn"},
        files={"list": ("in.csv", f"phone\n{number()}\n".encode())},
        headers=pages.headers(login),
    )


async def _done(pages: Pages, login: str, answer: httpx.Response) -> str:
    """Wait until a list is checked; return where it is shown."""
    assert answer.status_code in {302, 303}, answer.text
    place = answer.headers["location"].partition("?")[0]
    for _ in range(500):
        said = (await pages.get(login, f"{place}/state", brand="lmt")).json()
        if said["status"] == "finished":
            return str(place)
        await asyncio.sleep(0.02)
    raise AssertionError("the list is not checked")


async def test_rows_are_linked_and_given_to_whoever_sent_them(tmp_path: Path) -> None:
    """A colleague has the counts and the summary; of rows there is no file."""
    async with paged(tmp_path) as pages:
        place = await _done(pages, "marketing", await _send(pages, "marketing"))
        statuses = {}
        for login in ("marketing", "both"):
            page = (await pages.get(login, place, brand="lmt")).text
            assert "files/summary" in page
            file = await pages.get(login, f"{place}/files/blocked", brand="lmt")
            links = "files/blocked" in page, f"{place}/changes" in page
            statuses[login] = (*links, file.status_code)
        assert {"marketing": (True, True, 200), "both": (False, False, 404)} == statuses


async def test_where_too_many_are_unfinished_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, above the form."""
    go = held_up(monkeypatch)
    async with paged(tmp_path) as pages:
        taken = [await _send(pages, "marketing") for _ in range(8)]
        assert "Too many lists" in (await _send(pages, "marketing")).text
        go.set()
        for answer in taken:
            await _done(pages, "marketing", answer)


async def test_a_column_can_be_told(tmp_path: Path) -> None:
    """With what it holds: a CRM's ids are asked by; without its name nobody is looked at."""
    async with paged(tmp_path) as pages:
        said = {"purpose": "offers", "reason": "autumn", "holds": "crm_id"}
        asked = {
            "url": PATH,
            "params": {"csrf": token_of(pages.secrets["marketing"])},
            "files": {"list": ("in.csv", b"kods;n\nC-1;1\n")},
            "headers": pages.headers("marketing"),
        }
        refused = await pages.client.post(**asked, data=said)  # type: ignore[arg-type]
        assert (400, True) == (refused.status_code, "name the column as well" in refused.text)
        answer = await pages.client.post(**asked, data=said | {"column": "kods"})  # type: ignore[arg-type]
        place = await _done(pages, "marketing", answer)
        file = await pages.get("marketing", f"{place}/files/blocked", brand="lmt")
        assert ["C-1;1;unknown_address;"] == file.text.splitlines()[1:]
