"""A file on its way into the store: chunk by chunk, with a note of how far it is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from app.import_file import FileBroken, ImportFile, Row
from app.import_rejects import Rejects
from app.import_rows import Fault, RowReader
from consent.batch_ports import CHUNK
from consent.batches import Fate
from consent.desk import ConsentDesk
from consent.errors import StoreUnavailable
from consent.ports import Clock
from storage.ids import uuid7
from storage.imports import Progress, SqlImports

#: Rows after which it is noted how far the file is: at most so many are looked at again.
_NOTED_EVERY = 10 * CHUNK
#: Seconds between two chunks: on SQLite others write then. Without it customers wait up to a
#: second, with it half of that, for a tenth more time (measured).
_BREATH = 0.01


@dataclass(slots=True)
class Tally:
    """What has become of the rows of a file."""

    #: The last row that an earlier run, which was stopped, has dealt with; and its rejects.
    before: int = 0
    rejected_before: int = 0
    recorded: int = 0
    again: int = 0
    #: By reason.
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """How many rows this run has dealt with."""
        return self.recorded + self.again + self.rejected.total()

    @property
    def rejects(self) -> int:
        """How many rows of the file were rejected, in this run and before."""
        return self.rejected.total() + self.rejected_before

    def add(self, fate: Fate) -> None:
        """Count what became of a row."""
        if fate.refusal is not None:
            self.rejected[fate.refusal] += 1
        elif fate.again:
            self.again += 1
        else:
            self.recorded += 1


class Importing:
    """Brings a file in; what it was stopped at, it takes up again."""

    def __init__(
        self, source: ImportFile, reader: RowReader, rejects: Rejects, desk: ConsentDesk
    ) -> None:
        """Put together what a file is read, judged and listed with."""
        self._source, self._reader, self._rejects, self._desk = source, reader, rejects, desk
        self._tally = Tally()

    async def through(
        self, imports: SqlImports | None, brand: str, clock: Clock, show: Callable[[int], None]
    ) -> Tally:
        """Deal with every row that is left.

        :param imports: where it is noted how far the file is; none: nowhere.
        :param show: is told how many rows are done.
        :raises FileBroken: it cannot be read further; the rows before are recorded.
        :raises StoreUnavailable: what was recorded so far stays.
        """
        progress = await self._begin(imports, brand, clock)
        noted = progress.row
        try:
            for rows in _chunks(self._source.rows(), progress.row):
                await self._record(rows)
                progress = replace(progress, row=rows[-1][0], rejected=self._tally.rejects)
                if imports and progress.row - noted >= _NOTED_EVERY:
                    await imports.advance(progress)
                    noted = progress.row
                show(self._tally.rows)
                await asyncio.sleep(_BREATH if imports else 0)
            if imports:
                await imports.advance(progress, finished_at=clock.now())
        except StoreUnavailable as fault:
            raise StoreUnavailable(
                f"{fault.detail} Stopped after row {progress.row}; the same command goes on."
            ) from fault
        self._rejects.close(empty=not self._tally.rejects)
        return self._tally

    async def _begin(self, imports: SqlImports | None, brand: str, clock: Clock) -> Progress:
        digest = self._source.digest
        found = await imports.unfinished(brand, digest) if imports else None
        if found and self._rejects.go_on(found.row, found.rejected):
            self._tally.before, self._tally.rejected_before = found.row, found.rejected
            return found
        self._rejects.open()
        if found:
            # The list of what was rejected is gone: only from the start can it be complete.
            return replace(found, row=0, rejected=0)
        progress = Progress(id=uuid7(clock.now()))
        if imports:
            await imports.begin(progress, brand, digest, clock.now())
        return progress

    async def _record(self, rows: list[Row]) -> None:
        read = [
            (number, Fault.UNREADABLE_ROW if values is None else self._reader.read(values))
            for number, values in rows
        ]
        entries = [said for _, said in read if not isinstance(said, str)]
        fates = iter(await self._desk.record_batch(entries))
        for number, said in read:
            if isinstance(said, str):
                self._tally.rejected[said] += 1
                self._rejects.add(number, said)
                continue
            fate = next(fates)
            self._tally.add(fate)
            if fate.refusal is not None:
                self._rejects.add(number, fate.refusal)
        self._rejects.sync()


def _chunks(rows: Iterator[Row], after: int) -> Iterator[list[Row]]:
    """Yield what comes after a row in lists; what stands before a fault comes before it."""
    chunk: list[Row] = []
    try:
        for row in rows:
            if row[0] > after:
                chunk.append(row)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
    except FileBroken:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk
