"""A newcomer at the page: what is done on one phone counts on the other, and is on record."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from consent.replies import Message
from locales.wording import Wording
from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import BRANDS, LANGUAGES, MENU, grant
from tests.playground.visitor import visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _verdicts(voice: Wording, email: str, others: str) -> list[str]:
    words, offers = voice.page_words, voice.name("purpose", "offers")
    reasons = {"email": email, "sms": others, "call": others}
    return [
        f"{offers} – {voice.name('channel', c)}: {words[f'playground.verdict.{r}']}"
        for c, r in reasons.items()
    ]


def _decisions(voice: Wording, *told: tuple[str, str, str]) -> list[str]:
    """Return decisions as they are shown, of: kind, what it is about, which word says it."""
    numbers = {"offers": "1. ", "loyalty_offers": "7. "}
    return [
        f"{numbers.get(item, '')}{voice.name(kind, item)}: {voice.message(Message(word))}"
        for kind, item, word in told
    ]


GRANT = (
    ("channel", "email", "switch.on"),
    ("purpose", "offers", "state.given"),
    ("purpose", "offers", "state.asked"),
)
STOP = (
    ("channel", "email", "switch.unset"),
    ("purpose", "loyalty_offers", "state.refused"),
    ("purpose", "offers", "state.withdrawn"),
)


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_yes_here_and_a_stop_there(
    browser: Browser, served: Served, voices: Voices, brand: str, language: str
) -> None:
    """A yes in the messenger lets marketing write; a STOP by SMS ends it, and both can be seen."""
    voice = voices(brand, language)
    chain = voice.page_words["playground.chain.sound"]
    async with visiting(browser, served.url, language) as visitor:
        await visitor.open(brand)
        assert language == await visitor.page.get_attribute("html", "lang")
        await grant(visitor, voice)
        assert (
            _decisions(voice, *GRANT),
            chain.format(count=3),
            _verdicts(voice, "allowed", "channel_unset"),
        ) == await visitor.records()

        await visitor.page.locator(".keypad button").first.click()
        await visitor.page.locator("#sms .send").click()
        await visitor.settle()
        assert 2 == await visitor.texts.locator("li").count()
        await visitor.press(voice.option(MENU))
        assert (
            _decisions(voice, *STOP, *GRANT),
            chain.format(count=6),
            _verdicts(voice, "withdrawn", "withdrawn"),
        ) == await visitor.records()
        withdrawn = voice.message(Message("state.withdrawn"))
        told = f"– 1. {voice.name('purpose', 'offers')}: {withdrawn}"
        assert told in (await visitor.newest.inner_text()).split("\n")
        assert 0 == await visitor.page.locator(".torn, .chain.broken").count()
