"""What visitors do again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import NamedTuple

from consent.replies import Option
from locales.wording import Wording
from tests.playground.visitor import Visitor

BRANDS, LANGUAGES = ("lmt", "amigo"), ("lv", "ru", "en")
LINK = Option(name="link")
MENU = Option(name="menu")
STATUS = Option(name="status")
EXPLAIN = Option(name="explain", purpose="offers")
AGREE = Option(name="agree", purpose="offers")
EMAIL_ON = Option(name="channel_on", channel="email")


class Said(NamedTuple):
    """What a customer types."""

    agree: str
    yes: str
    stop: str


SAID = {
    "lv": Said("JĀ 1", "JĀ", "STOP"),
    "ru": Said("ДА 1", "ДА", "СТОП"),
    "en": Said("AGREE 1", "AGREE", "STOP"),
}


async def in_all_languages(visit: Callable[[str], Coroutine[None, None, None]]) -> None:
    """Let three visitors, each with a language of their own, do the same side by side."""
    async with asyncio.TaskGroup() as group:
        for language in LANGUAGES:
            group.create_task(visit(language), name=language)


async def share(visitor: Visitor, voice: Wording) -> None:
    """Share the number: with the button under the message, then with the phone's own."""
    await visitor.press(voice.option(LINK))
    await visitor.page.locator("#messenger .share").click()
    await visitor.settle()


async def grant(visitor: Visitor, voice: Wording) -> None:
    """Share the number, open consent 1, agree, and switch e-mail on."""
    await share(visitor, voice)
    for option in (EXPLAIN, AGREE, EMAIL_ON):
        await visitor.press(voice.option(option))
