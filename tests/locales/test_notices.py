"""The notices: every one is there, fits its medium, and promises nothing of its own."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import product

import pytest

from consent.catalogue import BrandId
from consent.notices import Form, code_of, fingerprint, plain
from consent.replies import Message, Option
from locales.wording import Texts
from sms.encoding import Encoding, cost
from tests.locales.voices import (
    BRANDS,
    LANGUAGES,
    LINK_LENGTH,
    PLACEHOLDER,
    PURPOSES,
    SMS_VOICES,
    everything_written,
    notices,
    page,
    shipped_catalogue,
    voice,
)

_LONGEST_CHAT = 900
#: With the question and its link a notice fills two parts in GSM-7 and three in UCS-2.
_LONGEST_SMS = {"lv": 134, "ru": 134, "en": 160}
_ROUTERS = re.compile(r"рoутер|роутер|маршрутизатор|rūter|rutēt|maršrutētāj|router", re.IGNORECASE)
#: What the documents do not say (seeds 1.5), by language.
_NOT_SAID = {
    "lv": (
        r"vienmēr anonīm|pilnībā anonīm|pilnīgi anonīm|bez maksas|bezmaksas|leģitīm|"
        r"tiesisk\w+ pamat|aizsardzības speciālist|inspekcij|VDAR|regul[au]\b|treš\w+ person|"
        r"trešaj|partner|biroj|GPS|precīz|nekavējoties|tūlīt|nepilngad|vecāk|bērn|noklusē"
    ),
    "ru": (
        r"всегда анонимн|полностью анонимн|бесплатн|законн\w+ интерес|правов\w+ основ|"
        r"специалист\w* по защите|инспекци|GDPR|регламент|треть\w+ лиц|партн[её]р|бюро|GPS|"
        r"точн\w+ (?:место|координат)|немедленно|сразу|несовершеннолетн|ребён|по умолчанию"
    ),
    "en": (
        r"always anonym|fully anonym|completely anonym|free of charge|for free|toll-free|"
        r"legitimate interest|legal basis|\bDPO\b|protection officer|inspectorate|GDPR|"
        r"third part|partners|bureau|\bGPS\b|precise|immediately|\bminors?\b|\bage\b|by default"
    ),
}
_COUNT = {
    "lv": r"\d+|vien\w+|div\w+|trīs|triju|piec\w*|seš\w+|desmit",
    "ru": r"\d+|одн\w+|два|двух|три|трёх|пять|пяти|шест\w+|десят\w+",
    "en": r"\d+|one|two|three|five|six|ten",
}
_UNIT = {
    "lv": r"gad\w+|mēne\w+|nedēļ\w+|dien\w+|stund\w+",
    "ru": r"год\w*|лет|месяц\w*|недел\w+|дн\w+|день|час\w*",
    "en": r"years?|months?|weeks?|days?|hours?",
}
_TWO_YEARS = {"divu gadu", "2 gadu", "двух лет", "2 лет", "2 года", "two years", "2 years"}
_EVERY = list(product(BRANDS, PURPOSES, LANGUAGES))


def _of_brand(brand: str) -> dict[str, str]:
    """Return a brand's notices and pages by name."""
    shown = {"/".join(key): text for key, text in notices().items() if key[0] == brand}
    return shown | {f"page/{x}": page(brand, x) for x in LANGUAGES}


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter).partition(" ")[0] for letter in word if letter.isalpha()}


def test_every_notice_is_there() -> None:
    """Brand x purpose x language has a chat and an SMS text; Latvian a plain one besides."""
    both = {(*key, form) for key in _EVERY for form in (Form.CHAT, Form.SMS)}
    plain = {(b, p, "lv", Form.SMS_PLAIN) for b, p in product(BRANDS, PURPOSES)}
    assert both | plain == set(notices())


@pytest.mark.parametrize(("brand", "purpose", "language"), _EVERY)
def test_chat_notice_fits_a_telephone(brand: str, purpose: str, language: str) -> None:
    """A full notice, its heading included, has at most 900 characters."""
    text = notices()[brand, purpose, language, Form.CHAT]
    assert len(text) <= _LONGEST_CHAT


@pytest.mark.parametrize(("brand", "purpose", "language"), _EVERY)
def test_sms_notice_is_short(brand: str, purpose: str, language: str) -> None:
    """An SMS notice leaves room for the question: 134 characters, in English 160."""
    text = notices()[brand, purpose, language, Form.SMS]
    assert len(text) <= _LONGEST_SMS[language]
    if language == "en":
        assert (Encoding.GSM7, 1) == (cost(text).encoding, cost(text).parts)


@pytest.mark.parametrize(("brand", "purpose"), list(product(BRANDS, PURPOSES)))
def test_plain_latvian_is_one_part(brand: str, purpose: str) -> None:
    """Without diacritics a Latvian notice is the same text in one part of GSM-7."""
    text = notices()[brand, purpose, "lv", Form.SMS_PLAIN]
    assert plain(notices()[brand, purpose, "lv", Form.SMS]) == text
    assert (Encoding.GSM7, 1) == (cost(text).encoding, cost(text).parts)


@pytest.mark.parametrize(
    ("brand", "purpose", "spoken", "coded"), list(product(BRANDS, PURPOSES, SMS_VOICES, (0, 1)))
)
def test_notice_with_its_question_fits(
    texts: Texts, brand: str, purpose: str, spoken: tuple[str, Form], coded: int
) -> None:
    """Notice, question and a link of 34 characters: two parts in GSM-7, three in UCS-2."""
    language, form = spoken
    notice = texts.notices.current(brand, purpose, language, form)
    link = texts.notices.current(brand, purpose, language, Form.CHAT).code
    automated = texts.catalogue.purpose(purpose).automated_decisions
    question = "ask.grant" + ".automated" * automated + ".code" * coded
    wording = voice(texts, brand, language, form)
    said = wording.message(Message("notice", {"notice": notice.fingerprint}))
    asked = wording.message(Message(question, {"purpose": purpose, "link": link, "code": "47"}))
    whole = f"{said}\n{asked if form is Form.SMS else plain(asked)}"
    assert [LINK_LENGTH] == [len(x) for x in re.findall(r"https://\S+", whole)]
    assert cost(whole).parts <= (3 if form is Form.SMS and language != "en" else 2)


