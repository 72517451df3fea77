"""A copy of one's data at the playground: two files in the chat that a browser can save."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import share
from tests.playground.visitor import visiting
from tests.rules.test_own_data import VALIDATE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_both_files_can_be_saved_from_the_chat(
    browser: Browser, served: Served, voices: Voices, tmp_path: Path
) -> None:
    """They appear under the answer, named for people, and hold what this customer did."""
    async with visiting(browser, served.url, "en") as visitor:
        await visitor.open("lmt")
        await share(visitor, voices("lmt", "en"))
        await visitor.write("STOP")
        await visitor.write("/export")
        links = visitor.page.locator("#messenger a[download]")
        assert 2 == await links.count()
        saved: dict[str, bytes] = {}
        for link in await links.all():
            async with visitor.page.expect_download() as loading:
                await link.click()
            download = await loading.value
            file = tmp_path / download.suggested_filename
            await download.save_as(file)
            saved[file.suffix] = file.read_bytes()
        content = json.loads(saved[".json"])
        VALIDATE(content)
        assert await visitor.number() in {a["value"] for a in content["addresses"]}
        assert ["refused"] * 2 == [entry["action"] for entry in content["history"]]
        assert b"Your data with LMT" in saved[".html"]


async def test_asked_again_the_files_do_not_come_again(
    browser: Browser, served: Served, voices: Voices
) -> None:
    """Too soon, the assistant says when."""
    async with visiting(browser, served.url, "en") as visitor:
        await visitor.open("lmt")
        await share(visitor, voices("lmt", "en"))
        await visitor.write("/export")
        await visitor.write("/export")
        assert 2 == await visitor.page.locator("#messenger a[download]").count()
