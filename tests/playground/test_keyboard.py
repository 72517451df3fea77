"""Everything without a mouse: the focus is always somewhere, and it can be seen where."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from consent.replies import Message
from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import AGREE, EMAIL_ON, EXPLAIN, LINK
from tests.playground.visitor import DESK, PHONE, Focus, Size, Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: More steps than the page has places to stop at.
FAR = 60
RING = 3.0
STORE_GONE = "503 (Service Unavailable)"


async def _hit(visitor: Visitor, key: str) -> Focus:
    """Hit a key; the focus is then somewhere, and it can be seen where."""
    await visitor.page.keyboard.press(key)
    await visitor.settle()
    focus = await visitor.focus()
    assert (True, RING, True) == (focus["tag"] != "body", focus["ring"], focus["inView"]), focus
    return focus


async def _tab_to(visitor: Visitor, words: str, key: str = "Tab") -> None:
    """Go on until the focus stands on something with these words, or this id."""
    for _ in range(FAR):
        focus = await _hit(visitor, key)
        if words in (focus["words"], focus["id"], focus["label"]):
            return
    raise AssertionError(f"no way to {words}")


@pytest.mark.parametrize(
    ("language", "size"), [("lv", DESK), ("ru", PHONE), ("en", DESK), ("lv", PHONE)]
)
async def test_a_grant_without_a_mouse(
    browser: Browser, served: Served, voices: Voices, language: str, size: Size
) -> None:
    """Tab and Enter give a consent and switch a channel on; after each the focus is shown."""
    voice = voices("lmt", language)
    async with visiting(browser, served.url, language, size) as visitor:
        await visitor.open()
        await _tab_to(visitor, voice.option(LINK))
        await _hit(visitor, "Enter")
        await _tab_to(visitor, voice.option(LINK))
        for option in (EXPLAIN, AGREE, EMAIL_ON):
            await _hit(visitor, "Enter")
            await _tab_to(visitor, voice.option(option))
        await _hit(visitor, "Enter")
        name = voice.name("channel", "email")
        given = (f"{name}: {voice.message(Message('switch.on'))}", 3)
        decisions, _, _ = await visitor.records()
        assert given == (decisions[0], len(decisions))


async def test_slash_enter_and_escape(browser: Browser, served: Served) -> None:
    """`/` goes to the messenger's field, Enter sends, and Escape closes what is open."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        await _tab_to(visitor, "fresh")
        focus = await _hit(visitor, "/")
        assert ("textarea", "Message to LMT") == (focus["tag"], focus["label"])
        await visitor.page.keyboard.type("a/b")
        await _hit(visitor, "Shift+Enter")
        await visitor.page.keyboard.type("c")
        assert "textarea" == (await _hit(visitor, "Enter"))["tag"]
        assert ["a/b\nc"] == await visitor.read("#messenger .own .words")

        about = visitor.page.locator(".about")
        await _tab_to(visitor, "How this works", "Shift+Tab")
        await _hit(visitor, "Enter")
        assert await about.get_attribute("open") is not None
        assert "How this works" == (await _hit(visitor, "Escape"))["words"]
        assert await about.get_attribute("open") is None


async def test_escape_closes_a_full_record(browser: Browser, served: Served) -> None:
    """A full record opens with Enter, closes with Escape, and the focus stays on it."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        await visitor.text("AGREE 1")
        await visitor.page.locator(".paper").focus()
        await _tab_to(visitor, "Full record")
        for key, opened in (("Enter", 1), ("Escape", 0)):
            assert "Full record" == (await _hit(visitor, key))["words"]
            assert opened == await visitor.page.locator(".entry details[open]").count()


async def test_arrows_choose(browser: Browser, served: Served) -> None:
    """Arrows change brand and language, and the focus stays on the choice."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        await _tab_to(visitor, "brands-lmt")
        assert "brands-amigo" == (await _hit(visitor, "ArrowRight"))["id"]
        assert ["Amigo", "Amigo"] == await visitor.read(".bar .name")
        await _tab_to(visitor, "languages-en")
        assert "languages-ru" == (await _hit(visitor, "ArrowLeft"))["id"]
        assert "ru" == await visitor.page.get_attribute("html", "lang")


async def test_arrows_turn_tabs(browser: Browser, served: Served) -> None:
    """Where panes are tabs, arrows, Home and End turn them, and `/` turns to the messenger."""
    async with visiting(browser, served.url, size=PHONE) as visitor:
        await visitor.open()
        await _tab_to(visitor, "tab-messenger")
        turns = {"ArrowRight": "sms", "End": "records", "ArrowLeft": "sms", "Home": "messenger"}
        for key, pane in {**turns, "ArrowLeft ": "records"}.items():
            assert f"tab-{pane}" == (await _hit(visitor, key.strip()))["id"]
            shown = visitor.page.locator(".pane:visible")
            assert (1, pane) == (await shown.count(), await shown.get_attribute("id"))
        assert "textarea" == (await _hit(visitor, "/"))["tag"]
        assert await visitor.page.locator("#messenger").is_visible()


async def test_trying_again_keeps_the_focus(browser: Browser, served: Served) -> None:
    """After trouble, “Try again” under a message and over the records leads on, not to nowhere."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        message, records = (visitor.page.locator(f"{x} button") for x in (".trouble", ".stale"))
        with served.store_gone():
            await visitor.text("STATUS")
            await message.focus()
            assert "textarea" == (await _hit(visitor, "Enter"))["tag"]
            await records.focus()
            assert "May marketing" in (await _hit(visitor, "Enter"))["words"]
        visitor.forgive(STORE_GONE)
        await records.focus()
        assert "May marketing" in (await _hit(visitor, "Enter"))["words"]
        assert (1, 0) == (await message.count(), await records.count())
        await message.focus()
        assert "textarea" == (await _hit(visitor, "Enter"))["tag"]
        assert (0, 2) == (await message.count(), await visitor.texts.locator("li").count())
