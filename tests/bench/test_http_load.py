"""Callers over HTTP count what is answered, each waiting for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.bench.http_load import Answers, Said, Talks, call, request

_ANSWERS = {
    b"/fine": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
    b"/empty": b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    b"/gone": b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
    b"/cut": b"",
}


@asynccontextmanager
async def _served(seen: list[bytes], *, pieces: bool = False) -> AsyncIterator[int]:
    """Answer by the path alone; an empty answer hangs up."""
    lines: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(asyncio.current_task())
        with_body = b"content-length: "
        while head := await _head(reader):
            length = int(head.lower().partition(with_body)[2].split(b"\r\n")[0])
            seen.append(await reader.readexactly(length))
            answer = _ANSWERS[head.split(b" ")[1]]
            if not answer:
                break
            parts = [answer[n : n + 1] for n in range(len(answer))] if pieces else [answer]
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*(line for line in lines if line))


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return b""


def _said(path: str, body: bytes = b"x") -> Said:
    return Said(path, request(path, body, {"X-One": "two"}))


async def _called(
    talks: Talks, *, seconds: float = 5.0, callers: int = 2, pieces: bool = False
) -> tuple[Answers, list[bytes]]:
    seen: list[bytes] = []
    async with _served(seen, pieces=pieces) as port:
        return await call("127.0.0.1", port, talks, seconds, callers), seen


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "letter by letter"])
async def test_answers_are_counted_by_name(pieces: bool) -> None:  # noqa: FBT001
    """Every request is sent once, with its body; answers that hold the marker are counted."""
    talks = Talks(talks=[[_said("/fine", b"a"), _said("/empty", b"b")]] * 3, marker=b"fine")
    found, seen = await _called(talks, pieces=pieces)
    assert {"/fine": 3, "/empty": 3} == found.answered
    assert (6, 3, {}) == (found.calls, found.marked, found.refused)
    assert [b"a"] * 3 + [b"b"] * 3 == sorted(seen)
    assert 0 < found.latencies[0] <= found.latencies[2]


@pytest.mark.parametrize(
    ("path", "why"), [("/gone", "404"), ("/cut", "NoneType")], ids=["status", "broken line"]
)
async def test_what_is_refused_is_counted_apart(path: str, why: str) -> None:
    """A caller who is refused says no more; the others go on."""
    talks = Talks(talks=[[_said(path), _said("/fine")], [_said("/fine")]])
    found, _ = await _called(talks)
    assert ({"/fine": 1}, {why: 1}) == (found.answered, found.refused)


async def test_talks_begin_anew_until_time_is_over() -> None:
    """With `again` nobody falls silent before the end."""
    found, _ = await _called(Talks(talks=[[_said("/fine")]], again=True), seconds=0.2)
    assert found.calls > 2
    assert 0.2 <= found.seconds < 2.0
