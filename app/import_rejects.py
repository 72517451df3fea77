"""The rows that were not recorded: their number and why, without a word of what they say."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from app.import_rows import MEANINGS
from consent.errors import SettingBroken

_Lines = list[tuple[str, ...]]

_HEADER = ("row", "reason", "meaning")


class Rejects:
    """The file of rejected rows, readable by its owner alone."""

    def __init__(self, file: Path) -> None:
        """Name the file; nothing is written before `open`."""
        self._file = file
        self._waiting: list[tuple[int, str]] = []

    def open(self) -> None:
        """Begin an empty file.

        :raises SettingBroken: it cannot be written.
        """
        self._write([_HEADER], anew=True)

    def go_on(self, row: int, count: int) -> bool:
        """Keep what was rejected up to a row; say whether that is all there should be."""
        try:
            with self._file.open(encoding="utf-8", newline="") as stream:
                found = [line for line in csv.reader(stream) if line and line[0].isdecimal()]
        except (OSError, UnicodeDecodeError, csv.Error):
            return False
        kept: _Lines = [tuple(line) for line in found if int(line[0]) <= row]
        if len(kept) != count:
            return False
        self._write([_HEADER, *kept], anew=True)
        return True

    def add(self, row: int, reason: str) -> None:
        """Note a row; it is written by `sync`."""
        self._waiting.append((row, reason))

    def sync(self) -> None:
        """Write what was noted, so that it is still there after a power cut.

        :raises SettingBroken: it cannot be written.
        """
        if self._waiting:
            lines: _Lines = [(str(row), reason, MEANINGS[reason]) for row, reason in self._waiting]
            self._write(lines, anew=False)
            self._waiting.clear()

    def close(self, *, empty: bool) -> None:
        """Leave no file behind if nothing was rejected."""
        if empty:
            self._file.unlink(missing_ok=True)

    def _write(self, lines: _Lines, *, anew: bool) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if anew else os.O_APPEND)
        try:
            handle = os.open(self._file, flags, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows(lines)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as fault:
            raise SettingBroken(
                f"rejected rows cannot be listed in {self._file}: {fault.strerror}"
            ) from fault
