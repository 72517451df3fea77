"""What can be weighed in a message: its words, word pairs, letters and cues.

A trait is a short text such as `w=izslēdziet`; a message has a trait or has it not. The same
traits are taken when the weights are learnt (`tests.corpus.training`) and when they are used.
"""

from __future__ import annotations

from bisect import bisect_right
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
    found = {trait for word in words for trait in of_word(word)}
    found.update(around(words, clauses))
    if question:
        found |= {f"{question}:{trait}" for trait in found}
    return frozenset(found)


def around(words: tuple[str, ...], clauses: tuple[Clause, ...]) -> set[str]:
    """Return the traits that are not those of one word alone."""
    found = {_in_order(clauses)}
    found.update(_of_neighbours(words), _of_cues(clauses), _beside_cues(words, clauses))
    return found


def of_word(word: str) -> tuple[str, ...]:
    """Return the traits of a word, whatever stands beside it."""
    inside = f"<{word[:_MOST_LETTERS]}>"
    letters = [
        f"l={inside[at : at + length]}"
        for length in range(_SHORTEST, _LONGEST + 1)
        for at in range(len(inside) - length + 1)
    ]
    return (f"w={word}", f"p={word[:_STEM]}", *letters)


def _of_neighbours(words: tuple[str, ...]) -> list[str]:
    stems = [word[:_STEM] for word in words]
    found = [f"b={one} {two}" for one, two in pairwise(("<", *words, ">"))]
    found += [f"pb={one} {two}" for one, two in pairwise(("<", *stems, ">"))]
    found += [
        f"u={one} {two}" if one < two else f"u={two} {one}"
        for at, one in enumerate(stems, 1)
        for two in stems[at : at + _FAR]
    ]
    found.append(f"n={bisect_right(_LONG_MESSAGE, len(words))}")
    return found


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
