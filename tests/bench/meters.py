"""What the kernel counts: processor time, memory, bytes and flushes; and how long a disk takes."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE, _SYNCS = 4_096, 200
#: Where flushes stand among the figures of a disk.
_FLUSHES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was counted up to now, or between two readings."""

    #: Seconds of processor time of one process.
    process: float
    #: Of everything on this machine.
    machine: float
    #: Bytes that the process gave to the disk.
    written: int
    #: How often the disk was told to keep what it was given, by anybody; 0 if nobody counts.
    flushes: int

    def since(self, before: Self) -> Reading:
        """Return what was counted between another reading and this one."""
        return Reading(
            process=self.process - before.process,
            machine=self.machine - before.machine,
            written=self.written - before.written,
            flushes=self.flushes - before.flushes,
        )


def read(pid: int, file: Path) -> Reading:
    """Read the meters of a process, and of the disk that a file lies on."""
    return Reading(
        process=_ticks(_text(f"/proc/{pid}/stat").rpartition(")")[2].split()[11:13]),
        machine=_ticks(_text("/proc/stat").split()[1:4]),
        written=int(_field(f"/proc/{pid}/io", "write_bytes:")),
        flushes=_flushes(file),
    )


def peak_memory(pid: int) -> float:
    """Return the most memory that a process ever held, in megabytes."""
    return int(_field(f"/proc/{pid}/status", "VmHWM:")) * 1024 / 1e6


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


def _flushes(file: Path) -> int:
    device = file.stat().st_dev
    figures = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
    fields = figures.read_text(encoding="ascii").split() if figures.exists() else []
    return int(fields[_FLUSHES]) if len(fields) > _FLUSHES else 0


def _ticks(fields: list[str]) -> float:
    return sum(map(int, fields)) / _TICKS


def _field(file: str, name: str) -> str:
    return next(line.split()[1] for line in _text(file).splitlines() if line.startswith(name))


def _text(file: str) -> str:
    return Path(file).read_text(encoding="ascii")
