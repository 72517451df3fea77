"""Forms are taken from the pages of their own session alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.marketing.staff_stage import (
    HERE,
    LOGIN,
    LOGOUT,
    PASSWORD,
    PUBLIC,
    Browser,
    StaffStage,
    fault,
    staffed,
)

SEND = "/marketing/probe/counts"
NOT_OPEN = "This is not open to you"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[StaffStage]:
    """Return a staff door on this machine, and somebody with an account."""
    async with staffed(tmp_path) as found:
        await found.account()
        yield found


@pytest.fixture
async def browser(stage: StaffStage) -> AsyncIterator[Browser]:
    """Return a browser in which somebody has logged in."""
    async with stage.logged_in() as found:
        yield found


async def _token(browser: Browser) -> str:
    """Return what the session's forms carry, from a page that has one."""
    return await browser.csrf("/marketing/probe/staff")


async def test_a_form_of_ones_own_is_taken(browser: Browser) -> None:
    """The token of the session, from our own address, in a field, a header or the address."""
    token = await _token(browser)
    assert "anna at lmt" == (await browser.post(SEND, csrf=token)).text
    header = {"x-csrf-token": token, "content-type": "application/octet-stream"}
    assert 200 == (await browser.post(SEND, header)).status_code
    file = {"content-type": "multipart/form-data; boundary=x"}
    assert 200 == (await browser.post(f"{SEND}?csrf={token}", file)).status_code


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="none"),
        pytest.param({"csrf": ""}, id="an empty one"),
        pytest.param({"csrf": "0" * 64}, id="a wrong one"),
        pytest.param({"csrf": "ā" * 64}, id="no token at all"),
    ],
)
async def test_a_form_without_its_token_is_refused(
    browser: Browser, fields: dict[str, str]
) -> None:
    """Nothing is done, and the page says so."""
    answer = await browser.post(SEND, **fields)
    assert (403, True) == (answer.status_code, NOT_OPEN in answer.text)
    assert 403 == (await browser.post(LOGOUT, **fields)).status_code
    assert 200 == (await browser.get(SEND)).status_code


async def test_another_sessions_token_is_refused(stage: StaffStage, browser: Browser) -> None:
    """Neither another person's token nor one's own of an earlier session is good."""
    await stage.account("berta")
    async with stage.logged_in("berta") as other:
        assert 403 == (await browser.post(SEND, csrf=await _token(other))).status_code
    token = await _token(browser)
    await browser.post(LOGOUT, csrf=token)
    await browser.log_in()
    assert 403 == (await browser.post(SEND, csrf=token)).status_code


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        pytest.param({"origin": HERE}, True, id="ours"),
        pytest.param({"origin": HERE, "sec-fetch-site": "same-origin"}, True, id="ours, told"),
        pytest.param({"origin": "https://evil.example"}, False, id="another site"),
        pytest.param({"origin": "null"}, False, id="a sandbox"),
        pytest.param({"origin": ""}, False, id="nobody"),
        pytest.param({"origin": "http://127.0.0.1:8001"}, False, id="another port"),
        pytest.param({"origin": "https://127.0.0.1:8000"}, False, id="another scheme"),
        pytest.param({"origin": f"{HERE}.evil.example"}, False, id="a longer name"),
        pytest.param({"origin": HERE, "sec-fetch-site": "cross-site"}, False, id="told otherwise"),
        pytest.param({"origin": HERE, "sec-fetch-site": "same-site"}, False, id="a neighbour"),
    ],
)
async def test_only_our_own_pages_may_send(
    browser: Browser, headers: dict[str, str], *, is_ours: bool
) -> None:
    """The right token from a wrong address is refused."""
    answer = await browser.post(SEND, headers, csrf=await _token(browser))
    assert (200 if is_ours else 403) == answer.status_code


async def test_a_browser_that_hides_the_sender(browser: Browser) -> None:
    """Without an origin the browser must at least say that it is the same site's."""
    body = f"csrf={await _token(browser)}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answers = [
        (await browser.client.post(SEND, content=body, headers=headers | told)).status_code
        for told in ({}, {"sec-fetch-site": "same-origin"})
    ]
    assert [403, 200] == answers


async def test_behind_a_proxy_the_public_address_is_ours(tmp_path: Path) -> None:
    """The proxy may speak to us under another name."""
    (tmp_path / "public").mkdir()
    async with staffed(tmp_path / "public", public_url=PUBLIC) as stage:
        await stage.account()
        async with stage.browsing() as browser:
            csrf = await browser.csrf()
            inner = {"host": "10.0.0.5:8000", "origin": PUBLIC}
            answer = await browser.post(LOGIN, inner, csrf=csrf, login="anna", word=PASSWORD)
            assert 303 == answer.status_code
            token = await _token(browser)
            plain = {"origin": PUBLIC.replace("https", "http")}
            assert 403 == (await browser.post(SEND, plain, csrf=token)).status_code


async def test_nobody_is_logged_in_from_elsewhere(stage: StaffStage) -> None:
    """The log-in too wants its own form; a stale one is shown anew, and nothing is tried."""
    async with stage.browsing() as browser, stage.browsing() as thief:
        await browser.get(LOGIN)
        foreign = await thief.csrf()
        before = await stage.log()
        for csrf in ("", foreign):
            answer = await browser.post(LOGIN, csrf=csrf, login="anna", word=PASSWORD)
            assert (403, True) == (answer.status_code, "out of date" in fault(answer))
        assert before == await stage.log()
        assert PASSWORD not in answer.text


async def test_a_huge_form_is_refused(stage: StaffStage) -> None:
    """A log-in is short; what is not is not read."""
    async with stage.browsing() as browser:
        csrf = await browser.csrf()
        answer = await browser.post(LOGIN, csrf=csrf, login="anna", word="x" * 20_000)
        assert 413 == answer.status_code


async def test_scripts_are_told_and_not_sent_on(stage: StaffStage, browser: Browser) -> None:
    """Whoever asks for JSON gets a status instead of a page."""
    wants = {"accept": "application/json"}
    assert 403 == (await browser.post(SEND, wants)).status_code
    async with stage.browsing(**wants) as nobody:
        answer = await nobody.get(SEND)
        assert (401, "application/json") == (answer.status_code, answer.headers["content-type"])
