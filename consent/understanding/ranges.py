"""Numbers told as a range in free wording: "no otrās līdz piektajai", "пункты 2-5, спасибо".

What is said of the ends holds for what lies between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part

_NUMBERS = "numbers"
#: "2-5", "2.-5."; no date, no hour.
_DASHED = re.compile(r"(?<![\d.:/-])(\d)\.? ?- ?(\d)(?![\d:/]|[.-]\d)")
_MARKS = ".,;:!?"

#: The purposes of each range, from one end to the other.
Ranges = tuple[tuple[str, ...], ...]


def ranges(folded: str, lexicon: Lexicon) -> Ranges:
    """Return the ranges of a message."""
    return tuple(
        tuple(lexicon.purposes[number] for number in range(low, high + 1))
        for low, high in map(sorted, _ends(folded, lexicon))
    )


def _ends(folded: str, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    words = folded.split(" ")
    told = [(found[1], found[2]) for found in _DASHED.finditer(folded)]
    told += [
        (before, after)
        for before, to, after in zip(words, words[1:], words[2:], strict=False)
        if Part.TO in lexicon.phrases.get(to, {})
    ]
    for ends in told:
        low, high = (_number(word.strip(_MARKS), lexicon) for word in ends)
        if low and high:
            yield low, high


def _number(word: str, lexicon: Lexicon) -> int:
    """Return the number on screen that a word is; 0 if it is none."""
    meant = {found.cue.value for found in lexicon.cues.find((word,)) if found.cue.name == _NUMBERS}
    return next((number for number, purpose in lexicon.purposes.items() if purpose in meant), 0)


def filled(things: list[str], told: Ranges) -> list[str]:
    """Return things with all of a range of which an end is among them, in order of numbers.

    If anything else is, one end alone is no consent but an hour: "don't call me from 2 to 5".
    """
    for purposes in told:
        ends = {purposes[0], purposes[-1]} & set(things)
        rest = [thing for thing in things if thing not in ends]
        if len(ends) > 1 or (ends and not rest):
            things = list(dict.fromkeys((*purposes, *rest)))
        else:
            things = rest
    return things
