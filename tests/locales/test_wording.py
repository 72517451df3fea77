"""Ids and moments become words: dates, lists, names and links, in every voice."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from consent.notices import Form, fingerprint
from consent.replies import Message, Option, Param
from locales.wording import Texts
from sms.render import render
from tests.locales.conversations import replies
from tests.locales.situations import NOW, Stage
from tests.locales.voices import (
    BRANDS,
    LANGUAGES,
    LINK_BASE,
    LINK_LENGTH,
    PURPOSES,
    VOICES,
    phrases,
    voice,
)

_SUMMER_ENDS = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
_SUMMER_BEGINS = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
#: A moment, then what a customer in Riga reads, in Latvian and Russian, and in English.
_MOMENTS = [
    ("2026-11-22T12:05:00.000000Z", "22.11.2026", "22 Nov 2026", "14:05"),
    ("2026-07-01T00:00:00.000000Z", "01.07.2026", "1 Jul 2026", "03:00"),
    ("2026-11-22T22:00:00.000000Z", "23.11.2026", "23 Nov 2026", "00:00"),
    ("2026-12-31T21:59:59.999999Z", "31.12.2026", "31 Dec 2026", "23:59"),
    ("2026-12-31T22:00:00.000000Z", "01.01.2027", "1 Jan 2027", "00:00"),
    # Summer time begins: 02:59 is followed by 04:00.
    ("2026-03-29T00:59:00.000000Z", "29.03.2026", "29 Mar 2026", "02:59"),
    ("2026-03-29T01:00:00.000000Z", "29.03.2026", "29 Mar 2026", "04:00"),
    # Summer time ends: 03:59 is followed by 03:00.
    ("2026-10-25T00:59:00.000000Z", "25.10.2026", "25 Oct 2026", "03:59"),
    ("2026-10-25T01:00:00.000000Z", "25.10.2026", "25 Oct 2026", "03:00"),
]
#: Where something was not filled in: a brace, an empty pair of marks, a space before a stop.
_HOLE = re.compile(r"[{}]|  |\n\n\n|\(\s*\)|«»|“”|„”|\"\"|\s[.,;:!?](?:\s|$)|^\s|\s$")
_ID = re.compile(r"\b(?:option|state|source|switch|line|purpose|channel|topic)\.[a-z]")


def _say(texts: Texts, language: str, name: str, **params: Param) -> str:
    return voice(texts, "lmt", language, Form.CHAT).message(Message(name, params))


@pytest.mark.parametrize(("moment", "day", "english", "clock"), _MOMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_moments(  # noqa: PLR0913
    texts: Texts, language: str, moment: str, day: str, english: str, clock: str
) -> None:
    """A moment is a day in digits, in English with the month's name, and 24 hours of Riga."""
    shown = english if language == "en" else day
    done = _say(texts, language, "withdrawn", purpose="traffic", at=moment)
    assert (True, True) == (shown in done, clock in done)
    waits = _say(texts, language, "paused", purpose="location", until=moment)
    assert f"{shown} {clock}" in waits
    since = _say(texts, language, "already.all", since=moment)
    assert (True, False) == (shown in since, clock in since)


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_have_no_hidden_spaces(texts: Texts, language: str) -> None:
    """No month brings a no-break space or a letter that would turn an SMS into UCS-2."""
    speaker = voice(texts, "lmt", language, Form.SMS)
    rest = speaker.message(Message("already.all", {"since": None}))
    for month in range(1, 13):
        since = datetime(2026, month, 1, 12, tzinfo=UTC).isoformat()
        said = speaker.message(Message("already.all", {"since": since}))
        assert set(said) - set(rest) <= set("0123456789.abcdefghijklmnopqrstuvwxyzADFJMNOS ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_consents_are_a_list(texts: Texts, language: str) -> None:
    """In chat several consents stand one a line with their titles, by SMS in a row."""
    message = Message("ask.withdraw", {"purposes": ["traffic", "research"]})
    chat = voice(texts, "amigo", language, Form.CHAT)
    lines = [f"– {n}. {chat.title(p)}" for n, p in ((2, "traffic"), (8, "research"))]
    assert "\n".join(lines) in chat.message(message)
    short = voice(texts, "amigo", language, Form.SMS).message(message)
    assert re.search(r"2 \w[^,]*, 8 \w", short)
    assert chat.title("traffic") not in short


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_several_consents(texts: Texts, language: str) -> None:
    """By SMS several withdrawn consents are named by their numbers."""
    params: dict[str, Param] = {"purposes": ["offers", "research"], "at": NOW.isoformat()}
    speaker = voice(texts, "lmt", language, Form.SMS)
    assert " 1, 8 " in speaker.message(Message("withdrawn.several", params))


@pytest.mark.parametrize("language", LANGUAGES)
def test_channels_are_a_row_of_names(texts: Texts, language: str) -> None:
    """Channels are named as in the menu, with commas between."""
    said = _say(texts, language, "ask.channels", channels=["sms", "call"])
    assert re.search(r"SMS, \w", said)


_LINE = "1+ 2- 3- 4- 5+ 6- 7- 8-"


@pytest.mark.parametrize(("brand", "name"), [("lmt", "LMT"), ("amigo", "Amigo")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_compact_status(texts: Texts, language: str, brand: str, name: str) -> None:
    """By SMS the status is the line customers know: a plus for what is given, else a minus."""
    states = ["given", "paused", "outdated", "expired", "given", "asked", "refused", "withdrawn"]
    when = {"since": NOW.isoformat(), "until": NOW.isoformat(), "source": "sms"}
    rows = [{"purpose": p, "state": s} | when for p, s in zip(PURPOSES, states, strict=True)]
    message = Message("status", {"states": rows, "given": 2})
    said = voice(texts, brand, language, Form.SMS).message(message)
    assert said.startswith(f"{name}: {_LINE}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_status_says_state_since_when_and_from_where(texts: Texts, language: str) -> None:
    """In chat every consent has a line with its sign, state, day and source."""
    row = {"purpose": "research", "state": "given", "since": NOW.isoformat(), "source": "staff"}
    bare = {"purpose": "credit", "state": "outdated", "since": None, "source": None}
    said = _say(texts, language, "status", states=[row, bare], given=1)
    given, outdated = (x for x in said.splitlines() if re.match(r"[✓–…] \d\.", x))
    assert (True, True) == (given.startswith("✓ 8. "), outdated.startswith("– 4. "))
    assert ("22 Sept 2026" if language == "en" else "22.09.2026") in given
    assert (2026, 0) == (int(re.findall(r"\d{4}", given)[0]), len(re.findall(r"\d{4}", outdated)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_menu_before_the_number_is_known(texts: Texts, language: str) -> None:
    """Nothing of a state is shown before it is known whose it is."""
    rows = [{"purpose": p, "state": None} for p in PURPOSES]
    said = _say(texts, language, "menu", overview=rows)
    lines = [line for line in said.splitlines() if re.match(r"\d\. ", line)]
    assert len(PURPOSES) == len(lines)
    assert [] == [line for line in lines if ":" in line or "✓" in line]


_SEEN: dict[str, str | None] = {"since": NOW.isoformat(), "until": None, "source": "staff"}
_DAYS = {"lv": "22.09.2026", "ru": "22.09.2026", "en": "22 Sept 2026"}


@pytest.mark.parametrize(
    ("row", "sign", "dated"),
    [
        pytest.param(_SEEN | {"state": "given"}, "✓", True, id="given"),
        pytest.param(_SEEN | {"state": "withdrawn"}, "–", True, id="withdrawn"),
        pytest.param(
            _SEEN | {"state": "paused"} | {"until": NOW.isoformat()}, "–", True, id="paused"
        ),
        pytest.param(_SEEN | {"state": "asked"}, "…", True, id="asked"),
        pytest.param(_SEEN | {"state": "outdated"} | {"since": None}, "–", False, id="bare"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_consent_says_how_it_stands_in_one_line(
    texts: Texts, language: str, row: dict[str, str | None], sign: str, *, dated: bool
) -> None:
    """Above the text: sign, state, day and source, without number and name."""
    said = _say(texts, language, "page.state", page=[row | {"purpose": "credit"}])
    state = phrases(language, "chat")[f"state.{row['state']}"][0]
    assert (True, True, 1) == (said.startswith(f"{sign} "), state in said, len(said.splitlines()))
    assert dated is (_DAYS[language] in said)
    assert dated is (phrases(language, "chat")["source.staff"][0] in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_switch_has_a_line_with_its_sign(texts: Texts, language: str) -> None:
    """On the page of switches each channel stands with a tick or a dash, and its state."""
    states = {"email": "unset", "sms": "on", "call": "off"}
    rows = [{"kind": "channel", "id": c, "state": s} for c, s in states.items()]
    lines = _say(texts, language, "switches", all=rows).splitlines()[1:]
    assert ["–", "✓", "–"] == [line[0] for line in lines]
    words = [phrases(language, "chat")[f"switch.{s}"][0] for s in states.values()]
    assert [True] * 3 == [word in line for word, line in zip(words, lines, strict=True)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_has_a_line_with_its_number(texts: Texts, language: str) -> None:
    """Under what the customer keeps stands the number that staff find it by."""
    said = voice(texts, "lmt", language, Form.CHAT).receipt("ABCDEFGHIJ")
    assert "ABCDEFGHIJ" in said
    assert 1 == len(said.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_playground_has_its_words(texts: Texts, language: str) -> None:
    """What the page itself says is found by its ids, in every language."""
    spoken = voice(texts, "lmt", language, Form.CHAT).page_words
    assert {i: forms[0] for i, forms in phrases(language, "playground").items()} == dict(spoken)


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_brand_has_its_contacts(texts: Texts, language: str) -> None:
    """Whoever names the other brand is told how to reach it."""
    said = _say(texts, language, "brand.other", other="amigo")
    assert [True] * 4 == [x in said for x in ("LMT", "Amigo", "80700000", "info@amigo.lv")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_purpose_beside(texts: Texts, language: str) -> None:
    """A purpose that stands beside another is named with its number."""
    said = _say(texts, language, "explain.beside", purpose="loyalty", other="loyalty_offers")
    assert voice(texts, "lmt", language, Form.CHAT).title("loyalty_offers") in said
    assert "INFO 7" in said.replace("ИНФО", "INFO")


def test_links(texts: Texts) -> None:
    """A link is the public address, `/n/` and the code of the text: 34 characters in all."""
    code = texts.notices.current("lmt", "offers", "en", Form.CHAT).code
    said = _say(texts, "en", "explain", purpose="offers", link=code)
    assert [f"{LINK_BASE}/n/{code}"] == re.findall(r"https://\S+", said)
    assert LINK_LENGTH == len(f"{LINK_BASE}/n/{code}")


@pytest.mark.parametrize(("brand", "purpose", "spoken"), [*product(BRANDS, PURPOSES, VOICES)])
def test_notice_is_said_to_the_letter(
    texts: Texts, brand: str, purpose: str, spoken: tuple[str, Form]
) -> None:
    """What is shown is exactly the text whose fingerprint goes into the ledger."""
    notice = texts.notices.newest(brand, purpose, *spoken)
    assert notice is not None
    message = Message("notice", {"purpose": purpose, "notice": notice.fingerprint})
    assert notice.fingerprint == fingerprint(voice(texts, brand, *spoken).message(message))


@pytest.mark.parametrize("language", LANGUAGES)
def test_version_of_the_text(texts: Texts, language: str) -> None:
    """A confirmation in chat names the version of the text that was agreed to."""
    notice = texts.notices.current("lmt", "offers", language, Form.CHAT)
    params: dict[str, Param] = {"purpose": "offers", "at": NOW.isoformat()}
    said = _say(texts, language, "granted", **params, notice=notice.fingerprint)
    assert re.search(r"\b1\.0\b", said)


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_is_a_page_in_chat(texts: Texts, language: str, brand: str) -> None:
    """Who is responsible is a page in chat and one text by SMS."""
    page = voice(texts, brand, language, Form.CHAT).message(Message("privacy"))
    assert texts.pages["privacy", language, brand] == page
    assert page != voice(texts, brand, language, Form.SMS).message(Message("privacy"))


def test_unknown_message_is_an_error(texts: Texts) -> None:
    """An id that nobody wrote a text for is refused, not shown to a customer."""
    with pytest.raises(KeyError, match="nonsense"):
        _say(texts, "en", "nonsense")


def test_missing_parameter_is_an_error(texts: Texts) -> None:
    """A text whose placeholder nothing fills is refused, not shown to a customer."""
    with pytest.raises(KeyError, match="code"):
        voice(texts, "lmt", "en", Form.SMS).message(Message("ask.grant.code", {"link": "A"}))


def test_what_customers_sent_is_not_a_template(texts: Texts) -> None:
    """Braces in a value stay braces: values are filled in once."""
    said = _say(texts, "en", "human", case="{phone}", due="2026-12-22T21:59:59.999999Z")
    assert "{phone}" in said


@pytest.mark.parametrize(("brand", "spoken"), [*product(BRANDS, VOICES)])
def test_nothing_is_left_to_fill_in(texts: Texts, brand: str, spoken: tuple[str, Form]) -> None:
    """In every situation every message and option is whole: no brace, no hole, no id."""
    speaker = voice(texts, brand, *spoken)
    for name, reply in replies(Stage(texts, brand, *spoken)).items():
        said = render(reply, speaker, Form.SMS)
        labels = [speaker.option(option) for option in reply.options]
        for text in (said, *labels):
            assert None is _HOLE.search(text), f"{name}: {text}"
            assert None is _ID.search(text), f"{name}: {text}"


def test_options_name_what_they_choose(texts: Texts) -> None:
    """A button says which consent, channel or language it is about."""
    speaker = voice(texts, "lmt", "en", Form.CHAT)
    assert "Русский" == speaker.option(Option(name="language", language="ru"))
    assert speaker.name("purpose", "research") == speaker.option(
        Option(name="explain", purpose="research")
    )
    assert "SMS" in speaker.option(Option(name="channel_on", channel="sms"))
