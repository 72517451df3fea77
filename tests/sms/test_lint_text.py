"""What an advertising text costs by its characters, and what makes it unsafe to send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.encoding import Encoding, cost
from sms.lint.characters import REPLACEMENTS, gsm
from sms.lint.findings import Level
from sms.lint.length import room
from sms.lint.risks import SHORTENERS
from tests.sms.ad_checks import BY_NAME, BY_NUMBER, errors, findings, quoted, report

EN = "LMT: only today, new phones for you. Opt out: STOP 1"
LV = "LMT: tikai šodien, jauni telefoni Jums. Atteikties: STOP 1"
PLAIN_LV = "LMT: tikai sodien, jauni telefoni Jums. Atteikties: STOP 1"
RU = "LMT: только сегодня, новые телефоны для Вас. Отписка: СТОП 1"


@pytest.mark.parametrize(
    ("char", "instead"),
    [
        pytest.param("“", '“"”', id="quotation mark"),
        pytest.param("’", "“'”", id="apostrophe"),
        pytest.param("–", "“-”", id="dash"),
        pytest.param("…", "“...”", id="ellipsis"),
        pytest.param("№", "“Nr.”", id="number sign"),
        pytest.param("\u00a0", "a plain space", id="no-break space"),
        pytest.param("\u202f", "a plain space", id="narrow no-break space"),
        pytest.param("\t", "a plain space", id="tab"),
        pytest.param("ó", "“o”", id="foreign letter"),
        pytest.param("ī", "“i”", id="Latvian letter"),
    ],
)
def test_what_forces_ucs2_is_named_with_its_replacement(char: str, instead: str) -> None:
    """In a text that could go in GSM-7, each other character is a warning with its place."""
    text = EN.replace("new", f"a{char}b{char}", 1)
    found = findings(text)["forces_ucs2"]
    assert (Level.WARNING, text.index(char)) == (found.level, found.offset)
    assert f"Write {instead}." in found.message
    assert "2 times" in found.message
    assert Encoding.GSM7 is cost(gsm(text)).encoding


def test_what_a_replacement_saves_is_said() -> None:
    """Parts are named where replacing saves any, and not where it saves none."""
    assert "instead of" not in findings("LMT: new – phones today")["forces_ucs2"].message
    long = EN + " –" + " really" * 12
    assert "3 parts instead of 1" in findings(long)["forces_ucs2"].message


@pytest.mark.parametrize("char", sorted(REPLACEMENTS))
def test_replacements_are_in_gsm(char: str) -> None:
    """Everything to be replaced forces UCS-2, and what replaces it does not."""
    assert Encoding.UCS2 is cost(char).encoding
    assert Encoding.GSM7 is cost(REPLACEMENTS[char]).encoding


@pytest.mark.parametrize("text", [RU, LV], ids=["ru", "lv"])
def test_typography_costs_nothing_where_the_letters_do(text: str) -> None:
    """Where the language itself needs UCS-2, dashes and quotation marks are nobody's fault."""
    typed = text.replace(",", " –").replace(":", ": „", 1)
    assert "forces_ucs2" not in findings(typed)


def test_plain_latvian_is_offered_where_it_saves_a_part() -> None:
    """Diacritics that cost parts are noted with what the text costs without them."""
    long = LV.replace("Jums", "Jums un visiem draugiem")
    assert "2 parts; without diacritics 1" in findings(long)["diacritics"].message
    assert "“šodien”" in findings(long)["diacritics"].message
    assert {} == findings(LV)
    assert {} == findings(PLAIN_LV)


def test_letters_that_are_two_characters_are_named() -> None:
    """Letters with separate marks cost more than those that are one character."""
    composed, decomposed = "š", "s\u030c"
    found = findings(LV.replace(composed, decomposed))
    assert "decomposed" in found
    assert report(LV.replace(composed, decomposed)).characters == report(LV).characters + 1
    assert "lv" == report(LV.replace(composed, decomposed)).language


