"""Applications on a socket, served by a thread of its own: for browsers, and other clients."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Generic, TypeVar

import uvicorn
from litestar import Litestar

_T = TypeVar("_T")


@asynccontextmanager
async def on_a_socket(app: Litestar) -> AsyncIterator[str]:
    """Serve until left; return where."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class Hold(Generic[_T]):
    """Between the thread that serves and the test that asks."""

    def __init__(self) -> None:
        """Nobody is ready, and nobody has finished."""
        self._ready, self._ended = threading.Event(), threading.Event()
        self._found: list[_T] = []

    async def __call__(self, found: _T) -> None:
        """Hand over what a test needs; return when it needs it no more."""
        self._found.append(found)
        self._ready.set()
        await asyncio.to_thread(self._ended.wait)

    def wait(self, thread: threading.Thread) -> _T:
        """Return what was handed over."""
        while not self._ready.wait(0.1):
            assert thread.is_alive(), "what should serve has failed"
        return self._found[0]

    def end(self) -> None:
        """Let the thread go on to its end."""
        self._ended.set()


@contextmanager
def beside(serve: Callable[[Hold[_T]], Awaitable[None]]) -> Iterator[_T]:
    """Run something in a thread with a loop of its own until left; return what it hands over."""
    hold = Hold[_T]()

    async def run() -> None:
        await serve(hold)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield hold.wait(thread)
    finally:
        hold.end()
        thread.join()
