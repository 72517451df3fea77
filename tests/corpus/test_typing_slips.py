"""Examples mistyped: close to what was meant, the same each time, and never a short word."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.examples import Example
from tests.corpus.typing_slips import mistyped, with_slips

NONE = frozenset[str]()
EXAMPLES = [
    Example(f"please stop calling me {n}", "en", "withdraw", frozenset({"call"}), NONE, NONE)
    for n in range(400)
]


def _draw(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - nothing is kept secret


def test_all_examples_stay_as_they_are() -> None:
    """Each example is learnt from as it was written; some a second time, with slips."""
    learnt = list(with_slips(EXAMPLES))
    assert set(EXAMPLES) <= set(learnt)
    again = learnt[len(EXAMPLES) :]
    assert 40 < len(again) < 160
    assert [e.text for e in learnt] == [e.text for e in with_slips(EXAMPLES)]


def test_a_mistyped_example_means_the_same() -> None:
    """Only the text differs; what is wanted off and on does not."""
    others = [e for e in with_slips(EXAMPLES) if e.text not in {x.text for x in EXAMPLES}]
    assert others
    assert {("en", "withdraw", frozenset({"call"}))} == {
        (e.language, e.label, e.off) for e in others
    }


@given(st.integers())
def test_short_words_stay(seed: int) -> None:
    """What turns a sentence round is short, and is never mistyped."""
    found = mistyped("nu ne to da не то do no it", _draw(seed))
    assert "nunetodaнетоdonoit" == found.replace(" ", "")


@pytest.mark.parametrize(
    "text", ["Lūdzu, vairs nezvaniet man!", "Отключите рекламу", "", "STOP", "👍👍👍👍", "ﷺ ﷺ ﷺ ﷺ"]
)
@given(seed=st.integers())
def test_slips_are_small(text: str, seed: int) -> None:
    """A message is as long as before, give or take a letter or two."""
    found = mistyped(text, _draw(seed))
    assert abs(len(found) - len(text)) <= 3
    assert bool(found) == bool(text)


def test_marks_may_be_missing() -> None:
    """Now and then all marks of Latvian letters are missing; й stays the letter it is."""
    found = {mistyped("āčēģīķļņšūž йй ёё", _draw(seed)) for seed in range(200)}
    plain = {text for text in found if "ā" not in text and "č" not in text}
    assert plain
    assert all("й" in text for text in found)