@pytest.mark.parametrize(
    ("emoji", "units"),
    [
        pytest.param("👋", 2, id="one"),
        pytest.param("👋🏽", 4, id="with a skin colour"),
        pytest.param("👨‍👩‍👧", 8, id="family"),
        pytest.param("❤️", 2, id="with a variant"),
        pytest.param("🎄🎄🎄", 6, id="three"),
    ],
)
def test_emoji_are_counted(emoji: str, units: int) -> None:
    """Emoji are a warning where they alone force UCS-2, else a note; both say what they take."""
    found = findings(f"{EN} {emoji}")["emoji"]
    assert (Level.WARNING, len(EN) + 1) == (found.level, found.offset)
    assert f"take {units} characters and force UCS-2" in found.message
    russian = findings(f"{RU} {emoji}")["emoji"]
    assert (Level.NOTE, True) == (russian.level, f"take {units} characters" in russian.message)
    assert "invisible_character" not in findings(f"{EN} {emoji}")


@pytest.mark.parametrize(
    ("over", "said"),
    [(0, None), (1, "1 character fewer"), (10, "10 characters fewer"), (11, None)],
)
def test_a_part_nearly_saved_is_noted(over: int, said: str | None) -> None:
    """A text a few characters over a part says how many."""
    text = EN + " " + "a" * (159 - len(EN) + over)
    found = findings(text).get("just_over")
    assert said == (found.message[: len(said)] if found and said else None)
    assert (said is None) == (found is None)


def test_many_parts_are_a_warning() -> None:
    """Three parts pass, four are worth a thought."""
    assert "many_parts" not in findings(EN + " aa" * 130)
    assert "4 parts" in findings(EN + " aa" * 150)["many_parts"].message


@given(st.text(st.sampled_from("aā€👋"), max_size=400))
def test_room_is_what_still_fits(text: str) -> None:
    """So many letters fit into the last part, and one more does not."""
    left = room(text)
    assert cost(text).parts == cost(text + "a" * left).parts < cost(text + "a" * (left + 1)).parts


@pytest.mark.parametrize(
    "left",
    [
        *("{name}", "{{ name }}", "{}", "%s", "%d", "%(name)s", "%NAME%", "[[bonus]]", "<vārds>"),
        *("${sum}", "*|FNAME|*", "#NAME#"),
    ],
)
def test_what_was_not_filled_in_is_refused(left: str) -> None:
    """A placeholder of any mailing tool is an error, with its place."""
    text = EN.replace("phones", left)
    assert {"placeholder"} == errors(text)
    assert left.split(maxsplit=1)[0] == quoted(text, BY_NUMBER, "placeholder").rstrip(".")


@pytest.mark.parametrize(
    "text", ["50% sale", "-20%data", "100%s", "a < b > c\n", "1 <3 you", "#LMT"]
)
def test_what_only_looks_unfilled_is_left_alone(text: str) -> None:
    """Percentages, comparisons and hash tags are no placeholders."""
    found = errors(EN.replace("phones", text))
    assert ("placeholder" in found) is ("< b >" in text)


@pytest.mark.parametrize("host", sorted(SHORTENERS))
def test_public_shorteners_are_refused(host: str) -> None:
    """A link that hides where it leads is an error, however it is written."""
    for link in (f"{host}/3xYz", f"https://{host}/3xYz", f"https://www.{host.upper()}/a"):
        assert "shortener" in errors(f"LMT: only today, {link}. Opt out: STOP 1")


@pytest.mark.parametrize("link", ["lmt.lv/bit.ly", "habit.ly/a", "bit.ly.lmt.lv", "a@bit.ly"])
def test_what_only_looks_shortened_is_left_alone(link: str) -> None:
    """A shortener's name inside another address is no shortener."""
    assert "shortener" not in errors(f"LMT: only today, {link} Opt out: STOP 1")


