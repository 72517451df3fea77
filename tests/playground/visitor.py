"""Somebody at the page: a real browser, and what can be read and done in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypedDict, cast

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, Route

LOCALES = {"lv": "lv-LV", "ru": "ru-RU", "en": "en-GB"}
Size = tuple[int, int]
PHONE, DESK = (390, 844), (1280, 800)
Pane = Literal["messenger", "sms", "records"]
Scheme = Literal["light", "dark"]


class Focus(TypedDict):
    """What has the focus, and how that can be seen."""

    tag: str
    id: str
    words: str
    label: str
    #: How thick the ring around it is; 0 if there is none, or if it is cut off.
    ring: float
    inView: bool


_PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")


class Visitor:
    """One tab of the browser."""

    def __init__(self, page: Page, url: str) -> None:
        """Listen to everything the browser complains about and asks for."""
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._overhear)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _overhear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def forgive(self, words: str) -> None:
        """Take back the complaints that a test has provoked; there must be some."""
        kept = [c for c in self.complaints if words not in c]
        assert len(kept) < len(self.complaints)
        self.complaints = kept

    @property
    def strangers(self) -> list[str]:
        """What was asked of anybody but the server."""
        return [url for url in self.asked if not url.startswith(f"{self.url}/")]

    async def open(self, brand: str = "lmt") -> None:
        """Open the page, as a newcomer to this brand."""
        await self.page.goto(self.url)
        await self.ready()
        if brand != (await self.kept())["brand"]:
            await self.choose("brands", brand)

    async def ready(self) -> None:
        """Wait until the page is open and rests."""
        await self.page.wait_for_selector("body[data-state=open]")
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is being asked any more and all of it is shown."""
        await self.page.evaluate("probe.settle()")

    async def choose(self, what: Literal["brands", "languages"], item: str) -> None:
        """Choose a brand or a language."""
        await self.page.locator(f"label[for={what}-{item}]").click()
        await self.settle()

    async def turn_to(self, pane: Pane) -> None:
        """Bring a pane into view, where panes are tabs."""
        await self.page.evaluate("probe.turn", pane)

    @property
    def talk(self) -> Locator:
        """The messenger's conversation."""
        return self.page.locator("#messenger .log:not([hidden])")

    @property
    def texts(self) -> Locator:
        """The text messages."""
        return self.page.locator("#sms .log:not([hidden])")

    @property
    def newest(self) -> Locator:
        """The newest message in the messenger."""
        return self.talk.locator("li").last

    async def press(self, label: str) -> None:
        """Press a button in the messenger; only the newest message may have one of this name."""
        await self.turn_to("messenger")
        await self.talk.get_by_role("button", name=label, exact=True).click()
        await self.settle()

    async def write(self, words: str) -> None:
        """Send a message in the messenger."""
        await self._send("messenger", words)

    async def text(self, words: str) -> None:
        """Send a text message."""
        await self._send("sms", words)

    async def _send(self, pane: Pane, words: str) -> None:
        await self.turn_to(pane)
        field = self.page.locator(f"#{pane} textarea")
        await field.fill(words)
        await field.press("Enter")
        await self.settle()

    async def read(self, selector: str) -> list[str]:
        """Return what stands in every element a selector finds, without what only ears get."""
        return cast("list[str]", await self.page.evaluate("probe.read", selector))

    async def records(self) -> tuple[list[str], str, list[str]]:
        """Return the decisions, newest first, what is said of the chain, and the verdicts."""
        decisions = await self.read(".entry .what")
        (chain,) = await self.read("#records .chain")
        return decisions, chain, await self.read(".verdicts li")

    async def number(self) -> str:
        """Return the customer's number as it is shown, without its spaces."""
        (shown,) = await self.read("#number")
        return "".join(shown.split())

    async def focus(self) -> Focus:
        """Return which element has the focus and how it shows it."""
        return cast("Focus", await self.page.evaluate("probe.focus()"))

    async def kept(self) -> Mapping[str, str]:
        """Return what the tab keeps over a reload."""
        script = "JSON.parse(sessionStorage.getItem('playground'))"
        return cast("Mapping[str, str]", await self.page.evaluate(script))


@asynccontextmanager
async def visiting(
    browser: Browser,
    url: str,
    language: str = "en",
    size: Size = DESK,
    kept: Mapping[str, str] | None = None,
) -> AsyncIterator[Visitor]:
    """Sit down before a browser; leave it without a complaint and without a foreign request."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=LOCALES[language],
        reduced_motion="reduce",
    )
    await context.add_init_script(_PROBE)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    visitor = Visitor(page, url)
    try:
        if kept:
            await _remember(page, url, kept)
        yield visitor
        assert [] == visitor.complaints
        assert [] == visitor.strangers
        assert [] == await page.evaluate("probe.violations")
    finally:
        await context.close()


async def _remember(page: Page, url: str, kept: Mapping[str, str]) -> None:
    """Put into a tab what another tab keeps, before the page looks for it."""

    async def empty(route: Route, _request: Request) -> None:
        await route.fulfill(body="<!doctype html>", content_type="text/html")

    await page.route(f"{url}/", empty)
    await page.goto(url)
    script = "kept => sessionStorage.setItem('playground', JSON.stringify(kept))"
    await page.evaluate(script, dict(kept))
    await page.unroute(f"{url}/")
