"""Reading what was learnt from examples: `locales/wording.weights`.

A line of JSON says what follows: two tables of bytes and the words known to be spelt right. The
file is made by `make train` and by nothing else.
"""

from __future__ import annotations

import json
import sys
from array import array
from os import fstat
from pathlib import Path
from typing import Any, BinaryIO

from consent.errors import CatalogueBroken
from consent.understanding.misspelt import build_spellings
from consent.understanding.weights import Learned, Weights, build_weights

FILE = "wording.weights"


def load_weights(root: Path) -> Learned:
    """Read what was learnt.

    :raises CatalogueBroken: the file is missing or broken.
    """
    try:
        with (root / FILE).open("rb") as stream:
            return _learned(stream)
    except FileNotFoundError:
        raise CatalogueBroken(FILE, "-", "the file is missing; `make train` makes it") from None
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError) as fault:
        raise CatalogueBroken(FILE, "-", f"not readable: {fault}") from fault


def _learned(stream: BinaryIO) -> Learned:
    head = stream.readline()
    facts = json.loads(head)
    length = fstat(stream.fileno()).st_size - len(head)
    if length != facts["bytes"]:
        raise ValueError(f"{length} bytes instead of {facts['bytes']}")
    return Learned(
        messages=_table(facts["messages"], stream),
        mentions=_table(facts["mentions"], stream),
        spellings=build_spellings(stream.read().decode().split("\n")),
        things=facts["things"],
        opening=facts["opening"],
    )


def _table(facts: dict[str, Any], stream: BinaryIO) -> Weights:
    count, width = int(facts["rows"]), len(facts["labels"]) + 1
    keys = array("I", stream.read(4 * count))
    little(keys)
    labels, bias = tuple(facts["labels"]), tuple(facts["bias"])
    return build_weights(labels, bias, facts["unit"], keys, stream.read(width * count))


def little(keys: array[int]) -> array[int]:
    """Turn keys from or into the byte order of the file."""
    if sys.byteorder == "big":
        keys.byteswap()
    return keys
