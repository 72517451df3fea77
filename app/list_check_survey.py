"""A first walk over a list, before anything of it is believed: what kind of file, which letters.

Read in pieces and never kept: a file of any size costs the same memory.
"""

from __future__ import annotations

import codecs
import hashlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import AnyStr, BinaryIO

from marketing.list_columns import ListUnclear

_PIECE = 1 << 18
#: A line that is longer is none of a list.
LONGEST_LINE = 4 * _PIECE
_TOO_LONG = f"A line is longer than {LONGEST_LINE >> 20} MiB."
_SOME = 1 << 16
_BEGINNINGS = {
    b"PK\x03\x04": "a ZIP file or an Excel workbook",
    b"PK\x05\x06": "a ZIP file",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"7z\xbc\xaf": "a 7-Zip file",
    b"Rar!": "a RAR file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
_PARQUET = b"PAR1"
#: The letters that Latvian adds, as Windows-1257 has them; Cyrillic ones lie all over.
_LATVIAN = frozenset("āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ–„“”".encode("cp1257"))
_MOSTLY = 0.9
_ASCII = bytes(range(128))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What a file is."""

    #: The SHA-256 of its content, hex.
    digest: str
    size: int
    #: None: not text, but Parquet.
    encoding: str | None
    #: How it begins, for whoever writes the same kind of file.
    mark: bytes = b""


def survey(stream: BinaryIO, largest: int) -> Surveyed:
    """Walk over a file and say what it is.

    :raises ListUnclear: it is empty, too large, packed, binary, or of no encoding known here.
    """
    walk = _Walk(stream.read(_PIECE), largest)
    piece = walk.first
    while piece:
        walk.take(piece)
        piece = stream.read(_PIECE)
    return Surveyed(
        digest=walk.sha.hexdigest(), size=walk.size, encoding=walk.encoding(), mark=walk.mark
    )


def bounded_lines(readline: Callable[[int], AnyStr]) -> Iterator[AnyStr]:
    """Yield lines, of which none is ever held that is too long.

    :raises ListUnclear: one is longer than any line of a list.
    """
    while line := readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise ListUnclear(_TOO_LONG)
        yield line


class _Walk:
    def __init__(self, first: bytes, largest: int) -> None:
        self.first, self.size, self._largest = first, 0, largest
        self.sha = hashlib.sha256()
        self._is_parquet = first.startswith(_PARQUET)
        for beginning, name in _BEGINNINGS.items():
            if first.startswith(beginning):
                raise ListUnclear(f"It is {name}: save it as CSV, JSON Lines or Parquet.")
        if not first.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
            raise ListUnclear("It is empty.")
        marks = (BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)
        self.mark = next((mark for mark in marks if first.startswith(mark)), b"")
        self._is_wide = self.mark in {BOM_UTF16_LE, BOM_UTF16_BE}
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._high = bytearray()
        self._since_line = 0

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._largest:
            raise ListUnclear(f"It is larger than {self._largest >> 20} MiB (CONSENT_LIST_MIB).")
        self.sha.update(piece)
        if self._is_parquet:
            return
        if not self._is_wide:
            self._see_letters(piece)
        ends = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        self._since_line = self._since_line + len(piece) if ends < 0 else len(piece) - ends
        if self._since_line > LONGEST_LINE:
            raise ListUnclear(_TOO_LONG)

    def _see_letters(self, piece: bytes) -> None:
        if b"\0" in piece:
            raise ListUnclear("It is no text: there are zero bytes in it.")
        if len(self._high) < _SOME and not piece.isascii():
            self._high += piece.translate(None, _ASCII)
        if self._utf8 is not None:
            try:
                self._utf8.decode(piece)
            except UnicodeDecodeError:
                self._utf8 = None

    def encoding(self) -> str | None:
        if self._is_parquet:
            return None
        if self._is_wide:
            return "utf-16-le" if self.mark == BOM_UTF16_LE else "utf-16-be"
        if self._utf8 is not None:
            try:
                self._utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                pass
            else:
                return "utf-8"
        return self._of_windows()

    def _of_windows(self) -> str:
        latvian = sum(byte in _LATVIAN for byte in self._high)
        is_baltic = latvian >= _MOSTLY * len(self._high)
        for name in ("cp1257", "cp1251") if is_baltic else ("cp1251", "cp1257"):
            try:
                bytes(self._high).decode(name)
            except UnicodeDecodeError:
                continue
            return name
        raise ListUnclear("It is text in no encoding known here: save it as UTF-8.")
