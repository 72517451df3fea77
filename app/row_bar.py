"""A bar in a terminal that shows how far a file of rows is; nothing where nobody looks."""

from __future__ import annotations

import time
from typing import TextIO

_WIDTH = 30
#: Seconds between two looks of it.
_EVERY = 0.1


class RowBar:
    """How many rows are done, what share of the file that is, and how fast it goes."""

    def __init__(self, screen: TextIO) -> None:
        """Show it on a screen, if that is a terminal."""
        self._screen, self._seen = screen, screen.isatty()
        self._began, self._shown = time.monotonic(), 0.0

    def show(self, rows: int, share: float) -> None:
        """Show how many rows are done, and what share of the file."""
        now = time.monotonic()
        if not self._seen or now - self._shown < _EVERY:
            return
        self._shown = now
        bar = "█" * round(share * _WIDTH)
        speed = rows / max(now - self._began, 0.001)
        line = f"\r{share:4.0%} {bar:░<{_WIDTH}} {rows} rows, {speed:.0f} a second\x1b[K"
        self._screen.write(line)
        self._screen.flush()

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._seen:
            self._screen.write("\r\x1b[K")
            self._screen.flush()
