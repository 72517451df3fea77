"""Callers over HTTP, many at a time, in a process of their own and as lean as can be.

`python -m tests.bench.http_load HOST PORT TALKS --callers N --seconds S`: reads what to say,
says so, waits for a line, calls, and prints what was answered as one line of JSON. A talk is a
list of requests of which each waits for the answer to the one before. Plain sockets and a parser
of a few lines: what is measured is the server.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, cycle
from pathlib import Path

import msgspec

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_FINE = b"200"


class Said(msgspec.Struct, array_like=True):
    """One request, whole, and what it is counted as."""

    name: str
    request: bytes


class Talks(msgspec.Struct, kw_only=True):
    """What is to be said."""

    talks: list[list[Said]]
    #: Begin anew once all were held; else the run ends.
    again: bool = False
    #: Answers with these words are counted.
    marker: bytes = b""


@dataclass(slots=True, kw_only=True)
class Answers:
    """What was answered."""

    #: By the name of the request.
    answered: dict[str, int] = field(default_factory=Counter)
    #: Of these, how many held the marker.
    marked: int = 0
    #: Statuses other than 200, and connections that broke.
    refused: dict[str, int] = field(default_factory=Counter)
    #: From the first call to the last answer.
    seconds: float = 0.0
    #: The share of that time for which this process was busy.
    busy: float = 0.0
    #: Milliseconds: half, 95 and 99 of a hundred were answered by then.
    latencies: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def calls(self) -> int:
        """How many requests were answered."""
        return sum(self.answered.values())

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.calls / self.seconds


class _Run:
    """What all callers share."""

    def __init__(self, talks: Talks, seconds: float) -> None:
        self.waiting = chain.from_iterable([cycle(talks.talks)] if talks.again else [talks.talks])
        self.marker = talks.marker
        self.begun = time.perf_counter()
        self.until = self.begun + seconds
        self.found = Answers()
        self.took: list[float] = []
        self.callers = 0
        self.end = asyncio.get_running_loop().create_future()

    def leave(self) -> None:
        """Be one caller less; the last one ends the run."""
        self.callers -= 1
        if not self.callers and not self.end.done():
            self.end.set_result(None)


class _Caller(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._talk: Iterator[Said] = iter(())
        self._name = ""
        self._begun = 0.0
        self._got = bytearray()
        self._left = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._run.callers += 1
        self._ask()

    def _ask(self) -> None:
        self._begun = time.perf_counter()
        said = next(self._talk, None) if self._begun < self._run.until else None
        while said is None and self._begun < self._run.until:
            talk = next(self._run.waiting, None)
            if talk is None:
                break
            self._talk = iter(talk)
            said = next(self._talk, None)
        if said is None:
            self._leave()
            return
        self._name = said.name
        self._transport.write(said.request)

    def data_received(self, data: bytes) -> None:
        got = self._got
        got += data
        head = got.find(_END)
        if head < 0:
            return
        names = bytes(got[:head]).lower()
        at = names.find(_LENGTH)
        length = int(names[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(got) < head + len(_END) + length:
            return
        run = self._run
        run.took.append(time.perf_counter() - self._begun)
        status = bytes(got[9:12])
        if status != _FINE:
            run.found.refused[status.decode("latin-1")] += 1
            self._leave()
            return
        run.found.answered[self._name] += 1
        if run.marker and run.marker in got:
            run.found.marked += 1
        got.clear()
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._left:
            self._run.found.refused[type(exc).__name__] += 1
            self._leave()

    def _leave(self) -> None:
        if not self._left:
            self._left = True
            self._transport.close()
            self._run.leave()


def request(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a POST as it goes over the line."""
    said = {"Host": "bench", "Content-Length": str(len(body))} | dict(headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def call(host: str, port: int, talks: Talks, seconds: float, callers: int) -> Answers:
    """Let so many callers at a time talk until the time or their words are over."""
    loop = asyncio.get_running_loop()
    run = _Run(talks, seconds)
    busy = time.process_time()
    run.callers += 1
    for _ in range(callers):
        await loop.create_connection(lambda: _Caller(run), host, port)
    run.leave()
    await run.end
    found = run.found
    found.seconds = time.perf_counter() - run.begun
    found.busy = (time.process_time() - busy) / found.seconds
    took = sorted(run.took) or [0.0]
    parts = [took[min(int(len(took) * share), len(took) - 1)] * 1e3 for share in (0.5, 0.95, 0.99)]
    found.latencies = (parts[0], parts[1], parts[2])
    return found


def main() -> None:
    """Read, wait, call, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.http_load")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("talks", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--callers", type=int, required=True)
    chosen = parser.parse_args()
    talks = msgspec.msgpack.decode(chosen.talks.read_bytes(), type=Talks)
    # What was read is not to be walked again and again while calling.
    gc.freeze()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    work = call(chosen.host, chosen.port, talks, chosen.seconds, chosen.callers)
    print(msgspec.json.encode(asyncio.run(work)).decode())  # noqa: T201


if __name__ == "__main__":
    main()
