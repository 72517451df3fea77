"""A message weighed, as a whole and in each thing it mentions, by what examples taught."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from consent.understanding.clauses import Clause, Reading, read_clauses
from consent.understanding.judging import judge, likeliest, of_things
from consent.understanding.kept import left
from consent.understanding.labels import CHANGING, WANTED_OFF, WANTED_ON
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import Hearing, Piece, candidates, mention_traits, named_in
from consent.understanding.ranges import Ranges, ranges
from consent.understanding.text import Heard
from consent.understanding.weights import Learned, shares

#: Odds beyond this are as good as certain.
_BEYOND = 500.0
#: A message is weighed piece by piece if it has so many.
_SEVERAL, _MANY = 2, 8


class Weighed(NamedTuple):
    """A message weighed."""

    hearing: Hearing
    #: Probability of each label.
    shares: Mapping[str, float]
    #: Its traits alone did not make it plain, so its words were read in their order as well.
    doubted: bool
    #: What the language model was shown, if it was asked what the message is.
    shown: str | None = None
    #: How probably it ends something by the mean of what it and the others say, each by itself.
    ended: float = 0.0
    #: The consents of each range of numbers.
    told: Ranges = ()
    #: Of which all that is said is that they stay.
    left: frozenset[str] = frozenset()


def listen(
    heard: Heard, lexicon: Lexicon, learned: Learned, question: str | None = None
) -> Weighed:
    """Return how a message weighs as a whole, as an answer if a question is open."""
    reading = read_clauses(heard.folded, lexicon.cues, learned.spellings)
    judged = judge(reading, question, learned, heard)
    likely, label = judged.likely, likeliest(judged.likely)
    evidence = {thing: _share(judged.scores[thing]) for thing in learned.things}
    names_several = len(named_in(reading)) >= _SEVERAL
    pieces = tuple(_pieces(reading, learned)) if names_several else ()
    hearing = Hearing(reading, question, label, likely[label], evidence, judged.targets, pieces)
    if label in CHANGING and len(candidates(hearing)) > 1:
        told = of_things(judged, reading, question, learned, heard)
        hearing = hearing._replace(wanted=_wanted(told, learned))
    is_doubted = judged.ordered is not None
    spans = ranges(reading.text, lexicon)
    stay = left(reading.text, lexicon) if names_several else frozenset[str]()
    return Weighed(hearing, likely, is_doubted, judged.shown, judged.ended, spans, stay)


def _share(score: float) -> float:
    """Return a probability; of odds beyond all measure, too."""
    return 1 / (1 + math.exp(-max(score, -_BEYOND)))


def _wanted(ordered: Mapping[str, float], learned: Learned) -> dict[str, tuple[float, float]]:
    """Return how probably each thing is wanted off, and on, by the order of words."""
    return {
        thing: (
            _share(ordered[WANTED_OFF.format(thing)]),
            _share(ordered[WANTED_ON.format(thing)]),
        )
        for thing in learned.things
    }


def familiar(words: tuple[str, ...], lexicon: Lexicon, learned: Learned) -> float:
    """Return the share of words that the lexicon lists or that were met in the examples."""
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
        piece = _inside(reading, start, end)
        likely = judge(piece, None, learned).likely
        label = likeliest(likely)
        yield Piece(start, end, label, likely[label])


def _inside(reading: Reading, start: int, end: int) -> Reading:
    """Return what stands between two words, its places counted from the first of them."""
    pauses = tuple(place - start for place in reading.pauses if start <= place < end)
    clauses = tuple(_clauses_inside(reading.clauses, start, end))
    return Reading(reading.words[start:end], pauses, clauses, reading.known)


def _clauses_inside(clauses: tuple[Clause, ...], start: int, end: int) -> Iterator[Clause]:
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
