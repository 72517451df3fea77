"""A file on its way into the store: chunk by chunk, with a note of how far it is."""

from __future__ import annotations

from asyncio import ensure_future, sleep
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from app.import_ahead import Ahead
from app.import_crew import Crew
from app.import_file import FileBroken, ImportFile, Row
from app.import_recording import Recorder
from app.import_rejects import Rejects
from consent.batches import Fate
from consent.errors import StoreUnavailable
from consent.ports import Clock
from storage.ids import uuid7
from storage.imports import Progress, SqlImports

#: Rows after which it is noted how far the file is: at most so many, and a chunk, are looked at
#: again.
_NOTED_EVERY = 5_000


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
    #: Recorded, but without the CRM id or e-mail that they name; by reason.
    unnamed: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """How many rows this run has dealt with."""
        return self.recorded + self.again + self.rejected.total()

    @property
    def rejects(self) -> int:
        """How many rows of the file are listed as rejected, in this run and before."""
        return self.rejected.total() + self.unnamed.total() + self.rejected_before

    def add(self, fate: Fate) -> None:
        """Count what became of a row."""
        if fate.refusal is not None:
            self.rejected[fate.refusal] += 1
        elif fate.again:
            self.again += 1
        else:
            self.recorded += 1
        if fate.unnamed is not None:
            self.unnamed[fate.unnamed] += 1


class Importing:
    """Brings a file in; what it was stopped at, it takes up again."""

    def __init__(
        self,
        source: ImportFile,
        rejects: Rejects,
        crew: Crew,
        recorder: Recorder,
        *,
        beside: bool = False,
    ) -> None:
        """Put together what a file is read, prepared, recorded and listed with.

        :param beside: read while a chunk is recorded, which pays where a server does that; where
            this process does, one would only stop the other (a fifth slower, measured).
        """
        self._source, self._rejects, self._crew, self._recorder = source, rejects, crew, recorder
        self._beside = beside
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
        chunks = _chunks(self._source.rows(), progress.row, self._crew.chunk)
        ahead = Ahead(chunks, self._crew, self._recorder.wants_prepared)
        ahead.read_on()
        try:
            while (chunk := await ahead.take()) is not None:
                rows, ready = chunk
                recording = ensure_future(self._recorder.record(rows, ready))
                if self._beside:
                    # Once that has begun.
                    await sleep(0)
                    ahead.read_on()
                self._note(rows, await recording)
                ahead.read_on()
                progress = replace(progress, row=rows[-1][0], rejected=self._tally.rejects)
                if imports and progress.row - noted >= _NOTED_EVERY:
                    await imports.advance(progress)
                    noted = progress.row
                show(self._tally.rows)
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

    def _note(self, rows: list[Row], found: dict[int, Fate | str]) -> None:
        """Count rows, and list those that were rejected."""
        self._tally.recorded += len(rows) - len(found)
        for place in sorted(found):
            number, fate = rows[place][0], found[place]
            if isinstance(fate, str):
                self._tally.rejected[fate] += 1
                self._rejects.add(number, fate)
                continue
            self._tally.add(fate)
            listed = fate.refusal or fate.unnamed
            if listed is not None:
                self._rejects.add(number, listed)
        self._rejects.sync()


def _chunks(rows: Iterator[Row], after: int, size: int) -> Iterator[list[Row]]:
    """Yield what comes after a row in lists; what stands before a fault comes before it."""
    chunk: list[Row] = []
    try:
        for row in rows:
            if row[0] > after:
                chunk.append(row)
            if len(chunk) == size:
                yield chunk
                chunk = []
    except FileBroken:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk
