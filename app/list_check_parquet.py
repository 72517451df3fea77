"""Lists in Parquet. The library is an extra (`pip install consent-assistant[parquet]`).

It takes 170 MB of a disk and 50 of memory, so only who has such lists needs it; it is loaded when
the first one comes. What comes out is CSV.
"""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from app.list_check_shapes import ADDED, MOST_COLUMNS, Holds, Row, speaking, told_of
from marketing.list_columns import ListUnclear, key_columns
from marketing.listing import Rejection

_BATCH, _SAMPLE = 5_000, 200
#: Unpacked bytes of one group of rows: what is packed tightly must not fill the memory.
_LARGEST_GROUP = 256 << 20


class ParquetRows:
    """Parquet, read some rows at a time."""

    suffix = ".csv"

    def __init__(self, stream: BinaryIO, holds: Holds, wanted: Sequence[str] = ()) -> None:
        """Recognise the column.

        :raises ListUnclear: it cannot be recognised or read, or the library is not installed.
        """
        try:
            library = importlib.import_module("pyarrow.parquet")
        except ImportError as fault:
            raise ListUnclear(
                "Parquet needs a library that is not installed: "
                "pip install 'consent-assistant[parquet]' (or save the list as CSV)."
            ) from fault
        try:
            self._file: Any = library.ParquetFile(stream)
            self._refuse_giants()
            self._names: list[str] = list(self._file.schema_arrow.names)
            first = self._cells(next(self._file.iter_batches(batch_size=_SAMPLE), None))
        except (OSError, ValueError, MemoryError, NotImplementedError) as fault:
            raise ListUnclear("It begins like Parquet and cannot be read.") from fault
        sample = [["" if cell is None else str(cell) for cell in row] for row in first]
        self._keys = key_columns(self._names, sample, holds, wanted)
        self.columns = told_of(self._keys, self._names)

    def _refuse_giants(self) -> None:
        data = self._file.metadata
        if data.num_columns > MOST_COLUMNS:
            raise ListUnclear(f"It has more than {MOST_COLUMNS} columns.")
        groups = (data.row_group(i).total_byte_size for i in range(data.num_row_groups))
        if max(groups, default=0) > _LARGEST_GROUP:
            said = f"Unpacked, a group of its rows is larger than {_LARGEST_GROUP >> 20} MiB."
            raise ListUnclear(said)

    @staticmethod
    def _cells(batch: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - the library has no types
        if batch is None:
            return []
        return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))

    def rows(self) -> Iterator[tuple[int, Row]]:
        """See `app.list_check_shapes.Shape.rows`."""
        number = 0
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH):
                size = batch.nbytes // max(batch.num_rows, 1)
                for row in self._cells(batch):
                    number += 1
                    yield size, self._row(number, row)
        except (OSError, ValueError, MemoryError, NotImplementedError) as fault:
            raise ListUnclear(f"After row {number} it cannot be read.") from fault

    def _row(self, number: int, row: tuple[Any, ...]) -> Row:
        key = speaking(self._keys, lambda place: _cell(row[place]))
        said = _cell(row[key.place])
        return number, said, key.kind, row if said is not None else Rejection.SPREADSHEET_NUMBER

    def head(self, *, added: bool) -> bytes:
        """See `app.list_check_shapes.Shape.head`."""
        return self.lines([(self._names, ADDED if added else ())])

    def lines(self, rows: Sequence[tuple[Any, tuple[str, ...]]]) -> bytes:
        """See `app.list_check_shapes.Shape.lines`."""
        text = io.StringIO()
        csv.writer(text).writerows([(*row, *more) for row, more in rows])
        return text.getvalue().encode()


def _cell(value: object) -> str | None:
    """Return what a value says; none for a decimal number, which may have lost digits."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
