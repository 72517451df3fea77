"""Pictures for people to look at: `CONSENT_SCREENSHOTS=folder pytest …/test_screens.py`."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from locales.wording import Wording
from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import AGREE, EMAIL_ON, EXPLAIN, LANGUAGES, MENU, SAID, STATUS, share
from tests.playground.visitor import DESK, PHONE, Pane, Scheme, Size, Visitor, visiting

FOLDER = Path(os.environ.get("CONSENT_SCREENSHOTS", ""))
if FOLDER == Path():
    pytest.skip("CONSENT_SCREENSHOTS names no folder for pictures", allow_module_level=True)
pytestmark = pytest.mark.asyncio(loop_scope="session")

PANES: tuple[Pane, ...] = ("messenger", "sms", "records")
LOOKS: tuple[tuple[str, Scheme], ...] = (("lmt", "light"), ("amigo", "dark"))
PICTURE = (1440, 900)


async def _scenes(
    visitor: Visitor, voice: Wording, served: Served, language: str
) -> AsyncIterator[str]:
    """Go through what people should look at."""
    said = SAID[language]
    yield "1-opened"
    await share(visitor, voice)
    yield "2-list"
    await visitor.press(voice.option(EXPLAIN))
    yield "3-consent"
    await visitor.press(voice.option(AGREE))
    await visitor.press(voice.option(EMAIL_ON))
    yield "4-granted"
    for words in (said.agree, said.yes, "STATUS", said.stop):
        await visitor.text(words)
    yield "5-stopped"
    await visitor.press(voice.option(MENU))
    yield "6-truth"
    await visitor.press(voice.option(STATUS))
    yield "7-status"
    with served.store_gone():
        await visitor.text(said.stop)
        await visitor.write(said.stop)
    visitor.forgive("503")
    yield "8-trouble"


@pytest.mark.parametrize(("brand", "scheme"), LOOKS)
@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_screen_has_its_picture(  # noqa: PLR0913
    browser: Browser,
    served: Served,
    voices: Voices,
    language: str,
    size: Size,
    brand: str,
    scheme: Scheme,
) -> None:
    """Each scene is pictured in each language, at both sizes; where panes are tabs, each tab."""
    folder = FOLDER / f"{language}-{size[0]}-{brand}-{scheme}"
    folder.mkdir(parents=True, exist_ok=True)
    async with visiting(browser, served.url, language, size) as visitor:
        await visitor.page.emulate_media(color_scheme=scheme)
        await visitor.open(brand)
        async for scene in _scenes(visitor, voices(brand, language), served, language):
            for pane in PANES if size == PHONE else PANES[:1]:
                await visitor.turn_to(pane)
                await visitor.page.screenshot(path=folder / f"{scene}-{pane}.png")
        await visitor.turn_to("messenger")
        await visitor.page.locator(".about summary").click()
        await visitor.page.screenshot(path=folder / "9-explanation.png")
    assert 9 <= len([*folder.iterdir()])


async def test_the_first_picture_of_the_readme(
    browser: Browser, served: Served, voices: Voices
) -> None:
    """A grant in the messenger, an exchange by SMS and their records fit on one picture."""
    voice = voices("lmt", "en")
    path = FOLDER / "picture.png"
    async with visiting(browser, served.url, "en", PICTURE) as visitor:
        await visitor.open()
        await share(visitor, voice)
        for option in (EXPLAIN, AGREE, EMAIL_ON):
            await visitor.press(voice.option(option))
        await visitor.text("AGREE 8")
        await visitor.page.locator("h1").click()
        await visitor.page.screenshot(path=path)
    assert path.stat().st_size > 0
