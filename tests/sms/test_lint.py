"""Advertising texts before they go out: who sends them, how to refuse, in which language."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.catalogue import BrandId
from consent.errors import AddressBroken
from consent.notices import Form, plain
from locales import ROOT
from locales.ads import load_ads
from locales.wording import Texts
from sms.lint import LONGEST, lint
from sms.lint.advert import Draft
from sms.lint.findings import Level
from sms.lint.refusal import Effect
from sms.lint.replies import ANSWERED, BLOCKING
from sms.lint.sender import SenderBroken, SenderKind, parse_sender
from sms.lint.words import build_words, fold
from sms.render import render
from sms.webhook import PROVIDER_START, PROVIDER_STOP
from tests.locales.conversations import replies
from tests.locales.situations import Stage
from tests.locales.voices import SMS_VOICES, voice
from tests.sms.ad_checks import (
    BY_NAME,
    BY_NUMBER,
    NUMBER,
    SHORT,
    Circumstances,
    errors,
    findings,
    quoted,
    report,
)
from tests.understanding import CATALOGUE

BY_SHORT = Circumstances(sender=SHORT)
UNFILTERED = Circumstances(opt_out="off")
AMIGO = Circumstances(brand="amigo")

#: Texts as both brands could send them, that a number can send.
SOUND = [
    pytest.param("LMT: Tikai šonedēļ neierobežots internets. Atteikties: STOP 1", "lv", id="lv"),
    pytest.param("LMT: Tikai sonedel akcija majai. Atteikties: STOP 1", "lv", id="lv plain"),
    pytest.param(
        "LMT Viedtelevīzija bez maksas. Ja nevēlaties saņemt piedāvājumus, atbildiet STOP 1.",
        "lv",
        id="lv reply",
    ),
    pytest.param(
        "LMT: jauns tarifs. Nevēlies reklāmu? Sūti “stop 1”", "lv", id="lv question, quoted"
    ),
    pytest.param("LMT: jauns tarifs. STOP 1, lai atteiktos", "lv", id="lv reason after"),
    pytest.param("LMT: jauns tarifs. Atteikties: ATSAUKT 1", "lv", id="lv another word"),
    pytest.param("LMT: Только сегодня двойной трафик. Отписка: СТОП 1", "ru", id="ru"),
    pytest.param("LMT: Только сегодня. Чтобы отписаться, ответьте STOP 1", "ru", id="ru, Latin"),
    pytest.param("LMT: Новый тариф. Отправьте ОТПИСКА 1", "ru", id="ru another word"),
    pytest.param("LMT: Get 20% off all phones today. Opt out: STOP 1", "en", id="en"),
    pytest.param("LMT: new plans today. To stop these offers, reply STOP 1", "en", id="en reply"),
    pytest.param("LMT: new plans today. Text STOP SMS to opt out", "en", id="en channel"),
]


@pytest.mark.parametrize(("text", "language"), SOUND)
def test_a_sound_text_is_left_alone(text: str, language: str) -> None:
    """A text that names its sender and a refusal that works has neither errors nor warnings."""
    found = report(text)
    assert [] == [f for f in found.findings if f.level is not Level.NOTE]
    assert (language, True) == (found.language, found.sound)


@pytest.mark.parametrize(("text", "language"), SOUND)
def test_no_text_for_a_number_fits_a_name(text: str, language: str) -> None:
    """What tells customers to answer is refused where nobody can, and says what to write."""
    found = findings(text, BY_NAME)
    assert not report(text, BY_NAME).sound
    assert "80768076" in found["reply_to_name"].message
    assert language == report(text, BY_NAME).language


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("LMT: akcija tikai šodien. Atteikties: lmt.lv/stop", id="link"),
        pytest.param("LMT: akcija tikai šodien. Atteikties: zvaniet 80768076", id="number"),
        pytest.param("LMT: akcija tikai šodien. Zvani 80768076, lai atteiktos.", id="before"),
        pytest.param("LMT: akcija tikai šodien. Lai atteiktos, zvani uz 1632", id="short number"),
        pytest.param("LMT: akcija tikai šodien. Atteikties: info@lmt.lv", id="mail"),
        pytest.param("LMT: akcija. Atteikties: t.me/LmtBot?start=offers", id="deep link"),
        pytest.param("LMT: akcija. Lai atteiktos, sūti STOP 1 uz 1632", id="word to a number"),
        pytest.param("LMT: akcija. Sūti uz 20000000 STOP 1, lai atteiktos", id="number first"),
        pytest.param("LMT: скидка сегодня. Отписка: lmt.lv/stop", id="ru"),
        pytest.param("LMT: a discount today. Unsubscribe: lmt.lv/stop", id="en"),
    ],
)
def test_a_name_can_send_another_way(text: str) -> None:
    """A link, an address, a number or a word for a number is a refusal that a name can show."""
    assert set() == errors(text, BY_NAME)
    assert "links" not in findings(text, BY_NAME)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("LMT: tikai šodien jauns tarifs veikalos", id="nothing"),
        pytest.param("LMT: tikai šodien jauns tarifs, lmt.lv/akcija", id="a link to buy"),
        pytest.param("Stop augstiem rēķiniem! LMT tarifs par 9.99 EUR", id="stop as a verb"),
        pytest.param("LMT: nonstop internets šodien, stop-cena", id="stop in a word"),
        pytest.param("LMT: lmt.lv/stop-1 un lmt.lv/STOP", id="stop in a link"),
        pytest.param("LMT: tikai šodien. Nevēlies gaidīt? Zvani 80768076", id="no wish to wait"),
        pytest.param(
            "LMT: Pieteikties: lmt.lv/a. Visa vasara vēl priekšā! Atteikties varat jebkad",
            id="a link of another sentence",
        ),
    ],
)
@pytest.mark.parametrize("how", [BY_NUMBER, BY_NAME], ids=["number", "name"])
def test_a_text_without_refusal_is_refused(text: str, how: Circumstances) -> None:
    """A text that does not say how to refuse is an error, which shows one that would work."""
    message = findings(text, how)["refusal_missing"].message
    assert ("STOP 1" if how is BY_NUMBER else "80768076") in message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("Atteikties: NĒ", "refusal_not_understood", id="a no to nothing"),
        pytest.param("Atteikties: STOP 9", "refusal_not_understood", id="no such consent"),
        pytest.param("Atteikties: AKCIJA", "refusal_not_understood", id="no such word"),
        pytest.param("Atteikties: STOP 3", "refusal_of_another", id="another consent"),
        pytest.param("Atteikties: STOP ZVANI", "refusal_of_another", id="another channel"),
        pytest.param("Atteikties: STOP 7", "refusal_ends_some", id="former customers"),
        pytest.param("Atteikties: STOP APTAUJAS", "refusal_ends_some", id="a topic"),
        pytest.param("Atteikties: STOP VISU", "refusal_ends_all", id="everything"),
        pytest.param("jauns tarifs visiem. STOP 1", "refusal_unexplained", id="no reason"),
        pytest.param("Atteikties: lmt.lv/stop", "refusal_without_stop", id="a link alone"),
    ],
)
def test_the_word_shown_must_end_the_advertising(text: str, code: str) -> None:
    """The word is read as customers' messages are: what it does decides, not that it is there."""
    found = findings(f"LMT: tikai šodien. {text}")
    assert code in found
    assert "refusal_missing" not in found
    assert ("refusal_" in code and found[code].level is Level.ERROR) == (
        code in {"refusal_not_understood", "refusal_of_another"}
    )


