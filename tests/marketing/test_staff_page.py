"""The log-in in a real browser, on the real command: by keyboard, without a barrier."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, expect

from tests.marketing.browsing import chromium
from tests.playground.served import COMMAND, Served, serving
from tests.playground.test_accessibility import _RUN

pytestmark = pytest.mark.asyncio(loop_scope="session")

LANGUAGES = {"lv": "lv-LV", "ru": "ru-RU", "en": "en-GB"}
SIZES = ((1280, 800), (390, 844))
PASSWORD = "rīts pie jūras"
#: What a browser says of every page that refuses.
_REFUSED = "the server responded with a status of"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve as a fresh machine does: nothing is set."""
    with serving(tmp_path_factory.mktemp("staff")) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Open the browser, once."""
    async with chromium() as opened:
        yield opened


def consent(served: Served, *words: str) -> str:
    """Run a command on the store that is served; return what it prints."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENT_")}
    done = subprocess.run(
        [str(COMMAND), *words],
        cwd=served.folder,
        env=kept,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


async def invited(served: Served, login: str, role: str = "admin") -> str:
    """Make an account; return the word of its invitation."""
    words = ("staff", "add", login, "--brand", "lmt", "--role", role)
    found = re.search(r"Invitation: (\S+)", await asyncio.to_thread(consent, served, *words))
    assert found
    return found[1]


@asynccontextmanager
async def visiting(browser: Browser, url: str, language: str = "en") -> AsyncIterator[Page]:
    """Sit down before a browser; leave it without a complaint and without a foreign request."""
    context = await browser.new_context(locale=LANGUAGES[language], reduced_motion="reduce")
    page = await context.new_page()
    complaints: list[str] = []
    strangers: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("request", lambda r: None if r.url.startswith(url) else strangers.append(r.url))
    page.set_default_timeout(10_000)
    try:
        yield page
        assert [] == [said for said in complaints if _REFUSED not in said]
        assert [] == strangers
    finally:
        await context.close()


async def barriers(page: Page) -> list[str]:
    """Return what axe finds on a page, in both sizes and colour schemes."""
    found: list[str] = []
    await page.evaluate(AXE_SCRIPT)
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        wide = await page.evaluate("document.documentElement.scrollWidth")
        found += [f"{width}: scrolls sideways, {wide}"] if wide > width else []
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found += [f"{width}, {scheme}: {b}" for b in await page.evaluate(_RUN, None)]
    return found


async def focused(page: Page) -> str:
    """Return what has the focus: its id, its name or its words; it must be seen to."""
    script = """() => { const e = document.activeElement;
      const ring = getComputedStyle(e).outlineStyle !== 'none';
      return (ring ? '' : 'unseen ') + (e.id || e.name || e.innerText.trim()); }"""
    return str(await page.evaluate(script))


async def test_by_keyboard_from_invitation_to_log_out(browser: Browser, served: Served) -> None:
    """The hands never leave the keyboard: invitation, password, a page, out, and in again."""
    async with visiting(browser, served.url) as page:
        await page.goto(f"{served.url}/marketing")
        await expect(page.locator("pre")).to_have_text(re.compile("^consent staff add LOGIN"))
        word = await invited(served, "anna")
        await page.reload()
        await expect(page.locator("pre")).to_have_count(0)

        await page.wait_for_selector("#login:focus")
        assert "login" == await focused(page)
        await page.keyboard.type("anna")
        await page.keyboard.press("Tab")
        assert "word" == await focused(page)
        await page.keyboard.type(word)
        await page.keyboard.press("Enter")

        await expect(page.locator("h1")).to_have_text("Choose a password")
        await page.wait_for_selector("#password:focus")
        assert "password" == await focused(page)
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Tab")
        assert "Show" == await focused(page)
        await page.keyboard.press("Space")
        assert ("text", "password") == (
            await page.get_attribute("#password", "type"),
            await focused(page),
        )
        assert PASSWORD == await page.input_value("#password")
        await page.keyboard.press("Enter")

        await page.wait_for_url(re.compile(r"/marketing/(?!login)"))
        await page.goto(f"{served.url}/marketing?brand=amigo")
        await expect(page.locator("h1")).to_have_text("This is not open to you")
        await page.keyboard.press("Tab")
        assert "Skip to the content" == await focused(page)
        await page.keyboard.press("Enter")
        assert "content" in await focused(page)
        leave = page.get_by_role("button", name="Log out")
        await leave.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{served.url}/marketing/login")
        await page.wait_for_selector("#login:focus")

        await page.keyboard.type("anna")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile(r"/marketing/(?!login)"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_state_has_a_barrier(browser: Browser, served: Served, language: str) -> None:
    """Axe finds nothing on the log-in, its refusals, the choice, and a page that is forbidden."""
    login = f"test.{language}"
    word = await invited(served, login, "care")
    async with visiting(browser, served.url, language) as page:
        await page.goto(f"{served.url}/marketing/login")
        assert language == await page.get_attribute("html", "lang")
        found = {"log-in": await barriers(page)}
        await page.fill("#login", login)
        await page.fill("#word", "a wrong one")
        await page.press("#word", "Enter")
        await expect(page.locator("[role=alert]")).to_have_count(1)
        found["refused"] = await barriers(page)
        await page.fill("#word", word)
        await page.press("#word", "Enter")
        await page.fill("#password", "passwordpassword")
        await page.press("#password", "Enter")
        await expect(page.locator("[role=alert]")).to_have_count(1)
        found["a common password"] = await barriers(page)
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await page.wait_for_url(re.compile(r"/marketing/(?!login)"))
        await page.goto(f"{served.url}/marketing?brand=amigo")
        found["forbidden"] = await barriers(page)
    assert {state: [] for state in found} == found


async def test_a_language_is_remembered(browser: Browser, served: Served) -> None:
    """Chosen once, it stays; whatever the browser asks for."""
    async with visiting(browser, served.url, "en") as page:
        await page.goto(f"{served.url}/marketing/login")
        await page.get_by_role("link", name="Latviešu").click()
        await expect(page.locator("h1")).to_have_text("Ieiet")
        await page.goto(f"{served.url}/marketing/login")
        await expect(page.locator("h1")).to_have_text("Ieiet")


async def test_without_scripts_nothing_is_lost(browser: Browser, served: Served) -> None:
    """The button that could not work is not there; logging in works."""
    word = await invited(served, "plain")
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{served.url}/marketing/login")
    await expect(page.locator("[data-reveals]")).to_be_hidden()
    await page.fill("#login", "plain")
    await page.fill("#word", word)
    await page.press("#word", "Enter")
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_url(re.compile(r"/marketing/(?!login)"))
    await context.close()


async def test_the_server_says_where_it_is(served: Served) -> None:
    """One line at the start names the page and the command for the first account."""
    lines = [line for line in served.printed.splitlines() if "/marketing" in line]
    assert [f"  staff: {served.url}/marketing"] == [line.partition(" (")[0] for line in lines]
    assert "consent staff add LOGIN --brand lmt --role admin" in lines[0]
