"""Lists of numbers in free wording, with the shipped words."""

from __future__ import annotations

import pytest

from consent.intents import IntentName, Scope
from consent.understanding import understand
from consent.understanding.kept import left
from consent.understanding.lists import lists
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from tests.builders import PURPOSES

LEXICON = load_lexicon(ROOT, load_catalogue(ROOT))
NUMBERS = {purpose: str(number) for number, purpose in enumerate(PURPOSES, 1)}


def _ended(text: str) -> str:
    """Return the numbers of what ends for certain, sorted; nothing may come."""
    intent = understand(text, LEXICON)
    assert all(wish.name is IntentName.WITHDRAW and wish.certain for wish in intent.wishes)
    return " ".join(sorted(NUMBERS[p] for wish in intent.wishes for p in wish.purposes))


@pytest.mark.parametrize(
    ("expected", "folded"),
    [
        (["1 4 7"], "hey, 1, 4 and 7 off"),
        (["1 4 5"], "1. 4. 5. off"),
        (["2 3"], "2/3 off, and 7 - 8 off"),
        (["2 3", "4 5"], "2 3 off 4 5 on"),
        (["2 3"], "second and third and me"),
        (["1 4 5"], "1., 4. un 5. nost"),
        (["7 8"], "sesto. 7 un 8"),
        (["1 2 8"], "1, 2, 8, двоику не трогать"),
        (["2 3"], "2nd and 3rd"),
        ([], "3g and 4g"),
        ([], "two or three times"),
        ([], "2 off and 3 off"),
        ([], "2-3, 22 3"),
        ([], "3 3 3"),
        ([], "and and"),
        ([], ""),
    ],
)
def test_numbers_in_a_row(expected: list[str], folded: str) -> None:
    """Signs and an "and" may stand between them; a dash makes a range, a word ends the row."""
    found = [" ".join(NUMBERS[p] for p in purposes) for _, purposes, _ in lists(folded, LEXICON)]
    assert expected == found


def test_what_stands_around_a_list() -> None:
    """Both sides are told, as they stand."""
    [(before, _, after)] = lists("hey, 1, 4 and 7. off", LEXICON)
    assert ("hey, ", ". off") == (before, after)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("1 4 7", "klau izslēdz man 1, 4 un 7"),
        ("1 4 7", "слушай выруби мне 1, 4 и 7 а"),
        ("2 5 8", "hey there turn off 2, 5, 8 today"),
        ("1 5 8", "īsi sakot 1 5 8 nost, lūdzu jūs tak"),
        ("1 5 8", "1 5 8 kill them, now, thx mate"),
        ("1 2 6 8", "убирай 1 2 6 8 бро"),
        ("1 4 8", "зачем мне 1,4,8 если я звоню раз в неделю? снимите"),
        ("1 6 7 8", "ja protiv 1, 6, 7 i 8"),
        ("2 3 7", "Nepiekrītu otrajam, trešajam un septītajam punktam."),
        ("3 6 8", "Trešo, sesto un astoto es atdodu jums atpakaļ, man tādus nevajag."),
        ("2 4 5", "Cik reižu jāraksta? Divnieku, četrinieku un piecinieku NOŅEMT!"),
    ],
)
def test_a_list_ends_whole(ending: str, text: str) -> None:
    """No number of a list is lost because little was learnt of it."""
    assert ending == _ended(text)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("2 4 5 6", "Ei, tas 2 4 5 6 man besī ārā, vāciet prom"),
        ("3 5 7", "davai 3,5,7 ara"),
        ("1 6 8", "Man ar maziem bērniem galva kūp, tāpēc vienkārši 1., 6. un 8. punktu projām."),
    ],
)
def test_what_lies_between_two_numbers_of_a_list_stays(ending: str, text: str) -> None:
    """Two numbers with a comma between them, "5, 7", are no range."""
    assert ending == _ended(text)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("1 3", "blin, 1 2 3 vyklyuchit, krome 2"),
        ("1 4", "1. 4. 5. off, but not 5, you thieves"),
        ("1 3", "слушайте, отключите 1 2 3 кроме 2"),
        ("4 6", "ну короче 4, 5 и 6 отключить, только не 5"),
        ("1 3", "klau, izslēdziet 1, 2 un 3, izņemot 2"),
        ("4 6", "nu 4 5 6 atslēgt, tikai ne 5"),
        ("3 6", "guys please switch off 3, 4 and 6 but keep 4"),
        ("3 6", "отключите мне 3,4,6, но 4 оставьте как есть"),
        ("3 6", "man lūdzu atslēdziet 3,4,6, bet 4 atstājiet kā ir"),
        ("1 2", "1 2 off except 7"),
        ("2 3 4 5", "stop 2-5 except 7"),
        ("4 7", "4 5 7 выключай а 5 пускай стоит"),
        ("1 8", "вырубить 1, 2, 8, двойку не вырубать!"),
        ("2 3 6", "Отключить 2, 3, 5, 6. Пятёрка пусть работает, мне не жалко"),
        ("2 4", "Прекратить 2, 4, 7; пункт 7 однако прошу не прекращать"),
        ("1 3 4 5 6", "всё с 1 по 6 отключайте, не считая 2"),
        ("5 6 8", "Ņemiet ārā 5, 6, 7 un 8. Ai nē, 7 tomēr paturēšu."),
        ("1 2 8", "Atvienojiet 1, 2, 8 (nevis 3, to es lietoju)."),
        ("2 4 5 6", "no 2 līdz 6 visus nost, tikai 3 neaiztieciet"),
        ("1 2 3 5", "visu no 1 lidz 5 ara bet ne 4"),
    ],
)
def test_what_is_to_stay_of_a_list_stays(ending: str, text: str) -> None:
    """The others end, and nothing that was not named."""
    assert ending == _ended(text)


