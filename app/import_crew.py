"""Preparing rows on the other processor cores, while this one writes (`app.import_worker`)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Self

import msgspec

from app.import_file import Row
from app.import_worker import Briefing
from consent.batch_ports import CHUNK

#: Rows that are prepared together and written in one transaction: about 0.15 s on SQLite.
_TOGETHER = 4_000
#: A smaller file is brought in before others could help.
WORTH_IT = 1_000_000
#: One process writes as fast as so many prepare; on two cores, two use up what it leaves.
_MOST = 3
_BEGIN = (sys.executable, "-I", "-m", "app.import_worker")
#: Seconds in which whoever is told to end does.
_PATIENCE = 5


class Crew:
    """Processes that prepare rows, each one chunk after the other."""

    def __init__(self, size: int) -> None:
        """Start so many; they know nothing before `brief`."""
        self._hands = [_Hand() for _ in range(size)]
        self._next = 0
        #: Rows of a chunk, and chunks that are worth being under way.
        self.chunk = _TOGETHER if size else CHUNK
        self.depth = size + 1 if size else 0

    @classmethod
    def for_file(cls, size: int) -> Self:
        """Start as many as a file of so many bytes is worth on this machine; often none."""
        cores = _cores()
        return cls(min(cores, _MOST) if size >= WORTH_IT and cores > 1 else 0)

    def brief(self, briefing: Briefing) -> None:
        """Say what rows are read and sealed with."""
        said = msgspec.msgpack.encode(briefing)
        for hand in self._hands:
            hand.tell(said)

    def begin(self, rows: list[Row]) -> asyncio.Future[bytes | None]:
        """Have rows prepared: `READY` reads what comes back; none if nobody is left who can."""
        if not self._hands:
            nobody: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
            nobody.set_result(None)
            return nobody
        hand = self._hands[self._next % len(self._hands)]
        self._next += 1
        return hand.begin(rows)

    def close(self) -> None:
        """Let all of them end."""
        for hand in self._hands:
            hand.close()


class _Hand:
    """One of them; a thread waits for it."""

    def __init__(self) -> None:
        self._link, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [*_BEGIN, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")

    def tell(self, said: bytes) -> None:
        self._thread.submit(_tell, self._link, said)

    def begin(self, rows: list[Row]) -> asyncio.Future[bytes | None]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._thread, _ask, self._link, rows)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._process.terminate()
        self._process.wait(_PATIENCE)
        self._link.close()


def _tell(link: Connection, said: bytes) -> None:
    try:
        link.send_bytes(said)
    except OSError:
        # It has ended: `_ask` finds out.
        return


def _ask(link: Connection, rows: list[Row]) -> bytes | None:
    try:
        link.send_bytes(msgspec.msgpack.encode(rows))
        return link.recv_bytes()
    except (EOFError, OSError):
        # It was ended from outside: what it would have prepared is done without it.
        return None


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