def test_the_word_is_read_as_it_would_be_typed() -> None:
    """Exactly the shown word goes to the understanding, in the language of the text."""
    asked: list[tuple[str, str | None]] = []

    def reads(text: str, language: str | None) -> Effect:
        asked.append((text, language))
        return Effect.ENDS_ADS

    words = {x: build_words(x, p) for x, p in load_ads(ROOT, CATALOGUE).items()}
    draft = Draft(
        text="LMT: jau šodien. Lai atteiktos, atbildiet “Nost no 1” tagad.",
        brand=CATALOGUE.brands[BrandId("lmt")],
        sender=parse_sender(NUMBER, filtered=False),
    )
    assert lint(draft, words, reads).sound
    assert {("Nost no 1", "lv")} == set(asked)


def test_a_bare_stop_blocks_where_the_provider_filters() -> None:
    """STOP alone is fine only for senders whose provider leaves it to us."""
    text = "LMT: akcija tikai šodien. Atteikties: STOP"
    assert "STOP 1" in findings(text)["stop_blocks_all"].message
    assert "stop_blocks_all" in findings(text, replace(UNFILTERED, opt_out="advanced"))
    assert {} == findings(text, UNFILTERED)
    assert {} == findings(text, BY_SHORT)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("reply CANCEL to end it", "provider_blocks", id="cancel"),
        pytest.param('send "Quit" to leave', "provider_blocks", id="quoted"),
        pytest.param("STOP 1 or END", "provider_blocks", id="in a choice"),
        pytest.param("help: HELP", "provider_answers", id="after a colon"),
        pytest.param("menu: INFO - prices", "provider_answers", id="in a menu"),
        pytest.param("reply START now", "provider_answers", id="start"),
    ],
)
def test_words_the_provider_acts_upon_are_no_commands(text: str, code: str) -> None:
    """They block or answer in our place, on a number the provider filters and nowhere else."""
    advert = f"LMT: new offers today, {text}. Opt out: STOP 1"
    assert code in findings(advert)
    assert code not in findings(advert, UNFILTERED)
    assert code not in findings(advert, BY_SHORT)
    assert code not in findings(advert, BY_NAME)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("LMT: YES we can! New phones today. Opt out: STOP 1", id="a slogan"),
        pytest.param("LMT: start now, lmt.lv/INFO. Opt out: STOP 1", id="small, in a link"),
        pytest.param("LMT: send INFO to 1699 for the offers. Opt out: STOP 1", id="elsewhere"),
    ],
)
def test_words_that_are_no_commands_are_left_alone(text: str) -> None:
    """A slogan, a link, or a word for somebody else's number is nothing to the provider."""
    assert {} == findings(text)


