"""Recording rows: those about strangers as they were prepared, the others one batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from app.import_file import Row
from app.import_preparing import Ready, read_rows
from app.import_rows import RowReader
from consent.batch_ports import CHUNK, Batches
from consent.batches import Fate, Item
from consent.desk import ConsentDesk
from storage.strangers import Prepared

#: Chunks that are not prepared after one in which most people were known.
_UNPREPARED = 8


class Recording(Batches, Protocol):
    """Where batches are recorded, prepared or not."""

    async def record_strangers(self, prepared: Prepared) -> set[str]:
        """Write what was prepared; return the numbers that it was not written of.

        :raises StoreUnavailable: nothing was recorded; the same again comes out the same.
        """
        ...


class Recorder:
    """Records the rows of a file."""

    def __init__(
        self, reader: RowReader, desk: ConsentDesk, batches: Recording, breath: float
    ) -> None:
        """Take what rows are read and recorded with.

        :param breath: seconds between two transactions.
        """
        self._reader, self._desk, self._batches = reader, desk, batches
        self._breath = breath
        self._unprepared = 0

    def wants_prepared(self) -> bool:
        """Say whether it is worth while to prepare the next chunk: a file is much of a kind."""
        self._unprepared = max(self._unprepared - 1, 0)
        return not self._unprepared

    async def record(self, rows: Sequence[Row], ready: Ready | None) -> dict[int, Fate | str]:
        """Record rows; return by place what became of those that were not simply recorded.

        :param ready: them as prepared, if they were.
        :raises StoreUnavailable: what was recorded so far stays.
        """
        if ready is None or ready.prepared is None:
            faults, said = read_rows(self._reader, rows)
            places = _places(rows, faults)
            fates = dict(enumerate(await self._together(said)))
        else:
            faults, fates = ready.faults, dict(ready.prepared.fates)
            places = _places(rows, faults)
            left = await self._batches.record_strangers(ready.prepared)
            await asyncio.sleep(self._breath)
            theirs = [i for i, d in enumerate(ready.prepared.digests) if d in left] if left else []
            if 2 * len(theirs) > len(places):
                self._unprepared = _UNPREPARED
            # Whom somebody knows comes after the others.
            _, said = read_rows(self._reader, [rows[places[i]] for i in theirs])
            fates |= zip(theirs, await self._together(said), strict=True)
        told = ((places[i], f) for i, f in fates.items() if f.refusal or f.again or f.unnamed)
        return {**faults, **dict(told)}

    async def _together(self, said: Sequence[Item]) -> list[Fate]:
        fates: list[Fate] = []
        for start in range(0, len(said), CHUNK):
            fates += await self._desk.record_batch(said[start : start + CHUNK])
            await asyncio.sleep(self._breath)
        return fates


def _places(rows: Sequence[Row], faults: Collection[int]) -> Sequence[int]:
    """Return the places of rows that say something."""
    everywhere = range(len(rows))
    return [place for place in everywhere if place not in faults] if faults else everywhere