def test_one_link_is_enough() -> None:
    """The second link to sell is a warning; one to refuse is no second."""
    two = "LMT: only today lmt.lv/a or lmt.lv/b. Opt out: STOP 1"
    assert "lmt.lv/b." == quoted(two, BY_NUMBER, "links")
    refusing = "LMT: only today lmt.lv/a for you. Opt out: lmt.lv/b"
    assert {} == findings(refusing, BY_NAME)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param("90001234", "premium_number", id="premium"),
        pytest.param("+371 90 001 234", "premium_number", id="premium, spaced"),
        pytest.param("+7 495 123-45-67", "foreign_number", id="abroad"),
        pytest.param("80768076", None, id="free"),
        pytest.param("67000000", None, id="at home"),
        pytest.param("22.11.2026", None, id="a date"),
        pytest.param("12345678", None, id="no number"),
    ],
)
def test_dear_numbers_are_pointed_out(number: str, code: str | None) -> None:
    """A number that costs more than a call home is a warning, and no way to refuse."""
    calling = findings(f"LMT: only today, call {number} now. Opt out: STOP 1")
    assert ({code} if code else set()) == set(calling)
    refusing = errors(f"LMT: only today, see our stores. Opt out: call {number}", BY_NAME)
    assert (code is not None) is ("refusal_costs" in refusing)


def test_shouting_is_pointed_out() -> None:
    """A text mostly in capitals is a warning; a short one and one with a few words are not."""
    assert "100 %" in findings(PLAIN_LV.upper())["shouting"].message
    assert set() == errors(PLAIN_LV.upper())
    assert "shouting" not in findings("LMT: STOP 1 PIN")
    assert "shouting" not in findings(f"LMT AKCIJA! {PLAIN_LV}")


@pytest.mark.parametrize(
    ("char", "what"),
    [
        pytest.param("\u202e", "direction", id="override"),
        pytest.param("\u200f", "direction", id="mark"),
        pytest.param("\u200b", "invisible", id="zero width space"),
        pytest.param("\u00ad", "invisible", id="soft hyphen"),
        pytest.param("\ufeff", "invisible", id="byte order mark"),
        pytest.param("\x1b", "invisible", id="escape"),
        pytest.param("\x00", "invisible", id="null"),
        pytest.param("\ue000", "invisible", id="private use"),
    ],
)
def test_what_nobody_sees_is_refused(char: str, what: str) -> None:
    """Characters without a shape are errors with their place, and named by number."""
    text = EN.replace("new", f"n{char}ew")
    found = findings(text)
    assert {"invisible_character"} == set(found)
    assert text.index(char) == found["invisible_character"].offset
    assert what in found["invisible_character"].message
    assert f"U+{ord(char):04X}" in found["invisible_character"].message


def test_line_breaks_are_fine() -> None:
    """A text may have lines, of any system."""
    assert {} == findings(EN.replace(". ", ".\n")) == findings(EN.replace(". ", ".\r\n"))


@pytest.mark.parametrize(
    ("word", "letter"),
    [
        pytest.param("phоnes", "Cyrillic", id="о in Latin"),
        pytest.param("STОP", "Cyrillic", id="О in STOP"),
        pytest.param("тeлефоны", "Latin", id="e in Cyrillic"),
    ],
)
def test_letters_of_another_alphabet_are_pointed_out(word: str, letter: str) -> None:
    """A word of two alphabets is a wrong key or a way round filters."""
    found = findings(EN.replace("phones", word))["lookalike"]
    assert letter in found.message


@pytest.mark.parametrize("word", ["SMSки", "5GБ", "iPhone'ы", "IP-адрес", "Wi-Fi"])
def test_words_of_two_alphabets_that_nobody_mistakes_are_left_alone(word: str) -> None:
    """An ending in the other alphabet is how people write."""
    assert "lookalike" not in findings(RU.replace("телефоны", word))
