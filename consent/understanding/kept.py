"""Which of several numbers are to stay: "2 to 5 off, but keep 3", "с 2 по 5, кроме третьего".

A stop that is lost is worse than one too many. So a number only stays where nothing else is said
of it: "don't keep 3", "3 stays off" and "why is 3 kept?" keep nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part

_NUMBERS, _BUT, _MARKS, _PAUSES = "numbers", "but", ".,;:!?()", ",;:!?()"
#: What stands beside a number that is kept, or between "except" and it: "the points 3 and 4".
_BESIDE = frozenset({Part.AND, Part.OF, Part.NUMBER, Part.CONSENT, Part.COURTESY})

_Clause = list[str]


def kept(folded: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the purposes whose numbers stand behind an "except", or beside a "keep"."""
    return frozenset(
        purpose for clause in _clauses(folded, lexicon) for purpose in _kept(clause, lexicon)
    )


def only_keeps(folded: str, lexicon: Lexicon) -> bool:
    """Say whether a message says no more than that numbers stay, which ends nothing for certain.

    "Keep only 3" says more.
    """
    return _keeps([word.strip(_MARKS) for word in folded.split()], lexicon)


def _clauses(folded: str, lexicon: Lexicon) -> Iterator[_Clause]:
    """Yield what stands between pauses, and words like "but"; the point of "3." is no pause."""
    clause: _Clause = []
    for word in folded.split():
        bare = word.strip(_MARKS)
        if _turns(bare, lexicon):
            yield clause
            clause = []
        clause.append(bare)
        if word.rstrip(".")[-1:] in _PAUSES:
            yield clause
            clause = []
    yield clause


def _kept(clause: _Clause, lexicon: Lexicon) -> Iterator[str]:
    """Yield the purposes that a clause keeps."""
    if _keeps(clause, lexicon):
        yield from filter(None, (numbered(word, lexicon) for word in clause))
        return
    at = 0
    while at < len(clause):
        length, senses = lexicon.phrase_at(clause, at)
        at += length
        if Part.EXCEPT in senses and (length > 1 or not _turns(clause[at - 1], lexicon)):
            yield from _behind(clause[at:], lexicon)


def _keeps(clause: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a clause is made of "keep", numbers and what stands beside them, and no more."""
    first = 1 if clause and _turns(clause[0], lexicon) else 0
    rest = clause[first:]
    return (
        not lexicon.keeping.isdisjoint(rest)
        and any(numbered(word, lexicon) for word in rest)
        and all(_is_beside(word, lexicon) for word in rest)
    )


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


def numbered(word: str, lexicon: Lexicon) -> str:
    """Return the purpose whose number on screen a word is; empty if it is none."""
    meant = {found.cue.value for found in lexicon.cues.find((word,)) if found.cue.name == _NUMBERS}
    return next((purpose for purpose in lexicon.purposes.values() if purpose in meant), "")
