"""The servers that are compared: `consent serve`, and floors in processes of their own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.bench import meters
from tests.bench.http_load import Answers, Talks
from tests.bench.stores import require_durable
from tests.playground.served import PATIENCE, free_port, serving

_HOME = Path(__file__).parents[2]
_HOST = "127.0.0.1"
#: From here on the callers' own process may be what is measured.
TOO_BUSY = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A running server and its store."""

    name: str
    port: int
    pid: int
    #: URL of the store.
    store: str
    #: A folder on the disk of its store.
    folder: Path
    #: From the start of the process, in seconds, until it was ready.
    readiness: float = 0.0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{_HOST}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One round against one side."""

    answers: Answers
    counted: meters.Reading

    @property
    def processor(self) -> float:
        """Microseconds of the server's processor time for an answer."""
        return 1e6 * self.counted.process / max(self.answers.calls, 1)

    @property
    def server_busy(self) -> float:
        """The share of one processor that the server used."""
        return self.counted.process / self.answers.seconds

    @property
    def others(self) -> float:
        """The share of one processor that anything else on this machine used meanwhile."""
        used = self.counted.machine - self.counted.process
        return max(used / self.answers.seconds - self.answers.busy, 0.0)


@contextmanager
def product(folder: Path, store: str, **settings: str) -> Iterator[Side]:
    """Run `consent serve` on a store, in a folder of its own.

    :raises NotDurable: a connection as it opens them does not wait for the disk.
    """
    require_durable(store)
    folder.mkdir()
    with serving(folder, **{"CONSENT_DATABASE_URL": store} | settings) as served:
        yield Side(
            name="product",
            port=urlsplit(served.url).port or 0,
            pid=served.process.pid,
            store=store,
            folder=folder,
            readiness=served.readiness,
        )


@contextmanager
def floor(
    folder: Path, module: str, store: str, words: Mapping[str, Any], name: str = "floor"
) -> Iterator[Side]:
    """Run a floor on a store; it is told these words, and refuses a store that does not wait."""
    folder.mkdir()
    port, told = free_port(), folder / "told.json"
    told.write_text(json.dumps({"port": port, "store": store, **words}), encoding="utf-8")
    program = [sys.executable, "-m", f"tests.bench.floors.{module}", str(told)]
    grumble = folder / "err.txt"
    with grumble.open("wb") as err, subprocess.Popen(program, cwd=_HOME, stderr=err) as process:
        try:
            wait_for(port, process)
            yield Side(name=name, port=port, pid=process.pid, store=store, folder=folder)
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody listens on a port.

    :raises AssertionError: the process ended, or never listens.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the process ended"
        try:
            socket.create_connection((_HOST, port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the process was never ready")


def drive(side: Side, talks: Talks, *, seconds: float, callers: int) -> Run:
    """Let callers in a process of their own talk to a server.

    :raises AssertionError: it refused something.
    """
    file = side.folder / "talks"
    file.write_bytes(msgspec.msgpack.encode(talks))
    program = [sys.executable, "-m", "tests.bench.http_load", _HOST, str(side.port), str(file)]
    program += ["--seconds", str(seconds), "--callers", str(callers)]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, cwd=_HOME, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        before = meters.read(side.pid, side.folder)
        said, _ = process.communicate(b"\n")
        after = meters.read(side.pid, side.folder)
    answers = msgspec.json.decode(said, type=Answers)
    assert not answers.refused, f"{side.name} refused: {answers.refused} {_last_words(side)}"
    return Run(answers=answers, counted=after.since(before))


def _last_words(side: Side) -> str:
    file = side.folder / "err.txt"
    said = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return said.strip().rpartition("\n")[2]
