"""A list that is checked: opened, recognised, and read some thousand rows at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from app.list_check_shapes import CsvRows, Holds, JsonRows, Row, Shape
from app.list_check_survey import Surveyed, survey
from marketing.list_columns import ListUnclear

#: Rows that are looked at together, and letters of them at most.
ROWS, _LETTERS = 20_000, 8 << 20


class ListSource:
    """A list that is checked."""

    def __init__(
        self, file: Path, holds: Holds, *, largest: int, wanted: Sequence[str] = ()
    ) -> None:
        """Open a file and see what it is.

        :param holds: says whether a cell is a number or an e-mail address.
        :param largest: bytes at most.
        :param wanted: the columns that say whom a row means, if that is known.
        :raises ListUnclear: it cannot be checked.
        """
        self._file, self._stream = file, _opened(file)
        try:
            #: What it is, with its hash.
            self.surveyed = survey(self._stream, largest)
            self._stamp = self._state()
            self._stream.seek(0)
            self.shape = _shape(self._stream, self.surveyed, holds, wanted)
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> Self:
        """Use it in a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self._stream.close()

    @property
    def share(self) -> float:
        """How much of it has been read, from 0 to 1."""
        return min(self._stream.tell() / self.surveyed.size, 1.0)

    def batches(self, size: int = ROWS) -> Iterator[list[Row]]:
        """Go through its rows, some at a time.

        :raises ListUnclear: nothing can be read from here on, or it was changed meanwhile.
        """
        batch: list[Row] = []
        letters = 0
        for length, row in self.shape.rows():
            batch.append(row)
            letters += length
            if len(batch) >= size or letters >= _LETTERS:
                yield batch
                batch, letters = [], 0
        if self._state() != self._stamp:
            raise ListUnclear("It was changed while it was read.")
        if batch:
            yield batch

    def _state(self) -> tuple[int, int]:
        found = os.fstat(self._stream.fileno())
        return found.st_size, found.st_mtime_ns


def _opened(file: Path) -> BinaryIO:
    if not file.is_file():
        raise ListUnclear(f"{file} is no file.")
    try:
        return file.open("rb")
    except OSError as fault:
        raise ListUnclear(f"{file}: {fault.strerror}.") from fault


def _shape(stream: BinaryIO, found: Surveyed, holds: Holds, wanted: Sequence[str]) -> Shape:
    if found.encoding is None:
        # Imported here: who has no such file does not need the library.
        from app.list_check_parquet import ParquetRows  # noqa: PLC0415

        return ParquetRows(stream, holds, wanted)
    stream.seek(len(found.mark))
    beginning = stream.read(4096).decode(found.encoding, "ignore").lstrip()
    stream.seek(len(found.mark))
    if beginning.startswith("["):
        raise ListUnclear("It is one JSON list: write one object a line, without commas between.")
    if beginning.startswith("{"):
        if found.encoding != "utf-8":
            raise ListUnclear("JSON Lines must be UTF-8.")
        return JsonRows(stream, holds, wanted)
    return CsvRows(stream, found, holds, wanted)
