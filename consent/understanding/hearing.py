"""A message weighed, as a whole and in each thing it mentions, by what examples taught."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from consent.understanding.clauses import Clause, Reading, read_clauses
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import Hearing, Piece, candidates, mention_traits, named_in
from consent.understanding.traits import traits
from consent.understanding.weights import Learned, shares

#: Both scopes of "all" are labels of their own.
MARKETING, EVERYTHING = "withdraw_all marketing", "withdraw_all all"
LABELS = (
    *(MARKETING, EVERYTHING, "withdraw", "grant", "pause", "status", "explain", "help"),
    *("human", "language", "yes", "no", "unclear"),
)
#: Labels that end something.
ENDING = (MARKETING, EVERYTHING, "withdraw")
#: A message is weighed piece by piece if it has so many.
_SEVERAL, _MANY = 2, 8


class Weighed(NamedTuple):
    """A message weighed."""

    hearing: Hearing
    traits: frozenset[str]
    #: Probability of each label.
    shares: Mapping[str, float]
    #: The share of its words that the lexicon lists or that were met in the examples.
    familiar: float


def listen(
    folded: str, lexicon: Lexicon, learned: Learned, question: str | None = None
) -> Weighed:
    """Return how a message weighs as a whole, as an answer if a question is open."""
    reading = read_clauses(folded, lexicon.cues, learned.spellings)
    found = traits(reading.words, reading.clauses, question)
    scores = learned.messages.scores(found)
    likely, label = _labelled(scores)
    evidence = {thing: 1 / (1 + math.exp(-scores[thing])) for thing in learned.things}
    pieces = tuple(_pieces(reading, learned)) if len(named_in(reading)) > 1 else ()
    hearing = Hearing(reading, question, label, likely[label], evidence, pieces)
    return Weighed(hearing, found, likely, _familiar(reading.words, lexicon, learned))


def _labelled(scores: Mapping[str, float]) -> tuple[dict[str, float], str]:
    """Return the probability of each label, and the likeliest."""
    likely = shares({name: scores[name] for name in LABELS})
    return likely, max(likely, key=likely.__getitem__)


def _familiar(words: tuple[str, ...], lexicon: Lexicon, learned: Learned) -> float:
    met = [
        word
        for word in words
        if word.isdigit() or word in lexicon.vocabulary or learned.messages.knows(f"w={word}")
    ]
    return len(met) / max(len(words), 1)


def _pieces(reading: Reading, learned: Learned) -> Iterator[Piece]:
    """Yield what stands between pauses and turns like "but", weighed by itself."""
    turns = (f.start for c in reading.clauses for f in c.found if f.cue.name == "but")
    starts = sorted({0, *reading.pauses, *turns})
    if not _SEVERAL <= len(starts) <= _MANY:
        return
    for start, end in pairwise((*starts, len(reading.words))):
        inside = tuple(_inside(reading.clauses, start, end))
        scores = learned.messages.scores(traits(reading.words[start:end], inside))
        likely, label = _labelled(scores)
        yield Piece(start, end, label, likely[label])


def _inside(clauses: tuple[Clause, ...], start: int, end: int) -> Iterator[Clause]:
    """Yield what was found between two words, its places counted from the first of them."""
    for clause in clauses:
        inside = (f for f in clause.found if start <= f.start and f.end <= end)
        kept = tuple(f.moved(-start) for f in inside)
        if kept:
            yield Clause(kept, question=clause.question)


def mentioned(hearing: Hearing, learned: Learned) -> dict[str, dict[str, float]]:
    """Return, for each thing a message may name, how probably it is wanted off or on."""
    return {
        thing: shares(
            learned.mentions.scores(mention_traits(hearing, thing, learned.things[thing]))
        )
        for thing in candidates(hearing)
    }
