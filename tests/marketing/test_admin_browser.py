"""The administrators' pages in a real browser: no barrier, nothing too wide, all by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from app.marketing.staff_log import PATH as STAFF_LOG
from consent.access import digest_of
from consent.staff import Entry
from consent.token_rotation import Replacing
from tests.marketing.admin_stage import ACCOUNTS, CARE, TOKENS, Admins, administered
from tests.marketing.browsing import chromium, entered, examined, listen, tabbed_to
from tests.marketing.sockets import Hold, beside, on_a_socket
from tests.marketing.staff_stage import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The pages on a socket, and somebody's session."""

    url: str
    cookie: tuple[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the pages, with people and tokens, from a thread of its own."""
    folder = tmp_path_factory.mktemp("admin")

    async def serve(hold: Hold[Served]) -> None:
        async with administered(folder) as admins:
            await _used(admins)
            async with (
                admins.stage.logged_in("fanija") as browser,
                on_a_socket(admins.stage.app) as url,
            ):
                await hold(Served(url=url, cookie=("consent_staff", browser.secret)))

    with beside(serve) as found:
        yield found


async def _used(admins: Admins) -> None:
    """Let some time pass with people and tokens, so that every state is to be seen."""
    stage = admins.stage
    await admins.token("gone", days=1)
    crm = await admins.token("crm")
    await stage.invite("hilda", {"lmt": CARE})
    stage.later(timedelta(days=3))
    await admins.token("till", days=180)
    now = stage.clock.now()
    await stage.store.tokens.used(crm, now)
    asked = Replacing(
        token="crm",
        successor="crm-2",
        digest=digest_of("crm-2"),
        grace=timedelta(days=1),
        entry=Entry(now, "cli:test", "rotated a token", ""),
    )
    await admins.tokens.rotate(asked)
    await stage.invite("inese.liepkalne@uznemums.lv", {"lmt": CARE})
    guna = await stage.staff.find("guna")
    assert guna is not None
    await stage.staff.disable(guna.id, stage.entry("disabled"))
    for login in ("anna", "berta"):
        async with stage.logged_in(login):
            stage.later(timedelta(minutes=7))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Open the browser, once."""
    async with chromium() as opened:
        yield opened


@asynccontextmanager
async def _opened(
    browser: Browser, served: Served, language: str = "en"
) -> AsyncIterator[tuple[Page, list[str]]]:
    """Return a page of somebody who has logged in, and what the browser complains about."""
    context = await entered(browser, served.url, served.cookie, language)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    try:
        yield page, listen(page)
    finally:
        await context.close()


def _is(selector: str) -> str:
    return f"it.matches({json.dumps(selector)})"


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
async def test_no_page_has_a_barrier(browser: Browser, served: Served, language: str) -> None:
    """Axe finds nothing on any page in any state, light or dark, wide or narrow."""
    wrong: list[str] = []
    async with _opened(browser, served, language) as (page, heard):
        for name, path in {
            "accounts": ACCOUNTS,
            "account": f"{ACCOUNTS}/berta",
            "account-own": f"{ACCOUNTS}/fanija",
            "account-locked": f"{ACCOUNTS}/guna",
            "tokens": TOKENS,
            "token": f"{TOKENS}/till",
            "token-replaced": f"{TOKENS}/crm",
            "token-ended": f"{TOKENS}/gone",
            "staff-log": STAFF_LOG,
        }.items():
            await page.goto(f"{served.url}{path}?brand=lmt")
            await page.eval_on_selector_all("details", "all => all.forEach(x => x.open = true)")
            wrong += await examined(page, f"{language}-{name}")
        await page.goto(f"{served.url}{ACCOUNTS}?brand=lmt")
        await page.fill("#login", f"new.{language}")
        await page.check("[name=role] >> nth=1")
        await page.fill("#password-add", PASSWORD)
        await page.click("button.first")
        await page.wait_for_selector("#secret")
        wrong += await examined(page, f"{language}-invitation")
        await page.goto(f"{served.url}{TOKENS}?brand=lmt")
        await page.fill("#holder", "campaign tool")
        await page.fill("#password-issue", PASSWORD)
        await page.click("button.first")
        await page.wait_for_selector(".fault")
        wrong += await examined(page, f"{language}-fault")
        await page.check("[name=scope] >> nth=3")
        await page.fill("#password-issue", PASSWORD)
        await page.click("button.first")
        await page.wait_for_selector("#secret")
        wrong += await examined(page, f"{language}-issued")
    # That the page of a fault is no 200 the browser tells as well.
    told = [line for line in heard if "400 (Bad Request)" not in line]
    assert ([], []) == (wrong, told)


async def test_somebody_is_added_by_keyboard(browser: Browser, served: Served) -> None:
    """From the navigation to the copied word without a mouse."""
    async with _opened(browser, served) as (page, _):
        await page.goto(f"{served.url}/marketing/texts?brand=lmt")
        await tabbed_to(page, _is("nav a[href*=accounts]"))
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#login")
        await tabbed_to(page, _is("#login"))
        await page.keyboard.type("keyboard.user")
        await tabbed_to(page, _is("[name=role][value=care]"))
        await page.keyboard.press("Space")
        await tabbed_to(page, _is("#password-add"))
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#secret")
        await tabbed_to(page, _is("button[data-copies]"))
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".made [role=status]:not(:empty)")
        word = await page.inner_text("#secret")
        assert word == await page.evaluate("navigator.clipboard.readText()")
        assert re.fullmatch(r"(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}", word)


