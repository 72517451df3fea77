"""Cases, the access log and the texts, as staff see and use them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.marketing.texts import changes
from consent.case_refusals import Trouble, Why
from consent.notices import Form, NoticeShelf, Status, fingerprint
from storage.looks import LookQuery, SqlLooks
from tests.marketing.pages_stage import PATHS, Pages, paged, words
from tests.marketing.stage import DAY, _spoken, number


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """Return the pages with one customer who wants a person to call."""
    async with paged(tmp_path) as found:
        await found.stage.give(number(), "offers", "sms")
        await found.stage.says(number(), "I want to talk to a person <b>now</b>", "m1")
        yield found


async def _case(pages: Pages) -> str:
    (filed,) = await pages.stage.store.cases.waiting("lmt")
    return filed.case.id


async def test_a_case_is_shown_for_a_reason_alone(pages: Pages) -> None:
    """The list has no word of the customer's; the case opens for a reason, which is noted."""
    case = await _case(pages)
    listed = await pages.get("care", PATHS["cases"])
    assert (case in listed.text, "talk to a person" in listed.text) == (True, False)
    path = f"{PATHS['cases']}/{case}"
    asked = await pages.get("care", path)
    unsaid = await pages.post("care", path, {"reason": " "})
    assert [200, 400] == [asked.status_code, unsaid.status_code]
    assert (0, False) == (len(await pages.stage.looks()), "talk to" in asked.text + unsaid.text)
    shown = await pages.post("care", path, {"reason": "to answer"})
    (look,) = await pages.stage.looks()
    assert ("staff:care", "to answer") == (look.viewer, look.reason_of_look)
    assert "&lt;b&gt;now" in shown.text
    assert "+371 20000000" in words(shown)


async def test_overdue_is_said_in_words(pages: Pages) -> None:
    """What is due and what is overdue is said in words, with the days."""
    assert "days left" in words(await pages.get("care", PATHS["cases"]))
    pages.stage.clock.moment += 40 * DAY
    await pages.seat("later", {"lmt": ("care",)})
    late = words(await pages.get("later", PATHS["cases"]))
    assert ("1 case is overdue." in late, "overdue by" in late) == (True, True)


async def test_a_case_is_answered_once(pages: Pages) -> None:
    """An answer leaves, the list says so, and another answer is refused with what was written."""
    path = f"{PATHS['cases']}/{await _case(pages)}"
    sent = await pages.post("care", f"{path}/answer", {"words": "We will call.", "reason": "x"})
    assert (303, True) == (sent.status_code, "done=answer" in sent.headers["location"])
    told = words(await pages.get("care", sent.headers["location"]))
    assert "is on its way" in told
    second = await pages.post("care", f"{path}/answer", {"words": "Or not.", "reason": "x"})
    assert (409, True) == (second.status_code, "Nothing was changed." in words(second))


async def test_a_case_is_extended_and_closed(pages: Pages) -> None:
    """More time needs words for the customer; a case closes without an answer for a reason."""
    path = f"{PATHS['cases']}/{await _case(pages)}"
    refused = await pages.post("care", f"{path}/close", {"words": " ", "reason": "x"})
    assert 409 == refused.status_code
    extended = await pages.post("privacy", f"{path}/extend", {"words": "Files are away."})
    assert "done=extend" in extended.headers["location"]
    closed = await pages.post("privacy", f"{path}/close", {"words": "Called them."})
    assert closed.status_code in {303, 409}


_TOLD = {
    "closed": {
        "lv": "Pieteikums ir slēgts.",
        "ru": "Обращение закрыто.",
        "en": "The case is closed.",
    },
    "answering": {
        "lv": "Cita atbilde jau ir ceļā.",
        "ru": "Другой ответ уже в пути.",
        "en": "Another answer is on its way.",
    },
    "late": {
        "lv": "Mēnesis, kurā klientam jāpaziņo",
        "ru": "Месяц, в течение которого клиенту",
        "en": "The month within which the customer must be told",
    },
    "long": {
        "lv": "Jāsaīsina par šādu rakstzīmju skaitu: apmēram 80.",
        "ru": "Сократите на столько знаков: примерно 80.",
        "en": "Characters to cut: about 80.",
    },
    "gone": {
        "lv": "Atbildi nevar nosūtīt: klients bloķējis ziņas",
        "ru": "Ответ отправить нельзя: клиент заблокировал сообщения",
        "en": "No answer can be sent: they have blocked messages",
    },
    "unsaid": {
        "lv": "Norādiet, kāpēc atbildes nebūs.",
        "ru": "Укажите, почему ответа не будет.",
        "en": "Say why nothing is answered.",
    },
    "none": {
        "lv": "Šeit tāda pieteikuma nav.",
        "ru": "Такого обращения здесь нет.",
        "en": "There is no such case here.",
    },
}


