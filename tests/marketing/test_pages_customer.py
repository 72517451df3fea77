"""One customer: everything with its evidence, a copy, an end; noted, masked, of one brand."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from consent.notices import Form
from storage import schema
from tests.marketing.pages_stage import Pages, named, paged, words
from tests.marketing.stage import number

_PATH = "/marketing/customer"
_FORMS = (_PATH, f"{_PATH}/copy", f"{_PATH}/erase", f"{_PATH}/erased")
SAID = "STOP please, dear people"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """Return the pages with a customer who gave, wrote, and was shown a text."""
    async with paged(tmp_path) as found:
        await found.stage.give(number(), "offers", "sms", "research")
        await found.stage.says(number(), SAID, "m1")
        yield found


async def _open(pages: Pages, login: str = "privacy", **fields: object) -> httpx.Response:
    asked = {"address": number(), "reason": "GDPR 15"}
    return await pages.post(login, _PATH, asked | fields)


async def _who(pages: Pages) -> dict[str, object]:
    """Return how the forms of the customer's page say who is meant."""
    found = re.search(r'name="customer" value="([^"]+)"', (await _open(pages)).text)
    assert found
    return {"customer": found[1], "reason": "GDPR 17"}


async def _erase(pages: Pages, **fields: object) -> httpx.Response:
    said = {"why": "Request of 3 March", "sure": "yes"}
    return await pages.post("privacy", _FORMS[3], await _who(pages) | said | fields)


async def _asked(pages: Pages) -> list[tuple[str, str, str]]:
    return [(x.viewer, x.question, x.reason_of_look) for x in await pages.stage.looks()]


async def test_everything_with_its_evidence(pages: Pages) -> None:
    """Words as text, what proved the number, through what it came, receipt, text and chain."""
    page = await _open(pages)
    said = words(page)
    for part in (SAID, "an SMS from it", "Import · staff 12", "Document: form", "unbroken"):
        assert part in said
    assert "8. Research given" in said
    (receipt, *_) = re.findall(r'href="/r/([A-Z2-7]{10})"', page.text)
    assert receipt in said


async def test_the_very_text_stands_below(pages: Pages) -> None:
    """A decision leads to the text that was shown, word for word."""
    assistant = pages.stage.assistant
    notice = assistant.texts.notices.current("lmt", "offers", "lv", Form.CHAT)
    known = assistant.texts.notice_texts[notice.fingerprint]
    await pages.stage.store.ledger.register([(notice, known)], pages.stage.clock.now())
    page = await _open(pages)
    (first, *_) = re.findall(r'href="#(text-\d+)"', page.text)
    assert f'id="{first}"' in page.text
    assert " ".join(known.split()) in words(page)


async def test_the_look_is_noted_with_its_reason(pages: Pages) -> None:
    """Without a reason nothing is shown and nobody is noted; with one it is, and it shows."""
    refused = await _open(pages, reason=" ")
    assert (400, []) == (refused.status_code, await pages.stage.looks())
    assert "Say why you look." in words(refused)
    shown = await _open(pages)
    assert [("staff:privacy", "history", "GDPR 15")] == await _asked(pages)
    assert "staff:privacy GDPR 15 history" in words(shown)


async def test_numbers_are_masked_until_a_reason_is_said(pages: Pages) -> None:
    """No form of the page carries the number either; shown in full it is a look of its own."""
    page = await _open(pages)
    digits = re.sub(r"\D", "", page.text)
    assert ("+371 2•••••00" in words(page), number()[1:] in digits) == (True, False)
    named = await _who(pages)
    unsaid = await pages.post("privacy", _PATH, named | {"numbers": "yes", "reason": ""})
    assert 400 == unsaid.status_code
    full = await pages.post("privacy", _PATH, named | {"numbers": "yes", "reason": "to call"})
    assert "+371 20000000" in words(full)
    assert ("staff:privacy", "numbers", "to call") in await _asked(pages)


@pytest.mark.parametrize("form", ["html", "json"])
async def test_a_copy_is_a_file_and_a_look(pages: Pages, form: str) -> None:
    """Both files of the copy, numbers in full, in the language that was chosen; noted before."""
    chosen = await _who(pages) | {"form": form, "language": "ru"}
    pages.stage.clock.moment += timedelta(seconds=1)
    file = await pages.post("privacy", _FORMS[1], chosen)
    assert "attachment" in file.headers["content-disposition"]
    assert f".{form}" in file.headers["content-disposition"]
    assert "no-store" == file.headers["cache-control"]
    assert number() in file.text
    if form == "json":
        held = json.loads(file.text)
        looks = [(look["viewer"], look["question"]) for look in held["looks"]]
        assert ("ru", ("staff:privacy", "copy")) == (held["language"], looks[-1])
    else:
        assert '<html lang="ru"' in file.text
    assert ("staff:privacy", "copy", "GDPR 17") in await _asked(pages)


