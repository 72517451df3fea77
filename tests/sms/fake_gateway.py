"""A gateway as `sms.gateway_carrier` describes it, which fails when it is told to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """How one message goes wrong."""

    #: The answer; none at all if it is 0.
    status: int = 0
    error: str = ""
    #: The message goes out all the same.
    accepts: bool = False
    #: The connection is cut; otherwise, without an answer, it stays open.
    cuts: bool = False


@dataclass(eq=False, slots=True)
class FakeGateway:
    """One number behind a token."""

    token: str
    url: str = ""
    #: What was accepted, as it came in.
    accepted: list[dict[str, Any]] = field(default_factory=list)
    #: What customers wrote, oldest first.
    inbound: list[dict[str, str]] = field(default_factory=list)
    mishaps: deque[Mishap] = field(default_factory=deque)
    reading_fails: bool = False
    lists: int = 0
    #: How many messages a list has at most.
    longest: int = 2
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Take one message, or fail to."""
        if not self._knows(request):
            return web.Response(status=401)
        body = await request.json()
        mishap = self.mishaps.popleft() if self.mishaps else None
        if mishap is None:
            return web.json_response({"id": self._accept(body)}, status=202)
        if mishap.accepts:
            self._accept(body)
        if mishap.cuts and request.transport is not None:
            request.transport.abort()
        elif not mishap.status:
            await self._closing.wait()
        return web.json_response({"error": mishap.error}, status=mishap.status or 500)

    async def show(self, request: web.Request) -> web.Response:
        """List what customers wrote since a moment and after a message, oldest first."""
        self.lists += 1
        if not self._knows(request):
            return web.Response(status=401)
        if self.reading_fails:
            return web.Response(status=500)
        since = datetime.fromisoformat(request.query["since"])
        found = [m for m in self.inbound if datetime.fromisoformat(m["sent_at"]) >= since]
        ids = [m["id"] for m in found]
        after = request.query.get("after")
        found = found[ids.index(after) + 1 if after else 0 :]
        return web.json_response({"messages": found[: self.longest], "left": len(found)})

    def writes(self, text: str, at: datetime, *, to: str, sender: str) -> None:
        """Let a customer write."""
        self.inbound.append(
            {
                "id": f"in-{len(self.inbound)}",
                "from": sender,
                "to": to,
                "text": text,
                "sent_at": at.isoformat(),
            }
        )

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closing.set()

    def _knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {self.token}"

    def _accept(self, body: dict[str, Any]) -> str:
        """Return the id of a message; one that is known already is not sent again."""
        known = [m["reference"] for m in self.accepted]
        if body["reference"] not in known:
            self.accepted.append(body)
            return f"out-{len(known)}"
        return f"out-{known.index(body['reference'])}"


@asynccontextmanager
async def open_gateway(token: str) -> AsyncIterator[FakeGateway]:
    """Return a gateway on a free port of this machine."""
    gateway = FakeGateway(token)
    app = web.Application()
    app.router.add_post("/sms", gateway.take)
    app.router.add_get("/sms/inbound", gateway.show)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    gateway.url = f"http://{host}:{port}/sms"
    try:
        yield gateway
    finally:
        gateway.close()
        await runner.cleanup()
