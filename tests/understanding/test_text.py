"""One spelling: case, width, marks, look-alikes, spaced and stretched letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.understanding.spelling import fold, joined, plain, respellings
from consent.understanding.text import BEFORE_SIGN, OFF_SIGN, ON_SIGN, hear, symbol


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("stop", "  STOP\t\n"),
        ("stop 3", "ＳＴＯＰ　３"),
        ("stop", "st\u200bop\u202e"),
        ("don't", "don’t"),
        ("don't", "don`t"),
        ("3-", "3–"),
        ("#3", "№3"),
        ("jā", "JĀ"),
        ("ё й", "Ё Й"),
        ("3", "3\ufe0f\u20e3"),
        ("strasse", "Straße"),
    ],
)
def test_plain(expected: str, text: str) -> None:
    """Case, width, unseen characters and kinds of dashes make no difference; letters stay."""
    assert expected == plain(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("ja", "jā"),
        ("palidziba", "palīdzība"),
        ("край е", "край ё"),
        ("stop", "s.t.o.p"),
        ("stop 3", "s t o p 3"),
        ("стоп", "с-т-о-п"),
        ("stop", "st0p"),
        ("stop", "s\u0336t\u0336o\u0336p\u0336"),
        ("a b", "a b"),
        ("1 2 3", "1 2 3"),
    ],
)
def test_fold(expected: str, text: str) -> None:
    """Diacritics go, й stays; letters with one sign between them are one word."""
    assert expected == fold(plain(text))


def test_the_original_is_kept() -> None:
    """What was typed stays beside the forms that are compared."""
    heard = hear("JĀ,  Līga!")
    assert (heard.original, heard.plain, heard.folded) == ("JĀ,  Līga!", "jā, līga!", "ja, liga!")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (("stop", "3"), "stop3"),
        (("stop", "3", ON_SIGN), "stop 3+"),
        (("1", ON_SIGN, "2", OFF_SIGN, "3", ON_SIGN), "1✅ 2❌, 3✔️"),
        (("✅", "1", "❌", "2"), "✅1 ❌2"),
        (("❌", "1", "✅", "2"), "❌1✅2"),
        (("1", ON_SIGN, "2", OFF_SIGN), "1 ✅ 2 ❌"),
        (("1", ON_SIGN, "2", OFF_SIGN), "1. ✅\n2. ❌"),
        (("✅", "1", "❌", "2"), "✅ 1 ❌ 2"),
        (("stop",), "stop ❌"),
        (("5",), "5👍"),
        (("1", "ja", "2", "ne"), "1=jā 2=nē"),
        (("3", OFF_SIGN), "3 -"),
        (("sms", OFF_SIGN, "email", ON_SIGN), "sms-, email+"),
        (("1", "+", "2"), "1+2"),
        (("+", "371"), "+371"),
        ((BEFORE_SIGN, "3"), "-3"),
        (("sms", "+", "email"), "sms + email"),
        (("sms", "+", "email"), "sms+email"),
        (("2-4",), "2-4"),
        (("2.-4",), "2.-4."),
        (("2 - 4",), "2 - 4"),
        (("2-4", "-", "6"), "2-4-6"),
        (("3-е",), "3-е"),
        (("3rd",), "3rd"),
        (("12", "h"), "12h"),
        (("e-pasts",), "e-pasts"),
        (("stop",), "stop, stop. STOP!"),
        (("3", "3"), "3 3"),
        (("3", "?"), "3???"),
        (("a", "b"), "a – b"),
        (("3", "%"), "3%"),
        (("stop", "٣"), "stop٣"),
        (("1", "⁄", "2"), "½"),
        ((), "🌹 ..."),
    ],
)
def test_tokens(expected: tuple[str, ...], text: str) -> None:
    """Words, numbers and the signs that could change the sense are kept, in order."""
    assert expected == hear(text).tokens


@pytest.mark.parametrize(
    ("expected", "text"), [("?", "? ??"), ("👍", "👍👍"), ("👍👎", "👍 👎"), ("", "")]
)
def test_symbol(expected: str, text: str) -> None:
    """A run of one sign is that sign."""
    assert expected == symbol(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("partraukt", "paartraukt"),
        ("стоп", "стоооп"),
        ("стоп", "ctoп"),
        ("stop", "stор"),
        ("нет", "het"),
        ("stop", "ѕtор"),
        ("stop", "sτορ"),
        ("agree", "aгree"),
        ("noo", "noooo"),
    ],
)
def test_respellings(expected: str, text: str) -> None:
    """Doubled vowels, stretched letters and look-alikes of both directions are offered."""
    assert expected in set(respellings(text))


def test_joined() -> None:
    """Hyphens and apostrophes inside a word make no difference."""
    assert (joined("e-pasts"), joined("don't")) == ("epasts", "dont")


def test_growing_text_is_left_as_it_is() -> None:
    """Characters that would grow without measure in normal form are not expanded."""
    assert plain("\ufdfa" * 3) == "\ufdfa" * 3


@given(st.text())
def test_hearing_never_fails(text: str) -> None:
    """Whatever is typed can be heard, and hearing it twice gives the same."""
    assert hear(text) == hear(text)


@given(st.text())
def test_plain_is_small(text: str) -> None:
    """The normal form is at most a few times as long as the text, and has no double spaces."""
    assert len(plain(text)) <= 12 * len(text)
    assert "  " not in plain(text)
