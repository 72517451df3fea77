"""What answers cost: every reply of the dialogue in every voice, rendered as it leaves.

An ordinary reply is one part in English and in Latvian without diacritics, two in Russian
and in full Latvian. `pytest -s tests/sms/test_budget.py` prints what each one costs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import pytest

from consent.catalogue import BrandId
from consent.notices import Form
from consent.replies import Message, Reply
from locales.wording import Texts
from sms.encoding import Cost, Encoding, cost
from sms.render import render
from tests.locales.conversations import replies
from tests.locales.situations import CODE, NOW, Stage
from tests.locales.voices import BRANDS, SMS_VOICES, voice

_ORDINARY = {Encoding.GSM7: 1, Encoding.UCS2: 2}
#: Messages that stand before a notice in the same reply, and how long they may be.
_HEADINGS = {
    "grant.one_by_one": 30,
    "notice.changed": 40,
    "notice.again": 40,
    "code.wrong": 40,
    "channel.needs_consent": 40,
}
_QUESTIONS = tuple(
    f"ask.grant{automated}{code}" for automated in ("", ".automated") for code in ("", ".code")
)
#: What says by itself that something was changed, or not; each has a budget of its own.
_ANSWERS = ("withdrawn", "refused", "already.", "channel.o", "topic.o", "explain", "pause")
#: Written to come second, and said alone after a bare yes: a defect, marked below.
_NAMELESS = "yes to which channels"


@dataclass(frozen=True, slots=True)
class Exemption:
    """A kind of reply that may cost more, by how many parts, and why."""

    name: str
    reason: str
    holds: Callable[[Reply], bool]
    gsm: int = 1
    ucs2: int = 1


def _has(reply: Reply, *prefixes: str) -> bool:
    return any(i.startswith(prefix) for i in reply.ids for prefix in prefixes)


def _count(reply: Reply, *prefixes: str) -> int:
    return sum(i.startswith(prefixes) for i in reply.ids)


def _named(reply: Reply, message_id: str, key: str) -> int:
    """Return how many things one message of the reply lists."""
    lists = [m.params.get(key) for m in reply.messages if m.id == message_id]
    return sum(len(items) for items in lists if isinstance(items, list))


EXEMPTIONS = (
    Exemption(
        "notice", "134 for the text and 65 for question and link", lambda r: _has(r, "notice")
    ),
    Exemption(
        "notice with a heading",
        "40 more than a notice; in UCS-2 that is 239 characters, four parts",
        lambda r: _has(r, "notice") and _has(r, *_HEADINGS),
        ucs2=2,
    ),
    Exemption(
        "other ways",
        "the documents promise them (seeds 4.5), besides the confirmation",
        lambda r: _has(r, "alternative."),
    ),
    Exemption(
        "loyalty ends",
        "a former customer is told once what ends (meaning.md)",
        lambda r: _count(r, "loyalty.ends") == 1,
    ),
    Exemption(
        "everything ends after leaving",
        "the end of all, of each loyalty, and the other ways; beyond the plan by a part or two",
        lambda r: _has(r, "withdrawn.all") and _has(r, "loyalty.ends"),
        gsm=2,
        ucs2=3,
    ),
    Exemption(
        "several withdrawn",
        "names every consent that ended",
        lambda r: _has(r, "withdrawn.several"),
    ),
    Exemption(
        "doubt about several",
        "names every consent in question",
        lambda r: _named(r, "ask.withdraw", "purposes") > 2,
    ),
    Exemption(
        "many explained",
        "names every consent asked about",
        lambda r: _named(r, "explain.many", "purposes") > 2,
    ),
    Exemption(
        "status with topics",
        "a line for each channel and each topic that is off",
        lambda r: _named(r, "status.channels", "switches") > 3,
    ),
    Exemption(
        "status with every topic off",
        "nine lines, asked for by somebody who switched all nine; beyond the plan by a part",
        lambda r: _named(r, "status.channels", "switches") > 6,
        ucs2=2,
    ),
    Exemption(
        "what is new in a text",
        "told once a version, in a sentence of the operator's, beside what was asked for",
        lambda r: _has(r, "news."),
        gsm=2,
        ucs2=3,
    ),
    Exemption(
        "loyalty is being restored",
        "told once, beside what was asked for",
        lambda r: _has(r, "loyalty.under_way"),
        ucs2=2,
    ),
    Exemption(
        "language",
        "the change, and in the new language all that can be typed",
        lambda r: _has(r, "language.set"),
    ),
    Exemption(
        "two answers",
        "two things asked for in one message have an answer each",
        lambda r: _count(r, *_ANSWERS) == 2,
        ucs2=2,
    ),
    Exemption(
        "three answers",
        "three things asked for in one message have an answer each",
        lambda r: _count(r, *_ANSWERS) == 3,
        gsm=2,
        ucs2=4,
    ),
)


def _allowed(reply: Reply, encoding: Encoding) -> int:
    extra = [x.gsm if encoding is Encoding.GSM7 else x.ucs2 for x in EXEMPTIONS if x.holds(reply)]
    return _ORDINARY[encoding] + max(extra, default=0)


def _alphabet(language: str, form: Form) -> Encoding:
    return Encoding.GSM7 if language == "en" or form is Form.SMS_PLAIN else Encoding.UCS2


def _costs(texts: Texts, brand: str, language: str, form: Form) -> dict[str, tuple[Reply, Cost]]:
    speaker = voice(texts, brand, language, form)
    played = replies(Stage(texts, brand, language, form))
    return {name: (r, cost(render(r, speaker, form))) for name, r in played.items()}


def test_table(texts: Texts) -> None:
    """The table of all costs has a row for every situation and a column for every voice."""
    columns = [(language, form) for language, form in SMS_VOICES]
    tables = [_costs(texts, "amigo", *column) for column in columns]
    heading = "".join(f"{f'{x} {form.value}':>14}" for x, form in columns)
    print(f"\n{'Amigo: characters, parts':<34}{heading}")  # noqa: T201
    for name in tables[0]:
        cells = [f"{t[name][1].units:>10} {t[name][1].parts:>3}" for t in tables]
        print(f"{name:<34}{''.join(cells)}  {' '.join(tables[0][name][0].ids)}")  # noqa: T201
    for x in EXEMPTIONS:
        print(f"{x.name:<34} +{x.gsm} in GSM-7, +{x.ucs2} in UCS-2: {x.reason}")  # noqa: T201
    assert {*tables[0]} == {name for table in tables for name in table}
    assert len(tables[0]) > 150


@pytest.mark.parametrize(("brand", "spoken"), [*product(BRANDS, SMS_VOICES)])
def test_every_reply_keeps_its_budget(texts: Texts, brand: str, spoken: tuple[str, Form]) -> None:
    """No reply of the dialogue costs more parts than it may."""
    alphabet = _alphabet(*spoken)
    dear = {
        name: f"{c.units} characters, {c.parts} parts: {' '.join(reply.ids)}"
        for name, (reply, c) in _costs(texts, brand, *spoken).items()
        if c.parts > _allowed(reply, alphabet)
    }
    assert {} == dear


@pytest.mark.parametrize(("brand", "spoken"), [*product(BRANDS, SMS_VOICES)])
def test_every_reply_is_in_its_alphabet(
    texts: Texts, brand: str, spoken: tuple[str, Form]
) -> None:
    """English and plain Latvian go out in GSM-7, and nothing holds a typographic character."""
    speaker, alphabet = voice(texts, brand, *spoken), _alphabet(*spoken)
    for name, reply in replies(Stage(texts, brand, *spoken)).items():
        said = render(reply, speaker, spoken[1])
        if alphabet is Encoding.GSM7:
            assert Encoding.GSM7 is cost(said).encoding, f"{name}: {said}"
        strange = {c for c in said if not c.isalpha() and cost(c).encoding is Encoding.UCS2}
        assert set() == strange, f"{name}: {said}"


@pytest.mark.parametrize(("brand", "spoken"), [*product(BRANDS, SMS_VOICES)])
def test_every_reply_begins_with_its_sender(
    texts: Texts, brand: str, spoken: tuple[str, Form]
) -> None:
    """The sender's name comes first, so that it is seen before the text is opened."""
    speaker = voice(texts, brand, *spoken)
    name = texts.catalogue.brands[BrandId(brand)].name
    nameless = {
        situation: render(reply, speaker, spoken[1])
        for situation, reply in replies(Stage(texts, brand, *spoken)).items()
        if situation != _NAMELESS and not render(reply, speaker, spoken[1]).startswith(name)
    }
    assert {} == nameless


