"""What work costs a process that does nothing else: its time and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

#: From here the packages of this program are found without help.
_HOME = Path(__file__).parents[1]
_UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
#: A process begins with the peak of the one that started it; a small one between hides ours.
_APART = (
    "import os, sys; child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]],"
    " os.environ); sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
)
_PROCESS = """
import sys, time
start = time.perf_counter_ns()
{work}
took = time.perf_counter_ns() - start
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(took, peak * (1 if sys.platform == "darwin" else 1024))
"""


def fresh_process(work: str, *words: str, bytecode: Path) -> tuple[int, int]:
    """Return how long a new process takes for some work, in nanoseconds, and its peak in bytes.

    The work is Python and finds the words in `sys.argv`; the start of Python itself is not timed.
    Modules are compiled into the folder `bytecode` once, as they are where they are installed.
    """
    kept = {name: value for name, value in os.environ.items() if name != _UNCOMPILED}
    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", _APART, "-c", _PROCESS.format(work=work), *words],
        cwd=_HOME,
        env=kept | {"PYTHONPYCACHEPREFIX": str(bytecode)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    took, peak = map(int, done.stdout.split())
    return took, peak
