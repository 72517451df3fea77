"""A server that answers anything it is told to, for what no honest provider would answer."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Line:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Script:
    """Where the server is, what it is going to say, and what it was asked."""

    url: str = ""
    lines: deque[Line] = field(default_factory=deque)
    #: Method and path of each request.
    asked: list[str] = field(default_factory=list)
    #: From where each request came: the same place is the same connection.
    callers: list[object] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """Say the next line; the last one again and again."""
        await request.read()
        self.asked.append(f"{request.method} {request.path}")
        self.callers.append(request.transport and request.transport.get_extra_info("peername"))
        line = self.lines.popleft() if len(self.lines) > 1 else self.lines[0]
        return web.Response(body=line.body, status=line.status, headers=line.headers)


@asynccontextmanager
async def scripted(*lines: Line) -> AsyncIterator[Script]:
    """Return a server on a free port of this machine."""
    script = Script(lines=deque(lines))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    script.url = f"http://{host}:{port}"
    try:
        yield script
    finally:
        await runner.cleanup()
