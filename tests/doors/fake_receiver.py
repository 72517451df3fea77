"""A receiver of hooks that believes signed messages alone, and misbehaves when it is told to.

It verifies by the published rules of Standard Webhooks 1.0, with nothing of the sender's.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

#: Seconds by which clocks may differ.
_TOLERANCE = 300


class NotVerified(Exception):
    """A message is not from whom it says."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> Any:  # noqa: ANN401
    """Return what a message says.

    :raises NotVerified: it cannot be believed.
    """
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    event_id, timestamp, signatures = (headers.get(name, "") for name in names)
    if not event_id or not signatures or not timestamp.isdecimal():
        raise NotVerified("a header is missing")
    if abs(now - int(timestamp)) > _TOLERANCE:
        raise NotVerified("too old or too new")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((event_id.encode(), timestamp.encode(), body))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    versions = [one.partition(",") for one in signatures.split(" ")]
    if not any(v == "v1" and hmac.compare_digest(expected, given) for v, _, given in versions):
        raise NotVerified("no signature matches")
    return json.loads(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """How one message goes wrong."""

    #: The answer; none at all if it is 0.
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    #: The connection is cut; otherwise, without an answer, it stays open.
    cuts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message as it came, believed or not."""

    headers: Mapping[str, str]
    body: bytes
    event: Mapping[str, Any]
    at: float


@dataclass(eq=False, slots=True)
class FakeReceiver:
    """Somebody else's system."""

    secret: str = ""
    url: str = ""
    #: What it goes by when it looks at the moment of a message.
    clock: float = 0.0
    mishaps: deque[Mishap] = field(default_factory=deque)
    #: What it took, and what it was sent though it did not take it.
    taken: list[Heard] = field(default_factory=list)
    refused: list[Heard] = field(default_factory=list)
    #: Messages that came where nobody subscribed.
    astray: int = 0
    #: Seconds before it answers.
    slowness: float = 0.0
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Take one message, or fail to."""
        body = await request.read()
        event = verify(self.secret, request.headers, body, self.clock)
        heard = Heard(
            headers=request.headers, body=body, event=event, at=asyncio.get_running_loop().time()
        )
        await asyncio.sleep(self.slowness)
        mishap = self.mishaps.popleft() if self.mishaps else None
        if mishap is None:
            self.taken.append(heard)
            return web.Response(status=204)
        self.refused.append(heard)
        if mishap.cuts and request.transport is not None:
            request.transport.abort()
        elif not mishap.status:
            await self._closing.wait()
        return web.Response(status=mishap.status or 500, headers=mishap.headers)

    async def lose(self, _request: web.Request) -> web.Response:
        """Count what came where nobody subscribed."""
        self.astray += 1
        return web.Response()

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closing.set()

    async def has_taken(self, number: int, within: float = 10.0) -> list[Heard]:
        """Wait for so many messages and return them."""
        async with asyncio.timeout(within):
            while len(self.taken) < number:
                await asyncio.sleep(0.01)
        return self.taken


@asynccontextmanager
async def open_receiver(context: ssl.SSLContext | None = None) -> AsyncIterator[FakeReceiver]:
    """Return a receiver on a free port of this machine; with a context, it is encrypted."""
    receiver = FakeReceiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    app.router.add_route("*", "/{elsewhere:.*}", receiver.lose)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"{'https' if context else 'http'}://{host}:{port}/hook"
    try:
        yield receiver
    finally:
        receiver.close()
        await runner.cleanup()
