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
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from consent.catalogue import Catalogue
from consent.understanding.hearing import LABELS, MARKETING, Weighed, listen
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import OFF, ON, SPOKEN_OF, candidates, mention_traits
from consent.understanding.misspelt import Spellings, build_spellings
from consent.understanding.text import hear
from consent.understanding.weights import Learned, Weights, build_weights, key_of
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_words
from locales.weights import FILE, name_of_examples, weights_as_bytes

Floats = NDArray[np.float32]
_STATES = (SPOKEN_OF, OFF, ON)
_ORDERS, _BATCH, _ROUNDS = 3, 32, 12
_FOLDS = 3
_RAREST = 1
_KNOWN_FROM = 10
#: A message of several wishes teaches as much about mentions as this many of one.
_WEIGHT = 4
_LETTERS = re.compile(r"[^\W\d_]+")
#: This share of the traits is hidden at each look, so that no single one is relied on.
_HIDDEN = 0.3
_SHRINK, _PACE = 1e-4, 0.3
#: How much a trait counts, by what stands before its sign: cues more than letters.
_SIZE = {"c": 3.0, "cq": 2.0, "w": 2.0, "b": 2.0, "pb": 2.0, "p": 1.5}
#: Traits of less weight for every label are dropped.
_LIGHTEST = 6
_LARGEST, _ZERO, _TENTHS = 127, 128, 10


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


def _kind(trait: str) -> str:
    """Return what stands before the sign of a trait, without the question it answers."""
    return trait.partition("=")[0].rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Table:
    """Traits as columns: which messages have which, and how large they are."""

    names: tuple[str, ...]
    sizes: Floats
    rows: tuple[NDArray[np.int64], ...]


def _table(found: Sequence[frozenset[str]]) -> Table:
    counts = Counter(chain.from_iterable(found))
    names = tuple(sorted(name for name, count in counts.items() if count >= _RAREST))
    index = {name: at for at, name in enumerate(names)}
    sizes = np.array([_SIZE.get(_kind(name), 1.0) for name in names], np.float32)
    rows = tuple(
        np.array(sorted(index[name] for name in one if name in index), np.int64) for one in found
    )
    return Table(names, sizes, rows)


def _mean(
    table: Table, wanted: Floats, one_of: int, orders: int = _ORDERS
) -> tuple[Floats, Floats]:
    """Return the mean of what is learnt in several orders: chance evens out."""
    learnt = [_learn(table, wanted, one_of, seed) for seed in range(orders)]
    weights = sum((w for w, _ in learnt[1:]), learnt[0][0]) / orders
    bias = sum((b for _, b in learnt[1:]), learnt[0][1]) / orders
    return weights.astype(np.float32), bias.astype(np.float32)


def _learn(table: Table, wanted: Floats, one_of: int, seed: int) -> tuple[Floats, Floats]:
    """Return weights and bias: the first labels exclude each other, the rest stand alone.

    Multinomial and binary logistic regression by stochastic descent with Adagrad's pace.
    """
    shape = (len(table.names), wanted.shape[1])
    weights, seen = np.zeros(shape, np.float32), np.full(shape, 1e-3, np.float32)
    bias, bias_seen = np.zeros(shape[1], np.float32), np.full(shape[1], 1e-3, np.float32)
    draw = np.random.default_rng(seed)
    scale = [1 / np.sqrt(max((table.sizes[row] ** 2).sum(), 1e-6)) for row in table.rows]
    for _ in range(_ROUNDS):
        order = draw.permutation(len(table.rows))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            flat = np.concatenate([table.rows[at] for at in batch])
            whose = np.repeat(np.arange(len(batch)), [len(table.rows[at]) for at in batch])
            shown = draw.random(len(flat)) >= _HIDDEN
            flat, whose = flat[shown], whose[shown]
            values = table.sizes[flat] * np.array([scale[at] for at in batch], np.float32)[whose]
            scores = np.zeros((len(batch), shape[1]), np.float32)
            np.add.at(scores, whose, weights[flat] * values[:, None])
            slope = _likely(scores + bias, one_of) - wanted[batch]
            names, place = np.unique(flat, return_inverse=True)
            step = np.zeros((len(names), shape[1]), np.float32)
            np.add.at(step, place, slope[whose] * values[:, None])
            step += _SHRINK * weights[names]
            seen[names] += step * step
            weights[names] -= _PACE * step / np.sqrt(seen[names])
            step_bias = slope.sum(0)
            bias_seen += step_bias * step_bias
            bias -= _PACE * step_bias / np.sqrt(bias_seen)
    return weights, bias


def _likely(scores: Floats, one_of: int) -> Floats:
    first = np.exp(scores[:, :one_of] - scores[:, :one_of].max(1, keepdims=True))
    rest = 1 / (1 + np.exp(-scores[:, one_of:]))
    return np.concatenate([first / first.sum(1, keepdims=True), rest], axis=1)


def _weights(table: Table, labels: tuple[str, ...], learnt: tuple[Floats, Floats]) -> Weights:
    """Return weights as bytes; traits that weigh nothing are left out."""
    weights = learnt[0] * table.sizes[:, None]
    unit = float(np.abs(weights).max()) / _LARGEST
    whole = np.rint(weights / unit).astype(np.int64) + _ZERO
    sizes = np.rint(table.sizes**2 * _TENTHS).astype(np.int64)
    heavy = np.abs(weights / unit).max(1) >= _LIGHTEST
    kept = sorted({key_of(n): at for at, n in enumerate(table.names) if heavy[at]}.items())
    rows = b"".join(bytes([*whole[at].tolist(), int(sizes[at])]) for _, at in kept)
    bias = tuple(round(float(value), 4) for value in learnt[1])
    return build_weights(labels, bias, unit, array("I", [key for key, _ in kept]), rows)


def _messages(
    examples: Sequence[Example],
    found: Sequence[frozenset[str]],
    things: tuple[str, ...],
    orders: int = _ORDERS,
) -> Weights:
    table = _table(found)
    wanted = np.zeros((len(examples), len(LABELS) + len(things)), np.float32)
    for at, example in enumerate(examples):
        wanted[at, LABELS.index(example.label)] = 1
        for thing in example.off | example.on | example.spoken_of:
            wanted[at, len(LABELS) + things.index(thing)] = 1
    labels = (*LABELS, *things)
    return _weights(table, labels, _mean(table, wanted, len(LABELS), orders))


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
    found = [_heard(e, lexicon, untaught).traits for e in examples]
    mentions: list[tuple[frozenset[str], int]] = []
    for fold in range(_FOLDS):
        rest = [at for at in range(len(examples)) if at % _FOLDS != fold]
        known = [examples[at] for at in rest]
        weights = _messages(known, [found[at] for at in rest], tuple(kinds), orders=1)
        learned = replace(untaught, messages=weights)
        for example in examples[fold::_FOLDS]:
            mentions += [*_mentions(example, lexicon, learned)] * example.weight
    table = _table([traits for traits, _ in mentions])
    wanted = np.eye(len(_STATES), dtype=np.float32)[[state for _, state in mentions]]
    return replace(
        untaught,
        messages=_messages(examples, found, tuple(kinds)),
        mentions=_weights(table, _STATES, _mean(table, wanted, len(_STATES))),
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
