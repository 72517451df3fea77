"""Reading ahead: while some rows are recorded, the next are read and prepared."""

from __future__ import annotations

from asyncio import Future
from collections import deque
from collections.abc import Callable, Iterator

from app.import_crew import Crew
from app.import_file import FileBroken, Row
from app.import_preparing import Ready
from app.import_worker import READY

#: Rows, and them as prepared, if they were.
Chunk = tuple[list[Row], Ready | None]


class Ahead:
    """The chunks of a file in their order; some are on their way."""

    def __init__(
        self, chunks: Iterator[list[Row]], crew: Crew, wanted: Callable[[], bool]
    ) -> None:
        """Take where rows come from and who prepares them.

        :param wanted: says whether the next chunk is to be prepared.
        """
        self._chunks, self._crew, self._wanted = chunks, crew, wanted
        self._under_way: deque[tuple[list[Row], Future[bytes | None] | None]] = deque()
        self._fault: FileBroken | None = None

    def read_on(self) -> None:
        """Read as much as is worth being under way."""
        while self._fault is None and len(self._under_way) <= self._crew.depth:
            try:
                rows = next(self._chunks)
            except StopIteration:
                return
            except FileBroken as fault:
                # What stands before comes first.
                self._fault = fault
                return
            self._under_way.append((rows, self._crew.begin(rows) if self._wanted() else None))

    async def take(self) -> Chunk | None:
        """Return the next chunk; none after the last.

        :raises FileBroken: it cannot be read further.
        """
        if self._under_way:
            rows, ready = self._under_way.popleft()
            found = await ready if ready is not None else None
            # What waits is kept as it came: as objects it would be thrice as large.
            return rows, READY.decode(found) if found is not None else None
        if self._fault is not None:
            raise self._fault
        return None
