"""Reading the rows of a file: CSV or JSON Lines, one after the other, never all at once."""

from __future__ import annotations

import csv
import hashlib
import itertools
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from consent.errors import ConsentError

COLUMNS = (
    "number",
    "subject",
    "action",
    "said_at",
    "notice",
    "language",
    "actor",
    "method",
    "document",
    "until",
    "other",
    "crm_id",
    "email",
)
_NEEDED = ("number", "action")
_DELIMITERS = ",;\t"
_PIECE = 1 << 16
_BEGINNING = 4096
_JSON = msgspec.json.Decoder(dict[str, str | None])

#: One row: its number as a spreadsheet counts, and its values in the order of `COLUMNS`; none if
#: it cannot be read as a row of this file.
Row = tuple[int, tuple[str, ...] | None]


class FileBroken(ConsentError):
    """This file cannot be brought in; what was recorded of it before stays."""

    code = "file"


class ImportFile:
    """A file that is brought in."""

    def __init__(self, file: Path) -> None:
        """Open the file and see what it is.

        :raises FileBroken: it cannot be read, or is neither CSV nor JSON Lines in UTF-8.
        """
        try:
            #: In bytes.
            self.size = file.stat().st_size
            self._stream = file.open("rb")
        except OSError as fault:
            raise FileBroken(f"{file}: {fault.strerror}") from fault
        try:
            #: The SHA-256 of its content, hex.
            self.digest = _digest(self._stream)
            self._stream.seek(0)
            beginning = self._stream.read(_BEGINNING).removeprefix(BOM_UTF8)
            _refuse_others(beginning)
        except BaseException:
            self._stream.close()
            raise
        self._stream.seek(0)
        self._is_json = beginning.lstrip().startswith(b"{")

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
        return self._stream.tell() / self.size if self.size else 1.0

    def rows(self) -> Iterator[Row]:
        """Go through its rows.

        :raises FileBroken: it cannot be read from here on.
        """
        return _json_rows(self._stream) if self._is_json else _csv_rows(self._stream)


def _digest(stream: BinaryIO) -> str:
    found = hashlib.sha256()
    while piece := stream.read(_PIECE):
        found.update(piece)
    return found.hexdigest()


def _refuse_others(beginning: bytes) -> None:
    if beginning.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise FileBroken("It is UTF-16: save it as UTF-8.")
    if not beginning.strip():
        raise FileBroken("It is empty.")
    if beginning.lstrip().startswith(b"["):
        raise FileBroken("It is one JSON list: write one object a line, without commas between.")


def _lines(stream: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(stream, 1):
        try:
            yield (line.removeprefix(BOM_UTF8) if number == 1 else line).decode()
        except UnicodeDecodeError as fault:
            raise FileBroken(f"Line {number} is not UTF-8.") from fault


def _json_rows(stream: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(_lines(stream), 1):
        if not line.strip():
            continue
        try:
            given = _JSON.decode(line)
        except msgspec.DecodeError:
            yield number, None
            continue
        values = tuple((given.get(name) or "").strip() for name in COLUMNS)
        yield number, values if given.keys() <= set(COLUMNS) else None


def _csv_rows(stream: BinaryIO) -> Iterator[Row]:
    lines = _lines(stream)
    first = next(lines)
    delimiter = max(_DELIMITERS, key=lambda sign: len(_known(first.split(sign))))
    reader = csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True)
    number = 1
    try:
        header = [name.strip().lower() for name in next(reader)]
        _refuse_header(header)
        # A column that is not there is the empty field put at the end.
        pick = itemgetter(*(header.index(c) if c in header else -1 for c in COLUMNS))
        for number, row in enumerate(reader, 2):
            if len(row) == len(header):
                row.append("")
                yield number, tuple(map(str.strip, pick(row)))
            elif row:
                yield number, None
    except csv.Error as fault:
        raise FileBroken(f"After row {number}: {fault}.") from fault


def _known(names: list[str]) -> set[str]:
    return {name.strip(' "\r\n').lower() for name in names} & set(COLUMNS)


def _refuse_header(header: list[str]) -> None:
    if not set(header) & set(COLUMNS):
        raise FileBroken(f"Its first row must name its columns: {', '.join(COLUMNS)}.")
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise FileBroken(f"Unknown columns: {', '.join(unknown)}; known: {', '.join(COLUMNS)}.")
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise FileBroken(f"Missing columns: {', '.join(missing)}.")
    if len(set(header)) < len(header):
        raise FileBroken("A column is there twice.")
