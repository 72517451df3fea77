"""Lists as CSV and JSON Lines: how they are recognised, read, and written the same again."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, AnyStr, BinaryIO, Protocol

import msgspec

from app.list_check_survey import LONGEST_LINE, Surveyed, bounded_lines
from consent.ports import AddressKind
from marketing.list_columns import (
    Key,
    ListUnclear,
    Told,
    has_header,
    is_crm_name,
    is_key_name,
    is_like_others,
    key_columns,
    share_of,
)
from marketing.listing import Rejection

#: Rows by which columns and delimiter are recognised.
_SAMPLE = 200
_DELIMITERS = ",;\t|"
#: No list has more columns.
MOST_COLUMNS = 1_000
#: What is added to rows.
ADDED = ("consent_reason", "consent_since")

#: A row: its number as a spreadsheet counts, the cell that says whom it means, what its column
#: holds, and the row; or none, none and why it cannot be read.
Row = tuple[int, str | None, AddressKind | None, Any]
Holds = Callable[[str], bool]


class Shape(Protocol):
    """One kind of file."""

    #: The columns that say whom each row means, by name or number, with what they hold if that
    #: is not seen: whoever names them so, gets the same.
    columns: tuple[str, ...]
    #: How files of this kind end.
    suffix: str

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield each row with how long it is.

        :raises ListUnclear: nothing can be read from here on.
        """
        ...

    def head(self, *, added: bool) -> bytes:
        """Return what stands before the rows of a file of the same kind."""
        ...

    def lines(self, rows: Sequence[tuple[Any, tuple[str, ...]]]) -> bytes:
        """Return rows as they are, each with what is added."""
        ...


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first rows, read with one delimiter."""

    delimiter: str
    rows: list[list[str]]

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def rank(self, holds: Holds) -> tuple[bool, float, int]:
        """Return how likely it is: a column of addresses, rows of one width, many columns."""
        body = self.rows[1:] or self.rows
        fits = any(share_of(body, i, holds) > 0 for i in range(min(self.width, MOST_COLUMNS)))
        named = any(map(is_key_name, self.rows[0]))
        same = sum(len(row) == self.width for row in self.rows) / len(self.rows)
        return fits or (named and self.width > 1), same if self.width > 1 else 0.0, self.width


class CsvRows:
    """CSV, whatever its delimiter."""

    suffix = ".csv"

    def __init__(
        self, stream: BinaryIO, found: Surveyed, holds: Holds, wanted: Sequence[str] = ()
    ) -> None:
        """Recognise delimiter, header and column.

        :raises ListUnclear: they cannot be recognised.
        """
        self._encoding, self._mark = found.encoding or "", found.mark
        # Kept: it would close the stream where it ends.
        self._text = io.TextIOWrapper(stream, self._encoding, newline="")
        self._more = bounded_lines(self._text.readline)
        self._first = self._read_first()
        samples = [_sample(self._first, sign) for sign in _DELIMITERS]
        best = max(samples, key=lambda sample: sample.rank(holds))
        if not best.rows or best.width > MOST_COLUMNS:
            raise ListUnclear(f"Its first row has no columns, or more than {MOST_COLUMNS}.")
        self._delimiter, self._width = best.delimiter, best.width
        named = has_header(best.rows[0], holds) and self._is_header(best)
        self._named = named and not is_like_others(best.rows[0], wanted)
        names = best.rows[0] if self._named else [""] * best.width
        body = best.rows[1:] if self._named else best.rows
        self._keys = key_columns(names, body, holds, wanted)
        self._names = best.rows[0]
        self.columns = told_of(self._keys, names)

    def _is_header(self, sample: _Sample) -> bool:
        """Say whether the first row names columns, though a list of bad rows begins alike."""
        named = any(map(is_key_name, sample.rows[0]))
        return named or len(sample.rows) > 1

    def _read_first(self) -> list[str]:
        try:
            return _beginning(self._more)
        except UnicodeDecodeError as fault:
            raise ListUnclear(f"It is not {self._encoding}.") from fault

    def rows(self) -> Iterator[tuple[int, Row]]:
        """See `Shape.rows`."""
        lines = _Lines(itertools.chain(self._first, self._more))
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        number, keys, width = 0, self._keys, self._width
        if self._named:
            next(reader)
            lines.taken()
            number = 1
        while True:
            before = reader.line_num
            number += 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError as fault:
                raise ListUnclear(f"Row {number} is not {self._encoding}.") from fault
            except csv.Error as fault:
                if reader.line_num > before + 1:
                    said = f"Row {number}: a quote that is opened there is never closed properly."
                    raise ListUnclear(said) from fault
                yield lines.taken(), (number, None, None, Rejection.UNREADABLE)
                continue
            length = lines.taken()
            if len(row) == width:
                key = keys[0] if len(keys) == 1 else speaking(keys, row.__getitem__)
                yield length, (number, row[key.place], key.kind, row)
            elif row:
                yield length, (number, None, None, Rejection.COLUMNS)

    def head(self, *, added: bool) -> bytes:
        """See `Shape.head`."""
        if not self._named:
            return self._mark
        return self._mark + self.lines([(self._names, ADDED if added else ())])

    def lines(self, rows: Sequence[tuple[Any, tuple[str, ...]]]) -> bytes:
        """See `Shape.lines`."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self._delimiter)
        writer.writerows([(*row, *more) if more else row for row, more in rows])
        return text.getvalue().encode(self._encoding)


