"""What each word of a message brings along, in the order the words stand in."""

from __future__ import annotations

import pytest

from consent.understanding.clauses import Clause, Reading
from consent.understanding.cues import Cue, Found, Kind
from consent.understanding.tokens import SILENCE, tokens, told_beside, traits_of

HALT = Found(Cue(Kind.ACT, "stop", "", "en"), 0, 1, "halt")
EMAIL = Found(Cue(Kind.OBJECT, "channels", "email", "en"), 1, 2, "mail")


def _reading(text: str, *clauses: Clause, pauses: tuple[int, ...] = ()) -> Reading:
    return Reading(tuple(text.split()), pauses, clauses, 1.0)


def _said(*found: Found) -> Clause:
    return Clause(found, question=False)


@pytest.mark.parametrize(
    "trait",
    [
        pytest.param("w=advertising", id="the word"),
        pytest.param("p=adve", id="its beginning"),
        pytest.param("l=<ad", id="its first letters"),
        pytest.param("l=ing>", id="its last letters"),
        pytest.param("l=verti", id="five letters"),
    ],
)
def test_words(trait: str) -> None:
    """A word counts, whole and in part."""
    assert trait in traits_of(("advertising",))


def test_forms_of_a_word_have_something_in_common() -> None:
    """What was learnt of one form of a word speaks for the others."""
    one, two = set(traits_of(("advertising",))), set(traits_of(("advertisement",)))
    assert {"p=adve", "l=dvert"} <= one & two
    assert not one & set(traits_of(("продолжайте",)))


def test_a_word_without_end_has_few_traits() -> None:
    """A word longer than any real one is weighed by its beginning."""
    letters = "".join(chr(ord("a") + n % 26) for n in range(2000))
    assert len(traits_of((letters,))) < 80


def test_words_keep_their_order() -> None:
    """Each word stands between its neighbours; before the first and behind the last is an end."""
    assert [("", "start"), ("not",), ("stop",), ("", "end")] == tokens(_reading("not stop"))


def test_words_have_their_cues() -> None:
    """A word is marked with each cue it is part of, and with what the cue is about."""
    (_, halt, mail, it, _) = tokens(_reading("halt mail it", _said(HALT, EMAIL)))
    assert ("halt", "c=acts.stop", "v=acts.stop.") == halt
    assert ("mail", "c=objects.channels", "v=objects.channels.email") == mail
    assert ("it",) == it


def test_a_mark_counts_once() -> None:
    """However often a cue was found at a word, the word has its mark once, and few of them."""
    (_, halt, _) = tokens(_reading("halt", _said(HALT, HALT)))
    assert ("halt", "c=acts.stop", "v=acts.stop.") == halt
    many = [Found(Cue(Kind.ACT, f"act{n}", "", "en"), 0, 1, "halt") for n in range(99)]
    (_, halt, _) = tokens(_reading("halt", _said(*many)))
    assert len(halt) < 20


def test_a_cue_beyond_the_last_word() -> None:
    """A cue that reaches further than the message marks the words that are there."""
    (_, halt, _) = tokens(_reading("halt", _said(HALT._replace(end=3))))
    assert "c=acts.stop" in halt


def test_pauses_and_questions_are_marked() -> None:
    """A word behind a pause is told from one that is not; so is a question from a statement."""
    said = tokens(_reading("well halt", pauses=(1, 2)))
    assert [("well",), ("halt", "pause")] == said[1:-1]
    asked = tokens(_reading("halt", Clause((HALT,), question=True)))
    assert ("", "end", "?") == asked[-1]


def test_an_answer_says_what_was_asked() -> None:
    """As an answer, each word is marked with the question."""
    assert [("", "start", "a=grant"), ("sure", "a=grant"), ("", "end", "a=grant")] == tokens(
        _reading("sure"), "grant"
    )
    beside = told_beside(_reading("sure"))
    assert {"a=grant"} == told_beside(_reading("sure"), "grant") - beside


def test_silence_says_nothing() -> None:
    """Where no word stands there is nothing to weigh."""
    assert not traits_of(SILENCE)
    assert ("start",) == traits_of(("", "start"))