async def test_what_goes_and_what_stays_is_said_first(pages: Pages) -> None:
    """The page before erasing names both and what ends, and erases nothing."""
    page = words(await pages.post("privacy", _FORMS[2], await _who(pages)))
    assert "Numbers and accounts: 1" in page
    assert "consent forget --reapply" in page
    ends = page.partition("What ends at once")[2]
    assert ("8. Research" in ends, "1. Offers" in ends, "SMS" in ends) == (True, False, False)
    assert SAID in words(await _open(pages))


async def test_erasing_leaves_no_word_and_no_number(pages: Pages) -> None:
    """The person goes, decisions and the no stay, and who did it stands in the log."""
    done = words(await _erase(pages))
    assert "7 decisions stay" in done
    rows = await pages.stage.store.database.read(
        lambda c: (
            c.execute(schema.addresses.select()).all(),
            {row.sealed_evidence for row in c.execute(schema.decisions.select())},
        )
    )
    assert ([], {None}) == rows
    assert ("staff:privacy", "erasure", "GDPR 17") in await _asked(pages)
    verdict = await pages.check("privacy")
    assert "Not allowed" in words(verdict)
    assert "Erased" in words(verdict)


async def test_the_forgotten_leave_a_date_and_a_reason(pages: Pages) -> None:
    """By number and by pseudonym, for a look or a copy: only that they were erased, and why."""
    named = await _who(pages)
    await _erase(pages)
    again = [await _open(pages)]
    again += [await pages.post("privacy", path, named | {"sure": "1"}) for path in _FORMS]
    for page in again:
        said = words(page)
        assert ("erased before" in said, "Request of 3 March" in said) == (True, True)
        assert (False, False) == (SAID in said, "2•••••00" in said)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"why": " "}, "Say why the data are erased.", id="no reason"),
        pytest.param({"sure": ""}, "Tick that you know", id="not sure"),
        pytest.param({"why": "asked by 2000 00-00"}, "out of the reason", id="a number"),
        pytest.param({"why": "asked by +37120000000"}, "out of the reason", id="in full"),
        pytest.param({"why": "asked by Anna@example.lv"}, "out of the reason", id="an address"),
        pytest.param({"why": "customer c-017A, letter"}, "out of the reason", id="a CRM id"),
    ],
)
async def test_a_form_half_filled_erases_nothing(
    pages: Pages, fields: dict[str, object], told: str
) -> None:
    """Neither without a reason, nor unsure, nor with whom it is about in what stays on file."""
    await named(pages.stage, number(), "C-017a", "anna@example.lv")
    page = await _erase(pages, **fields)
    assert (400, True) == (page.status_code, told in words(page))
    assert SAID in words(await _open(pages))


async def test_whoever_waits_for_an_answer_is_not_erased(pages: Pages) -> None:
    """An open case is named and led to, before and after the form; once it is closed they go."""
    await pages.stage.says(number(), "I want to talk to a person <b>now</b>", "m2")
    (filed,) = await pages.stage.store.cases.waiting("lmt")
    assert "person &lt;b&gt;now" in (await _open(pages)).text
    before = await pages.post("privacy", _FORMS[2], await _who(pages))
    after = await _erase(pages)
    assert (200, 409) == (before.status_code, after.status_code)
    for page in (before, after):
        assert "the customer waits for an answer" in words(page)
        assert f"/marketing/cases/{filed.case.id}" in page.text
        assert 'name="sure"' not in page.text
    path = f"/marketing/cases/{filed.case.id}/close"
    assert 303 == (await pages.post("privacy", path, {"words": "called"})).status_code
    assert "decisions stay" in words(await _erase(pages))


@pytest.mark.parametrize("login", ["marketing", "care", "admin"])
async def test_it_is_for_the_privacy_officer(pages: Pages, login: str) -> None:
    """Nobody else opens, copies or erases, and nobody else is shown the way."""
    named = await _who(pages)
    before = await pages.stage.looks()
    assert 403 == (await pages.get(login, _PATH)).status_code
    for path in _FORMS:
        answer = await pages.post(login, path, named | {"why": "x", "sure": "1"})
        assert 403 == answer.status_code
    assert before == await pages.stage.looks()
    other = await pages.get(login, "/marketing/texts")
    assert _PATH not in other.text


async def test_another_brands_customer_is_nobody(pages: Pages) -> None:
    """By number and by pseudonym, to look, to copy and to erase (law 7)."""
    named = await _who(pages)
    before = await pages.stage.looks()
    for path in _FORMS:
        for who in (named, {"address": number(), "reason": "x"}):
            answer = await pages.post("amigo", path, who | {"why": "x", "sure": "1"})
            assert (200, True) == (answer.status_code, "Nothing is on file" in words(answer))
        refused = await pages.post("privacy", path, named, brand="amigo")
        assert 403 == refused.status_code
    assert before == await pages.stage.looks()


