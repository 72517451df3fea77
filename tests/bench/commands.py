"""Commands of the program in processes of their own: how long each takes, and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2]
CONSENT = Path(sys.executable).with_name("consent")
#: Seconds.
_LOOK_AGAIN = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took."""

    seconds: float
    #: Of processor time.
    processor: float
    #: Most memory, in bytes.
    peak: float


def run(command: Sequence[str], settings: dict[str, str], *, fine: tuple[int, ...] = (0,)) -> Cost:
    """Run a command with these settings alone, and see what it took.

    :raises AssertionError: it failed.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSENT_")}
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=HOME, env=kept | settings, stdout=subprocess.DEVNULL, stderr=said
        )
        peak = 0.0
        # What the kernel tells at the end counts the process that started it, too.
        while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            peak = _peak(process.pid) or peak
            time.sleep(_LOOK_AGAIN)
        seconds = time.perf_counter() - begun
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().decode(errors="replace")
    assert process.returncode in fine, f"{command[1:3]}: {words}"
    processor = used.ru_utime + used.ru_stime
    return Cost(seconds=seconds, processor=processor, peak=peak)


def _peak(pid: int) -> float:
    """Return the most bytes a process has held; nothing once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024.0 for line in lines if "VmHWM" in line), 0.0)