async def test_the_staff_log_is_narrowed_by_keyboard(browser: Browser, served: Served) -> None:
    """From the navigation to what was done to tokens, without a mouse."""
    async with _opened(browser, served) as (page, heard):
        await page.goto(f"{served.url}/marketing/texts?brand=lmt")
        await tabbed_to(page, _is("nav a[href*=staff-log]"))
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#kind")
        await tabbed_to(page, _is("#kind"))
        await page.keyboard.type("tok")
        await tabbed_to(page, _is("form.row button"))
        await page.keyboard.press("Enter")
        await page.wait_for_selector("form.row a")
        acts = set(await page.locator("tbody td:nth-child(3)").all_inner_texts())
        assert acts <= {"issued a token", "replaced a token", "revoked a token"}
        assert {"issued a token", "replaced a token"} <= acts
        assert [] == heard


async def test_a_token_is_replaced_and_revoked_by_keyboard(
    browser: Browser, served: Served
) -> None:
    """Chosen from the list, replaced with a grace, and its successor revoked, without a mouse."""
    async with _opened(browser, served) as (page, _):
        await page.goto(f"{served.url}{TOKENS}?brand=lmt")
        await tabbed_to(page, _is("a[href*='tokens/till']"))
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#grace")
        await tabbed_to(page, _is("#grace"))
        await page.keyboard.press("ArrowUp")
        await tabbed_to(page, _is("#password-rotation"))
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#secret")
        assert (await page.inner_text("#secret")).startswith("cst_")
        await tabbed_to(page, _is("main p a"))
        await page.keyboard.press("Enter")
        await page.wait_for_selector("summary")
        await tabbed_to(page, _is("summary"))
        await page.keyboard.press("Enter")
        await tabbed_to(page, _is("details button"))
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".note")
        assert "The token is revoked" in await page.inner_text(".note")


async def test_without_scripts_nothing_is_missing(browser: Browser, served: Served) -> None:
    """The secret can be read and marked; the button that would do nothing is not there."""
    context = await browser.new_context(locale="en", java_script_enabled=False)
    name, value = served.cookie
    await context.add_cookies([{"name": name, "value": value, "url": served.url}])
    try:
        page = await context.new_page()
        await page.goto(f"{served.url}{TOKENS}?brand=lmt")
        await page.fill("#holder", "plain tool")
        await page.check("[name=scope] >> nth=0")
        await page.fill("#password-issue", PASSWORD)
        await page.click("button.first")
        assert (await page.inner_text("#secret")).startswith("cst_")
        assert not await page.is_visible("button[data-copies]")
    finally:
        await context.close()
