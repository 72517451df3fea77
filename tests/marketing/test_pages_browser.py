"""The staff's pages in a real browser: no barrier, no sideways scrolling, all by keyboard."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from app.composition import register_notices
from tests.marketing.browsing import chromium, entered, examined, listen, tabbed_to
from tests.marketing.pages_stage import PATHS, Pages, named, paged, peopled
from tests.marketing.sockets import Hold, beside, on_a_socket
from tests.marketing.stage import number

pytestmark = pytest.mark.asyncio(loop_scope="module")

_LANGUAGES = ("lv", "ru", "en")
#: Who goes in the end, with nothing open; and who waits for an answer.
_GOES, _WAITS = number(2), number(1)
#: By what else the first is known.
_KEY, _MAIL = "C-017a", "anna@example.lv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The pages on a socket, a session of whoever may do everything, and a case."""

    url: str
    cookie: tuple[str, str]
    case: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the pages, with customers and a case, from a thread of its own."""
    folder = tmp_path_factory.mktemp("pages")

    async def serve(hold: Hold[Served]) -> None:
        async with paged(folder) as pages:
            await register_notices(pages.stage.assistant, pages.stage.store.ledger)
            await peopled(pages.stage)
            for turn, words in enumerate(("give 8", "AGREE", "no calls")):
                await pages.stage.says(_GOES, words, f"goes-{turn}")
            case, cookie = await _case(pages), (pages.door.cookie, pages.secrets["both"])
            await named(pages.stage, _GOES, _KEY, _MAIL)
            async with on_a_socket(pages.app) as url:
                await hold(Served(url=url, cookie=cookie, case=case))

    with beside(serve) as found:
        yield found


async def _case(pages: Pages) -> str:
    """Let a customer ask for a person; return what the case is called."""
    await pages.stage.says(_WAITS, "I want to talk to a person", "case-1")
    (filed, *_) = await pages.stage.store.cases.waiting("lmt")
    return filed.case.id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Open the browser, once."""
    async with chromium() as opened:
        yield opened


async def _enter(browser: Browser, served: Served, language: str = "en") -> BrowserContext:
    return await entered(browser, served.url, served.cookie, language)


async def _found(page: Page, served: Served, whom: str) -> None:
    """Look somebody up as the privacy officer does."""
    await page.goto(f"{served.url}{PATHS['customer']}?brand=lmt")
    await page.fill("#address", whom)
    await page.fill("#reason", "GDPR 15")
    await page.click("button.first")
    await page.wait_for_selector("#history")


@pytest.mark.parametrize("language", _LANGUAGES)
async def test_no_page_has_a_barrier(browser: Browser, served: Served, language: str) -> None:
    """Axe finds nothing on any page, light or dark, wide or narrow, and nothing is too wide."""
    context = await _enter(browser, served, language)
    page = await context.new_page()
    heard, wrong = listen(page), list[str]()
    try:
        for name, path in PATHS.items():
            await page.goto(f"{served.url}{path}?brand=lmt")
            wrong += await examined(page, f"{language}-{name}")
        await page.goto(f"{served.url}{PATHS['number']}?brand=lmt")
        await page.fill("#address", number(20))
        await page.select_option("#channel", "sms")
        await page.fill("#reason", "test")
        await page.click("button.first")
        await page.wait_for_selector(".verdict")
        wrong += await examined(page, f"{language}-verdict")
        await page.goto(f"{served.url}{PATHS['cases']}/{served.case}?brand=lmt")
        wrong += await examined(page, f"{language}-why")
        await page.fill("#reason", "test")
        await page.click("button.first")
        await page.wait_for_selector("#words")
        wrong += await examined(page, f"{language}-case")
        await page.fill("#words", "a" * 500)
        await page.click("#answer ~ form button")
        await page.wait_for_selector(".fault")
        wrong += await examined(page, f"{language}-case-refused")
        said = {"lv": "SMS ziņai", "ru": "Для SMS", "en": "for an SMS"}[language]
        assert said in await page.inner_text(".fault")
    finally:
        await context.close()
    # A form that is refused is answered with 409, and Chromium says so.
    told = [one for one in heard if "409 (Conflict)" not in one]
    assert ([], []) == (wrong, told)


