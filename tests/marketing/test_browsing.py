"""The look that tests of pages take: a barrier in any size or scheme is found, none is made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

from tests.marketing.browsing import DESK, chromium, examined

pytestmark = pytest.mark.asyncio(loop_scope="module")

_PAGE = """<!doctype html><html lang="en"><head><title>t</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>:root {{ color-scheme: light dark }} body {{ color: #111; background: #fff }}
.wide {{ display: block }} .narrow {{ display: none }}
@media (max-width: 40rem) {{ .wide {{ display: none }} .narrow {{ display: block }} }}
@media (prefers-color-scheme: dark) {{ body {{ color: #eee; background: #111 }} }}
{style}</style></head><body><main><h1>Head</h1>
<p class="wide">Wide</p><p class="narrow">Narrow</p>{body}</main></body></html>"""
_DARK, _SMALL = "@media (prefers-color-scheme: dark)", "@media (max-width: 40rem)"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    """Open the browser, once."""
    async with chromium() as browser:
        context = await browser.new_context(viewport=DESK)
        await context.add_init_script(AXE_SCRIPT)
        yield await context.new_page()


@pytest.mark.parametrize(
    ("style", "body", "expected"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param(
            "", "<input>", ["p-desk-light: label:", "p-phone-light: label:"], id="in both sizes"
        ),
        pytest.param("", '<input class="narrow">', ["p-phone-light: label:"], id="on a phone"),
        pytest.param(
            ".wide { color: #bbb }",
            "",
            ["p-desk-light: color-contrast:"],
            id="a colour on a desk, in light",
        ),
        pytest.param(
            ".narrow { color: #bbb }",
            "",
            ["p-phone-light: color-contrast:"],
            id="on a phone alone",
        ),
        pytest.param(
            f"{_SMALL} {{ h1 {{ color: #aaa }} }}",
            "",
            ["p-phone-light: color-contrast:"],
            id="what changes its colour",
        ),
        pytest.param(
            f"{_DARK} {{ .wide {{ color: #333 }} }}",
            "",
            ["p-desk-dark: color-contrast:"],
            id="in dark, on a desk alone",
        ),
        pytest.param(
            f"{_DARK} {{ h1 {{ color: #333 }} }}",
            "",
            ["p-phone-dark: color-contrast:"],
            id="in dark, told once",
        ),
        pytest.param(
            f"{_SMALL} {{ h1 {{ background: #aaa; color: #fff }} }}",
            "",
            ["p-phone-dark: color-contrast:", "p-phone-light: color-contrast:"],
            id="a background on a phone",
        ),
        pytest.param(
            "td.weak { color: #bbb }",
            f"<table><tr>{'<td>yes</td>' * 3}<td class=weak>no</td></tr></table>",
            ["p-desk-light: color-contrast:"],
            id="one of many that is not like the others",
        ),
        pytest.param(
            "div { background: #888 }",
            "<p>on white</p><div><section><p>on grey</p></section></div>",
            ["p-phone-dark: color-contrast:"],
            id="the ground of an ancestor",
        ),
        pytest.param(
            "i { color: #bbb; font-style: normal }",
            "<p><i>1</i> <i>many</i> <i>2</i></p>",
            ["p-desk-light: color-contrast:"],
            id="a word among letters",
        ),
        pytest.param(
            ".narrow { width: 50rem }",
            "",
            ["p-phone-dark: 448", "p-phone-light: 448"],
            id="too wide",
        ),
        pytest.param(
            f"{_DARK} {{ h1 {{ padding-bottom: 9rem }} }}",
            "",
            ["p: more"],
            id="another page in dark",
        ),
    ],
)
async def test_what_is_wrong_is_found(
    page: Page, style: str, body: str, expected: list[str]
) -> None:
    """A missing name, a weak colour, a page too wide: where it is, and nowhere else."""
    await page.goto(f"data:text/html,{quote(_PAGE.format(style=style, body=body))}")
    found = await examined(page, "p")
    assert expected == sorted(" ".join(one.split()[:2]) for one in found)
