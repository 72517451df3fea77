"""A linear model: how much each trait of a message speaks for each label.

What was learnt from labelled examples is kept as whole numbers of one byte, so that a reading is
the same on every machine. The labels' weights of a trait stand side by side in one long integer,
two bytes each: adding two such integers adds all labels at once.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

from consent.understanding.misspelt import Spellings

_FIELD = 2
#: So many bytes fit a field when they are added.
_MOST = 256
#: Keys are looked up by their first twelve bits.
_SHELF, _SHELVES = 20, 1 << 12
#: A byte of this value weighs nothing.
_ZERO = 128
#: The last column of a row: the square of the trait's own size, in tenths.
_SIZES = 10


@dataclass(frozen=True, slots=True, repr=False)
class Weights:
    """What speaks for which label, frozen."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    #: What one unit of a byte stands for.
    unit: float
    #: Keys of the traits, sorted, four bytes each.
    keys: array[int]
    #: Where the keys with each beginning start.
    shelves: tuple[int, ...]
    #: All rows in the order of the keys, every byte widened to a field.
    rows: bytearray

    def scores(self, traits: Iterable[str]) -> dict[str, float]:
        """Return the logarithmic odds of every label; unknown traits say nothing."""
        width = (len(self.labels) + 1) * _FIELD
        found = [self.rows[at : at + width] for _, at in self._places(traits)]
        sums = [0] * (len(self.labels) + 1)
        for start in range(0, len(found), _MOST):
            part = sum(int.from_bytes(row, "little") for row in found[start : start + _MOST])
            fields = array("H", part.to_bytes(width, "little"))
            sums = [one + two for one, two in zip(sums, fields, strict=True)]
        size = math.sqrt(sums.pop() / _SIZES) or 1.0
        pairs = zip(self.labels, sums, self.bias, strict=True)
        zero = _ZERO * len(found)
        return {name: (got - zero) * self.unit / size + bias for name, got, bias in pairs}

    def _places(self, traits: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Yield where the rows of the known traits begin."""
        # A message has some hundred traits: all that the loop needs is close at hand.
        keys, shelves, search = self.keys, self.shelves, bisect_left
        width, count = (len(self.labels) + 1) * _FIELD, crc32
        for trait in traits:
            key = count(trait.encode("utf-8", "surrogatepass"))
            shelf = key >> _SHELF
            end = shelves[shelf + 1]
            at = search(keys, key, shelves[shelf], end)
            if at < end and keys[at] == key:
                yield trait, at * width

    def knows(self, trait: str) -> bool:
        """Say whether anything was learnt of a trait."""
        return any(self._places((trait,)))

    def narrow(self) -> bytes:
        """Return the rows as they are kept, one byte a label and one for the size."""
        return bytes(self.rows[::_FIELD])

    def reasons(self, traits: Iterable[str], label: str, most: int = 5) -> list[str]:
        """Return the traits that speak for a label most strongly, the strongest first."""
        column = self.labels.index(label) * _FIELD
        found = [(self.rows[at + column] - _ZERO, trait) for trait, at in self._places(traits)]
        ranked = sorted(((-weight, trait) for weight, trait in found if weight > 0))
        return [trait for _, trait in ranked[:most]]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learnt: of whole messages, and of the things mentioned in them."""

    messages: Weights
    mentions: Weights
    spellings: Spellings
    #: Purpose, channel or topic -> P, C or T.
    things: Mapping[str, str]
    #: The consent that channels and topics stand for.
    opening: str


def key_of(trait: str) -> int:
    """Return the number under which a trait is kept."""
    return crc32(trait.encode("utf-8", "surrogatepass"))


def build_weights(
    labels: tuple[str, ...],
    bias: tuple[float, ...],
    unit: float,
    keys: array[int],
    rows: bytes | memoryview,
) -> Weights:
    """Return the weights of rows of one byte a label and one for the size.

    :raises ValueError: the figures do not belong together.
    """
    wide = bytearray(len(rows) * _FIELD)
    wide[::_FIELD] = rows
    if len(bias) != len(labels) or len(rows) != len(keys) * (len(labels) + 1):
        raise ValueError("labels, bias, keys and rows do not fit")
    shelves = (bisect_left(keys, shelf << _SHELF) for shelf in range(_SHELVES + 1))
    return Weights(labels, bias, unit, keys, tuple(shelves), wide)


def shares(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each of several labels of which one is right."""
    top = max(scores.values())
    grown = {name: math.exp(score - top) for name, score in scores.items()}
    total = sum(grown.values())
    return {name: value / total for name, value in grown.items()}