def test_the_words_of_the_provider_are_those_the_door_knows() -> None:
    """What the checker warns of is what the provider does to messages that come in."""
    assert PROVIDER_STOP - {"STOP"} == BLOCKING
    assert PROVIDER_START <= ANSWERED


@pytest.mark.parametrize(
    "asked", ["atbildi JĀ", "sūti JA", "atbildi “piekrītu”", "atbildi JA 3", "sūti JA uz 1632"]
)
def test_no_campaign_asks_for_a_yes(asked: str) -> None:
    """An order by "yes" could answer the notice that a customer was just shown (law 1)."""
    text = f"LMT: tikai šodien, {asked}, lai pasūtītu. Atteikties: STOP 1"
    elsewhere = "1632" in asked
    assert elsewhere is not ("reply_is_consent" in errors(text))
    assert "reply_is_consent" in errors(text, BY_SHORT)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("LMT: jauns tarifs visiem. Opt out: STOP 1", "Atteikties", id="en in lv"),
        pytest.param("LMT: новый тариф. Atteikties: STOP 1", "Отписка", id="lv in ru"),
        pytest.param("LMT: new phones today. Отписка: СТОП 1", "Opt out", id="ru in en"),
        pytest.param("LMT: jauns tarifs visiem. Atteikties: СТОП 1", "Atteikties", id="letters"),
        pytest.param("LMT: jauns tarifs visiem. Unsubscribe: lmt.lv/x", "Atteikties", id="link"),
    ],
)
def test_the_refusal_is_in_the_language_of_the_text(text: str, wanted: str) -> None:
    """A refusal in another language is none, and the message shows one in the right language."""
    assert wanted in findings(text)["refusal_language"].message


