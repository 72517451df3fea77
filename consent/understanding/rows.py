"""Rows of bytes, one a trait: what was learnt of traits, kept small and added quickly.

Whole numbers of one byte make a reading the same on every machine. To add many rows, all stand
side by side in one long integer, two bytes to a field: adding two such integers adds all fields
at once.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from zlib import crc32

#: A byte of this value weighs nothing.
ZERO = 128
#: Bits of a field; so many bytes fit it when they are added.
_FIELD, _MOST = 16, 256
#: Bytes and bits of a field of what is added further.
BYTES, BITS = 4, 32
#: Keys are looked up by their first twelve bits.
_SHELF, _SHELVES = 20, 1 << 12


class Fields(NamedTuple):
    """Fields of a long integer, read when each is lifted so that none is below nothing."""

    lift: int

    def packed(self, values: Iterable[int]) -> int:
        """Return values side by side, the first in the lowest field."""
        return sum(value << (BITS * at) for at, value in enumerate(values))

    def lifted(self, count: int) -> int:
        """Return so many fields in which nothing stands."""
        return repeated(self.lift, count)

    def read(self, packed: int, count: int) -> tuple[int, ...]:
        """Return what stands in so many fields, still lifted."""
        return struct.unpack(f"<{count}I", packed.to_bytes(BYTES * count, "little"))


@cache
def repeated(lift: int, count: int) -> int:
    """Return so many fields with the same in each."""
    return int.from_bytes(lift.to_bytes(BYTES, "little") * count, "little")


#: All that is learnt leaves the topmost bits of a field free, however much of it is added.
FULL = Fields(1 << 30)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rows:
    """What was learnt of each trait, a row of bytes each."""

    #: Keys of the traits, sorted, four bytes each.
    keys: array[int]
    #: Where the keys with each beginning start.
    shelves: array[int]
    #: Row after row in the order of the keys.
    table: bytes | memoryview
    #: Bytes of a row.
    width: int

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

    def added(self, places: Iterable[int]) -> tuple[int, ...]:
        """Return the sum of each column of the rows at these places."""
        width, table = self.width, self.table
        rows = [table[at * width : (at + 1) * width] for at in places]
        parts = [_added(rows[at : at + _MOST], width) for at in range(0, len(rows), _MOST)]
        if len(parts) == 1:
            return parts[0]
        return tuple(map(sum, zip(*parts, strict=True))) if parts else (0,) * width


def key_of(trait: str) -> int:
    """Return the number under which a trait is kept."""
    return crc32(trait.encode("utf-8", "surrogatepass"))


def _numbers(traits: Iterable[str]) -> Iterator[int]:
    """Return the numbers of traits; encoded together it takes half the time."""
    lines = "\n".join(traits).encode("utf-8", "surrogatepass")
    return map(crc32, lines.split(b"\n"))


def build_rows(keys: array[int], table: bytes | memoryview, width: int) -> Rows:
    """Return rows of so many bytes.

    :raises ValueError: there are more or fewer bytes than keys.
    """
    if len(table) != len(keys) * width:
        raise ValueError("keys and rows do not fit")
    shelves = (bisect_left(keys, shelf << _SHELF) for shelf in range(_SHELVES + 1))
    return Rows(keys, array("I", shelves), table, width)


def _added(rows: Sequence[bytes | memoryview], width: int) -> tuple[int, ...]:
    """Return the sum of each column of some rows; they are folded in half until one is left."""
    wide = b"".join(rows).decode("latin-1").encode("utf-16-le")
    whole, count = int.from_bytes(wide, "little"), len(rows)
    while count > 1:
        count -= count // 2
        bits = count * width * _FIELD
        whole = (whole >> bits) + (whole & ((1 << bits) - 1))
    return struct.unpack(f"<{width}H", whole.to_bytes(width * _FIELD // 8, "little"))