async def test_a_form_from_elsewhere_does_nothing(pages: Pages) -> None:
    """Without the session's own mark nobody is looked up and nothing is erased."""
    named = await _who(pages)
    before = await pages.stage.looks()
    for path in _FORMS:
        answer = await pages.post("privacy", path, named | {"csrf": "0" * 64, "sure": "1"})
        assert 403 == answer.status_code
    assert before == await pages.stage.looks()


@pytest.mark.parametrize(
    "address", ["", "hello", "'; --", "0" * 36, "01a202b2-c500-7000-8000-000000000000"]
)
async def test_what_is_no_number_finds_nobody(pages: Pages, address: str) -> None:
    """Neither as a number nor as a pseudonym; it is said, and nobody was looked at."""
    for field in ("address", "customer"):
        answer = await pages.post("privacy", _PATH, {field: address, "reason": "x"})
        assert answer.status_code in {200, 400}
        assert re.search("Nobody was looked up|Nothing is on file", words(answer))
    assert [] == await pages.stage.looks()


async def test_a_check_and_a_case_lead_to_the_customer(pages: Pages) -> None:
    """The privacy officer goes on from either, by pseudonym and with the reason; care does not."""
    await pages.stage.says(number(), "I want to talk to a person", "m2")
    (filed,) = await pages.stage.store.cases.waiting("lmt")
    customer = (await _who(pages))["customer"]
    mark = f'name="customer" value="{customer}"'
    for login in ("privacy", "care"):
        check = await pages.check(login, reason="they wrote")
        case = await pages.post(login, f"/marketing/cases/{filed.case.id}", {"reason": "x"})
        assert [login == "privacy"] * 2 == [mark in check.text, mark in case.text]


_KEYS = [
    pytest.param({"address": "Anna@Example.LV"}, id="e-mail"),
    pytest.param({"address": "", "crm_id": " C-017a "}, id="CRM id"),
]


@pytest.mark.parametrize("whom", _KEYS)
async def test_whatever_finds_a_customer_opens_the_page(
    pages: Pages, whom: dict[str, str]
) -> None:
    """An e-mail address or a CRM id does what a number does: to look, to copy and to erase."""
    await named(pages.stage, number(), "C-017a", "anna@example.lv")
    page = await _open(pages, **whom)
    for masked in ("+371 2•••••00", "a•••@•••.lv", "••••7a"):
        assert masked in words(page)
    assert [False] * 2 == [key in page.text for key in ("C-017a", "anna@example.lv")]
    asked = {"address": number(), "reason": "x", "why": "their wish", "sure": "1"} | whom
    copy = await pages.post("privacy", _FORMS[1], asked | {"form": "json"})
    assert number() == copy.json()["addresses"][0]["value"]
    assert "Numbers and accounts: 3" in words(await pages.post("privacy", _FORMS[2], asked))
    assert "decisions stay" in words(await pages.post("privacy", _FORMS[3], asked))
    assert "erased before" in words(await _open(pages, **whom))


@pytest.mark.parametrize("whom", _KEYS)
async def test_another_brand_finds_nobody_by_it(pages: Pages, whom: dict[str, str]) -> None:
    """The same e-mail address or CRM id is nobody's at the other brand, and no look is noted."""
    await named(pages.stage, number(), "C-017a", "anna@example.lv")
    for path in _FORMS:
        asked = {"reason": "x", "why": "x", "sure": "1"} | whom
        answer = await pages.post("amigo", path, asked)
        assert (200, True) == (answer.status_code, "Nothing is on file" in words(answer))
    assert [] == await pages.stage.looks()


@pytest.mark.parametrize(
    ("language", "nobody", "unclear"),
    [
        ("lv", "nekas nav reģistrēts", "tikai vienu no tiem"),
        ("ru", "ничего не записано", "что-то одно"),
        ("en", "Nothing is on file", "only one of them"),
    ],
)
async def test_nobody_is_said_in_the_page_s_language(
    pages: Pages, language: str, nobody: str, unclear: str
) -> None:
    """Whom nobody knows, and what cannot be read: each in the language of whoever looks."""
    headers = pages.headers("privacy") | {"accept-language": language}
    for fields, told in (
        ({"crm_id": "C-404"}, nobody),
        ({"address": "no@body.lv"}, nobody),
        ({"crm_id": "C" * 65}, unclear),
        ({"address": "no@"}, unclear),
        ({"address": number(), "crm_id": "C-017a"}, unclear),
    ):
        said = {"csrf": pages.csrf("privacy"), "reason": "x"} | fields
        answer = await pages.client.post(_PATH, data=said, headers=headers)
        assert told in words(answer), fields
    assert [] == await pages.stage.looks()
