"""Whether the process that checks a list still lives: it holds a lock on a file beside the list.

The system lets go of the lock when a process ends, however it ends. So a list that waits, or is
being checked, without anybody holding its lock was lost with its process, and whoever asks is told
at once, also after a restart.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from consent.errors import StoreUnavailable

_LOCK = "lock"


class Life:
    """A lock that is held until the list is done, or the process ends."""

    def __init__(self, folder: Path) -> None:
        """Take it.

        :raises StoreUnavailable: nothing can be kept there.
        """
        try:
            self._handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError as fault:
            raise StoreUnavailable(f"({fault.strerror})") from fault

    def end(self) -> None:
        """Let go of it."""
        os.close(self._handle)


def is_alive(folder: Path) -> bool:
    """Say whether some process is at a list."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
