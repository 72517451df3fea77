"""Numbers told as a range in free wording: "no otrās līdz piektajai", "пункты 2-5, спасибо".

What is said of the ends holds for what lies between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part

_NUMBERS = "numbers"
#: "2-5", "2.-5."; no date, no hour.
_DASHED = re.compile(r"(?<![\d.:/-])(\d)\.? ?- ?(\d)(?![\d:/]|[.-]\d)")
_MARKS = ".,;:!?"

#: So many words in front of a range may join it to others: "and switch off from".
_IN_FRONT = 4


class Range(NamedTuple):
    """Numbers from one to another."""

    #: Its purposes, from one end to the other.
    purposes: tuple[str, ...]
    #: A word like "and" or a comma joins it to what else is wanted.
    listed: bool


Ranges = tuple[Range, ...]


def ranges(folded: str, lexicon: Lexicon) -> Ranges:
    """Return the ranges of a message."""
    return tuple(_ranges(folded, lexicon))


def _ranges(folded: str, lexicon: Lexicon) -> Iterator[Range]:
    for before, ends, after in _told(folded, lexicon):
        low, high = sorted(_number(word.strip(_MARKS), lexicon) for word in ends)
        if low:
            purposes = (lexicon.purposes[number] for number in range(low, high + 1))
            yield Range(tuple(purposes), _joins(before, after, lexicon))


def _told(folded: str, lexicon: Lexicon) -> Iterator[tuple[list[str], tuple[str, str], list[str]]]:
    """Yield the two ends of what may be a range, with the words before and behind it."""
    for found in _DASHED.finditer(folded):
        before, after = folded[: found.start()].split(), folded[found.end() :].split()
        yield before, (found[1], found[2]), after
    words = folded.split(" ")
    for at, (low, to, high) in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if Part.TO in lexicon.phrases.get(to, {}):
            yield words[:at], (low, high), words[at + 3 :]


def _joins(before: list[str], after: list[str], lexicon: Lexicon) -> bool:
    near = [*before[-_IN_FRONT:], *after[:1]]
    return any(Part.AND in lexicon.phrases.get(word, {}) for word in near) or any(
        word.endswith(",") for word in before[-_IN_FRONT:]
    )


def _number(word: str, lexicon: Lexicon) -> int:
    """Return the number on screen that a word is; 0 if it is none."""
    meant = {found.cue.value for found in lexicon.cues.find((word,)) if found.cue.name == _NUMBERS}
    return next((number for number, purpose in lexicon.purposes.items() if purpose in meant), 0)


def filled(things: list[str], told: Ranges, kinds: Mapping[str, str]) -> list[str]:
    """Return things with all of a range of which an end is among them, in order of numbers.

    Beside a channel both ends are no consents but hours, unless they are joined to it: "don't
    call me from 2 to 5", "no calls, and 2 to 5 off". Beside anything else one end alone is.
    """
    for purposes, listed in told:
        ends = {purposes[0], purposes[-1]} & set(things)
        rest = [thing for thing in things if thing not in ends]
        contacts = any(kinds[thing] != "P" for thing in rest)
        if (len(ends) > 1 and (listed or not contacts)) or (ends and not rest):
            things = list(dict.fromkeys((*purposes, *rest)))
        else:
            things = rest
    return things
