"""A linear model: how much each trait of a message speaks for each label.

What was learnt from labelled examples is kept as whole numbers of one byte, so that a reading is
the same on every machine. To add many rows of them, all stand side by side in one long integer,
two bytes to a field: adding two such integers adds all fields at once.
"""

from __future__ import annotations

import math
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

from consent.understanding.misspelt import Spellings

#: Bits of a field; so many bytes fit it when they are added.
_FIELD, _MOST = 16, 256
#: Keys are looked up by their first eleven bits.
_SHELF, _SHELVES = 21, 1 << 11
#: A byte of this value weighs nothing.
_ZERO = 128
#: The last column of a row: the square of the trait's own size, in tenths.
_SIZES = 10


@dataclass(frozen=True, slots=True, eq=False, repr=False)
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
    #: One byte a label and one for the size, row after row in the order of the keys.
    rows: bytes

    def scores(self, traits: Iterable[str]) -> dict[str, float]:
        """Return the logarithmic odds of every label; unknown traits say nothing."""
        width = len(self.labels) + 1
        found = list(self._found(traits).values())
        sums = [0] * width
        for start in range(0, len(found), _MOST):
            part = _added(found[start : start + _MOST], width)
            sums = [one + two for one, two in zip(sums, part, strict=True)]
        size = math.sqrt(sums.pop() / _SIZES) or 1.0
        pairs = zip(self.labels, sums, self.bias, strict=True)
        zero = _ZERO * len(found)
        return {name: (got - zero) * self.unit / size + bias for name, got, bias in pairs}

    def _found(self, traits: Iterable[str]) -> dict[str, bytes]:
        """Return the rows of the known traits."""
        # A message has some hundred traits: all that the loop needs is close at hand.
        keys, shelves, rows, search = self.keys, self.shelves, self.rows, bisect_left
        width, named = len(self.labels) + 1, tuple(traits)
        found: dict[str, bytes] = {}
        for trait, key in zip(named, _keys(named), strict=True):
            shelf = key >> _SHELF
            end = shelves[shelf + 1]
            at = search(keys, key, shelves[shelf], end)
            if at < end and keys[at] == key:
                found[trait] = rows[at * width : (at + 1) * width]
        return found

    def knows(self, trait: str) -> bool:
        """Say whether anything was learnt of a trait."""
        return bool(self._found((trait,)))

    def reasons(self, traits: Iterable[str], label: str, most: int = 5) -> list[str]:
        """Return the traits that speak for a label most strongly, the strongest first."""
        column = self.labels.index(label)
        found = [(row[column] - _ZERO, trait) for trait, row in self._found(traits).items()]
        ranked = sorted(((-weight, trait) for weight, trait in found if weight > 0))
        return [trait for _, trait in ranked[:most]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
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


def _keys(traits: tuple[str, ...]) -> list[int]:
    """Return the numbers of traits, at half the time if no half character is in them."""
    try:
        return [crc32(trait.encode()) for trait in traits]
    except UnicodeEncodeError:
        return [key_of(trait) for trait in traits]


def build_weights(
    labels: tuple[str, ...],
    bias: tuple[float, ...],
    unit: float,
    keys: array[int],
    rows: bytes,
) -> Weights:
    """Return the weights of rows of one byte a label and one for the size.

    :raises ValueError: the figures do not belong together.
    """
    if len(bias) != len(labels) or len(rows) != len(keys) * (len(labels) + 1):
        raise ValueError("labels, bias, keys and rows do not fit")
    shelves = (bisect_left(keys, shelf << _SHELF) for shelf in range(_SHELVES + 1))
    return Weights(labels, bias, unit, keys, tuple(shelves), rows)


def _added(rows: list[bytes], width: int) -> tuple[int, ...]:
    """Return the sum of each column of some rows; they are folded in half until one is left."""
    wide = b"".join(rows).decode("latin-1").encode("utf-16-le")
    whole, count = int.from_bytes(wide, "little"), len(rows)
    while count > 1:
        count -= count // 2
        bits = count * width * _FIELD
        whole = (whole >> bits) + (whole & ((1 << bits) - 1))
    return struct.unpack(f"<{width}H", whole.to_bytes(width * _FIELD // 8, "little"))


def shares(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each of several labels of which one is right."""
    top = max(scores.values())
    grown = {name: math.exp(score - top) for name, score in scores.items()}
    total = sum(grown.values())
    return {name: value / total for name, value in grown.items()}