def test_each_language_of_a_text_says_how_to_refuse() -> None:
    """In a text of two languages, readers of either can refuse; that it has two is noted."""
    two = "LMT: Tikai šodien visiem klientiem dāvana. Только сегодня подарок."
    lacking = findings(f"{two} Atteikties: STOP 1")
    assert "Russian part" in lacking["refusal_untranslated"].message
    complete = f"{two} Atteikties/Отписка: STOP 1"
    assert {"mixed_languages"} == findings(complete).keys() - {"diacritics"}
    assert "Только" == quoted(complete, BY_NUMBER, "mixed_languages")


def test_a_slogan_is_no_second_language() -> None:
    """Two foreign words are a name or a slogan."""
    text = "LMT: Samsung Galaxy, sale today! Tikai mūsu veikalos visiem. Atteikties: STOP 1"
    assert "mixed_languages" not in findings(text)
    assert "lv" == report(text).language


def test_the_language_said_is_believed_and_compared() -> None:
    """A language named by the writer counts; a text that reads otherwise is pointed out."""
    text = "LMT: Only today, new phones for you. Opt out: STOP 1"
    said = replace(BY_NUMBER, language="lv")
    assert "lv" == report(text, said).language
    assert "English" in findings(text, said)["language_differs"].message
    assert "language_differs" not in findings(text, replace(BY_NUMBER, language="en"))


def test_an_unknown_language_is_said() -> None:
    """A text in no language here cannot be checked fully, and says so."""
    found = report("LMT: 50% 24/7 XXL. STOP 1")
    assert None is found.language
    assert "language_unknown" in {f.code for f in found.findings}


@pytest.mark.parametrize(("language", "form"), SMS_VOICES)
def test_the_language_of_our_own_texts_is_recognised(
    texts: Texts, language: str, form: Form
) -> None:
    """Every longer SMS of the dialogue is recognised, with diacritics and without."""
    speaker = voice(texts, "lmt", language, form)
    said = [
        render(r, speaker, form) for r in replies(Stage(texts, "lmt", language, form)).values()
    ]
    longer = [text for text in said if len(text.split()) >= 10]
    assert len(longer) > 50
    assert [] == [text for text in longer if report(text).language != language]


@pytest.mark.parametrize(
    ("text", "how", "code"),
    [
        pytest.param("Tikai šodien akcija", BY_NUMBER, "sender_missing", id="nowhere"),
        pytest.param("Tikai šodien LMTV akcija", BY_NUMBER, "sender_missing", id="another word"),
        pytest.param(
            "Tikai šodien, lmt.lv", BY_NUMBER, "sender_in_address_only", id="in a link alone"
        ),
        pytest.param("Tikai šodien lmt akcija", BY_NUMBER, None, id="small letters"),
        pytest.param("Tikai šodien akcija", BY_NAME, None, id="as the sender"),
        pytest.param(
            "Tikai šodien", replace(BY_NAME, sender="LMT Info"), None, id="within the sender"
        ),
        pytest.param(
            "Tikai šodien", replace(BY_NAME, sender="INFO"), "sender_missing", id="another name"
        ),
        pytest.param("LMT: Amigo akcija", BY_NUMBER, "other_brand", id="another brand"),
        pytest.param("LMT: šodien", replace(BY_NAME, sender="Amigo"), "other_brand", id="sends"),
        pytest.param("Amigo: šodien", AMIGO, None, id="amigo"),
    ],
)
def test_the_sender_is_named(text: str, how: Circumstances, code: str | None) -> None:
    """Somewhere a customer reads which brand this is, and no other brand."""
    naming = {"sender_missing", "sender_in_address_only", "other_brand"}
    assert ({code} if code else set()) == findings(text, how).keys() & naming


