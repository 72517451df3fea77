"""Numbers told as a range in free wording: "no otrās līdz piektajai", "пункты 2-5, спасибо".

What is said of the ends holds for what lies between them, but beside a channel they may be hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part

_NUMBERS, _CHANNELS = "numbers", "channels"
#: "2-5", "2.-5."; no date, no hour.
_DASHED = re.compile(r"(?<![\d.:/-])(\d)\.? ?- ?(\d)(?![\d:/]|[.-]\d)")
_MARKS = ".,;:!?"

#: So many words in front of a range, and behind it, may join it to others.
_IN_FRONT, _BEHIND = 4, 6
#: What does so in front of it: "and switch off from", "the points".
_LISTING = frozenset({Part.AND, Part.NUMBER, Part.CONSENT})


class Range(NamedTuple):
    """Numbers from one to another."""

    #: Its purposes, from one end to the other.
    purposes: tuple[str, ...]
    #: What stands beside it makes it consents, whatever else is wanted.
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
            yield Range(tuple(purposes), _is_listed(before, after, lexicon))


def _told(folded: str, lexicon: Lexicon) -> Iterator[tuple[list[str], tuple[str, str], list[str]]]:
    """Yield the two ends of what may be a range, with the words before and behind it."""
    for found in _DASHED.finditer(folded):
        before, after = folded[: found.start()].split(), folded[found.end() :].split()
        yield before, (found[1], found[2]), after
    words = folded.split()
    for at, (low, to, high) in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if Part.TO in lexicon.phrases.get(to, {}):
            yield words[:at], (low, high), words[at + 3 :]


def _is_listed(before: list[str], after: list[str], lexicon: Lexicon) -> bool:
    """Say whether a word beside a range makes it one of several things that are wanted."""
    for word in reversed(before[-_IN_FRONT:]):
        if word.endswith(",") or _is(word, _LISTING, lexicon):
            return True
        if _names_channel(word, lexicon):
            return False
    behind = after[:_BEHIND]
    joints = (at for at, word in enumerate(behind) if word[-1] in _MARKS or _is_and(word, lexicon))
    joint = next(joints, _BEHIND)
    return any(_names_channel(word, lexicon) for word in behind[joint + 1 :])


def _is_and(word: str, lexicon: Lexicon) -> bool:
    return _is(word, frozenset({Part.AND}), lexicon)


def _is(word: str, parts: frozenset[Part], lexicon: Lexicon) -> bool:
    return not parts.isdisjoint(lexicon.phrases.get(word.strip(_MARKS), {}))


def _names_channel(word: str, lexicon: Lexicon) -> bool:
    found = lexicon.cues.find((word.strip(_MARKS),))
    listed = _is(word, frozenset({Part.CHANNEL}), lexicon)
    return listed or any(cue.cue.name == _CHANNELS for cue in found)


def _number(word: str, lexicon: Lexicon) -> int:
    """Return the number on screen that a word is; 0 if it is none."""
    meant = {found.cue.value for found in lexicon.cues.find((word,)) if found.cue.name == _NUMBERS}
    return next((number for number, purpose in lexicon.purposes.items() if purpose in meant), 0)


def filled(things: list[str], told: Ranges, kinds: Mapping[str, str]) -> list[str]:
    """Return things with all of a range of which an end is among them, in order of numbers.

    Beside a channel both ends are no consents but hours, unless something joins the two: "don't
    call me from 2 to 5", "no calls, and 2 to 5 off". One end alone beside anything else is an
    hour, too. What lies between hours may be named elsewhere, so it stays.
    """
    for purposes, listed in told:
        ends = {purposes[0], purposes[-1]} & set(things)
        rest = [thing for thing in things if thing not in purposes]
        beside_channel = any(kinds[thing] == "C" for thing in rest)
        meant = listed or not (beside_channel if len(ends) > 1 else rest)
        if ends and meant:
            things = list(dict.fromkeys((*purposes, *rest)))
        else:
            things = [thing for thing in things if thing not in ends]
    return things
