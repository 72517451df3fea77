"""Numbers told as a range in free wording: "no otrās līdz piektajai", "пункты 2-5, спасибо".

What is said of both ends holds for what lies between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part

_NUMBERS = "numbers"
#: "2-5", "2.-5."; no date, no hour.
_DASHED = re.compile(r"(?<![\d.:/-])(\d)\.? ?- ?(\d)(?![\d:/]|[.-]\d)")
_MARKS = ".,;:!?"

#: What lies inside a range, and the ends of it.
Between = Mapping[str, tuple[str, str]]


def between(folded: str, lexicon: Lexicon) -> Between:
    """Return the purposes inside the ranges of a message, each with the two ends."""
    return {
        lexicon.purposes[number]: (lexicon.purposes[low], lexicon.purposes[high])
        for low, high in map(sorted, _ranges(folded, lexicon))
        for number in range(low + 1, high)
    }


def _ranges(folded: str, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
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


def filled(things: list[str], inside: Between) -> list[str]:
    """Return things with what is inside a range of which both ends are among them."""
    found = (purpose for purpose, ends in inside.items() if set(ends) <= set(things))
    return list(dict.fromkeys((*things, *found)))
