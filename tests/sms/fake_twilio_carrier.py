"""What carries a call of Twilio to a webhook: the network, or nothing at all.

An application under test may have no socket; so the carrier can be exchanged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
from aiohttp import ClientError, ClientSession, ClientTimeout

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answered."""

    status: int
    kind: str
    body: bytes


class Carrier(Protocol):
    """Carries one call; the time for it is limited from outside."""

    async def post(self, url: str, body: bytes, headers: Headers) -> Answer:
        """Return the answer.

        :raises ConnectionError: there is nobody, or the connection breaks.
        """
        ...

    async def drop(self, url: str, body: bytes, headers: Headers) -> None:
        """Send the call and hang up before any answer."""
        ...


@dataclass(slots=True)
class Network:
    """Carries calls over real connections."""

    #: Where public addresses really are: beginnings of addresses, and what stands for them.
    reach: dict[str, str] = field(default_factory=dict)

    async def post(self, url: str, body: bytes, headers: Headers) -> Answer:
        """Return the answer; redirects are not followed."""
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=None)) as session,
                session.post(
                    self._real(url), data=body, headers=dict(headers), allow_redirects=False
                ) as answer,
            ):
                return Answer(answer.status, answer.content_type, await answer.read())
        except ClientError as error:
            raise ConnectionError(url) from error

    async def drop(self, url: str, body: bytes, headers: Headers) -> None:
        """Write the call and close: the other side may notice before it has begun."""
        found = urlsplit(self._real(url))
        path = f"{found.path or '/'}{'?' + found.query if found.query else ''}"
        lines = [f"POST {path} HTTP/1.1", f"Host: {found.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        _, writer = await asyncio.open_connection(found.hostname, found.port or 80)
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def _real(self, url: str) -> str:
        for public, real in self.reach.items():
            if url.startswith(public):
                return real + url.removeprefix(public)
        return url


@dataclass(slots=True)
class Inside:
    """Carries calls into an application of this process, which no hanging up cuts short."""

    client: httpx.AsyncClient
    _begun: set[asyncio.Task[httpx.Response]] = field(default_factory=set)

    async def post(self, url: str, body: bytes, headers: Headers) -> Answer:
        """Return the answer; whoever stops waiting for it leaves the application at work."""
        parts = httpx.URL(url).raw_path.decode()
        answer = await asyncio.shield(
            self._start(self.client.post(parts, content=body, headers=dict(headers)))
        )
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        return Answer(answer.status_code, kind, answer.content)

    async def drop(self, url: str, body: bytes, headers: Headers) -> None:
        """Let the application work, and do not listen."""
        await self.post(url, body, headers)

    def _start(self, call: Coroutine[Any, Any, httpx.Response]) -> asyncio.Task[httpx.Response]:
        task = asyncio.create_task(call)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return task
