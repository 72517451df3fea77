"""Which of several numbers are to stay: "2 to 5 off, but keep 3", "с 2 по 5, кроме третьего".

A stop that is lost is worse than one too many. So a number only stays where nothing else is said
of it: "don't keep 3", "3 stays off" and "why is 3 kept?" keep nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part

_BUT, _MARKS, _PAUSES = "but", ".,;:!?()", ",;:!?()"
#: What stands beside a number that is kept, or between "except" and it: "the points 3 and 4".
_BESIDE = frozenset({Part.AND, Part.OF, Part.NUMBER, Part.CONSENT, Part.COURTESY})

#: "3", "3-й", "3rd"; not "3g".
_DIGIT = re.compile(r"([0-9])(?:-?(?:[а-я]{1,2}|st|nd|rd|th))?")
#: What stands between words.
APART = re.compile(r"[\W_]+")
_ANY_DIGIT = re.compile(r"\d")
_TOGETHER = str.maketrans("", "", "'-")
#: So many words at most make a "keep".
_LONGEST = 3

_Clause = list[str]


def kept(folded: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the purposes whose numbers stand behind an "except", or beside a "keep"."""
    return frozenset(
        purpose for clause in _clauses(folded, lexicon) for purpose in _kept(clause, lexicon)
    )


def left(folded: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the purposes of which all that a message says is that their numbers stay."""
    stay, rest = list[str](), list[str]()
    for clause in _clauses(folded, lexicon):
        (stay if _keeps(clause, lexicon) else rest).extend(clause)
    return frozenset(_numbered(stay, lexicon)) - (set(_numbered(rest, lexicon)) if stay else set())


def only_keeps(folded: str, lexicon: Lexicon) -> bool:
    """Say whether a message says no more than that numbers stay, which ends nothing for certain.

    "Keep only 3" says more.
    """
    words = [word.strip(_MARKS) for word in folded.split()]
    return _keeps(words, lexicon) and not any(_limits(word, lexicon) for word in words)


def _clauses(folded: str, lexicon: Lexicon) -> Iterator[_Clause]:
    """Yield what stands between pauses, and words like "but"; the point of "3." is no pause.

    It is one before another number: "3 and 6. 5 stays".
    """
    clause: _Clause = []
    words = folded.split()
    for word, following in pairwise((*words, "")):
        bare = word.strip(_MARKS).translate(_TOGETHER)
        if bare not in lexicon.letting and _turns(bare, lexicon):
            yield clause
            clause = []
        clause.append(bare)
        if word.rstrip(".")[-1:] in _PAUSES or _is_end(word, following, lexicon):
            yield clause
            clause = []
    yield clause


def _is_end(word: str, following: str, lexicon: Lexicon) -> bool:
    """Say whether the point behind a word ends a sentence."""
    if not word.endswith(".") or not word.strip(_MARKS).isdigit():
        return word.endswith(".")
    return not following.endswith(".") and bool(numbered(following.strip(_MARKS), lexicon))


def _kept(clause: _Clause, lexicon: Lexicon) -> Iterator[str]:
    """Yield the purposes that a clause keeps."""
    if _keeps(clause, lexicon):
        yield from _numbered(clause, lexicon)
        return
    at = 0
    while at < len(clause):
        length, senses = lexicon.phrase_at(clause, at)
        at += length
        if Part.EXCEPT in senses and (length > 1 or not _turns(clause[at - 1], lexicon)):
            yield from _behind(clause[at:], lexicon)


def _numbered(words: Sequence[str], lexicon: Lexicon) -> Iterator[str]:
    return filter(None, (numbered(word, lexicon) for word in words))


def _keeps(clause: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a clause is made of "keep", numbers and what stands beside them, and no more.

    "Don't touch" and "do not remove" keep as well.
    """
    at = 1 if clause and (_turns(clause[0], lexicon) or _limits(clause[0], lexicon)) else 0
    keeps = numbers = False
    while at < len(clause):
        length = _keep_at(clause, at, lexicon)
        if not length and not _is_beside(clause[at], lexicon):
            return False
        keeps = keeps or length > 0
        numbers = numbers or (not length and bool(numbered(clause[at], lexicon)))
        at += length or 1
    return keeps and numbers


def _keep_at(clause: Sequence[str], at: int, lexicon: Lexicon) -> int:
    """Return how many words make a "keep" here; none if none do."""
    lengths = range(min(_LONGEST, len(clause) - at), 0, -1)
    return next((n for n in lengths if " ".join(clause[at : at + n]) in lexicon.keeping), 0)


def _behind(words: Sequence[str], lexicon: Lexicon) -> Iterator[str]:
    """Yield the purposes of the numbers that come next."""
    for word in words:
        purpose = numbered(word, lexicon)
        if purpose:
            yield purpose
        elif not _is_beside(word, lexicon):
            return


def _is_beside(word: str, lexicon: Lexicon) -> bool:
    if word in lexicon.keeping or word in lexicon.letting or numbered(word, lexicon):
        return True
    return not _BESIDE.isdisjoint(lexicon.phrases.get(word, {}))


def _turns(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word is a "but"."""
    return any(found.cue.name == _BUT for found in lexicon.cues.find((word,)))


def _limits(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word is an "only"."""
    return Part.ONLY in lexicon.phrases.get(word, {})


def numbered(word: str, lexicon: Lexicon) -> str:
    """Return the purpose whose number on screen a word is; empty if it is none, or only counts."""
    digit = _DIGIT.fullmatch(word)
    if digit:
        return lexicon.purposes.get(int(digit[1]), "")
    sense = lexicon.phrases.get(word, {}).get(Part.COUNT)
    if sense is None or word in lexicon.counting:
        return ""
    return lexicon.purposes.get(int(sense.values[0]), "")


def has_number(folded: str, lexicon: Lexicon) -> bool:
    """Say whether a message may have a number at all: most have none."""
    if _ANY_DIGIT.search(folded):
        return True
    return not lexicon.numerals.isdisjoint(APART.split(folded))
