"""One server and one browser for the whole folder; every visitor is new."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from consent.notices import Form
from locales.wording import Texts, Wording
from tests.locales.voices import open_texts
from tests.playground.chromium import find_chromium
from tests.playground.served import Served, serving

Voices = Callable[[str, str], Wording]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve as a fresh machine does: nothing is set."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Open the browser, once."""
    program = find_chromium(shutil.which, is_ci=bool(os.environ.get("CI")))
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Load the shipped words."""
    return open_texts(tmp_path_factory.mktemp("locales"))


@pytest.fixture(scope="session")
def voices(texts: Texts) -> Voices:
    """Return what a brand says in chat, in a language."""

    def voice(brand: str, language: str) -> Wording:
        return Wording(texts, brand=brand, language=language, form=Form.CHAT, link_base="")

    return voice
