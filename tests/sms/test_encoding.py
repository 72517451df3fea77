"""What a text costs, against an independent library and the borders of the standard."""

from __future__ import annotations

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st
from smsutil.codecs import GSM_BASIC_CHARSET, GSM_EXT_CHARSET

from sms.encoding import Cost, Encoding, cost

_EXTENSION = "^{}\\[~]|€\f"
_EMOJI = "\N{WAVING HAND SIGN}"
_GSM = st.text(st.sampled_from(GSM_BASIC_CHARSET.replace("\x1b", "") + GSM_EXT_CHARSET))
_LATVIAN = st.text(st.sampled_from("āčēģīķļņšūž aei.,€" + _EMOJI), max_size=300)


def _cost(encoding: Encoding, units: int, parts: int) -> Cost:
    return Cost(encoding=encoding, units=units, parts=parts)


def _theirs(text: str) -> Cost:
    """Return the library's answer: it counts octets, two to a unit of UCS-2."""
    split = smsutil.split(text)
    if split.encoding == "gsm0338":
        return _cost(Encoding.GSM7, split.total_bytes, len(split.parts))
    return _cost(Encoding.UCS2, split.total_bytes // 2, len(split.parts))


@given(st.text(min_size=1, max_size=400).filter(lambda text: "\x1b" not in text))
def test_any_text_costs_what_the_library_says(text: str) -> None:
    """Encoding, units and parts of any text are those an independent library counts.

    Left out is the escape character, which that library takes for a letter, and the empty
    text, which it takes for UCS-2.
    """
    assert _theirs(text) == cost(text)


@given(_GSM.filter(bool))
def test_gsm_texts_cost_what_the_library_says(text: str) -> None:
    """The same for texts of GSM-7 letters alone, with extended ones among them."""
    assert Encoding.GSM7 is cost(text).encoding
    assert _theirs(text) == cost(text)


@given(_LATVIAN.filter(bool))
def test_latvian_texts_cost_what_the_library_says(text: str) -> None:
    """The same for Latvian letters and emoji, which take two units of UCS-2."""
    assert _theirs(text) == cost(text)


@given(st.integers(0, 1000), st.sampled_from(["a", "ā", "€", _EMOJI]))
def test_more_text_never_costs_less(length: int, letter: str) -> None:
    """One more letter never makes a text cheaper, and at most one part dearer."""
    shorter, longer = cost(letter * length).parts, cost(letter * (length + 1)).parts
    assert longer - shorter in {0, 1}


def test_empty_text_is_one_part() -> None:
    """An empty text costs one part of GSM-7, whatever the library says."""
    assert _cost(Encoding.GSM7, 0, 1) == cost("")


def test_escape_character_is_no_letter() -> None:
    """The escape itself cannot be sent in GSM-7: it would swallow the letter after it."""
    assert _cost(Encoding.UCS2, 1, 1) == cost("\x1b")


@pytest.mark.parametrize(
    ("length", "parts"),
    [(1, 1), (159, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)],
)
def test_borders_of_gsm(length: int, parts: int) -> None:
    """160 letters alone, 153 in each of several parts."""
    assert _cost(Encoding.GSM7, length, parts) == cost("a" * length)


@pytest.mark.parametrize(
    ("length", "parts"),
    [(1, 1), (69, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)],
)
def test_borders_of_ucs2(length: int, parts: int) -> None:
    """70 letters alone, 67 in each of several parts."""
    assert _cost(Encoding.UCS2, length, parts) == cost("ж" * length)


@pytest.mark.parametrize("letter", _EXTENSION)
def test_extended_letters_take_two_septets(letter: str) -> None:
    """A letter behind the escape costs two: 80 of them fill a text, 76 a part."""
    assert _cost(Encoding.GSM7, 2, 1) == cost(letter)
    assert _cost(Encoding.GSM7, 160, 1) == cost(letter * 80)
    assert _cost(Encoding.GSM7, 304, 2) == cost(letter * 152)
    assert _cost(Encoding.GSM7, 306, 3) == cost(letter * 153)


def test_escape_sequence_is_not_cut() -> None:
    """An extended letter that does not fit goes whole into the next part."""
    assert 2 == cost("a" * 152 + "a" + "€" * 76).parts
    assert 3 == cost("a" * 152 + "€" * 76 + "aa").parts


def test_surrogate_pair_is_not_cut() -> None:
    """An emoji that does not fit goes whole into the next part."""
    assert _cost(Encoding.UCS2, 134, 2) == cost("ж" * 67 + _EMOJI * 33 + "ж")
    assert _cost(Encoding.UCS2, 134, 3) == cost("ж" * 66 + _EMOJI * 33 + "жж")


def test_emoji_takes_two_units() -> None:
    """35 emoji fill a text; the 36th makes two parts."""
    assert [_cost(Encoding.UCS2, 70, 1), _cost(Encoding.UCS2, 72, 2)] == [
        cost(_EMOJI * n) for n in (35, 36)
    ]


@pytest.mark.parametrize("letter", "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽЖжёЁ«»“”„’–—…№•`\u00a0\u202f")
def test_one_letter_turns_the_whole_text(letter: str) -> None:
    """Every Latvian, Cyrillic and typographic character makes a text of 71 letters two parts."""
    assert _cost(Encoding.GSM7, 70, 1) == cost("a" * 70)
    assert _cost(Encoding.UCS2, 71, 2) == cost("a" * 70 + letter)


@pytest.mark.parametrize(
    "letter", "ABCxyz019@£$¥èéùìòÇØøÅåΔΩÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà_\n\r"
)
def test_letters_of_gsm_take_one_septet(letter: str) -> None:
    """The letters that language.md calls safe are safe."""
    assert _cost(Encoding.GSM7, 160, 1) == cost(letter * 160)
