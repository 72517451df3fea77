"""Files that appear whole under their name or not at all, and are never written over."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def fresh_file(target: Path) -> Generator[BinaryIO]:
    """Write a new file, readable by its owner alone; left by an error, it never was.

    :raises FileExistsError: there is one of this name already, perhaps since a moment ago.
    :raises OSError: it cannot be written.
    """
    with fresh_place(target) as place, place.open("wb") as stream:
        yield stream


@contextmanager
def fresh_place(target: Path) -> Generator[Path]:
    """Give an empty file to be written by others; left without an error, it gets its name.

    :raises FileExistsError: there is one of this name already, perhaps since a moment ago.
    :raises OSError: it cannot be written.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists():
        raise FileExistsError(errno.EEXIST, "a file of this name is there already", str(target))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    fresh = Path(name)
    try:
        os.close(handle)
        yield fresh
        _sync(fresh)
        _name(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Have what was written to a file or folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name(fresh: Path, target: Path) -> None:
    """Give a file its name; fails if another process was first."""
    try:
        os.link(fresh, target)
    except OSError as fault:
        # Shares of other systems often know no links; there nobody else is expected to write.
        if fault.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS} or target.exists():
            raise
        fresh.rename(target)
