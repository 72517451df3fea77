"""Reading what was learnt from examples: `locales/wording.weights`.

The line of JSON says what follows: tables of bytes and the words known to be spelt right. The
file is made by `make train` and by nothing else.
"""

from __future__ import annotations

import sys
from array import array
from mmap import mmap
from pathlib import Path
from typing import Any

from consent.understanding.misspelt import build_spellings
from consent.understanding.network import Network
from consent.understanding.rows import build_rows
from consent.understanding.weights import Learned, Weights, build_weights
from locales.packed import facts_of, map_file, reading

FILE = "wording.weights"
#: Tables of long integers of the network.
LONGS = ("adds", "together", "says")


def load_weights(root: Path) -> Learned:
    """Read what was learnt.

    :raises CatalogueBroken: the file is missing or broken.
    """
    with reading(FILE, "make train"):
        return _learned(map_file(root / FILE))


def _learned(stream: mmap) -> Learned:
    facts = facts_of(stream)
    return Learned(
        messages=_table(facts["messages"], stream),
        order=_network(facts["order"], stream),
        mentions=_table(facts["mentions"], stream),
        spellings=build_spellings(stream.read().decode().split("\n")),
        things=facts["things"],
        contacting=tuple(facts["contacting"]),
    )


def _table(facts: dict[str, Any], stream: mmap) -> Weights:
    labels, bias = tuple(facts["labels"]), tuple(facts["bias"])
    keys, table = _rows(facts["rows"], len(labels) + 1, stream)
    return build_weights(labels, bias, facts["unit"], keys, table)


def _network(facts: dict[str, Any], stream: mmap) -> Network:
    words, beside = (
        build_rows(*_rows(facts[name], facts[f"{name}_width"], stream), facts[f"{name}_width"])
        for name in ("words", "beside")
    )
    longs = {name: _longs(facts[name], stream) for name in LONGS}
    return Network(
        labels=tuple(facts["labels"]),
        bias=tuple(facts["bias"]),
        unit=facts["unit"],
        words=words,
        beside=beside,
        floors=tuple(facts["floors"]),
        ratio=facts["ratio"],
        large=facts["large"],
        small=facts["small"],
        **longs,
    )


def _rows(count: int, width: int, stream: mmap) -> tuple[array[int], memoryview]:
    """Return keys, and where their rows stand in the file: read when they are asked for."""
    keys, start = array("I", stream.read(4 * count)), stream.tell()
    stream.seek(start + width * count)
    return little(keys), memoryview(stream)[start : start + width * count]


def _longs(facts: list[int], stream: mmap) -> tuple[int, ...]:
    """Return long integers, so many of so many bytes each."""
    count, size = facts
    return tuple(int.from_bytes(stream.read(size), "little", signed=True) for _ in range(count))


def little(keys: array[int]) -> array[int]:
    """Turn keys from or into the byte order of the file."""
    if sys.byteorder == "big":
        keys.byteswap()
    return keys