@pytest.mark.parametrize(
    ("text", "kind", "sender"),
    [
        pytest.param("+371 2000 0000", SenderKind.NUMBER, NUMBER, id="spaces"),
        pytest.param("20000000", SenderKind.NUMBER, NUMBER, id="without country"),
        pytest.param("1632", SenderKind.SHORT, "1632", id="short"),
        pytest.param(" LMT Karte ", SenderKind.NAME, "LMT Karte", id="name"),
        pytest.param("5G LMT", SenderKind.NAME, "5G LMT", id="name with a digit"),
    ],
)
def test_senders_are_told_apart(text: str, kind: SenderKind, sender: str) -> None:
    """Numbers and short numbers can be answered, names cannot."""
    found = parse_sender(text, filtered=True)
    assert (kind, sender) == (found.kind, found.text)
    assert (kind is not SenderKind.NAME) is found.hears
    assert (kind is SenderKind.NUMBER) is found.filtered


@pytest.mark.parametrize("text", ["", "  ", "12", "LMT LATVIJA 1", "LMT!", "Лмт", "123456789"])
def test_no_sender_is_refused(text: str) -> None:
    """What no network would take as a sender is not checked for."""
    with pytest.raises(SenderBroken):
        parse_sender(text, filtered=False)


def test_a_broken_number_is_no_sender() -> None:
    """What begins like a number must be one."""
    with pytest.raises(AddressBroken):
        parse_sender("+12", filtered=False)


def test_a_sender_abroad_is_pointed_out() -> None:
    """Answering a number abroad can cost money."""
    text = "LMT: tikai šodien. Atteikties: STOP 1"
    assert "sender_foreign" in findings(text, replace(BY_NUMBER, sender="+447700900123"))
    assert "sender_foreign" not in findings(text)


@pytest.mark.parametrize("text", ["", " \n\t ", "\u00a0"], ids=["none", "blank", "no-break"])
def test_an_empty_text_is_the_only_thing_said(text: str) -> None:
    """Nothing is said about an empty text but that it is empty."""
    assert {"empty"} == findings(text).keys()


def test_a_text_too_long_is_refused() -> None:
    """1600 characters are the most; of a longer text only that is said."""
    text = "LMT: tikai šodien. Atteikties: STOP 1 "
    longest = text + "a" * (LONGEST - len(text))
    assert set() == errors(longest)
    assert ["too_long"] == [f.code for f in report(longest + "a").findings]


def test_a_report_says_what_sending_costs() -> None:
    """Parts, characters as charged, room in the last part, and the price of a thousand."""
    found = report("LMT: € " + "a" * 155, replace(BY_NUMBER, price=Decimal("0.045")))
    assert (2, 163, 143) == (found.parts, found.characters, found.left)
    assert Decimal(90) == found.cost_per_1000
    assert None is report("LMT").cost_per_1000


def test_the_heaviest_comes_first() -> None:
    """Errors before warnings before notes, each in the order of the text."""
    found = report("{a} %s LMT Amigo šis ir ļoti jauns tarifs, lmt.lv/a, lmt.lv/b un citur tepat")
    order = [
        (list(Level).index(f.level), -1 if f.offset is None else f.offset) for f in found.findings
    ]
    assert sorted(order) == order
    assert {Level.ERROR, Level.WARNING, Level.NOTE} == {f.level for f in found.findings}


_PIECES = [
    *("LMT", "STOP 1", "Atteikties: ", "reply ", "СТОП", "{x}", "lmt.lv/a", "80768076", "€", "ā"),
    *(
        "\u202e",
        "\x00",
        "\ud800",
        "👋🏽",
        "\n",
        "“",
        "не хотите получать",
        "to 1632",
        "a\u0304",
        ". ",
    ),
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=40).map("".join))
def test_any_text_is_checked(text: str) -> None:
    """Whatever is written, there is a report, and every place is in the text."""
    for how in (BY_NUMBER, BY_NAME):
        found = report(text, how)
        places = [f.offset for f in found.findings if f.offset is not None]
        assert all(0 <= place < len(text) for place in places)
        assert found.sound is not any(f.level is Level.ERROR for f in found.findings)


@given(st.text(max_size=60))
def test_folding_moves_nothing(text: str) -> None:
    """A folded text has every character at its old place."""
    assert len(text) == len(fold(text))
    assert fold(plain(text)) == fold(text)
