"""Learning the weights of free wording from labelled examples: `make train`.

A speaker of a language adds lines to `examples.tsv`, `several.tsv` or `answers.tsv` and learns
anew. The same examples give the same weights: the order is drawn from a fixed seed.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from consent.catalogue import Catalogue
from consent.understanding.clauses import Reading, read_clauses
from consent.understanding.hearing import listen
from consent.understanding.labels import LABELS, ONE, WANTED_OFF, WANTED_ON
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import OFF, ON, SPOKEN_OF, candidates, mention_traits
from consent.understanding.misspelt import Spellings, build_spellings
from consent.understanding.network import Network
from consent.understanding.text import hear
from consent.understanding.tokens import tokens, told_beside
from consent.understanding.traits import traits
from consent.understanding.weights import Learned, Weights, build_weights
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_words
from locales.weights import FILE
from locales.weights_made import name_of_examples, weights_as_bytes
from tests.corpus import network
from tests.corpus.descent import ORDERS, Lesson, taught
from tests.corpus.examples import Example, read_examples
from tests.corpus.joined_wishes import with_joined
from tests.corpus.typing_slips import with_slips
from tests.corpus.whole_numbers import network_of

_STATES = (SPOKEN_OF, OFF, ON)
_MESSAGES = Lesson(len(LABELS), hidden=0.35, most=150_000, pace=0.4, louder=1.1)
_MENTIONS = Lesson(len(_STATES), hidden=0.3, most=40_000)
_FOLDS = 3
_KNOWN_FROM = 10
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

#: What is said of things in one message: traits of the mention, and what becomes of the thing.
_Mention = tuple[frozenset[str], int]


@dataclass(frozen=True, slots=True)
class Course:
    """How long is learnt, and whether what is rare counts."""

    #: Rounds of all examples, and of those from which evidence of mentions is learnt.
    rounds: int = 12
    rounds_apart: int = 6
    #: 0: what was met once is learnt from, too.
    rarest: int = 1
    #: So many parts are learnt at the same time.
    processes: int = 2


@dataclass(frozen=True, slots=True)
class Lessons:
    """Everything that is learnt from, and what it teaches."""

    examples: Sequence[Example]
    lexicon: Lexicon
    #: Nothing learnt but the words that are spelt right.
    blank: Learned
    course: Course

    def all_in_order(self) -> Network:
        """Return what words in their order say, by all examples."""
        return self._order(self.examples, self.course.rounds)

    def all_traits(self) -> Weights:
        """Return what traits say, by all examples."""
        return self._weights(self.examples, ORDERS)

    def mentions(self, fold: int) -> list[_Mention]:
        """Return the mentions of some examples, judged by what the others teach."""
        rest = [e for at, e in enumerate(self.examples) if at % _FOLDS != fold]
        order = self._order(rest, self.course.rounds_apart)
        learned = replace(self.blank, messages=self._weights(rest, 1), order=order)
        return [
            mention
            for example in self.examples[fold::_FOLDS]
            for mention in [*_mentions(example, self.lexicon, learned)] * example.weight
        ]

    def _order(self, examples: Sequence[Example], rounds: int) -> Network:
        examples = tuple(with_slips(examples))
        asked = self._asked(examples)
        words, beside = [tokens(*one) for one in asked], [told_beside(*one) for one in asked]
        known = network.heard(words, beside, rarest=self.course.rarest)
        labels = labels_of(self.blank.things)
        lesson = network.Lesson(one_of=len(labels.exclusive), rounds=rounds)
        learnt = network.learn(known, wanted_of(examples, labels.wanted), lesson)
        return network_of(learnt, known, labels.wanted, lesson)

    def _weights(self, examples: Sequence[Example], orders: int) -> Weights:
        examples = tuple(with_slips(examples))
        found = [traits(*one) for one in self._asked(examples)]
        labels = labels_of(self.blank.things)
        lesson, told = replace(_MESSAGES, one_of=len(labels.exclusive)), labels.mentioned
        return taught(found, wanted_of(examples, told), told, lesson, orders)

    def _asked(self, examples: Sequence[Example]) -> list[tuple[Reading, str | None]]:
        cues, spellings = self.lexicon.cues, self.blank.spellings
        return [(read_clauses(hear(e.text).folded, cues, spellings), e.question) for e in examples]


class Labels(NamedTuple):
    """What is said of a message."""

    #: Labels of which one holds.
    exclusive: tuple[str, ...]
    #: The same, and what is mentioned.
    mentioned: tuple[str, ...]
    #: The same, and what is wanted off, and on.
    wanted: tuple[str, ...]


def labels_of(things: Iterable[str]) -> Labels:
    """Return the labels there are."""
    exclusive = (*LABELS, *map(ONE.format, things))
    states = (state.format(thing) for state in (WANTED_OFF, WANTED_ON) for thing in things)
    return Labels(exclusive, (*exclusive, *things), (*exclusive, *things, *states))


def wanted_of(examples: Sequence[Example], labels: tuple[str, ...]) -> network.Floats:
    """Return what is right for each label of each example, by what labels there are."""
    wanted = np.zeros((len(examples), len(labels)), np.float32)
    column = {label: at for at, label in enumerate(labels)}
    for at, example in enumerate(examples):
        right = {_label(example), *example.off, *example.on, *example.spoken_of}
        right |= {WANTED_OFF.format(thing) for thing in example.off}
        right |= {WANTED_ON.format(thing) for thing in example.on}
        wanted[at, [column[label] for label in right if label in column]] = 1
    return wanted


def learn(
    examples: Sequence[Example],
    lexicon: Lexicon,
    catalogue: Catalogue,
    course: Course = Course(),
) -> Learned:
    """Return what examples teach.

    Mentions are judged with evidence from messages the evidence was not learnt from.
    """
    blank = _blank(examples, catalogue)
    lessons = Lessons(examples, lexicon, blank, course)
    with ProcessPoolExecutor(course.processes) as pool:
        order, said = pool.submit(lessons.all_in_order), pool.submit(lessons.all_traits)
        mentions = [m for fold in pool.map(lessons.mentions, range(_FOLDS)) for m in fold]
        wanted = np.eye(len(_STATES), dtype=np.float32)[[state for _, state in mentions]]
        learnt = taught([found for found, _ in mentions], wanted, _STATES, _MENTIONS)
        return replace(
            lessons.blank, messages=said.result(), order=order.result(), mentions=learnt
        )


def _blank(examples: Sequence[Example], catalogue: Catalogue) -> Learned:
    things = things_of(catalogue)
    labels = labels_of(things).mentioned
    lesson = network.Lesson(one_of=len(labels), rounds=0, width=1, large=1, small=0, blind=0)
    known = network.heard([], [])
    untaught = network.learn(known, np.zeros((0, len(labels)), np.float32), lesson)
    return Learned(
        messages=_nothing(labels),
        order=network_of(untaught, known, labels, lesson),
        mentions=_nothing(_STATES),
        spellings=_spellings(examples),
        things=things,
        contacting=tuple(p.id for p in catalogue.contacting),
    )


def _nothing(labels: tuple[str, ...]) -> Weights:
    return build_weights(labels, (0.0,) * len(labels), 1.0, array("I"), b"")


def _label(example: Example) -> str:
    """Return the label of a message: what ends one thing alone has its own."""
    is_one = example.label == "withdraw" and len(example.off) == 1 and not example.on
    return ONE.format(min(example.off)) if is_one else example.label


def _spellings(examples: Sequence[Example]) -> Spellings:
    """Return the words that occur often enough to be no slips themselves."""
    counts = Counter(word for e in examples for word in set(_LETTERS.findall(hear(e.text).folded)))
    return build_spellings(word for word, count in counts.items() if count >= _KNOWN_FROM)


def _mentions(example: Example, lexicon: Lexicon, learned: Learned) -> Iterator[_Mention]:
    hearing = listen(hear(example.text), lexicon, learned, example.question).hearing
    for thing in candidates(hearing):
        yield mention_traits(hearing, thing, learned.things[thing]), example.state(thing)


def things_of(catalogue: Catalogue) -> dict[str, str]:
    """Return everything that can be wanted off or on, and its kind."""
    return (
        {p.id: "P" for p in catalogue.purposes}
        | {c.id: "C" for c in catalogue.channels}
        | {t.id: "T" for t in catalogue.topics}
    )


def main() -> None:
    """Learn from the examples and write the weights."""
    catalogue = load_catalogue(ROOT)
    examples = with_joined(read_examples(ROOT, catalogue), catalogue)
    learned = learn(examples, load_words(ROOT, catalogue), catalogue)
    name = name_of_examples(ROOT, catalogue.languages)
    made = ROOT / f"{FILE}.new"
    made.write_bytes(weights_as_bytes(learned, name))
    made.replace(ROOT / FILE)
    order = learned.order
    tables = (learned.messages.rows, order.words, order.beside, learned.mentions.rows)
    counts = " + ".join(str(len(rows.keys)) for rows in tables)
    print(f"{len(examples)} examples, {counts} traits")  # noqa: T201


if __name__ == "__main__":
    main()