async def _brought_about(pages: Pages, wish: str, path: str) -> str:
    """Let something stand in the way; return where the form that is refused goes."""
    if wish == "closed":
        await pages.post("care", f"{path}/close", {"words": "called", "reason": "x"})
    elif wish == "answering":
        await pages.post("care", f"{path}/answer", {"words": "We will call.", "reason": "x"})
    elif wish == "late":
        pages.stage.clock.moment += 40 * DAY
        await pages.seat("later", {"lmt": ("care",)})
    elif wish == "gone":
        await pages.stage.block(number(), "sms")
    elif wish == "none":
        return f"{PATHS['cases']}/ZZZZ-ZZZZ/close"
    acts = {"late": "extend", "unsaid": "close"}
    return f"{path}/{acts.get(wish, 'answer')}"


@pytest.mark.parametrize("wish", _TOLD)
async def test_a_refusal_is_in_the_language_of_the_page(pages: Pages, wish: str) -> None:
    """Why nothing was changed is said in Latvian, Russian or English, with its numbers."""
    there = await _brought_about(pages, wish, f"{PATHS['cases']}/{await _case(pages)}")
    said = {"long": "a" * 500, "unsaid": " "}.get(wish, "Another one.")
    login = "later" if wish == "late" else "care"
    for language, told in _TOLD[wish].items():
        answer = await pages.client.post(
            there,
            data={"csrf": pages.csrf(login), "words": said, "reason": "x"},
            headers=pages.headers(login) | {"accept-language": language},
        )
        assert answer.status_code in {404, 409}
        (alert,) = re.findall(r'role="alert">(.*?)</div>', answer.text, re.DOTALL)
        assert (told in alert, "lang=" in alert) == (True, False), alert


def test_every_refusal_has_words() -> None:
    """Whatever stands in the way is said in each language."""
    names = [f"trouble.{one.name.lower()}" for one in Trouble]
    names += [f"refused.{one.value}" for one in Why]
    for strings in _spoken().texts.strings.values():
        assert {f"marketing.cases.{name}" for name in names} <= set(strings["marketing"].ids)


async def test_no_case_of_another_brand(pages: Pages) -> None:
    """A case of one brand is none at the other, nor is one that never was."""
    path = f"{PATHS['cases']}/{await _case(pages)}"
    for there in (path, f"{PATHS['cases']}/ZZZZ-ZZZZ"):
        answer = await pages.post("amigo", there, {"reason": "curious"})
        assert (404, False) == (answer.status_code, "talk to" in answer.text)
        wish = {"words": "curious", "reason": "curious"}
        assert 404 == (await pages.post("amigo", f"{there}/close", wish)).status_code
        unsaid = await pages.post("amigo", f"{there}/close", {"words": "curious"})
        assert (400, False) == (unsaid.status_code, "talk to" in unsaid.text)
    assert [] == await pages.stage.looks()


async def test_the_log_goes_on_page_by_page(pages: Pages) -> None:
    """Every look is shown once, newest first, however many pages there are."""
    for turn in range(60):
        pages.stage.clock.moment += timedelta(seconds=turn % 2)
        await pages.check("marketing", reason=f"look {turn:02}")
    address, seen = PATHS["log"], []
    while address:
        answer = await pages.get("privacy", address)
        seen += re.findall(r"look (\d\d)", answer.text)
        more = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen, reverse=True) == sorted(set(seen), reverse=True)
    assert (60, "59") == (len(seen), max(seen[:2]))


