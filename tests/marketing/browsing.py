"""A real browser for tests of pages: opened once, told what to look for, quick about it.

Axe is parsed once a page, not sent anew for each look. Its rules are held against a page on a desk
and on a phone. Those about colours, which take most of the time, are held in light and in dark,
against one of all words that look alike: same colour, ground, size and weight, and the same of
everything around them. In dark nothing else may change, which is checked.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from tests.playground.chromium import find_chromium

#: Violations, how many pixels the page is too wide, and what must stay the same in dark.
_LOOK = """async (most) => {
  const about = ["color-contrast", "link-in-text-block"];
  const parts = ["color", "backgroundColor", "backgroundImage", "fill", "fontSize", "fontWeight",
    "opacity", "textDecorationLine", "position"];
  const held = async (context, options) => {
    // Nothing here is played: there is nothing to load for rules about it.
    const { violations } = await axe.run(
      context, { resultTypes: ["violations"], preload: false, ...options });
    const told = ({ html, failureSummary }) => `${html} ${failureSummary}`;
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${told(node)}`));
  };
  const wrong = [];
  if (most) {
    const rules = Object.fromEntries(about.map((rule) => [rule, { enabled: false }]));
    wrong.push(...await held(document, { rules }));
  }
  // Every look that was met on this page has a number; a look is one's own, within another's.
  const numbers = window.numbers ??= new Map(), done = window.done ??= new Set();
  const mine = new Map([[null, matchMedia("(prefers-color-scheme: dark)").matches]]);
  // Of words that look alike the longest are held: axe makes nothing of a single letter.
  const longest = new Map();
  for (const one of document.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    const look = [mine.get(one.parentElement), ...parts.map((part) => style[part])].join();
    if (!numbers.has(look)) numbers.set(look, numbers.size);
    const number = numbers.get(look);
    mine.set(one, number);
    const own = [...one.childNodes].filter((node) => node.nodeType === 3);
    const text = own.map((node) => node.data.trim()).join("");
    const speaks = text || one.matches("input, select, textarea, button");
    if (done.has(number) || !speaks || !one.checkVisibility()) continue;
    if (!longest.has(number) || text.length > longest.get(number)[0])
      longest.set(number, [text.length, one]);
  }
  longest.forEach((_, number) => done.add(number));
  const include = [...longest.values()].map(([, one]) => one);
  const runOnly = { type: "rule", values: about };
  if (include.length) wrong.push(...await held({ include }, { runOnly }));
  return {
    wrong,
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    shape: [document.body.offsetHeight, document.body.innerText].join(),
  };
}"""
DESK, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=360, height=740)
RING = "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
#: Where pictures of every page go, if anybody wants to look at them.
PICTURES = os.environ.get("CONSENT_PICTURES")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Open the browser until left."""
    program = find_chromium(shutil.which, is_ci=bool(os.environ.get("CI")))
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        await opened.close()


async def entered(
    browser: Browser, url: str, cookie: tuple[str, str], language: str = "en"
) -> BrowserContext:
    """Return a window of somebody who is logged in, with axe at hand on every page."""
    context = await browser.new_context(locale=language, reduced_motion="reduce", viewport=DESK)
    name, value = cookie
    await context.add_cookies([{"name": name, "value": value, "url": url}])
    await context.add_init_script(AXE_SCRIPT)
    return context


def listen(page: Page) -> list[str]:
    """Return what the browser will complain about, a refused style or script above all."""
    heard: list[str] = []
    page.on("console", lambda m: heard.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda fault: heard.append(str(fault)))
    return heard


async def examined(page: Page, name: str) -> list[str]:
    """Look at a page in both sizes and schemes; return what is wrong with it."""
    desk = await _seen(page, f"{name}-desk-light", most=True)
    await page.set_viewport_size(PHONE)
    phone = await _seen(page, f"{name}-phone-light", most=True)
    await page.emulate_media(color_scheme="dark")
    dark_phone = await _seen(page, f"{name}-phone-dark", most=False)
    await page.set_viewport_size(DESK)
    dark_desk = await _seen(page, f"{name}-desk-dark", most=False)
    await page.emulate_media(color_scheme="light")
    wrong = [*desk.wrong, *phone.wrong, *dark_phone.wrong, *dark_desk.wrong]
    if (desk.shape, phone.shape) != (dark_desk.shape, dark_phone.shape):
        wrong.append(f"{name}: more than colours is different in dark")
    return wrong


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look at a page has found."""

    wrong: list[str]
    shape: str


async def _seen(page: Page, name: str, *, most: bool) -> _Seen:
    """Look at a page as it is now.

    :param most: hold all rules against it, not those about colours alone.
    """
    found = await page.evaluate(_LOOK, most)
    wrong = [f"{name}: {one}" for one in found["wrong"]]
    if found["over"] > 0:
        wrong.append(f"{name}: {found['over']} px too wide")
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    return _Seen(wrong, found["shape"])


async def tabbed_to(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until what has the focus is wanted; the focus can be seen all the way.

    :param wanted: an expression about `it`, the element.
    """
    for _ in range(most):
        await page.keyboard.press("Tab")
        assert await page.evaluate(RING), await page.evaluate("document.activeElement.outerHTML")
        if await page.evaluate(f"((it) => {wanted})(document.activeElement)"):
            return
    raise AssertionError(f"Tab never comes to {wanted}")
