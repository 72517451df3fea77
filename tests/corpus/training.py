"""Learning the weights of free wording from labelled examples: `make train`.

Examples stand in `locales/{language}/lexicon/`: `examples.tsv` (one wish a message),
`several.tsv` (what is wanted off and on) and `answers.tsv` (to a question that is open). A speaker
of the language adds lines and learns anew.
The same examples give the same weights: the order is drawn from a fixed seed. The corpus in
`tests/corpus` is never learnt from.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from consent.catalogue import Catalogue
from consent.understanding.hearing import LABELS, MARKETING, ONE, Weighed, listen
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import OFF, ON, SPOKEN_OF, candidates, mention_traits
from consent.understanding.misspelt import Spellings, build_spellings
from consent.understanding.text import hear
from consent.understanding.weights import Learned, Weights, build_weights
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_words
from locales.weights import FILE
from locales.weights_made import name_of_examples, weights_as_bytes
from tests.corpus.descent import ORDERS, Lesson, taught

_STATES = (SPOKEN_OF, OFF, ON)
_MESSAGES = Lesson(len(LABELS), hidden=0.35, most=200_000, pace=0.4, louder=1.1)
_MENTIONS = Lesson(len(_STATES), hidden=0.3, most=40_000)
_FOLDS = 3
_KNOWN_FROM = 10
#: A message of several wishes teaches as much about mentions as this many of one.
_WEIGHT = 4
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message: its label, and what it wants off and on or speaks of."""

    text: str
    language: str
    label: str
    off: frozenset[str]
    on: frozenset[str]
    spoken_of: frozenset[str]
    #: The kind of question it answers, if it answers one.
    question: str | None = None
    #: How often its mentions are looked at.
    weight: int = 1

    def state(self, thing: str) -> int:
        """Return the column of what the message wants done with a thing."""
        return 1 if thing in self.off else 2 if thing in self.on else 0


def read_examples(root: Path, catalogue: Catalogue) -> list[Example]:
    """Return every example of every language."""
    consents = frozenset(p.id for p in catalogue.purposes)
    return [
        example
        for language in catalogue.languages
        for example in (
            *_single(root, language, "examples.tsv"),
            *_single(root, language, "answers.tsv"),
            *_several(root, language, consents),
        )
    ]


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


def _ids(value: str) -> frozenset[str]:
    return frozenset(filter(None, (value or "").split(",")))


def _single(root: Path, language: str, name: str) -> Iterator[Example]:
    for row in _rows(root / language / "lexicon" / name):
        intent = row["intent"]
        label = f"{intent} {row['scope']}" if intent == "withdraw_all" else intent
        if label not in LABELS:
            raise ValueError(f"no such label: {label!r} of {row['text']!r}")
        narrow = _ids(row["channels"]) | _ids(row["topics"])
        things = narrow or _ids(row["purposes"])
        none = frozenset[str]()
        yield Example(
            text=row["text"],
            language=language,
            label=label,
            off=things if intent == "withdraw" else none,
            on=things if intent == "grant" else none,
            spoken_of=things if intent not in {"withdraw", "grant", "withdraw_all"} else none,
            question=row.get("pending", "").partition(":")[0] or None,
        )


def _several(root: Path, language: str, consents: frozenset[str]) -> Iterator[Example]:
    for row in _rows(root / language / "lexicon" / "several.tsv"):
        off, on = _ids(row["off"]), _ids(row["on"])
        label = MARKETING if "marketing" in off else "withdraw" if off else "grant"
        off = (off - {"all"}) | consents if "all" in off else off - {"marketing"}
        yield Example(row["text"], language, label, off, on, frozenset(), weight=_WEIGHT)


def _messages(
    examples: Sequence[Example],
    found: Sequence[frozenset[str]],
    things: tuple[str, ...],
    orders: int = ORDERS,
) -> Weights:
    exclusive = (*LABELS, *map(ONE.format, things))
    labels = (*exclusive, *things)
    wanted = np.zeros((len(examples), len(labels)), np.float32)
    for at, example in enumerate(examples):
        wanted[at, labels.index(_label(example))] = 1
        for thing in example.off | example.on | example.spoken_of:
            wanted[at, labels.index(thing)] = 1
    return taught(found, wanted, labels, replace(_MESSAGES, one_of=len(exclusive)), orders)


def _label(example: Example) -> str:
    """Return the label of a message: what ends one thing alone has its own."""
    is_one = example.label == "withdraw" and len(example.off) == 1 and not example.on
    return ONE.format(min(example.off)) if is_one else example.label


def learn(examples: Sequence[Example], lexicon: Lexicon, catalogue: Catalogue) -> Learned:
    """Return what examples teach.

    Mentions are judged with evidence from messages the evidence was not learnt from.
    """
    kinds = things_of(catalogue)
    untaught = Learned(
        messages=_blank((*LABELS, *kinds)),
        mentions=_blank(_STATES),
        spellings=_spellings(examples),
        things=kinds,
        opening=catalogue.opening.id,
    )
    found = [_heard(e, lexicon, untaught).traits() for e in examples]
    mentions: list[tuple[frozenset[str], int]] = []
    for fold in range(_FOLDS):
        rest = [at for at in range(len(examples)) if at % _FOLDS != fold]
        known = [examples[at] for at in rest]
        weights = _messages(known, [found[at] for at in rest], tuple(kinds), orders=1)
        learned = replace(untaught, messages=weights)
        for example in examples[fold::_FOLDS]:
            mentions += [*_mentions(example, lexicon, learned)] * example.weight
    wanted = np.eye(len(_STATES), dtype=np.float32)[[state for _, state in mentions]]
    return replace(
        untaught,
        messages=_messages(examples, found, tuple(kinds)),
        mentions=taught([traits for traits, _ in mentions], wanted, _STATES, _MENTIONS),
    )


def _heard(example: Example, lexicon: Lexicon, learned: Learned) -> Weighed:
    return listen(hear(example.text).folded, lexicon, learned, example.question)


def _blank(labels: tuple[str, ...]) -> Weights:
    return build_weights(labels, (0.0,) * len(labels), 1.0, array("I"), b"")


def _spellings(examples: Sequence[Example]) -> Spellings:
    """Return the words that occur often enough to be no slips themselves."""
    counts = Counter(word for e in examples for word in set(_LETTERS.findall(hear(e.text).folded)))
    return build_spellings(word for word, count in counts.items() if count >= _KNOWN_FROM)


def _mentions(
    example: Example, lexicon: Lexicon, learned: Learned
) -> Iterable[tuple[frozenset[str], int]]:
    hearing = _heard(example, lexicon, learned).hearing
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
    examples = read_examples(ROOT, catalogue)
    learned = learn(examples, load_words(ROOT, catalogue), catalogue)
    name = name_of_examples(ROOT, catalogue.languages)
    (ROOT / FILE).write_bytes(weights_as_bytes(learned, name))
    traits = len(learned.messages.keys), len(learned.mentions.keys)
    print(f"{len(examples)} examples, {traits[0]} + {traits[1]} traits")  # noqa: T201


if __name__ == "__main__":
    main()
