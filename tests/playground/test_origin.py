"""The page lets nothing in and nothing out: one origin, a strict policy, no foreign request."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser

from tests.playground.conftest import Voices
from tests.playground.served import Served
from tests.playground.steps import grant
from tests.playground.visitor import Visitor, visiting

in_session = pytest.mark.asyncio(loop_scope="session")

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
SCRIPTS = ("page", "ledger", "messenger", "phone", "sms", "talk", "words")
ASSETS = {
    "/": "text/html; charset=utf-8",
    "/playground/style.css": "text/css; charset=utf-8",
    **{f"/playground/{name}.js": "text/javascript; charset=utf-8" for name in SCRIPTS},
    "/playground/icon.svg": "image/svg+xml",
}
ANSWERS = ("/playground/setup", "/playground/store?brand=lmt&language=lv&number=%2B37120000000")


@pytest.mark.parametrize("path", [*ASSETS, *ANSWERS])
def test_every_answer_is_locked_down(served: Served, path: str) -> None:
    """Page, assets and answers forbid whatever is not the server's own, guessing and telling."""
    headers = httpx.get(f"{served.url}{path}").raise_for_status().headers
    rules = headers["content-security-policy"].split("; ")
    assert POLICY == dict(rule.split(" ", 1) for rule in rules)
    assert ("nosniff", "no-referrer", "no-store", "same-origin") == tuple(
        headers[name]
        for name in (
            "x-content-type-options",
            "referrer-policy",
            "cache-control",
            "cross-origin-opener-policy",
        )
    )


def test_every_file_says_what_it_is(served: Served) -> None:
    """Each file has one content type, with one charset."""
    told = {path: httpx.get(f"{served.url}{path}").headers["content-type"] for path in ASSETS}
    assert ASSETS == told


@in_session
async def test_a_visit_asks_for_nothing_else(
    browser: Browser, served: Served, voices: Voices
) -> None:
    """From opening to a withdrawal the browser asks for these paths alone, and of one server."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open("amigo")
        await grant(visitor, voices("amigo", "en"))
        await visitor.text("STOP")
        await visitor.choose("languages", "lv")
        asked = {urlsplit(url) for url in visitor.asked}
    assert {served.url.removeprefix("http://")} == {url.netloc for url in asked}
    talk = {f"/playground/{name}" for name in ("setup", "chat", "sms", "store")}
    # Whether a tab without a face wants its icon is up to the browser.
    icon = "/playground/icon.svg"
    assert {*ASSETS, *talk} == {url.path for url in asked} | {icon}


@in_session
async def test_the_policy_holds(browser: Browser, served: Served) -> None:
    """A script in the page and a picture from elsewhere are stopped by the browser."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        await visitor.page.evaluate("""() => {
          const script = document.createElement("script");
          script.textContent = "window.caught = 1";
          const picture = document.createElement("img");
          picture.src = "https://example.invalid/x.png";
          document.body.append(script, picture);
        }""")
        await visitor.page.wait_for_function("probe.violations.length === 2")
        assert ["img-src", "script-src-elem"] == await _violations(visitor)
        assert await visitor.page.evaluate("window.caught === undefined")
        visitor.forgive("Content Security Policy")
        visitor.asked.remove("https://example.invalid/x.png")
        await visitor.page.evaluate("probe.violations.length = 0")


async def _violations(visitor: Visitor) -> list[str]:
    found: list[str] = await visitor.page.evaluate("probe.violations")
    return sorted(line.split()[0] for line in found)


@in_session
async def test_a_notice_opens_beside_the_page(browser: Browser, served: Served) -> None:
    """The link of a text message opens the very notice in a new tab that knows nothing of ours."""
    async with visiting(browser, served.url) as visitor:
        await visitor.open()
        await visitor.text("AGREE 1")
        link = visitor.texts.locator(".theirs a").first
        shown = re.search(r"/n/([A-Z2-7]{10})", await link.inner_text())
        async with visitor.page.expect_popup() as opening:
            await link.click()
        notice = await opening.value
        assert shown is not None
        assert shown[1] in await notice.locator("footer").inner_text()
        assert await notice.evaluate("opener === null && document.referrer === ''")