async def test_the_log_goes_back_by_months(pages: Pages) -> None:
    """A page looks back a month; what is older, however old, is one link away, and no further."""
    for label in ("oldest", "older", "newest"):
        await pages.seat(label, {"lmt": ("marketing",)})
        await pages.check(label, reason=f"look {label}")
        pages.stage.clock.moment += 90 * DAY
    await pages.seat("officer", {"lmt": ("privacy",)})
    address, seen = PATHS["log"], []
    while address:
        answer = await pages.get("officer", address)
        seen.append(re.findall(r"look (\w+)", answer.text))
        more = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = more[1].replace("&amp;", "&") if more else ""
    assert [[], ["newest"], ["older"], ["oldest"]] == seen


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1970-01-01", "tomorrow"])
@pytest.mark.parametrize("before", ["", "1-a", "99999999999999999-z", "-1-z"])
async def test_no_day_breaks_the_log(pages: Pages, day: str, before: str) -> None:
    """Days that no look can be of are no day; places that are none are the newest."""
    answer = await pages.get("privacy", PATHS["log"], day=day, before=before)
    assert 200 == answer.status_code


async def test_the_log_is_filtered(pages: Pages) -> None:
    """By a part of who looked, and by a day as it is in Riga; signs of a search are just signs."""
    await pages.check("care", reason="alpha")
    pages.stage.clock.moment += timedelta(hours=13)
    for login in ("care2", "privacy2"):
        await pages.seat(login, {"lmt": ("care", "privacy")})
    await pages.check("care2", reason="omega")
    both = words(await pages.get("privacy2", PATHS["log"], viewer="CARE"))
    assert ("alpha" in both, "omega" in both) == (True, True)
    local = pages.stage.clock.moment.astimezone(pages.stage.assistant.catalogue.timezone)
    today = words(await pages.get("privacy2", PATHS["log"], day=local.date().isoformat()))
    assert ("alpha" in today, "omega" in today) == (False, True)
    for odd in ("%", "_", "' OR 1=1"):
        answer = await pages.get("privacy2", PATHS["log"], viewer=odd, before="999-x", day="x")
        assert (200, True) == (answer.status_code, "No looks were found." in words(answer))


async def test_a_forgotten_customer_has_no_number_in_the_log(pages: Pages) -> None:
    """The look stays, the number is gone."""
    await pages.stage.give(number(3), "offers")
    await pages.check("care", reason="before", address=number(3))
    await pages.stage.forget(number(3))
    (look,) = await SqlLooks(pages.stage.store.database, pages.stage.store.vault).newest(
        LookQuery(brand="lmt", viewer="staff:care", most=1)
    )
    assert ("before", "") == (look.reason, look.number)
    assert "no number on file" in words(await pages.get("privacy", PATHS["log"]))


async def test_texts_in_three_languages(pages: Pages) -> None:
    """Each text as Telegram and an SMS show it, with its version, state and cost."""
    page = await pages.get("admin", PATHS["texts"], purpose="credit")
    texts = pages.stage.assistant.texts
    for language, form in (("lv", Form.CHAT), ("ru", Form.SMS), ("en", Form.SMS)):
        notice = texts.notices.current("lmt", "credit", language, form)
        said = texts.notice_texts[notice.fingerprint].splitlines()[-1]
        assert (notice.code in page.text, said in words(page)) == (True, True)
    assert "draft, not approved" in words(page)
    assert re.search(r"GSM-7, \d+ characters, \d part", words(page))


async def test_a_new_version_shows_what_changed(pages: Pages) -> None:
    """Beside a second version stands the sentence for customers, and every word that changed."""
    assistant = pages.stage.assistant
    old = assistant.texts.notices.current("lmt", "offers", "en", Form.SMS)
    text = assistant.texts.notice_texts[old.fingerprint].replace("news", "<i>news</i> at noon")
    new = replace(
        old,
        fingerprint=fingerprint(text),
        minor=1,
        status=Status.APPROVED,
        changed="Says when.",
    )
    notices = assistant.texts.notices
    shelf = NoticeShelf((*notices, new))
    known = assistant.texts.notice_texts
    known[new.fingerprint] = text
    before = dict(vars(notices))
    try:
        vars(notices).update(vars(shelf))
        page = await pages.get("admin", PATHS["texts"])
    finally:
        vars(notices).update(before)
        del known[new.fingerprint]
    assert ("Version 1.1" in words(page), "approved" in words(page)) == (True, True)
    assert "Says when." in page.text
    assert "<ins>&lt;i&gt;news&lt;/i&gt; at noon" in page.text
    assert "Earlier versions" in words(page)


def test_changes_are_words() -> None:
    """Whole words are marked, and what stays is not."""
    found = changes("We use your data.", "We use only your contact data.")
    assert "<ins>only </ins>your <ins>contact </ins>data." in found
    assert "<del>" not in found
