"""Learning weights from tables of traits by stochastic descent.

The same table gives the same weights: the order is drawn from a fixed seed.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from consent.understanding.rows import key_of
from consent.understanding.weights import Weights, build_weights

Floats = NDArray[np.float32]
ORDERS = 3
_BATCH, _ROUNDS = 32, 12
#: What was met once is remembered rather than learnt from.
_RAREST = 2
_SHRINK = 1e-4
#: How much a trait counts, by what stands before its sign: cues more than letters.
_SIZE = {"c": 3.0, "cq": 2.0, "o": 2.0, "w": 2.0, "b": 2.0}
_LARGEST, _ZERO, _TENTHS = 127, 128, 10


@dataclass(frozen=True, slots=True)
class Lesson:
    """How one kind of weights is learnt."""

    #: So many labels, the first ones, exclude each other; the rest stand alone.
    one_of: int
    #: This share of the traits is hidden at each look, so that no single one is relied on.
    hidden: float
    #: So many traits are kept, the heaviest; what the others knew is learnt anew by these.
    most: int
    #: What is learnt is told so much louder: with less hidden it comes out softer than the
    #: marks it is held against were set for.
    louder: float = 1.0
    #: How far a step goes at first.
    pace: float = 0.3


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


def taught(
    found: Sequence[frozenset[str]],
    wanted: Floats,
    labels: tuple[str, ...],
    lesson: Lesson,
    orders: int = ORDERS,
) -> Weights:
    """Return what messages with these traits teach: the mean over several orders, less chance.

    Before that, light traits are dropped; one order alone is too hasty to be worth it.
    """
    table = _table(found)
    if orders > 1 and len(table.names) > lesson.most:
        table = _heaviest(table, _learn(table, wanted, lesson, ORDERS)[0], lesson.most)
    learnt = [_learn(table, wanted, lesson, seed) for seed in range(orders)]
    weights = sum((w for w, _ in learnt[1:]), learnt[0][0]) * (lesson.louder / orders)
    bias = sum((b for _, b in learnt[1:]), learnt[0][1]) * (lesson.louder / orders)
    return _weights(table, labels, weights.astype(np.float32), bias.astype(np.float32))


def _heaviest(table: Table, weights: Floats, most: int) -> Table:
    """Return a table of the traits that matter most: by weight, and by how often they are met."""
    met = np.bincount(np.concatenate(table.rows), minlength=len(table.names))
    heavy = np.sqrt((weights**2).sum(1) * met) * table.sizes
    kept = np.zeros(len(heavy), np.bool_)
    kept[np.argsort(-heavy, kind="stable")[:most]] = True
    moved = np.cumsum(kept) - 1
    names = tuple(name for name, keep in zip(table.names, kept, strict=True) if keep)
    return Table(names, table.sizes[kept], tuple(moved[row[kept[row]]] for row in table.rows))


def _learn(table: Table, wanted: Floats, lesson: Lesson, seed: int) -> tuple[Floats, Floats]:
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
            shown = draw.random(len(flat)) >= lesson.hidden
            flat, whose = flat[shown], whose[shown]
            values = table.sizes[flat] * np.array([scale[at] for at in batch], np.float32)[whose]
            scores = np.zeros((len(batch), shape[1]), np.float32)
            present, first = np.unique(whose, return_index=True)
            scores[present] = np.add.reduceat(weights[flat] * values[:, None], first)
            slope = likely(scores + bias, lesson.one_of) - wanted[batch]
            by_name = np.argsort(flat, kind="stable")
            names, first = np.unique(flat[by_name], return_index=True)
            step = np.add.reduceat((slope[whose] * values[:, None])[by_name], first)
            step += _SHRINK * weights[names]
            seen[names] += step * step
            weights[names] -= lesson.pace * step / np.sqrt(seen[names])
            step_bias = slope.sum(0)
            bias_seen += step_bias * step_bias
            bias -= lesson.pace * step_bias / np.sqrt(bias_seen)
    return weights, bias


def likely(scores: Floats, one_of: int) -> Floats:
    """Return probabilities: of the first labels one is right, the rest stand alone."""
    first = np.exp(scores[:, :one_of] - scores[:, :one_of].max(1, keepdims=True))
    rest = (1 + np.tanh(scores[:, one_of:] / 2)) / 2
    return np.concatenate([first / first.sum(1, keepdims=True), rest], axis=1)


def _weights(table: Table, labels: tuple[str, ...], learnt: Floats, bias: Floats) -> Weights:
    """Return weights as bytes; traits that weigh nothing are left out."""
    weights = learnt * table.sizes[:, None]
    unit = float(np.abs(weights).max()) / _LARGEST
    whole = np.rint(weights / unit).astype(np.int64) + _ZERO
    sizes = np.rint(table.sizes**2 * _TENTHS).astype(np.int64)
    heavy = (whole != _ZERO).any(1)
    kept = sorted({key_of(n): at for at, n in enumerate(table.names) if heavy[at]}.items())
    rows = b"".join(bytes([*whole[at].tolist(), int(sizes[at])]) for _, at in kept)
    exact = tuple(round(float(value), 4) for value in bias)
    return build_weights(labels, exact, unit, array("I", [key for key, _ in kept]), rows)
