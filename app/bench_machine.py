"""What the figures were measured on: machine, versions, disk, commit, and who else was busy."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PAGE, _SYNCS = 4_096, 200
#: Digits of a commit.
_SHORT = 10
_HOME = Path(__file__).parents[1]
_PACKAGES = ("litestar", "uvicorn", "sqlalchemy", "asyncpg", "aiogram", "twilio", "msgspec")


class Machine:
    """This machine, from now on."""

    def __init__(self, folder: Path) -> None:
        """Measure the disk that a folder lies on, and begin to count who is busy."""
        self.syncs = sync_times(folder)
        self.begun = datetime.now(UTC)
        self.load = os.getloadavg()[0]
        self._clock, self._busy = time.monotonic(), _busy()
        self._own = _own()

    def lines(self) -> list[str]:
        """Return what is known at the start."""
        names = [f"{name} {found}" for name in _PACKAGES if (found := _version(name))]
        high = self.syncs[int(len(self.syncs) * 0.95)]
        system = f"{platform.system()} {platform.release()}"
        return [
            f"{_processor()}, {os.cpu_count()} cores, {_memory():.0f} GB, {system}",
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
            + ", ".join(names),
            f"fsync of a page: median {statistics.median(self.syncs):.3f} ms, 95 % {high:.3f} ms",
            f"commit {_commit()}, {self.begun:%Y-%m-%d %H:%M} UTC, load {self.load:.1f}",
        ]

    def others(self) -> float:
        """Return how much of one processor anybody else has used since the start."""
        seconds = time.monotonic() - self._clock
        used = (_busy() - self._busy) - (_own() - self._own)
        return max(used / seconds, 0.0) if seconds else 0.0


def sync_times(folder: Path) -> list[float]:
    """Return how many milliseconds the disk takes to keep a page for good, shortest first."""
    took: list[float] = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(_SYNCS):
            file.write(os.urandom(_PAGE))
            begun = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - begun) * 1e3)
    return sorted(took)


def _busy() -> float:
    """Return the seconds of processor time of everything on this machine."""
    fields = _first_line("/proc/stat").split()[1:4]
    return sum(map(int, fields)) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _own() -> float:
    """Return those of this process and of all that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _processor() -> str:
    lines = _lines("/proc/cpuinfo")
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _commit() -> str:
    """Return the commit of the checkout, read from its own files."""
    git = _HOME / ".git"
    head = _first_line(git / "HEAD")
    name = head.removeprefix("ref: ")
    if head and name == head:
        return head[:_SHORT]
    found = _first_line(git / name) if name else ""
    packed = _lines(git / "packed-refs")
    found = found or next((line for line in packed if line.endswith(f" {name}")), "")
    return found[:_SHORT] or "unknown"


def _first_line(file: str | Path) -> str:
    return next(iter(_lines(file)), "")


def _lines(file: str | Path) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
