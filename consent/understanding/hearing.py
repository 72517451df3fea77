"""A message weighed, as a whole and in each thing it mentions, by what examples taught."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from consent.understanding.clauses import Clause, Reading, read_clauses
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import Hearing, Piece, candidates, mention_traits, named_in
from consent.understanding.scripts import one_script
from consent.understanding.spelling import unmarked, unstretched
from consent.understanding.text import Heard
from consent.understanding.tokens import tokens, told_beside
from consent.understanding.traits import of_cues, of_neighbours, of_word, traits
from consent.understanding.weights import Learned, shares

#: Both scopes of "all" are labels of their own.
MARKETING, EVERYTHING = "withdraw_all marketing", "withdraw_all all"
LABELS = (
    *(MARKETING, EVERYTHING, "withdraw", "grant", "pause", "status", "explain", "help"),
    *("human", "language", "yes", "no", "unclear"),
)
#: What ends one thing alone has a label of its own; "withdraw" is left for what ends several.
ONE = "withdraw {}"
#: Of things, the network says as well how probably each is wanted off, and on.
WANTED_OFF, WANTED_ON = "off {}", "on {}"
#: Labels that end something, and labels that change something.
ENDING = (MARKETING, EVERYTHING, "withdraw")
_CHANGING = (*ENDING, "grant")
#: So many words met lately are kept with what was learnt of them.
_MOST_MET = 10_000
#: Above the first it is plain what a message is that changes nothing; else above the second.
_PLAIN, _PLAIN_CHANGE = 0.97, 0.997
#: What the language model says counts for so much of the mean.
_ENCODED = 0.5
#: A longer message is read without it: its time grows with the length.
_MOST_ENCODED = 400
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
    #: What the language model was shown, if it was asked as well.
    shown: str | None = None
    #: How probably it ends something by the mean of what it and the others say, each by itself.
    ended: float = 0.0


def listen(
    heard: Heard, lexicon: Lexicon, learned: Learned, question: str | None = None
) -> Weighed:
    """Return how a message weighs as a whole, as an answer if a question is open."""
    reading = read_clauses(heard.folded, lexicon.cues, learned.spellings)
    judged = _judged(reading, question, learned, heard)
    likely, label = judged.likely, _likeliest(judged.likely)
    evidence = {thing: _share(judged.scores[thing]) for thing in learned.things}
    pieces = tuple(_pieces(reading, learned)) if len(named_in(reading)) > 1 else ()
    hearing = Hearing(reading, question, label, likely[label], evidence, judged.targets, pieces)
    if label in _CHANGING and len(candidates(hearing)) > 1:
        ordered = judged.ordered or _ordered(reading, question, learned)
        hearing = hearing._replace(wanted=_wanted(ordered, learned))
    is_doubted = judged.ordered is not None
    return Weighed(hearing, likely, doubted=is_doubted, shown=judged.shown, ended=judged.ended)


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


class _Judged(NamedTuple):
    """What a message is taken for: odds, and what follows from them."""

    scores: Mapping[str, float]
    likely: Mapping[str, float]
    targets: Mapping[str, float]
    #: What its words say in their order, and the language model, if they were asked.
    ordered: Mapping[str, float] | None = None
    #: What the language model was shown, if it was asked as well.
    shown: str | None = None
    #: How probably it ends something by the mean of what it and the others say, each by itself.
    ended: float = 0.0


def _judged(
    reading: Reading, question: str | None, learned: Learned, heard: Heard | None = None
) -> _Judged:
    """Return what a message is taken for: by its traits, its order, and the language model.

    Each is asked if those before it leave a doubt; the last counts as much as both others.
    Two of three messages are plain by their traits, and of those the others change next to
    nothing. A piece of a message, which nobody heard by itself, is not shown to the last.
    """
    said = _said(reading, question, learned)
    judged = _Judged(said, *_likely(said, learned))
    if _is_plain(judged):
        return judged
    ordered = _ordered(reading, question, learned)
    both = {name: (score + ordered[name]) / 2 for name, score in said.items()}
    judged = _Judged(both, *_likely(both, learned), ordered)
    encoder = learned.encoder
    if encoder is None or heard is None or len(heard.plain) > _MOST_ENCODED:
        return judged
    if _is_plain(judged):
        return judged
    shown = _legible(heard, reading, learned)
    told = encoder.scores(shown, question)
    all_three = _mixed(both, told, _ENCODED)
    each = _mixed(judged.likely, _likely(told, learned)[0], _ENCODED)
    ended = sum(each[label] for label in ENDING)
    ordered = _mixed(ordered, told, _ENCODED)
    return _Judged(all_three, *_likely(all_three, learned), ordered, shown, ended)


def _legible(heard: Heard, reading: Reading, learned: Learned) -> str:
    """Return a message as it was typed, with its marks, but in the letters that were meant."""
    if reading.retyped and _met_of(reading.words, learned) > _met_of(heard.tokens, learned):
        return " ".join(reading.words)
    words, folded = heard.plain.split(), heard.folded.split()
    if len(folded) < len(words):
        # Letters stood apart.
        return " ".join(folded)
    both = zip(words, folded, strict=False)
    meant = (word if unmarked(word) == plain else plain for word, plain in both)
    return " ".join(unstretched(one_script(word)) for word in meant)


def _met_of(words: Sequence[str], learned: Learned) -> int:
    """Return how many words were met in the examples."""
    return sum(learned.messages.knows(f"w={word}") for word in words)


def _mixed(one: Mapping[str, float], two: Mapping[str, float], share: float) -> dict[str, float]:
    """Return a mean of two, in which the second has this share."""
    return {name: (1 - share) * score + share * two[name] for name, score in one.items()}


def _is_plain(judged: _Judged) -> bool:
    """Say whether it is plain what a message is and, of a withdrawal, what it ends."""
    label = _likeliest(judged.likely)
    which = max(judged.targets.values()) if label == "withdraw" else 1.0
    needed = _PLAIN_CHANGE if label in _CHANGING else _PLAIN
    return judged.likely[label] * which > needed


def _ordered(reading: Reading, question: str | None, learned: Learned) -> dict[str, float]:
    return learned.order.scores(tokens(reading, question), told_beside(reading, question))


def _said(reading: Reading, question: str | None, learned: Learned) -> dict[str, float]:
    """Return what the traits of a message say; those of a word are looked up once.

    Letters that two words share count twice here and once where they were learnt: it makes no
    difference to what is read.
    """
    if question:
        return learned.messages.scores(traits(reading, question))
    places = learned.messages.rows.found((*of_neighbours(reading.words), *of_cues(reading)))
    return learned.messages.weighed(places, (_met(word, learned) for word in reading.words))


def _met(word: str, learned: Learned) -> int:
    known = learned.met.get(word)
    if known is None:
        if len(learned.met) >= _MOST_MET:
            learned.met.clear()
        known = learned.met[word] = learned.messages.added(of_word(word))
    return known


def _likely(
    scores: Mapping[str, float], learned: Learned
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the probability of each label, and of each thing that a withdrawal ends it alone."""
    found = shares({name: score for name, score in scores.items() if name not in learned.things})
    alone = {thing: found.get(_alone(thing), 0.0) for thing in learned.things}
    likely = {name: found[name] for name in LABELS}
    ending = likely["withdraw"] = likely["withdraw"] + sum(alone.values())
    return likely, {thing: share / (ending or 1.0) for thing, share in alone.items()}


@cache
def _alone(thing: str) -> str:
    return ONE.format(thing)


def _likeliest(likely: Mapping[str, float]) -> str:
    return max(likely, key=likely.__getitem__)


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
        likely = _judged(piece, None, learned).likely
        label = _likeliest(likely)
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