class _Lines:
    """Lines, and how long those were that were just taken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._length = lines, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._length += len(line)
            if self._length > LONGEST_LINE:
                raise ListUnclear(f"A row is longer than {LONGEST_LINE >> 20} MiB.")
            yield line

    def taken(self) -> int:
        length, self._length = self._length, 0
        return length


def told_of(keys: Sequence[Key], names: Sequence[str]) -> tuple[str, ...]:
    """Return how columns are named so that they are found again."""
    found = ((names[key.place].strip(), key) for key in keys)
    # One that is named as what it holds says so itself.
    return tuple(
        str(Told(name or f"{key.place + 1}", None if is_crm_name(name) else key.kind))
        for name, key in found
    )


def speaking(keys: Sequence[Key], cell: Callable[[int], str | None]) -> Key:
    """Return the first column that says anything in a row."""
    said = ((key, cell(key.place)) for key in keys)
    return next((key for key, text in said if text is None or text.strip()), keys[0])


def _beginning(lines: Iterator[AnyStr]) -> list[AnyStr]:
    """Take the first lines: so many that a file can be recognised, never much of it."""
    first: list[AnyStr] = []
    letters = 0
    for line in lines:
        first.append(line)
        letters += len(line)
        if len(first) >= _SAMPLE or letters >= LONGEST_LINE:
            break
    return first


def _sample(lines: Sequence[str], delimiter: str) -> _Sample:
    rows: list[list[str]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    # The last may be cut; a row that cannot be read is told when its turn comes.
    with suppress(csv.Error):
        rows.extend(row for row in reader if row)
    return _Sample(delimiter, rows)


class JsonRows:
    """JSON Lines: one object a line."""

    suffix = ".jsonl"

    def __init__(self, stream: BinaryIO, holds: Holds, wanted: Sequence[str] = ()) -> None:
        """Recognise the column.

        :raises ListUnclear: it cannot be recognised.
        """
        self._stream = stream
        begun = stream.tell()
        first = [_object(line) for line in _beginning(bounded_lines(stream.readline))]
        stream.seek(begun)
        found = [row for row in first if row]
        names = list(dict.fromkeys(name for row in found for name in row))[:MOST_COLUMNS]
        if not names:
            raise ListUnclear("Its first lines are no JSON objects.")
        cells = [[_cell(row.get(name)) or "" for name in names] for row in found]
        self._keys, self._names = key_columns(names, cells, holds, wanted), names
        self.columns = told_of(self._keys, names)

    def rows(self) -> Iterator[tuple[int, Row]]:
        """See `Shape.rows`."""
        for number, line in enumerate(bounded_lines(self._stream.readline), 1):
            row = _object(line)
            if row is not None:
                yield len(line), self._row(number, row)
            elif line.strip():
                yield len(line), (number, None, None, Rejection.UNREADABLE)

    def _row(self, number: int, row: dict[str, Any]) -> Row:
        def cell(place: int) -> str | None:
            return _cell(row.get(self._names[place]))

        key = speaking(self._keys, cell)
        said = cell(key.place)
        return number, said, key.kind, row if said is not None else Rejection.SPREADSHEET_NUMBER

    def head(self, *, added: bool) -> bytes:
        """See `Shape.head`."""
        del added
        return b""

    def lines(self, rows: Sequence[tuple[Any, tuple[str, ...]]]) -> bytes:
        """See `Shape.lines`; a name that an object had twice is there once, as it was read."""
        return b"".join(
            msgspec.json.encode({**row, **dict(zip(ADDED, more, strict=True))} if more else row)
            + b"\n"
            for row, more in rows
        )


_OBJECT = msgspec.json.Decoder(dict[str, Any])


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        return _OBJECT.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _cell(value: object) -> str | None:
    """Return what a value says; none for a decimal number, which may have lost digits."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return str(value) if isinstance(value, int) else None
