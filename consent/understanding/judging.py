"""What a message is taken for, by three readers: each is asked if those before it leave a doubt.

The first goes by traits whatever their order, the second by words in their order, the third is a
language model. The last two are always asked what becomes of several things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from consent.understanding.clauses import Reading
from consent.understanding.labels import CHANGING, ENDING, LABELS, ONE
from consent.understanding.scripts import one_script
from consent.understanding.spelling import unmarked, unstretched
from consent.understanding.text import Heard
from consent.understanding.tokens import tokens, told_beside
from consent.understanding.traits import of_cues, of_neighbours, of_word, traits
from consent.understanding.weights import Learned, shares

#: So many words met lately are kept with what was learnt of them.
_MOST_MET = 10_000
#: Above the first it is plain what a message is that changes nothing; else above the second.
_PLAIN, _PLAIN_CHANGE = 0.97, 0.999
#: So much of a mean counts what the order of words says, and then the language model.
_ORDERED, _ENCODED = 0.5, 0.65
#: A longer message is read without it: its time grows with the length.
_MOST_ENCODED = 400


class Judged(NamedTuple):
    """What a message is taken for: odds, and what follows from them."""

    scores: Mapping[str, float]
    likely: Mapping[str, float]
    targets: Mapping[str, float]
    #: What its words say in their order, and the language model, if they were asked.
    ordered: Mapping[str, float] | None = None
    #: What the language model was shown, if it was asked as well what the message is.
    shown: str | None = None
    #: How probably it ends something by the mean of what it and the others say, each by itself.
    ended: float = 0.0


def judge(
    reading: Reading, question: str | None, learned: Learned, heard: Heard | None = None
) -> Judged:
    """Return what a message is taken for: by its traits, its order, and the language model.

    Each is asked if those before it leave a doubt; the last counts nearly twice as much as both
    others. Two of three messages are plain by their traits, and of those the others change next
    to nothing. A piece of a message, which nobody heard by itself, is not shown to the last.
    """
    said = _said(reading, question, learned)
    judged = Judged(said, *_likely(said, learned))
    if _is_plain(judged):
        return judged
    ordered = in_order(reading, question, learned)
    both = _mixed(said, ordered, _ORDERED)
    judged = Judged(both, *_likely(both, learned), ordered)
    encoded = None if _is_plain(judged) else _encoded(heard, reading, question, learned)
    if encoded is None:
        return judged
    shown, told = encoded
    all_three = _mixed(both, told, _ENCODED)
    likely, _ = _likely({name: told[name] for name in said}, learned)
    each = _mixed(judged.likely, likely, _ENCODED)
    ended = sum(each[label] for label in ENDING)
    ordered = _mixed(ordered, told, _ENCODED)
    return Judged(all_three, *_likely(all_three, learned), ordered, shown, ended)


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


def _is_plain(judged: Judged) -> bool:
    """Say whether it is plain what a message is and, of a withdrawal, what it ends."""
    label = likeliest(judged.likely)
    which = max(judged.targets.values()) if label == "withdraw" else 1.0
    needed = _PLAIN_CHANGE if label in CHANGING else _PLAIN
    return judged.likely[label] * which > needed


def of_things(
    judged: Judged,
    reading: Reading,
    question: str | None,
    learned: Learned,
    heard: Heard,
) -> Mapping[str, float]:
    """Return what the order of words and the language model say of each thing.

    Whoever wants several things is heard by both, however plain it is that something ends.
    """
    ordered = judged.ordered or in_order(reading, question, learned)
    encoded = None if judged.shown else _encoded(heard, reading, question, learned)
    return _mixed(ordered, encoded[1], _ENCODED) if encoded else ordered


def _encoded(
    heard: Heard | None, reading: Reading, question: str | None, learned: Learned
) -> tuple[str, Mapping[str, float]] | None:
    """Return what the language model is shown and what it says; none if there is none to ask."""
    encoder = learned.encoder
    if encoder is None or heard is None or len(heard.plain) > _MOST_ENCODED:
        return None
    shown = _legible(heard, reading, learned)
    return shown, encoder.scores(shown, question)


def in_order(reading: Reading, question: str | None, learned: Learned) -> dict[str, float]:
    """Return what the words of a message say in their order."""
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


def likeliest(likely: Mapping[str, float]) -> str:
    """Return the label that is likeliest."""
    return max(likely, key=likely.__getitem__)
