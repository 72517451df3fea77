"""Numbers that are to stay while others end, in free wording, with the shipped words."""

from __future__ import annotations

import pytest

from consent.intents import IntentName
from consent.understanding import understand
from consent.understanding.kept import kept
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from tests.builders import PURPOSES

LEXICON = load_lexicon(ROOT, load_catalogue(ROOT))


NAMES = dict(enumerate(PURPOSES, 1))


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("2 3 5", "withdraw 2-5 but leave 4 on"),
        ("2 4 5", "turn off 2-5, 3 stays"),
        ("2 4 5", "switch off 2 to 5 but 3 can stay"),
        ("2 3 6", "I withdraw consents 2 through 6, please keep the fourth and the fifth"),
        ("2 4 5", "izslēgt 2-5, bet 3 atstāt"),
        ("2 3 5", "atsaucu 2-5, 4 lai paliek"),
        ("2 4 5", "izslēdziet no otrās līdz piektajai, izņemot trešo"),
        ("2 5", "lūdzu izslēdziet 2.-5. punktu, bet 3. un 4. lai paliek"),
        ("2 4 5", "отключите с 2 по 5, но 3 оставьте"),
        ("2 3 5", "отзовите пункты 2-5, а 4 оставьте"),
        ("1 3 4 5 6", "пожалуйста, выключите с 1 по 6, а 2 пусть останется"),
    ],
)
def test_a_part_of_a_range_stays(ending: str, text: str) -> None:
    """What is to stay within a range does not end, and nothing outside it does."""
    assert {NAMES[int(number)] for number in ending.split()} == _ended(text)


@pytest.mark.parametrize(
    "text",
    [
        "turn off 2-5, do not keep 3",
        "turn off 2-5, don't let 3 stay",
        "turn off 2-5, not 3 either",
        "2-5 off, 3 stays off too",
        "2-5 off, leave 3 disabled",
        "2-5 off and keep 3 out of it",
        "turn off 2-5, why would I keep 3",
        "stop 2-5, you keep 3 on against my will",
        "izslēdziet 2-5, nevajag atstāt 3",
        "izslēdziet 2-5, 3 lai nepaliek",
        "izslēdziet no 2 līdz 5, lai 3 nebūtu",
        "man nevajag ne 2-5, ne 3, ne 4",
        "отключите с 2 по 5, не оставляйте 3",
        "отзываю 2-5, и 3 пусть не останется",
        "отключите 2-5, 3 оставьте в покое",
        "отключите 2-5, не первый раз прошу",
    ],
)
def test_what_is_not_plainly_kept_ends(text: str) -> None:
    """A stop is not lost by a word of keeping that does not keep."""
    assert {"traffic", "profiling", "credit", "location"} <= _ended(text)


@pytest.mark.parametrize(
    "text",
    [
        "всё отключите, 2-5 оставьте, но не 3",
        "visu izslēdziet, 2-5 atstājiet, bet ne 3",
        "everything off, keep 2-5, but not 3",
        "оставьте 2-5, но не 3",
    ],
)
def test_a_range_that_stays_does_not_end(text: str) -> None:
    """An exception turns nothing round: what is to stay stays."""
    assert {"traffic", "credit", "location"}.isdisjoint(_ended(text))


def _ended(text: str) -> set[str]:
    wishes = understand(text, LEXICON).wishes
    return {p for wish in wishes if wish.name is IntentName.WITHDRAW for p in wish.purposes}


@pytest.mark.parametrize("text", ["3 atstāt", "atstājiet 3", "3 оставить", "keep the third"])
def test_what_only_stays_ends_nothing_unasked(text: str) -> None:
    """It could mean that the others end; that is asked."""
    assert not understand(text, LEXICON).certain


@pytest.mark.parametrize(
    ("expected", "folded"),
    [
        ("profiling", "keep 3"),
        ("profiling", "3 stays"),
        ("profiling", "3 can stay"),
        ("profiling credit", "3 and 4 stay"),
        ("credit", "3 no, 4 stays"),
        ("profiling", "keep 3, stop all calls"),
        ("profiling credit", "except for the points 3 and 4, thanks"),
        ("profiling", "всё кроме третьего"),
        ("profiling", "off, but 3 stays"),
        ("profiling", "all except 3 which I like, 4 off"),
        ("", "but 3 too"),
        ("", "keep 3 off"),
        ("", "do not keep 3"),
        ("", "stays"),
        ("", "leave me alone, 3"),
        ("", "3. leave me alone"),
        ("", ""),
        ("", "!?"),
    ],
)
def test_where_a_number_stands(expected: str, folded: str) -> None:
    """Behind an "except", or in a clause that says no more than that it stays."""
    assert set(expected.split()) == kept(folded, LEXICON)
