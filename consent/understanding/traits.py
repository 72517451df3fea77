"""What can be weighed in a message: its words, word pairs, letters and cues.

A trait is a short text such as `w=izslēdziet`; a message has a trait or has it not. The same
traits are taken when the weights are learnt (`tests.corpus.training`) and when they are used.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from consent.understanding.clauses import Clause

_SHORTEST, _LONGEST = 4, 5
_MOST_LETTERS = 24
#: Words are paired by their stems, with stems no further off, in any order; beside a cue stand
#: so many, and these are a little longer.
_STEM, _FAR = 4, 5
_LONG_STEM, _BEFORE, _AFTER = 5, 3, 2
#: The order of so many cues is looked at.
_MOST_CUES = 6
_LONG_MESSAGE = (1, 2, 3, 5, 8, 13, 21, 34)


def traits(
    words: tuple[str, ...], clauses: tuple[Clause, ...], question: str | None = None
) -> frozenset[str]:
    """Return the traits of a message: its words, and the cues in its clauses.

    As the answer to a question it has each of them twice: once as in any message, once as in an
    answer to that kind of question.
    """
    plain = frozenset(
        (*_of_words(words), *_of_cues(clauses), _in_order(clauses), *_beside_cues(words, clauses))
    )
    return plain | {f"{question}:{trait}" for trait in plain} if question else plain


def _of_words(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        yield f"w={word}"
        yield f"p={word[:_STEM]}"
        yield from _letters(f"<{word[:_MOST_LETTERS]}>")
    for one, two in pairwise(("<", *words, ">")):
        yield f"b={one} {two}"
    stems = [word[:_STEM] for word in words]
    for one, two in pairwise(("<", *stems, ">")):
        yield f"pb={one} {two}"
    for at, one in enumerate(stems, 1):
        for two in stems[at : at + _FAR]:
            yield f"u={one} {two}" if one < two else f"u={two} {one}"
    yield f"n={sum(1 for length in _LONG_MESSAGE if length <= len(words))}"


def _letters(word: str) -> Iterator[str]:
    for length in range(_SHORTEST, _LONGEST + 1):
        for at in range(len(word) - length + 1):
            yield f"l={word[at : at + length]}"


def _of_cues(clauses: tuple[Clause, ...]) -> Iterator[str]:
    for clause in clauses:
        cues = {f.cue for f in clause.found}
        yield from (f"c={kind}.{name}.{value}" for kind, name, value, _ in cues)
        yield f"q={clause.question}"
        if clause.question:
            yield from (f"cq={kind}.{name}" for kind, name, _, _ in cues)


def _in_order(clauses: tuple[Clause, ...]) -> str:
    """Return the cues in the order in which they stand, each once in a row."""
    found = {(f.start, -f.end, f.cue.name) for clause in clauses for f in clause.found}
    names = [name for _, _, name in sorted(found)]
    return f"o={' '.join([name for name, _ in groupby(names)][:_MOST_CUES])}"


def _beside_cues(words: tuple[str, ...], clauses: tuple[Clause, ...]) -> Iterator[str]:
    stems = [word[:_LONG_STEM] for word in words]
    places = {(f.start, f.end, f.cue.name) for clause in clauses for f in clause.found}
    for start, end, name in places:
        yield from (f"cb={name} {stem}" for stem in stems[max(0, start - _BEFORE) : start])
        yield from (f"cf={name} {stem}" for stem in stems[end : end + _AFTER])
