"""What can be weighed in a message: its words, neighbours and letters, and its cues.

A trait is a short text such as `w=izslēdziet`; a message has a trait or has it not. The same
traits are taken when the weights are learnt (`tests.corpus.training`) and when they are used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby, pairwise

from consent.understanding.clauses import Clause, Reading

_SHORTEST, _LONGEST = 4, 5
_MOST_LETTERS = 24
#: Words are paired by their stems; beside a cue stand so many, and these are a little longer.
_STEM = 4
_LONG_STEM, _BEFORE, _AFTER = 5, 3, 2
#: The order of so many cues is looked at.
_MOST_CUES = 6
_LONG_MESSAGE = (1, 2, 3, 5, 8, 13, 21, 34)


def traits(reading: Reading, question: str | None = None) -> frozenset[str]:
    """Return all traits of a message.

    As the answer to a question it has each of them twice: once as in any message, once as in an
    answer to that kind of question.
    """
    found = {trait for word in reading.words for trait in of_word(word)}
    found.update(of_neighbours(reading.words), of_cues(reading))
    if question:
        found |= {f"{question}:{trait}" for trait in found}
    return frozenset(found)


def of_word(word: str, shortest: int = _SHORTEST) -> tuple[str, ...]:
    """Return the traits of a word, whatever stands beside it; so many letters are the fewest."""
    inside = f"<{word[:_MOST_LETTERS]}>"
    letters = [
        f"l={inside[at : at + length]}"
        for length in range(shortest, _LONGEST + 1)
        for at in range(len(inside) - length + 1)
    ]
    return (f"w={word}", f"p={word[:_STEM]}", *letters)


def of_neighbours(words: tuple[str, ...]) -> list[str]:
    """Return the traits of words that stand side by side."""
    stems = [word[:_STEM] for word in words]
    found = [f"b={one} {two}" for one, two in pairwise(("<", *words, ">"))]
    return found + [f"pb={one} {two}" for one, two in pairwise(("<", *stems, ">"))]


def of_cues(reading: Reading) -> frozenset[str]:
    """Return the traits of a message as a whole: its cues, and how long it is."""
    words, clauses = reading.words, reading.clauses
    found = {_in_order(clauses), f"n={bisect_right(_LONG_MESSAGE, len(words))}"}
    found.update(_of_cues(clauses), _beside_cues(words, clauses))
    return frozenset(found)


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
