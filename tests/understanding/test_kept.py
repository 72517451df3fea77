"""Numbers that are to stay while others end, in free wording, with the shipped words."""

from __future__ import annotations

import pytest

from consent.understanding import understand
from consent.understanding.kept import kept
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from tests.understanding import taught

LEXICON = load_lexicon(ROOT, load_catalogue(ROOT))


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw traffic profiling location", "withdraw 2-5 but leave 4 on"),
        ("withdraw traffic credit location", "stop 2-5, not 3"),
        ("withdraw traffic credit location", "turn off 2-5 and 3 stays"),
        ("withdraw traffic credit location", "izslēgt 2-5, bet 3 atstāt"),
        ("withdraw traffic profiling location", "atsaucu 2-5, 4 lai paliek"),
        ("withdraw traffic credit location", "izslēdziet no otrās līdz piektajai, izņemot trešo"),
        ("withdraw traffic location", "lūdzu izslēdziet 2.-5. punktu, bet 3. un 4. lai paliek"),
        ("withdraw traffic credit location", "отключите с 2 по 5, но 3 оставьте"),
        ("withdraw traffic profiling location", "отзовите пункты 2-5, а 4 оставьте"),
        (
            "withdraw offers profiling credit location loyalty",
            "пожалуйста, выключите с 1 по 6, а 2 пусть останется",
        ),
        (
            "withdraw traffic profiling loyalty",
            "I withdraw consents 2 through 6, please keep the fourth and the fifth",
        ),
    ],
)
def test_a_part_of_a_range_stays(expected: str, text: str) -> None:
    """What is to stay within a range does not end, and nothing outside it does."""
    assert expected == taught.told(understand(text, LEXICON))


@pytest.mark.parametrize("text", ["switch on 2 to 5, not 3", "ieslēdziet no 2 līdz 5, bet ne 3"])
def test_what_is_to_come_does_not_end(text: str) -> None:
    """An exception among what is to be given ends none of the others."""
    off = [wish.purposes for wish in understand(text, LEXICON).wishes if "withdraw" in wish.name]
    assert {purpose for purposes in off for purpose in purposes} <= {"profiling"}


@pytest.mark.parametrize("text", ["keep 3", "3 atstāt", "atstājiet 3", "3 оставить", "оставьте 3"])
def test_what_only_stays_ends_nothing_unasked(text: str) -> None:
    """It could mean that the others end; that is asked."""
    assert not understand(text, LEXICON).certain


@pytest.mark.parametrize(
    ("expected", "folded"),
    [
        ("profiling", "keep 3"),
        ("profiling", "3 stays"),
        ("profiling credit", "3 and 4 stay"),
        ("credit", "3 no, 4 stays"),
        ("profiling credit", "except for the points 3 and 4, thanks"),
        ("profiling", "всё кроме третьего"),
        ("profiling", "keep 3, stop all calls"),
        ("profiling", "leave 3 no calls"),
        ("profiling credit", "except 3, 4"),
        ("", "keep 3 off"),
        ("", "stays"),
        ("", "and stays"),
        ("", "not all of 3"),
        ("", "3 not"),
    ],
)
def test_where_a_number_stands(expected: str, folded: str) -> None:
    """Beside a word that keeps, right behind one that spares; not where it ends after all."""
    assert set(expected.split()) == kept(folded, LEXICON)
