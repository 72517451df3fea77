"""Words are cut into the likeliest pieces."""

from __future__ import annotations

import math

import pytest

from consent.understanding.subwords import BEGIN, Subwords

UNKNOWN = 0
PIECES = {
    piece: (at, math.log(share))
    for at, (piece, share) in enumerate(
        {
            BEGIN: 0.1,
            f"{BEGIN}re": 0.2,
            f"{BEGIN}rek": 0.01,
            "klāma": 0.1,
            "lāma": 0.01,
            "k": 0.02,
            "s": 0.2,
        }.items(),
        start=1,
    )
}


@pytest.fixture
def subwords() -> Subwords:
    """Cut into a few pieces."""
    return Subwords(PIECES, UNKNOWN)


def _names(subwords: Subwords, text: str) -> list[str]:
    by_number = {number: piece for piece, (number, _) in PIECES.items()}
    return [by_number.get(number, "?") for number in subwords.cut(text)]


def test_the_likeliest_cut(subwords: Subwords) -> None:
    """Of two ways to cut a word, the likelier."""
    assert [f"{BEGIN}re", "klāma", "s"] == _names(subwords, "reklāmas")


def test_every_word_begins_anew(subwords: Subwords) -> None:
    """A word is cut by itself, whatever spaces stand around it."""
    assert [f"{BEGIN}re", BEGIN, "k", "s"] == _names(subwords, "  re ks ")


@pytest.mark.parametrize(
    ("text", "pieces"), [("žs", [BEGIN, "?", "s"]), ("", []), ("ž", [BEGIN, "?"])]
)
def test_a_letter_in_no_piece_is_unknown(subwords: Subwords, text: str, pieces: list[str]) -> None:
    """And only that letter."""
    assert pieces == _names(subwords, text)


def test_the_end_of_an_endless_word_is_not_read(subwords: Subwords) -> None:
    """What has so many letters is no word."""
    assert list(subwords.cut("s" * 1000)) == list(subwords.cut("s" * 48))


def test_what_is_kept_of_words_is_bounded(subwords: Subwords) -> None:
    """Words are cut the same after very many others."""
    before = list(subwords.cut("reklāmas"))
    for at in range(10_001):
        list(subwords.cut(f"s{at}"))
    assert before == list(subwords.cut("reklāmas"))