@pytest.mark.parametrize("language", _LANGUAGES)
async def test_one_customer_has_no_barrier(
    browser: Browser, served: Served, language: str
) -> None:
    """Everything on file, numbers in full, what goes, what is in the way, nobody: all states."""
    context = await _enter(browser, served, language)
    page = await context.new_page()
    heard, wrong = listen(page), list[str]()
    try:
        await _found(page, served, _GOES)
        wrong += await examined(page, f"{language}-customer-found")
        await page.click("#addresses ~ details summary")
        await page.fill("#why-numbers", "to call")
        await page.click("#addresses ~ details button")
        await page.wait_for_selector("h1:has-text('20000002')")
        await page.click("#erase ~ form button")
        await page.wait_for_selector("#sure")
        wrong += await examined(page, f"{language}-erase")
        await page.fill("#why", f"asked by {_GOES}")
        await page.check("#sure")
        await page.click("button.grave")
        await page.wait_for_selector(".fault")
        wrong += await examined(page, f"{language}-erase-wrong")
        await _found(page, served, _WAITS)
        await page.click("#erase ~ form button")
        await page.wait_for_selector(".fault")
        wrong += await examined(page, f"{language}-erase-waits")
        await page.goto(f"{served.url}{PATHS['customer']}?brand=lmt")
        await page.fill("#address", "29999999")
        await page.fill("#reason", "test")
        await page.click("button.first")
        await page.wait_for_selector(".note")
        wrong += await examined(page, f"{language}-customer-nobody")
    finally:
        await context.close()
    # A form that is refused is answered with 400, and Chromium says so.
    told = [one for one in heard if "400 (Bad Request)" not in one]
    assert ([], []) == (wrong, told)


async def test_a_check_without_a_mouse(browser: Browser, served: Served) -> None:
    """Tab, Space and Enter fill in and send the form; the focus can always be seen."""
    context = await _enter(browser, served)
    page = await context.new_page()
    try:
        await page.goto(f"{served.url}{PATHS['texts']}?brand=lmt")
        await tabbed_to(page, "it.textContent === 'Check a number'")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#address:focus")
        await page.keyboard.type("2000 0020")
        await tabbed_to(page, "it.name === 'purpose'")
        assert await page.evaluate("document.activeElement.checked")
        await tabbed_to(page, "it.id === 'reason'")
        await page.keyboard.type("a call")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".verdict")
        assert "Allowed" in await page.inner_text(".verdict h2")
    finally:
        await context.close()


async def test_a_customer_goes_without_a_mouse(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    """Found, copied and erased with Tab, Space and Enter; the last page is without a barrier."""
    context = await _enter(browser, served)
    page = await context.new_page()
    try:
        await page.goto(f"{served.url}{PATHS['customer']}?brand=lmt")
        await page.wait_for_selector("#address:focus")
        await page.keyboard.type("2000 0002")
        await tabbed_to(page, "it.id === 'reason'")
        await page.keyboard.type("GDPR 17")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#history")
        await tabbed_to(page, "it.value === 'json'", most=120)
        async with page.expect_download() as waiting:
            await page.keyboard.press("Enter")
        file = tmp_path / "copy.json"
        await (await waiting.value).save_as(file)
        assert _GOES == json.loads(file.read_text())["addresses"][0]["value"]
        await tabbed_to(page, "it.matches('#erase ~ form button')")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#sure")
        await tabbed_to(page, "it.id === 'why'")
        await page.keyboard.type("their request of 3 March")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("h1:has-text('are erased')")
        wrong = await examined(page, "en-erased")
    finally:
        await context.close()
    assert [] == wrong


async def test_a_list_from_dropping_to_fetching(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    """A list is sent, its progress is followed, and the allowed rows are fetched."""
    context = await _enter(browser, served)
    page = await context.new_page()
    heard = listen(page)
    try:
        await page.goto(f"{served.url}{PATHS['list']}?brand=lmt")
        rows = "".join(f"{number(index)},x\n" for index in range(60))
        file = tmp_path / "list.csv"
        file.write_text(f"phone,note\n{rows}")
        await page.set_input_files("#list", file)
        await page.select_option("#channel", "sms")
        await page.fill("#reason", "spring")
        await page.click("button.first")
        await page.wait_for_selector("a[download]")
        wrong = await examined(page, "en-checked")
        async with page.expect_download() as waiting:
            await page.click("a[href*='/files/allowed']")
        fetched = Path(await (await waiting.value).path()).read_text()
        await page.goto(f"{served.url}{PATHS['list']}?brand=lmt")
        past = await page.inner_text("table")
        wrong += await examined(page, "en-past")
    finally:
        await context.close()
    assert (28, True) == (fetched.count("\n") - 1, "spring" in past)
    assert ([], []) == (wrong, heard)
