"""Opened again, the page is where it was and shows what stands now."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from consent.replies import Message
from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import SAID, grant
from tests.playground.visitor import PHONE, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_reload_shows_the_present(
    browser: Browser, served: Served, voices: Voices
) -> None:
    """Brand, language and number stay; the list shows what was withdrawn; records are the same."""
    language, voice = "ru", voices("amigo", "ru")
    async with visiting(browser, served.url, "en") as visitor:
        await visitor.open("amigo")
        await visitor.choose("languages", language)
        await grant(visitor, voice)
        await visitor.text(SAID[language].stop)
        number = await visitor.number()
        kept, records = await visitor.kept(), await visitor.records()

        await visitor.page.reload()
        await visitor.ready()
        assert (kept, number, records) == (
            await visitor.kept(),
            await visitor.number(),
            await visitor.records(),
        )
        assert {"brand": "amigo", "language": language, "number": number} == kept
        assert (language, "amigo") == (
            await visitor.page.get_attribute("html", "lang"),
            await visitor.page.get_attribute("body", "data-brand"),
        )
        withdrawn = voice.message(Message("state.withdrawn"))
        told = f"– 1. {voice.name('purpose', 'offers')}: {withdrawn}"
        assert told in (await visitor.newest.inner_text()).split("\n")
        assert 1 == await visitor.talk.locator("li").count()


async def test_a_new_customer_stays_new(browser: Browser, served: Served) -> None:
    """A new customer has another number and no past, also after a reload."""
    async with visiting(browser, served.url, size=PHONE) as visitor:
        await visitor.open()
        old = await visitor.number()
        await visitor.page.locator("#tab-sms").click()
        assert await visitor.page.locator("#sms .phone").is_visible()
        await visitor.text("STOP")
        await visitor.page.locator("#fresh").click()
        await visitor.settle()
        new = await visitor.number()
        await visitor.page.reload()
        await visitor.ready()
        assert (True, new) == (new != old, await visitor.number())
        assert [] == (await visitor.records())[0]
