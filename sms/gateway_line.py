"""One request to a gateway, and what it answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout, TCPConnector

from sms.carrier import Busy, Unsure
from sms.departure import departing, watching


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gateway answered."""

    status: int
    body: bytes


class _TooLong(Exception):
    """An answer is longer than any true one."""


class GatewayLine:
    """Connections that carry one gateway's token."""

    def __init__(self, token: str, seconds: float) -> None:
        """Open them; a loop must be running. Nothing is sent yet.

        :param seconds: how long one request may take.
        """
        self._seconds = seconds
        self._session = ClientSession(
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Accept-Encoding": "identity",
            },
            # Few bytes must not become many.
            auto_decompress=False,
            timeout=ClientTimeout(total=None),
            # A kept connection that the gateway has closed meanwhile would leave us unsure.
            connector=TCPConnector(force_close=True),
            trace_configs=[watching()],
        )

    async def post(self, url: str, body: bytes, longest: int) -> Answer:
        """Send something once.

        :param longest: bytes an answer may have.
        :raises Busy: nothing has left.
        :raises Unsure: it may have arrived, but no answer that ends came back.
        """
        answer, left, reason = await self._request("POST", url, longest, data=body)
        if answer is None:
            raise Unsure(reason) if left else Busy(reason)
        return answer

    async def get(self, url: str, params: Mapping[str, str], longest: int) -> Answer:
        """Ask for something.

        :param longest: bytes an answer may have.
        :raises Busy: no answer that ends came back.
        """
        answer, _, reason = await self._request("GET", url, longest, params=params)
        if answer is None:
            raise Busy(reason)
        return answer

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _request(
        self,
        method: str,
        url: str,
        longest: int,
        **rest: Any,  # noqa: ANN401 - the library's own
    ) -> tuple[Answer | None, bool, str]:
        """Return the answer or none, whether the request has left, and what went wrong."""
        with departing() as departure:
            try:
                async with (
                    asyncio.timeout(self._seconds),
                    # A redirection would take the token and the text elsewhere.
                    self._session.request(method, url, allow_redirects=False, **rest) as answer,
                ):
                    return Answer(answer.status, await _read(answer, longest)), True, ""
            except Exception as fault:  # noqa: BLE001 - whatever it is, the line failed
                return None, departure.left, type(fault).__name__


async def _read(answer: ClientResponse, longest: int) -> bytes:
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > longest:
            raise _TooLong
    return bytes(body)
