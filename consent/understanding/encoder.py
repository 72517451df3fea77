"""A small language model that reads a whole message: what stands where, and what it refers to.

Twelve layers of a transformer encoder (Vaswani et al. 2017; Devlin et al. 2018), pretrained on a
hundred languages as multilingual E5 (Wang et al. 2024, MIT licence) and taught this task by the
examples. It is dear, some twenty thousand times a word looked up, so it is asked about doubtful
messages alone. What it says is rounded: machines that add in another order nearly always say the
same, and else differ by one grain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consent.understanding.subwords import Subwords

Floats = NDArray[np.float32]

#: So many pieces are read, with the ends; of a longer message the first ones.
MOST_PIECES = 64
#: What is said is a multiple of this.
GRAIN = 1 / 32
#: Each piece is compared with the others in so many ways.
HEADS = 12
LEAST = 1e-12
_ROOT = float(np.sqrt(2 / np.pi))


class Norm(NamedTuple):
    """What figures are stretched and moved by, once they are even."""

    weight: Floats
    bias: Floats

    def __call__(self, figures: Floats) -> Floats:
        """Return figures that are evenly spread, piece by piece."""
        moved = figures - figures.mean(-1, keepdims=True)
        spread = np.sqrt((moved * moved).mean(-1, keepdims=True) + LEAST)
        even: Floats = moved / spread * self.weight + self.bias
        return even

    def fits(self, width: int) -> bool:
        """Say whether it is made for so many figures."""
        return self.weight.shape == self.bias.shape == (width,)


class Weighing(NamedTuple):
    """A linear layer: a column for each figure that comes of it."""

    weight: Floats
    bias: Floats

    def __call__(self, figures: Floats) -> Floats:
        """Return what figures come to."""
        return figures @ self.weight + self.bias

    def fits(self, rows: int, columns: int) -> bool:
        """Say whether it makes so many figures of so many."""
        return self.weight.shape == (rows, columns) and self.bias.shape == (columns,)


class Layer(NamedTuple):
    """One layer: every piece looks at all others, then each is thought over by itself."""

    #: What is asked, what answers, and what is told, side by side.
    looks: Weighing
    tells: Weighing
    looked: Norm
    widens: Weighing
    narrows: Weighing
    thought: Norm

    def __call__(self, figures: Floats) -> Floats:
        """Return the figures of pieces that have looked at each other."""
        told = self.tells(_attended(self.looks(figures)))
        seen = self.looked(figures + told)
        return self.thought(seen + self.narrows(_bent(self.widens(seen))))

    def fits(self, width: int) -> bool:
        """Say whether it is made for pieces of so many figures."""
        wide = len(self.widens.bias)
        return (
            self.looks.fits(width, 3 * width)
            and self.tells.fits(width, width)
            and self.widens.fits(width, wide)
            and self.narrows.fits(wide, width)
            and self.looked.fits(width)
            and self.thought.fits(width)
        )


def _attended(looks: Floats) -> Floats:
    """Return what each piece is told by those that answer to what it asks."""
    count, width = looks.shape
    apart = looks.reshape(count, 3, HEADS, width // 3 // HEADS).transpose(1, 2, 0, 3)
    asks, answers, tells = apart
    fits = asks @ answers.transpose(0, 2, 1) / np.float32(np.sqrt(asks.shape[-1]))
    shares = np.exp(fits - fits.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    told: Floats = (shares @ tells).transpose(1, 0, 2).reshape(count, width // 3)
    return told


def _bent(figures: Floats) -> Floats:
    """Return the Gaussian error linear units of figures (Hendrycks and Gimpel 2016, by tanh)."""
    cubes = figures * figures * figures
    inner = np.float32(_ROOT) * (figures + np.float32(0.044715) * cubes)
    bent: Floats = np.float32(0.5) * figures * (1 + np.tanh(inner))
    return bent


class Pieces(NamedTuple):
    """What is known of each piece of a word: a row of four-bit figures in blocks, scaled."""

    #: By piece and block: the scale, and two figures a byte.
    scales: NDArray[np.float16]
    figures: NDArray[np.uint8]

    def rows(self, numbers: Sequence[int]) -> Floats:
        """Return the figures of pieces."""
        packed = self.figures[list(numbers)]
        both = np.concatenate((packed & 15, packed >> 4), axis=-1).astype(np.float32) - 8
        scales = self.scales[list(numbers)].astype(np.float32)
        return (both * scales[..., None]).reshape(len(numbers), -1)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Encoder:
    """What was learnt of language, and of this task."""

    labels: tuple[str, ...]
    subwords: Subwords
    pieces: Pieces
    #: Numbers of the pieces that begin and end each message.
    begin: int
    end: int
    #: What it means to stand at a place.
    places: Floats
    even: Norm
    layers: tuple[Layer, ...]
    says: Weighing
    #: The message that was read last, with its figures: who asks for scores may ask for reasons.
    _last: dict[str, Floats] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Make sure that the tables belong together.

        :raises ValueError: they do not.
        """
        width = self.places.shape[1]
        fits = (
            width % HEADS == 0,
            len(self.places) >= MOST_PIECES,
            self.even.fits(width),
            all(layer.fits(width) for layer in self.layers),
            self.says.fits(width, len(self.labels)),
            self.pieces.rows([self.begin, self.end, self.subwords.unknown]).shape == (3, width),
        )
        if not all(fits):
            raise ValueError("the tables of the encoder do not fit")

    def scores(self, text: str, question: str | None = None) -> dict[str, float]:
        """Return the logarithmic odds of every label for a message in normal form."""
        said = self.says(self._figures(_asked(text, question)).mean(0))
        rounded = np.round(said / GRAIN) * GRAIN
        return dict(zip(self.labels, rounded.tolist(), strict=True))

    def reasons(self, text: str, question: str | None, label: str, most: int = 5) -> list[str]:
        """Return the words that speak for a label most strongly, the strongest first.

        What is said is the mean of what all pieces say, so each has its share in it.
        """
        asked = _asked(text, question)
        says = self.says.weight[:, self.labels.index(label)] - self.says.weight.mean(1)
        shares = iter((self._figures(asked)[1:-1] @ says).tolist())
        spoken = [
            (sum(islice(shares, len(list(self.subwords.cut(word))))), word)
            for word in asked.split()
        ]
        # The question is ours.
        said = spoken[1:] if question else spoken
        return [word for share, word in sorted(said, reverse=True)[:most] if share > 0]

    def _figures(self, asked: str) -> Floats:
        """Return the figures of all pieces behind the last layer."""
        found = self._last.get(asked)
        if found is None:
            numbers = [self.begin, *self.subwords.cut(asked)][: MOST_PIECES - 1]
            numbers.append(self.end)
            found = self.even(self.pieces.rows(numbers) + self.places[: len(numbers)])
            for layer in self.layers:
                found = layer(found)
            self._last.clear()
            self._last[asked] = found
        return found


def _asked(text: str, question: str | None) -> str:
    return f"{question}? {text}" if question else text
