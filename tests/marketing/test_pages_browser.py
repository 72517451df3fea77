"""The staff's pages in a real browser: no barrier, no sideways scrolling, all by keyboard."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.marketing.pages_stage import PATHS, Pages, paged, peopled
from tests.marketing.stage import number
from tests.playground.chromium import find_chromium

pytestmark = pytest.mark.asyncio(loop_scope="module")

_AXE = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  const told = ({ html, failureSummary }) => `${html} ${failureSummary}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${told(node)}`));
}"""
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_PHONE, _DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
_LANGUAGES = ("lv", "ru", "en")
#: Where pictures of every page go, if anybody wants to look at them.
_PICTURES = os.environ.get("CONSENT_PICTURES")


@dataclass(kw_only=True)
class Served:
    """The pages on a socket, and whose sessions there are."""

    url: str = ""
    cookie: str = ""
    secret: str = ""
    case: str = ""
    ready: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the pages, with customers and a case, from a thread of its own."""
    found, folder = Served(), tmp_path_factory.mktemp("pages")
    thread = threading.Thread(target=asyncio.run, args=(_serve(found, folder),))
    thread.start()
    try:
        assert found.ready.wait(60)
        yield found
    finally:
        found.ended.set()
        thread.join()


async def _serve(found: Served, folder: Path) -> None:
    async with paged(folder) as pages:
        await peopled(pages.stage)
        found.case = await _case(pages)
        listening = socket.create_server(("127.0.0.1", 0))
        found.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        found.cookie, found.secret = pages.door.cookie, pages.secrets["both"]
        server = uvicorn.Server(uvicorn.Config(pages.app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        found.ready.set()
        await asyncio.to_thread(found.ended.wait)
        server.should_exit = True
        await serving
        listening.close()


async def _case(pages: Pages) -> str:
    """Let a customer ask for a person; return what the case is called."""
    await pages.stage.says(number(1), "I want to talk to a person", "case-1")
    (filed, *_) = await pages.stage.store.cases.waiting("lmt")
    return filed.case.id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Open the browser, once."""
    program = find_chromium(shutil.which, is_ci=bool(os.environ.get("CI")))
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        await opened.close()


async def _enter(browser: Browser, served: Served, language: str = "en") -> BrowserContext:
    context = await browser.new_context(locale=language, reduced_motion="reduce")
    await context.add_cookies([{"name": served.cookie, "value": served.secret, "url": served.url}])
    return context


async def _listen(page: Page) -> list[str]:
    """Return what the browser will complain about, a refused style or script above all."""
    heard: list[str] = []
    page.on("console", lambda m: heard.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda fault: heard.append(str(fault)))
    return heard


async def _examine(page: Page, name: str) -> list[str]:
    """Look at a page in both schemes and sizes; return what is wrong with it."""
    wrong: list[str] = []
    await page.evaluate(AXE_SCRIPT)
    for scheme in ("light", "dark"):
        for kind, size in (("desk", _DESK), ("phone", _PHONE)):
            await page.set_viewport_size({"width": size["width"], "height": size["height"]})
            await page.emulate_media(color_scheme=scheme)
            wrong += [f"{name} {scheme} {kind}: {x}" for x in await page.evaluate(_AXE)]
            if (over := await page.evaluate(_SIDEWAYS)) > 0:
                wrong.append(f"{name} {kind}: {over} px too wide")
            if _PICTURES:
                file = Path(_PICTURES) / f"{name}-{kind}-{scheme}.png"
                await page.screenshot(path=file, full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 860})
    await page.emulate_media(color_scheme="light")
    return wrong


@pytest.mark.parametrize("language", _LANGUAGES)
async def test_no_page_has_a_barrier(browser: Browser, served: Served, language: str) -> None:
    """Axe finds nothing on any page, light or dark, wide or narrow, and nothing is too wide."""
    context = await _enter(browser, served, language)
    page = await context.new_page()
    heard, wrong = await _listen(page), []
    try:
        for name, path in PATHS.items():
            await page.goto(f"{served.url}{path}?brand=lmt&lang={language}")
            wrong += await _examine(page, f"{language}-{name}")
        await page.goto(f"{served.url}{PATHS['number']}?brand=lmt&lang={language}")
        await page.fill("#address", number(20))
        await page.select_option("#channel", "sms")
        await page.fill("#reason", "test")
        await page.click("button.first")
        await page.wait_for_selector(".verdict")
        wrong += await _examine(page, f"{language}-verdict")
        await page.goto(f"{served.url}{PATHS['cases']}/{served.case}?brand=lmt&lang={language}")
        wrong += await _examine(page, f"{language}-why")
        await page.fill("#reason", "test")
        await page.click("button.first")
        await page.wait_for_selector("#words")
        wrong += await _examine(page, f"{language}-case")
    finally:
        await context.close()
    assert ([], []) == (wrong, heard)


async def test_a_check_without_a_mouse(browser: Browser, served: Served) -> None:
    """Tab, Space and Enter fill in and send the form; the focus can always be seen."""
    context = await _enter(browser, served)
    page = await context.new_page()
    try:
        await page.goto(f"{served.url}{PATHS['overview']}?brand=lmt&lang=en")
        for _ in range(40):
            await page.keyboard.press("Tab")
            ring = await page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
            )
            assert ring, await page.evaluate("document.activeElement.outerHTML")
            if await page.evaluate("document.activeElement.textContent") == "Check a number":
                break
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#address:focus")
        await page.keyboard.type("2000 0020")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.checked")
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.id") == "reason":
                break
        await page.keyboard.type("a call")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".verdict")
        assert "Allowed" in await page.inner_text(".verdict h2")
    finally:
        await context.close()


async def test_a_list_from_dropping_to_fetching(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    """A list is sent, its progress is followed, and the allowed rows are fetched."""
    context = await _enter(browser, served)
    page = await context.new_page()
    heard = await _listen(page)
    try:
        await page.goto(f"{served.url}{PATHS['list']}?brand=lmt&lang=en")
        rows = "".join(f"{number(index)},x\n" for index in range(60))
        file = tmp_path / "list.csv"
        file.write_text(f"phone,note\n{rows}")
        await page.set_input_files("#list", file)
        await page.select_option("#channel", "sms")
        await page.fill("#reason", "spring")
        await page.click("button.first")
        await page.wait_for_selector("a[download]")
        wrong = await _examine(page, "en-checked")
        async with page.expect_download() as waiting:
            await page.click("a[href*='/files/allowed']")
        fetched = Path(await (await waiting.value).path()).read_text()
        await page.goto(f"{served.url}{PATHS['list']}?brand=lmt&lang=en")
        past = await page.inner_text("table")
        wrong += await _examine(page, "en-past")
    finally:
        await context.close()
    assert (28, True) == (fetched.count("\n") - 1, "spring" in past)
    assert ([], []) == (wrong, heard)
