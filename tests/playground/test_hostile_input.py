"""Whatever is typed stays text; whatever is done twice, or in two tabs, happens once."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import AGREE, EMAIL_ON, EXPLAIN, LINK, grant, share
from tests.playground.visitor import visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

SMS_ROOM, CHAT_ROOM = 1_600, 4_096
HOSTILE = (
    "<script>window.caught = 1</script>",
    "<img src=x onerror='window.caught = 1'><b>bold</b>",
    "<svg/onload=window.caught=1> {brand} {words} ${window.caught=1}",
    "&lt;b&gt; &amp; &#60; \\u003cb> </p></li></ol>",
    "javascript:window.caught=1 https://example.invalid/n/ABCDEFGHI1",
    "😀👨‍👩‍👧‍👦🏳️‍🌈 Ā́ Z̴͎̈́a̵l̷g̸o̶",
    "\u202egnihton\u202c \u200f\u2066mark\u2069 \u200b",
    "ļ" + "x" * (CHAT_ROOM - 1),
)
#: Nobody's markup: what only hostile words would bring into a conversation.
_STRANGE = ".own .words *, main img, main script, main svg, main iframe"


async def test_what_is_typed_stays_text(browser: Browser, served: Served) -> None:
    """Markup, emoji, marks of direction and 4096 characters are shown as typed; no decision."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        for words in HOSTILE:
            await visitor.write(words)
            await visitor.text(words)
        for phone, room in (("messenger", CHAT_ROOM), ("sms", SMS_ROOM)):
            shown = await visitor.page.locator(f"#{phone} .own .words").all_text_contents()
            assert [words[:room] for words in HOSTILE] == shown
        assert [] == (await visitor.records())[0]
        assert 0 == await visitor.page.locator(_STRANGE).count()
        assert await visitor.page.evaluate("window.caught === undefined")


async def test_turned_words_on_record_turn_nothing_else(browser: Browser, served: Served) -> None:
    """A mark of direction in a customer's words does not reverse what stands behind them."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        await visitor.text("AGREE 1")
        await visitor.text("\u202e{brand}\u202e <b>")
        await visitor.text("\u202eAGREE\u202e")
        (newest, *_) = await visitor.read(".entry")
        assert "Said: “\u202eAGREE\u202e”Notice " in newest
        left_to_right = await visitor.page.evaluate("""() => {
          const code = document.querySelector(".entry a span").firstChild;
          const range = document.createRange();
          const at = (place) => {
            range.setStart(code, place);
            range.setEnd(code, place + 1);
            return range.getBoundingClientRect().left;
          };
          return at(0) < at(code.length - 1);
        }""")
        assert left_to_right


async def test_a_double_click_acts_once(browser: Browser, served: Served, voices: Voices) -> None:
    """Every button clicked twice at once decides and answers as it does when clicked once."""
    voice = voices("lmt", "en")
    async with visiting(browser, served.url) as once, visiting(browser, served.url) as twice:
        await once.open()
        await twice.open()
        await grant(once, voice)
        for option in (LINK, None, EXPLAIN, AGREE, EMAIL_ON):
            button = twice.page.locator("#messenger .share")
            if option:
                button = twice.talk.get_by_role("button", name=voice.option(option), exact=True)
            await button.dblclick()
            await twice.settle()
        assert await once.records() == await twice.records()
        assert len(await once.read("#messenger li")) == len(await twice.read("#messenger li"))

        await twice.page.locator("#sms textarea").fill("STOP")
        await twice.page.locator("#sms .send").dblclick()
        await twice.settle()
        assert 2 == await twice.texts.locator("li").count()


async def test_a_new_customer_twice_at_once_is_one(browser: Browser, served: Served) -> None:
    """“New customer” clicked twice at once leaves one customer, whose records are shown."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        before = await visitor.number()
        await visitor.page.locator("#fresh").dblclick()
        await visitor.settle()
        await visitor.text("STOP")
        kept = await visitor.kept()
        assert (kept["number"], True) == (await visitor.number(), kept["number"] != before)
        assert (1, 2) == (await visitor.talk.count(), await visitor.texts.locator("li").count())
        assert 2 == len((await visitor.records())[0])


async def test_two_tabs_at_once(browser: Browser, served: Served, voices: Voices) -> None:
    """A yes in two tabs at the same time is one yes; both tell the truth, also after a stop."""
    voice = voices("lmt", "en")
    async with visiting(browser, served.url) as one:
        await one.open()
        await share(one, voice)
        async with visiting(browser, served.url, kept=await one.kept()) as other:
            await other.open()
            assert await one.number() == await other.number()
            for tab in (one, other):
                await tab.press(voice.option(EXPLAIN))
            await asyncio.gather(*(tab.press(voice.option(AGREE)) for tab in (one, other)))
            await asyncio.gather(*(tab.text("STATUS") for tab in (one, other)))
            decisions, chain, _ = await one.records()
            assert (decisions, chain) == (await other.records())[:2]
            assert ["given"] == [d.rpartition(": ")[2] for d in decisions if "given" in d]

            await other.text("STOP")
            await one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            await one.settle()
            assert await other.records() == await one.records()
            await one.write("menu")
            assert "– 1. Offers: withdrawn" in (await one.newest.inner_text()).split("\n")
            assert await one.records() == await other.records()
