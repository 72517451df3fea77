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
from dataclasses import dataclass, field
from zlib import crc32

from consent.understanding.misspelt import Spellings

#: Bits of a field; so many bytes fit it when they are added.
_FIELD, _MOST = 16, 256
#: Keys are looked up by their first twelve bits.
_SHELF, _SHELVES = 20, 1 << 12
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
        return self.weighed(self.found(traits))

    def found(self, traits: Iterable[str]) -> set[int]:
        """Return where the rows of the known traits stand."""
        # A message has some hundred traits: what the loop needs is close at hand.
        keys, shelves, search = self.keys, self.shelves, bisect_left
        found: set[int] = set()
        for key in _numbers(traits):
            shelf = key >> _SHELF
            end = shelves[shelf + 1]
            at = search(keys, key, shelves[shelf], end)
            if at < end and keys[at] == key:
                found.add(at)
        return found

    def weighed(self, places: Iterable[int]) -> dict[str, float]:
        """Return the logarithmic odds of every label by the rows of these places."""
        width, rows = len(self.labels) + 1, self.rows
        found = [rows[at * width : (at + 1) * width] for at in places]
        sums = [0] * width
        for start in range(0, len(found), _MOST):
            part = _added(found[start : start + _MOST], width)
            sums = [one + two for one, two in zip(sums, part, strict=True)]
        size = math.sqrt(sums.pop() / _SIZES) or 1.0
        pairs = zip(self.labels, sums, self.bias, strict=True)
        zero = _ZERO * len(found)
        return {name: (got - zero) * self.unit / size + bias for name, got, bias in pairs}

    def knows(self, trait: str) -> bool:
        """Say whether anything was learnt of a trait."""
        return bool(self.found((trait,)))

    def reasons(self, traits: Iterable[str], label: str, most: int = 5) -> list[str]:
        """Return the traits that speak for a label most strongly, the strongest first."""
        column = self.labels.index(label)
        width = len(self.labels) + 1
        found = (
            (self.rows[at * width + column] - _ZERO, trait)
            for trait in traits
            for at in self.found((trait,))
        )
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
    #: Where the rows of the traits of a word stand, for words met lately.
    met: dict[str, tuple[int, ...]] = field(init=False, default_factory=dict)


def key_of(trait: str) -> int:
    """Return the number under which a trait is kept."""
    return crc32(trait.encode("utf-8", "surrogatepass"))


def _numbers(traits: Iterable[str]) -> Iterable[int]:
    """Return the numbers of traits; encoded together it takes half the time."""
    lines = "\n".join(traits).encode("utf-8", "surrogatepass")
    return map(crc32, lines.split(b"\n"))


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
