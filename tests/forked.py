"""Programs in processes of their own that need no time to load: forked from one that has loaded.

`python -m tests.forked` imports what it is told to, once, and forks for every program. A program
has its own arguments, folder, environment, exit status, and what it prints: only what it would
have imported again is there already. What must be measured or killed from outside is better
started as usual.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen
from threading import Lock

_ROOT = Path(__file__).parents[1]
_WORDS = ("in", "out", "err")


@dataclass(frozen=True, slots=True)
class Program:
    """Python to be run, and the modules it needs, which are loaded before anything is forked."""

    text: str
    loads: tuple[str, ...]


#: The command line, with what commands import when they run.
COMMAND = Program(
    "from app.cli import main; main()",
    (
        "alembic.command",
        "app.backup_command",
        "app.check_command",
        "app.cli",
        "app.conversation",
        "app.doctor",
        "app.export_command",
        "app.forget_command",
        "app.import_command",
        "app.lint_command",
        "app.list_check_command",
        "app.list_check_run",
        "app.migrate_command",
        "app.terminal",
        "storage.postgres",
        "storage.sqlite",
    ),
)


class Nursery:
    """The process that has loaded everything, and is asked for one program at a time."""

    def __init__(self) -> None:
        """Start it."""
        self._one_at_a_time = Lock()
        self._process = Popen(
            [sys.executable, "-m", "tests.forked"], cwd=_ROOT, stdin=PIPE, stdout=PIPE
        )
        atexit.register(self._close)

    def run(
        self,
        program: Program,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        given: str = "",
    ) -> CompletedProcess[str]:
        """Run a program in a folder, with these settings alone, as `subprocess.run` would."""
        with self._one_at_a_time, tempfile.TemporaryDirectory(prefix="forked") as kept:
            files = {word: Path(kept) / word for word in _WORDS}
            files["in"].write_text(given, encoding="utf-8")
            asked = {
                "program": program.text,
                "arguments": [*arguments],
                "loads": program.loads,
                "folder": str(folder),
                "environment": dict(environment),
                "files": [str(files[word]) for word in _WORDS],
            }
            status = self._told(json.dumps(asked))
            said, complained = (files[w].read_text(encoding="utf-8") for w in _WORDS[1:])
            return CompletedProcess([*arguments], status, said, complained)

    def _told(self, line: str) -> int:
        pipes = self._process
        assert pipes.stdin is not None
        assert pipes.stdout is not None
        pipes.stdin.write(f"{line}\n".encode())
        pipes.stdin.flush()
        answer = pipes.stdout.readline()
        assert answer, "the nursery has ended"
        return int(answer)

    def _close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@cache
def nursery() -> Nursery:
    """Return the one of this test run."""
    return Nursery()


def main() -> None:
    """Fork until there is nothing more to read; print how each program ended."""
    loaded: set[str] = set()
    while line := sys.stdin.readline():
        asked = json.loads(line)
        for name in asked["loads"]:
            if name not in loaded:
                importlib.import_module(name)
                loaded.add(name)
                gc.freeze()
        child = os.fork()
        if not child:
            _live(asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _live(asked: dict[str, list[str] | str | dict[str, str]]) -> None:
    """Be the program; come to no end but that of a process."""
    status = 1
    try:
        _settle(asked)
        sys.argv = [*asked["arguments"]]
        exec(compile(str(asked["program"]), "<forked>", "exec"), {"__name__": "__main__"})  # noqa: S102
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as an interpreter ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _settle(asked: dict[str, list[str] | str | dict[str, str]]) -> None:
    """Take the place, the settings and the streams of the program."""
    environment = asked["environment"]
    assert isinstance(environment, dict)
    os.chdir(str(asked["folder"]))
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(asked["files"]):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
        opened = os.open(file, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout = (
        open(number, mode, errors=old.errors, encoding=old.encoding, closefd=False)  # noqa: SIM115
        for number, mode, old in ((0, "r", sys.stdin), (1, "w", sys.stdout))
    )


if __name__ == "__main__":
    main()
