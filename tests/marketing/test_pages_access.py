"""Who may open which page: a right at one brand is none at another, and masked means masked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.marketing.masking import in_full, masked
from consent.ports import Address, AddressKind
from tests.marketing.pages_stage import PATHS, Pages, paged, peopled, words
from tests.marketing.stage import number

#: Which sections each role sees; every other is refused.
_OPEN = {
    "marketing": {"overview", "number", "list", "texts"},
    "care": {"number", "texts", "cases"},
    "privacy": {"overview", "number", "customer", "texts", "cases", "log", "staff_log"},
    "admin": {"texts", "staff_log"},
}
_FORMS = (
    *(PATHS[name] for name in ("number", "customer", "list")),
    *(f"{PATHS['customer']}/{act}" for act in ("copy", "erase", "erased")),
    *(f"{PATHS['cases']}/{case}" for case in ("AB12", "AB12/close")),
)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """Return the pages with customers behind them."""
    async with paged(tmp_path) as found:
        yield found


@pytest.mark.parametrize("role", _OPEN)
async def test_a_role_opens_its_pages_and_no_other(pages: Pages, role: str) -> None:
    """Each page opens for the roles it is for, and is named to nobody else."""
    for name, path in PATHS.items():
        answer = await pages.get(role, path)
        assert (200 if name in _OPEN[role] else 403) == answer.status_code, name
        links = {other for other in PATHS.values() if f'href="{other}"' in answer.text}
        assert {PATHS[known] for known in _OPEN[role]} == links & set(PATHS.values())


@pytest.mark.parametrize("login", ["marketing", "care", "privacy", "admin"])
async def test_the_other_brand_is_closed(pages: Pages, login: str) -> None:
    """Whoever has a role at one brand is refused at the other, whatever the address says."""
    for path in PATHS.values():
        answer = await pages.get(login, path, brand="amigo")
        assert 403 == answer.status_code
    for path in _FORMS:
        answer = await pages.post(login, path, {"reason": "a call"}, brand="amigo")
        assert 403 == answer.status_code
    assert [] == await pages.stage.looks()


async def test_nobody_without_a_session_sees_anything(pages: Pages) -> None:
    """Without a session every page leads to the log-in, and no form is taken."""
    for path in PATHS.values():
        answer = await pages.client.get(path)
        assert (303, True) == (
            answer.status_code,
            answer.headers["location"].startswith("/marketing/login"),
        )
    for path in _FORMS:
        answer = await pages.client.post(path, data={"reason": "a call"})
        assert (303, "") == (answer.status_code, answer.text)
    assert [] == await pages.stage.looks()


async def test_a_form_of_another_session_is_refused(pages: Pages) -> None:
    """A form without the session's own mark, or sent from elsewhere, does nothing."""
    for wrong in ("", "0" * 64):
        answer = await pages.check("care", csrf=wrong)
        assert 403 == answer.status_code
    headers = pages.headers("care") | {"sec-fetch-site": "cross-site"}
    answer = await pages.client.post(PATHS["number"], data={"reason": "x"}, headers=headers)
    assert 403 == answer.status_code
    assert [] == await pages.stage.looks()


async def test_a_number_is_nowhere_in_full_for_marketing(pages: Pages) -> None:
    """Marketing sees the number it asked about masked, on the answer and on every other page."""
    await peopled(pages.stage)
    whom = number(17)
    seen = [await pages.check("marketing", address=whom)]
    seen += [await pages.get("marketing", PATHS[name]) for name in _OPEN["marketing"]]
    for answer in seen:
        digits = "".join(filter(str.isdigit, answer.text.replace(" ", "")))
        assert (200, False) == (answer.status_code, whom[4:] in digits)
    assert "+371 2•••••17" in words(seen[0])
    full = await pages.check("care", address=whom)
    assert "+371 20000017" in words(full)


async def test_the_log_masks_numbers_for_all(pages: Pages) -> None:
    """The access log says who looked at whom by masked numbers, and at this brand alone."""
    await peopled(pages.stage)
    await pages.stage.give(number(7), "offers", "sms", brand="amigo")
    await pages.check("care", reason="they called")
    await pages.post(
        "amigo",
        PATHS["number"],
        {"address": number(7), "purpose": "offers", "reason": "amigo looks"},
    )
    log = words(await pages.get("privacy", PATHS["log"]))
    assert ("staff:care" in log, "they called" in log, "+371 2•••••00" in log) == (True,) * 3
    assert "amigo looks" not in log
    other = words(await pages.get("amigo", PATHS["log"]))
    assert ("amigo looks" in other, "they called" in other) == (True, False)


@pytest.mark.parametrize(
    ("value", "hidden", "whole"),
    [
        ("+37120000056", "+371 2•••••56", "+371 20000056"),
        ("+447911123456", "+44 7•••••••56", "+44 7911123456"),
        ("+88312345", "+883 •••45", "+883 12345"),
    ],
)
def test_masks(value: str, hidden: str, whole: str) -> None:
    """The country, one digit and the last two stay; of short numbers the last two alone."""
    address = Address(AddressKind.MSISDN, value)
    assert (hidden, whole) == (masked(address), in_full(address))


def test_masks_an_e_mail_address() -> None:
    """Of an e-mail address the first letter and the ending stay, not whose house it is."""
    address = Address(AddressKind.EMAIL, "anna@example.co.lv")
    assert "a•••@•••.lv" == masked(address)
