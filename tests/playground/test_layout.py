"""Nothing sticks out and nothing is too small to hit, from a small phone to a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from locales.wording import Wording
from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import (
    AGREE,
    BRANDS,
    EMAIL_ON,
    EXPLAIN,
    MENU,
    STATUS,
    in_all_languages,
    share,
)
from tests.playground.visitor import Pane, Size, Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZES: tuple[Size, ...] = ((320, 568), (360, 740), (390, 844), (768, 1024), (1280, 800))
_IS_CUT = """entry => entry.getBoundingClientRect().top
  < entry.closest(".log").getBoundingClientRect().top"""
#: Below this the panes are tabs.
NARROW = 768
PANES: tuple[Pane, ...] = ("messenger", "sms", "records")
#: No words, with and without places to break them, as long as a text message may be.
_GIANT = "Ļ" * 400 + " " + "🏳️‍🌈" * 20 + " https://example.invalid/" + "w" * 300


async def _states(visitor: Visitor, voice: Wording) -> AsyncIterator[str]:
    """Go through what the page can show; stop at each state."""
    yield "just opened"
    await share(visitor, voice)
    yield "the list"
    await visitor.press(voice.option(EXPLAIN))
    yield "a consent's page"
    await visitor.press(voice.option(AGREE))
    await visitor.press(voice.option(EMAIL_ON))
    await visitor.text(f"STOP {_GIANT}")
    await visitor.text("STOP")
    await visitor.write(_GIANT)
    await visitor.turn_to("records")
    await visitor.page.locator(".entry summary").first.click()
    yield "giant words and a full record"
    await visitor.press(voice.option(MENU))
    await visitor.page.locator(".about summary").click()
    yield "the explanation"


async def _measure(visitor: Visitor, state: str) -> list[str]:
    found = []
    for width, height in SIZES:
        await visitor.page.set_viewport_size({"width": width, "height": height})
        is_covered = await visitor.page.locator(".about[open]").count()
        for pane in PANES if width < NARROW and not is_covered else PANES[:1]:
            if not is_covered:
                await visitor.turn_to(pane)
            wrong = await visitor.page.evaluate("[...probe.strayed(), ...probe.small()]")
            found += [f"{state}, {width}, {pane}: {w}" for w in wrong]
    return found


async def test_an_answer_is_read_from_its_beginning(
    browser: Browser, served: Served, voices: Voices
) -> None:
    """What comes new begins in view, however long it is; its heading is never cut in half."""
    cut: list[tuple[str, str, str]] = []

    async def visit(language: str) -> None:
        async with visiting(browser, served.url, language) as visitor:
            await visitor.open()
            for brand in BRANDS:
                voice = voices(brand, language)
                await visitor.choose("brands", brand)
                await share(visitor, voice)
                for option in (EXPLAIN, MENU, STATUS, MENU):
                    await visitor.press(voice.option(option))
                    if await visitor.newest.evaluate(_IS_CUT):
                        cut.append((language, brand, option.name))

    await in_all_languages(visit)
    assert [] == cut


async def test_everything_stays_in_its_box(
    browser: Browser, served: Served, voices: Voices
) -> None:
    """Nothing scrolls sideways, sticks out, is cut off, or is lower than 24 pixels."""
    found: list[tuple[str, str]] = []

    async def visit(language: str) -> None:
        async with visiting(browser, served.url, language) as visitor:
            await visitor.open("amigo")
            async for state in _states(visitor, voices("amigo", language)):
                found.extend((language, wrong) for wrong in await _measure(visitor, state))

    await in_all_languages(visit)
    assert [] == found