@pytest.mark.parametrize("spoken", SMS_VOICES)
def test_reminder_of_channels_begins_with_its_sender(
    texts: Texts, spoken: tuple[str, Form]
) -> None:
    """A bare yes to "which channels?" is answered in the sender's name too."""
    reply = replies(Stage(texts, "lmt", *spoken))[_NAMELESS]
    assert render(reply, voice(texts, "lmt", *spoken), spoken[1]).startswith("LMT")


@pytest.mark.parametrize("exemption", EXEMPTIONS, ids=lambda x: x.name)
def test_exemptions_are_for_something(texts: Texts, exemption: Exemption) -> None:
    """No kind of reply is excused that the dialogue never gives."""
    assert any(map(exemption.holds, replies(Stage(texts, "lmt", "lv", Form.SMS)).values()))


@pytest.mark.parametrize("heading", _HEADINGS)
@pytest.mark.parametrize(("brand", "spoken"), [*product(BRANDS, SMS_VOICES)])
def test_headings_leave_room_for_the_notice(
    texts: Texts, brand: str, spoken: tuple[str, Form], heading: str
) -> None:
    """What stands before a notice is 40 characters at most, and before the first of several 30."""
    message = Message(heading, {"since": NOW.isoformat()})
    said = voice(texts, brand, *spoken).message(message)
    assert len(said) <= _HEADINGS[heading], said


@pytest.mark.parametrize("question", _QUESTIONS)
@pytest.mark.parametrize("spoken", SMS_VOICES)
def test_questions_leave_room_for_the_notice(
    texts: Texts, spoken: tuple[str, Form], question: str
) -> None:
    """The question with its link is 65 characters at most, in English 140."""
    params = {"purpose": "profiling", "link": "A" * 10, "code": CODE}
    said = voice(texts, "amigo", *spoken).message(Message(question, dict(params)))
    assert len(said) <= (140 if spoken[0] == "en" else 65), said


@pytest.mark.parametrize("spoken", SMS_VOICES)
def test_yes_to_automated_decisions_names_them(texts: Texts, spoken: tuple[str, Form]) -> None:
    """The words of this yes are not those of any other (GDPR 22)."""
    speaker = voice(texts, "lmt", *spoken)
    params = {"purpose": "profiling", "link": "A" * 10, "code": CODE}
    asked = [speaker.message(Message(q, dict(params))) for q in _QUESTIONS]
    named = [any(w in x.lower() for w in ("automāt", "автомат", "automat")) for x in asked]
    assert [False, False, True, True] == named
    assert [False, True, False, True] == [CODE in x for x in asked]