@pytest.mark.parametrize(
    "text",
    ["не трогайте 2, отключите 7", "neaiztieciet 2, atslēdziet 7", "don't touch 2, switch off 7"],
)
def test_what_is_not_to_be_touched_stays(text: str) -> None:
    """It is the other one that ends."""
    assert _ended(text) == "7"


@pytest.mark.parametrize(
    ("expected", "folded"),
    [("2", "не трогайте 2, отключите 7"), ("", "keep 3, i said kill 3 and 4"), ("", "kill 3")],
)
def test_what_is_left(expected: str, folded: str) -> None:
    """A number of which more is said is not left alone."""
    assert expected == " ".join(NUMBERS[p] for p in left(folded, LEXICON))


@pytest.mark.parametrize("text", ["stop 1, 2 is fine for me, thanks", "stop 1. 2 is fine, thanks"])
def test_two_numbers_may_be_two_wishes(text: str) -> None:
    """A comma or a point between two numbers makes no list."""
    assert _ended(text) == "1"


def test_a_list_behind_an_except_is_what_stays() -> None:
    """It says nothing of what ends."""
    assert _ended("noņemiet visu no mana numura izņemot 1, 2 un 3") == "4 5 6 7 8"


def test_all_is_more_than_a_range() -> None:
    """Where a pause parts "everything" from a range, the exception is one of all."""
    intent = understand("2-5 off, no wait, everything off except 3", LEXICON)
    assert IntentName.WITHDRAW_ALL is intent.name or "offers" in intent.purposes


def test_what_is_kept_makes_no_list() -> None:
    """A part of it may be what stays."""
    intent = understand("stop 1, 2 and 3 i want to keep", LEXICON)
    assert "profiling" not in intent.purposes


def test_a_list_beside_all_is_asked_about() -> None:
    """It may be all of these."""
    intent = understand("короче 1 5 8 нафиг всё это", LEXICON)
    assert (intent.scope, intent.certain) == (Scope.ALL, False)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("1 4 5", "please switch off 1, 4 and 5 on my phone"),
        ("3", "switch off 3 on my phone"),
        ("3 4", "turn off 3 and 4 on my account"),
    ],
)
def test_whose_number_it_is_switches_nothing_on(ending: str, text: str) -> None:
    """The "on" of "on my phone" is no verb, and the phone no channel."""
    assert ending == _ended(text)
    assert not any(wish.channels for wish in understand(text, LEXICON).wishes)
