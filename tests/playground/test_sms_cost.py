"""What a text message costs is shown as the sender's own arithmetic has it."""

from __future__ import annotations

from random import Random
from typing import cast

import pytest
from playwright.async_api import Browser

from sms.encoding import cost
from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import BRANDS, SAID, in_all_languages
from tests.playground.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: At the edges of one part and of several, in both alphabets, with signs that count twice.
OWN = (
    "x" * 160,
    "x" * 161,
    "€" * 80,
    "x" * 152 + "€" + "x" * 9,
    "ā" * 70,
    "ā" * 71,
    "ā" * 66 + "😀" + "ā" * 5,
    "^{}\\[~]|€ @£$¥ Ωß",
)
_TEXTS = "#sms .log:not([hidden]) li"
_ALPHABET = "aZ9 @£€{}|\n\fØāšЖ中😀🏳️‍🌈'’“"


def _told(voices: Voices, language: str, texts: list[str]) -> list[str]:
    """Return how the costs of these texts are to be shown."""
    line = voices("lmt", language).page_words["playground.sms.cost"]
    paid = [cost(text) for text in texts]
    return [line.format(encoding=p.encoding, units=p.units, parts=p.parts) for p in paid]


async def _squares(visitor: Visitor) -> list[int]:
    parts = visitor.texts.locator("li .parts")
    script = "(all) => all.map((parts) => parts.children.length)"
    return cast("list[int]", await parts.evaluate_all(script))


async def test_each_text_shows_its_cost(browser: Browser, served: Served, voices: Voices) -> None:
    """Under each text, sent or received, stand its encoding, characters and parts, and squares."""

    async def visit(language: str) -> None:
        async with visiting(browser, served.url, language) as visitor:
            await visitor.open()
            for brand in BRANDS:
                await visitor.choose("brands", brand)
                await _send_and_compare(visitor, voices, language, [*SAID[language], "STATUS"])

    await in_all_languages(visit)


async def test_own_texts_show_their_cost(browser: Browser, served: Served, voices: Voices) -> None:
    """Own texts at the edges of one part and of several are counted to the character."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        await _send_and_compare(visitor, voices, "en", [*OWN])


async def _send_and_compare(
    visitor: Visitor, voices: Voices, language: str, words: list[str]
) -> None:
    """Send texts; what is told of each, and of each answer, is what the sender would pay."""
    for text in words:
        await visitor.text(text)
    texts = await visitor.read(f"{_TEXTS} .words")
    assert 2 * len(words) == len(texts)
    assert _told(voices, language, texts) == await visitor.read(f"{_TEXTS} .cost")
    assert [cost(text).parts for text in texts] == await _squares(visitor)


async def test_the_field_counts_as_one_types(
    browser: Browser, served: Served, voices: Voices
) -> None:
    """Below the field stands what the text will cost, from the first letter on."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        for words in OWN:
            await visitor.page.locator("#sms textarea").fill(words)
            assert _told(voices, "en", [words]) == await visitor.read("#sms-count")
        await visitor.page.locator("#sms textarea").fill("")
        assert ["GSM-7, characters: 0, parts: 0"] == await visitor.read("#sms-count")


async def test_both_arithmetics_agree(browser: Browser, served: Served) -> None:
    """The page counts a thousand odd texts exactly as the sender does."""
    dice = Random(7)  # noqa: S311 - nothing secret: the same texts each time
    sizes = (1, 20, 69, 71, 134, 153, 160, 161, 306, 320, 700)
    texts = [
        "".join(dice.choices(_ALPHABET[: dice.randint(1, len(_ALPHABET))], k=dice.choice(sizes)))
        for _ in range(1_000)
    ]
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        found = await visitor.page.evaluate(
            """async (texts) => {
              const { cost } = await import("/playground/sms.js");
              return texts.map(cost).map(({ encoding, units, parts }) => [encoding, units, parts]);
            }""",
            texts,
        )
    assert [[c.encoding, c.units, c.parts] for c in map(cost, texts)] == found
