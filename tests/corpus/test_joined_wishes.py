"""Examples joined in twos: both wishes are wanted, and the same pairs are made each time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from consent.understanding.labels import MARKETING
from tests.builders import CATALOGUE
from tests.corpus.examples import Example
from tests.corpus.joined_wishes import with_joined

NONE = frozenset[str]()


def _off(*things: str, text: str = "") -> Example:
    label = "withdraw" if things else MARKETING
    return Example(text or f"no {things}", "en", label, frozenset(things), NONE, NONE)


def _on(*things: str) -> Example:
    return Example(f"yes {things}", "en", "grant", NONE, frozenset(things), NONE)


def _made(*examples: Example) -> Sequence[Example]:
    return with_joined(examples, CATALOGUE, tried=60)[len(examples) :]


def test_all_examples_stay_as_they_are() -> None:
    """They come first, and the same pairs follow each time."""
    examples = [_off("sms"), _on("location"), _off("credit")]
    first = with_joined(examples, CATALOGUE, tried=60)
    assert examples == first[:3]
    assert len(first) > 20
    assert first == with_joined(examples, CATALOGUE, tried=60)


@pytest.mark.parametrize(
    ("one", "two", "label"),
    [
        (_off("sms"), _off("location"), "withdraw"),
        (_off("sms"), _on("email"), "withdraw"),
        (_on("traffic"), _on("email"), "grant"),
        (_off("loyalty_offers"), _off("offers"), "withdraw"),
        (_off(), _off("location"), MARKETING),
    ],
)
def test_both_wishes_are_wanted(one: Example, two: Example, label: str) -> None:
    """In either order, and nothing else."""
    made = _made(one, two)
    assert {(label, one.off | two.off, one.on | two.on)} == {(e.label, e.off, e.on) for e in made}
    assert {True, False} == {e.text.lower().startswith(one.text) for e in made}
    assert all(e.text.lower().endswith((one.text, two.text)) for e in made)


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param((_off("sms"), _on("sms")), id="the same thing"),
        pytest.param((_off("offers"), _off("sms")), id="offers, and a way to send them"),
        pytest.param((_off("loyalty_offers"), _on("news")), id="offers, and what is in them"),
        pytest.param((_off(), _off("offers")), id="advertising, and a part of it"),
        pytest.param((_off(), _off("call")), id="advertising, and a way to send it"),
        pytest.param((_off(), _on("research")), id="advertising, and a gift"),
        pytest.param((_off(), _off(text="no ads")), id="advertising twice"),
        pytest.param((_off("sms"), _off("credit", "traffic")), id="one that is several already"),
        pytest.param((_off("sms"), _off("credit", text="credit?")), id="a question"),
        pytest.param((_off("sms"), _off("credit", text="no " * 15)), id="a long one"),
        pytest.param(
            (_off("sms"), Example("no", "en", "no", NONE, NONE, NONE, "grant")), id="an answer"
        ),
    ],
)
def test_what_is_one_wish_or_none_is_not_joined(examples: Sequence[Example]) -> None:
    """Nothing is made of what belongs together, contradicts itself or is no plain wish."""
    assert not _made(*examples)


def test_but_stands_only_between_different_sides() -> None:
    """What both want ended is never joined by a "but"."""
    both = [e.text for e in _made(_off("sms"), _off("credit"))]
    assert not [text for text in both if ", but " in text]
    assert [e.text for e in _made(_off("sms"), _on("credit")) if ", but " in e.text]


def test_languages_are_not_mixed() -> None:
    """Each message is in one language."""
    latvian = Example("nē", "lv", "withdraw", frozenset({"credit"}), NONE, NONE)
    assert not _made(_off("sms"), latvian)
