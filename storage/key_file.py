"""The file of root keys: newest first, one in hex a line, what follows a # is for people.

It appears and changes whole or not at all, and only its owner can read it.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path

from consent.errors import SettingBroken
from storage.durable import fresh_file
from storage.vault import KEY_BYTES


def load_root_keys(file: Path, *, create: bool) -> tuple[bytes, ...]:
    """Read the root keys, newest first; make one where `create` allows and there is no file.

    :raises SettingBroken: there is none, one is not 32 bytes of hex, or others can read them.
    """
    try:
        if create and not file.exists():
            _make(file)
        lines = file.read_text(encoding="utf-8").splitlines()
        mode = file.stat().st_mode
    except (OSError, ValueError) as fault:
        raise _broken(file, fault) from fault
    if mode & 0o077:
        raise _broken(file, "readable by others; run chmod 600")
    keys = [key for number, line in enumerate(lines, 1) if (key := _key(file, number, line))]
    if not keys:
        raise _broken(file, "holds no key: must be 32 bytes in hex")
    return tuple(dict.fromkeys(keys))


def add_root_key(file: Path, remark: str) -> bytes:
    """Put a fresh key on top of the file, with a remark; return it.

    :raises SettingBroken: the file cannot be used or written, and is as it was.
    """
    load_root_keys(file, create=False)
    key = os.urandom(KEY_BYTES)
    with _rewriting(file) as lines:
        lines.insert(0, f"{key.hex()}  # {remark}")
    return key


def remove_root_keys(file: Path, gone: Collection[bytes]) -> None:
    """Take keys out of the file; all else in it stays as it is.

    :raises SettingBroken: the file cannot be used or written, and is as it was.
    """
    load_root_keys(file, create=False)
    with _rewriting(file) as lines:
        lines[:] = [
            line for number, line in enumerate(lines, 1) if _key(file, number, line) not in gone
        ]


def _key(file: Path, number: int, line: str) -> bytes | None:
    digits = line.partition("#")[0].strip()
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        # Never quote the line: a mistyped key is a key all but a letter.
        key = b"?"
    if key and len(key) != KEY_BYTES:
        raise _broken(file, f"line {number} must be 32 bytes in hex")
    return key or None


def _make(file: Path) -> None:
    try:
        with fresh_file(file) as stream:
            stream.write(f"{os.urandom(KEY_BYTES).hex()}\n".encode())
    except FileExistsError:
        # Another process was first: whoever is first names the key.
        return


@contextmanager
def _rewriting(named: Path) -> Generator[list[str]]:
    """Hand out the lines to be changed, and put the changed file in its place at once."""
    # Where the name is a link, what it names is replaced.
    file = named.resolve()
    try:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            # Of two who change it at the same time one waits, and finds the other's keys.
            fcntl.flock(folder, fcntl.LOCK_EX)
            lines = file.read_text(encoding="utf-8").splitlines()
            yield lines
            _replace(file, "".join(f"{line}\n" for line in lines))
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise _broken(named, fault) from fault


def _replace(file: Path, text: str) -> None:
    owner = file.stat()
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            # Whoever serves must be able to read what an administrator has changed.
            os.fchown(stream.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(stream.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def _broken(file: Path, fault: object) -> SettingBroken:
    reason = fault.strerror if isinstance(fault, OSError) else fault
    return SettingBroken(f"root key {file}: {reason}")
