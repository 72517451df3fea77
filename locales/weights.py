"""Reading what was learnt from examples: `locales/wording.weights`.

A line of JSON says what follows: tables of bytes and the words known to be spelt right. The
file is made by `make train` and by nothing else. It is mapped, not copied into memory: what
nobody asks for stays on the disk, and several processes share the rest. So it is replaced, never
written over.
"""

from __future__ import annotations

import json
import sys
from array import array
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from consent.errors import CatalogueBroken
from consent.understanding.misspelt import build_spellings
from consent.understanding.network import Network
from consent.understanding.rows import build_rows
from consent.understanding.weights import Learned, Weights, build_weights

FILE = "wording.weights"
#: Tables of long integers of the network.
LONGS = ("adds", "together", "says")


def load_weights(root: Path) -> Learned:
    """Read what was learnt.

    :raises CatalogueBroken: the file is missing or broken.
    """
    try:
        with (root / FILE).open("rb") as stream:
            return _learned(mmap(stream.fileno(), 0, access=ACCESS_READ))
    except FileNotFoundError:
        raise CatalogueBroken(FILE, "-", "the file is missing; `make train` makes it") from None
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError) as fault:
        raise CatalogueBroken(FILE, "-", f"not readable: {fault}") from fault


def _learned(stream: mmap) -> Learned:
    head = stream.readline()
    facts = json.loads(head)
    length = len(stream) - len(head)
    if length != facts["bytes"]:
        raise ValueError(f"{length} bytes instead of {facts['bytes']}")
    return Learned(
        messages=_table(facts["messages"], stream),
        order=_network(facts["order"], stream),
        mentions=_table(facts["mentions"], stream),
        spellings=build_spellings(stream.read().decode().split("\n")),
        things=facts["things"],
        opening=facts["opening"],
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