def test_amigo_does_not_speak_of_lmt() -> None:
    """Amigo's texts have no routers and no LMT portal; LMT is the service centre's name only."""
    shown = _of_brand("amigo")
    assert {} == {n: t for n, t in shown.items() if _ROUTERS.search(t) or "mans.lmt.lv" in t}
    named = {name: text.count("LMT") for name, text in shown.items()}
    assert {f"page/{x}": 1 for x in LANGUAGES} == {n: times for n, times in named.items() if times}


def test_lmt_names_its_routers() -> None:
    """The words on routers that LMT's document has are in LMT's notice, in every language."""
    shown = [notices()["lmt", "traffic", x, Form.CHAT] for x in LANGUAGES]
    assert [1, 1, 1] == [len(_ROUTERS.findall(text)) for text in shown]


@pytest.mark.parametrize("language", LANGUAGES)
def test_amigo_can_drop_the_centre(language: str) -> None:
    """With `show_service_centre` off Amigo's page names no LMT at all (seeds Q3)."""
    catalogue = shipped_catalogue()
    alone = replace(catalogue.brands[BrandId("amigo")], show_service_centre=False)
    changed = replace(catalogue, brands={alone.id: alone})
    assert 0 == page("amigo", language, changed).count("LMT")


@pytest.mark.parametrize("brand", BRANDS)
def test_every_notice_names_its_brand(brand: str) -> None:
    """No notice leaves open who asks."""
    name = shipped_catalogue().brands[BrandId(brand)].name
    assert [] == [key for key, text in _of_brand(brand).items() if name not in text]


@pytest.mark.parametrize("number", range(1, 9))
def test_every_notice_says_how_to_withdraw(number: int) -> None:
    """The word that withdraws this very consent stands in every text of it."""
    purpose = PURPOSES[number - 1]
    silent = [
        key
        for key, text in notices().items()
        if key[1] == purpose and not re.search(rf"(?:STOP|СТОП) {number}\b", text)
    ]
    assert [] == silent


@pytest.mark.parametrize(("brand", "purpose", "language"), _EVERY)
def test_full_notice_begins_with_its_name(
    texts: Texts, brand: str, purpose: str, language: str
) -> None:
    """Number and name, as in the menu, stand above the full text."""
    number = texts.catalogue.purpose(purpose).number
    option = Option(name="explain", purpose=purpose)
    speaker = voice(texts, brand, language, Form.CHAT)
    menu = Message("menu", {"overview": [{"purpose": purpose, "state": None}]})
    expected = f"{number}. {speaker.option(option)}"
    text = notices()[brand, purpose, language, Form.CHAT]
    assert expected == text.partition("\n")[0]
    assert expected in speaker.message(menu).splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_loyalty_notices_name_the_two_years(language: str) -> None:
    """Both loyalty consents say how long loyalty can be resumed (seeds 6.1, 7.1)."""
    spoken = [
        any(term in notices()[b, p, language, form] for term in _TWO_YEARS)
        for b, p in product(BRANDS, ("loyalty", "loyalty_offers"))
        for form in (Form.CHAT, Form.SMS)
    ]
    assert [True] * 8 == spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_claimed_that_the_documents_do_not_say(language: str) -> None:
    """No legal basis, officer, authority, recipient, price or anonymity is invented."""
    pattern = re.compile(_NOT_SAID[language], re.IGNORECASE)
    found = {
        name: pattern.findall(text)
        for brand in BRANDS
        for name, text in _of_brand(brand).items()
        if language in name.split("/")
    }
    assert {} == {name: claims for name, claims in found.items() if claims}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_other_term_is_named(language: str) -> None:
    """The only span of time in any text is two years, and only loyalty has it."""
    span = re.compile(rf"\b(?:{_COUNT[language]}) (?:{_UNIT[language]})\b", re.IGNORECASE)
    for brand in BRANDS:
        for name, text in _of_brand(brand).items():
            if language not in name.split("/"):
                continue
            allowed = _TWO_YEARS if "loyalty" in name else set()
            assert {x.lower() for x in span.findall(text)} <= allowed, name


def test_words_are_of_one_alphabet() -> None:
    """No word mixes Latin and Cyrillic letters, as the document's anonymity does (seeds 1.4)."""
    mixed = [
        f"{name}: {word}"
        for name, text in everything_written().items()
        for word in re.findall(r"\w+", PLACEHOLDER.sub(" ", text))
        if len(_scripts(word)) > 1
    ]
    assert [] == mixed


def test_texts_are_composed() -> None:
    """Every text is in Unicode's composed form, so that a fingerprint is stable."""
    assert [] == [n for n, t in everything_written().items() if not _is_composed(t)]


def _is_composed(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def test_nothing_is_left_to_fill_in() -> None:
    """No notice and no page shows a brace to a customer."""
    shown = _of_brand("lmt") | _of_brand("amigo")
    assert [] == [name for name, text in shown.items() if "{" in text or "}" in text]


def test_codes_are_unique() -> None:
    """No two texts share the short code that links use."""
    every = [*notices().values()]
    assert len(every) == len({code_of(fingerprint(text)) for text in every})
