"""A linear model, how much each trait speaks for each label, and all that was learnt."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import add
from typing import Protocol

from consent.understanding.misspelt import Spellings
from consent.understanding.network import Network
from consent.understanding.rows import FULL, ZERO, Rows, build_rows

#: The last column of a row: the square of the trait's own size, in tenths.
_SIZES = 10


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Weights:
    """What speaks for which label, frozen."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    #: What one unit of a byte stands for.
    unit: float
    #: One byte a label and one for the size.
    rows: Rows

    def scores(self, traits: Iterable[str]) -> dict[str, float]:
        """Return the logarithmic odds of every label; unknown traits say nothing."""
        return self.weighed(self.rows.found(traits), ())

    def added(self, traits: Iterable[str]) -> int:
        """Return what traits say for all labels, side by side, to be weighed with others."""
        places = self.rows.found(traits)
        *sums, squares = self.rows.added(places)
        zero = ZERO * len(places)
        return FULL.packed([*(got - zero for got in sums), squares])

    def weighed(self, places: Collection[int], added: Iterable[int]) -> dict[str, float]:
        """Return the logarithmic odds of every label by rows, and by what was added before."""
        width, zero = self.rows.width, ZERO * len(places) + FULL.lift
        before = FULL.read(sum(added, FULL.lifted(width)), width)
        *sums, squares = map(add, self.rows.added(places), before)
        unit = self.unit / (math.sqrt((squares - FULL.lift) / _SIZES) or 1.0)
        pairs = zip(self.labels, sums, self.bias, strict=True)
        return {name: (got - zero) * unit + bias for name, got, bias in pairs}

    def knows(self, trait: str) -> bool:
        """Say whether anything was learnt of a trait."""
        return bool(self.rows.found((trait,)))

    def reasons(self, traits: Iterable[str], label: str, most: int = 5) -> list[str]:
        """Return the traits that speak for a label most strongly, the strongest first."""
        column = self.labels.index(label)
        found = (
            (self.rows.added((at,))[column] - ZERO, trait)
            for trait in traits
            for at in self.rows.found((trait,))
        )
        ranked = sorted(((-weight, trait) for weight, trait in found if weight > 0))
        return [trait for _, trait in ranked[:most]]


class LanguageModel(Protocol):
    """What was learnt of language before it was taught this task; see `encoder`."""

    def scores(self, text: str, question: str | None = None) -> Mapping[str, float]:
        """Return the logarithmic odds of every label for a message in normal form."""
        ...

    def reasons(self, text: str, question: str | None, label: str) -> list[str]:
        """Return the words that speak for a label most strongly, the strongest first."""
        ...

    def ready(self) -> object:
        """Load what is needed, if that was not done before."""
        ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Learned:
    """What was learnt: of whole messages, and of the things mentioned in them."""

    #: What traits say of a message, whatever their order, and what words say in their order.
    messages: Weights
    order: Network
    mentions: Weights
    spellings: Spellings
    #: Purpose, channel or topic -> P, C or T.
    things: Mapping[str, str]
    #: The consents that allow contact; channels and topics stand for the first.
    contacting: tuple[str, ...]
    #: Asked about doubtful messages; without one, they stay as doubtful as they are.
    encoder: LanguageModel | None = None
    #: What the traits of words met lately say.
    met: dict[str, int] = field(init=False, default_factory=dict)

    @property
    def opening(self) -> str:
        """The consent that channels and topics stand for."""
        return self.contacting[0]


def build_weights(
    labels: tuple[str, ...],
    bias: tuple[float, ...],
    unit: float,
    keys: array[int],
    table: bytes | memoryview,
) -> Weights:
    """Return the weights of rows of one byte a label and one for the size.

    :raises ValueError: the figures do not belong together.
    """
    if len(bias) != len(labels):
        raise ValueError("labels and bias do not fit")
    return Weights(labels, bias, unit, build_rows(keys, table, len(labels) + 1))


def shares(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each of several labels of which one is right."""
    top = max(scores.values())
    grown = {name: math.exp(score - top) for name, score in scores.items()}
    total = sum(grown.values())
    return {name: value / total for name, value in grown.items()}
