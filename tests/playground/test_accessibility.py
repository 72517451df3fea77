"""No barrier that a machine can find: axe on every state, size, language and colour scheme."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser

from locales.wording import Wording
from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import AGREE, EMAIL_ON, EXPLAIN, LANGUAGES, share
from tests.playground.visitor import DESK, PHONE, Pane, Scheme, Size, Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

_RUN = """async (runOnly) => {
  const rules = runOnly ? { runOnly } : {};
  const { violations } = await axe.run({ resultTypes: ["violations"], ...rules });
  const told = ({ html, failureSummary }) => `${html} ${failureSummary}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${told(node)}`));
}"""
#: What another colour scheme can break; all else was looked at in the first.
_COLOURS = ["color-contrast", "link-in-text-block"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
STORE_GONE, UNREACHABLE = "503 (Service Unavailable)", "net::ERR_FAILED"


class Examination:
    """Axe, looking at one page again and again."""

    def __init__(self, visitor: Visitor) -> None:
        """Look at this page."""
        self._visitor = visitor
        self._page = visitor.page
        self.found: list[str] = []

    async def look(self, state: str, *others: Pane) -> None:
        """Look at a state in both sizes and schemes; at phone size at these other tabs too."""
        await self._look(state, DESK, "messenger")
        for pane in ("messenger", *others):
            await self._look(f"{state}, {pane}", PHONE, pane)

    async def _look(self, state: str, size: Size, pane: Pane) -> None:
        await self._page.set_viewport_size({"width": size[0], "height": size[1]})
        await self._visitor.turn_to(pane)
        for scheme in SCHEMES:
            await self._page.emulate_media(color_scheme=scheme)
            barriers = await self._page.evaluate(_RUN, _COLOURS if scheme == "dark" else None)
            self.found += [f"{state}, {size[0]}, {scheme}: {b}" for b in barriers]


async def _look_around(examination: Examination, visitor: Visitor, voice: Wording) -> None:
    """Look at everything that comes before a grant, at the grant, and at the explanation."""
    await visitor.open()
    await visitor.page.evaluate(AXE_SCRIPT)
    await examination.look("just opened")

    await share(visitor, voice)
    await visitor.press(voice.option(EXPLAIN))
    await examination.look("a consent's page")

    await visitor.press(voice.option(AGREE))
    await visitor.press(voice.option(EMAIL_ON))
    await visitor.text("STATUS")
    await visitor.turn_to("records")
    await visitor.page.locator(".entry summary").first.click()
    await examination.look("after a grant", "sms", "records")

    await visitor.turn_to("messenger")
    await visitor.page.locator(".about summary").click()
    await examination.look("the explanation")
    await visitor.page.keyboard.press("Escape")


async def _look_at_trouble(examination: Examination, visitor: Visitor) -> None:
    """Look at everything that tells of trouble: under messages, over records, in passing."""
    visitor.forgive(STORE_GONE)
    await visitor.page.route("**/playground/setup", lambda route: route.abort())
    await visitor.page.locator("#fresh").click()
    await visitor.settle()
    visitor.forgive(UNREACHABLE)
    assert 4 == await visitor.page.locator(".trouble, .stale p, .toast:not(:empty)").count()
    await examination.look("a store that is gone", "sms", "records")


async def test_no_state_has_a_barrier(browser: Browser, served: Served, voices: Voices) -> None:
    """Axe finds nothing, from the first look over a grant to a store that is gone."""
    async with AsyncExitStack() as stack:
        visits = [visiting(browser, served.url, language) for language in LANGUAGES]
        visitors = [await stack.enter_async_context(v) for v in visits]
        examinations = [Examination(v) for v in visitors]
        talks = [voices("lmt", language) for language in LANGUAGES]
        await asyncio.gather(*map(_look_around, examinations, visitors, talks))
        with served.store_gone():
            await asyncio.gather(*(v.text("STATUS") for v in visitors))
            await asyncio.gather(*(v.write("STATUS") for v in visitors))
        await asyncio.gather(*map(_look_at_trouble, examinations, visitors))
    assert [[], [], []] == [examination.found for examination in examinations]


async def test_a_page_that_cannot_open_has_no_barrier(browser: Browser, served: Served) -> None:
    """While it opens, and when it cannot, the page says so in all languages, without a barrier."""
    async with visiting(browser, served.url) as visitor:
        await visitor.page.route("**/playground/setup", lambda route: route.abort())
        await visitor.page.goto(served.url)
        await visitor.page.wait_for_selector("body[data-state=closed]")
        visitor.forgive(UNREACHABLE)
        await visitor.page.evaluate(AXE_SCRIPT)
        examination = Examination(visitor)
        await examination.look("closed")
        assert LANGUAGES == tuple(
            [await p.get_attribute("lang") for p in await visitor.page.locator("#closed p").all()]
        )
        visitor.complaints.clear()
    assert [] == examination.found
