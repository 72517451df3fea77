"""Telling one event to one hook: an HTTP POST, signed as Standard Webhooks 1.0 says."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import socket
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from consent.feed import Entry
from consent.hooks import Fault, Shipment, is_reachable

#: Seconds one event may take, from looking up the name to the receiver's status.
TIMEOUT = 15.0
_TOLD, _REDIRECTED, _GONE = 200, 300, 410
#: A receiver closes connections sooner or later; one that it has just closed would lose time.
_KEPT_SECONDS = 2.0
_AT_ONCE = 32
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """Return what proves that a message is ours: HMAC-SHA-256 over id, moment and body."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def _headers(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    return {
        "content-type": "application/cloudevents+json",
        "user-agent": "consent-assistant",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, event_id, timestamp, body),
    }


class HookLine:
    """Connections to receivers."""

    def __init__(self, seconds: float = TIMEOUT) -> None:
        """Open them; a loop must be running. Nothing is sent yet."""
        self._seconds = seconds
        self._session = ClientSession(
            timeout=ClientTimeout(total=None),
            auto_decompress=False,
            connector=TCPConnector(
                resolver=_Resolver(), keepalive_timeout=_KEPT_SECONDS, limit_per_host=_AT_ONCE
            ),
        )

    async def tell(self, shipment: Shipment, entry: Entry, at: datetime) -> Fault | None:
        """Send an event once; return why it was not taken, none if it was."""
        body = msgspec.json.encode(entry.event)
        headers = _headers(shipment.secret, entry.id, int(at.timestamp()), body)
        try:
            async with (
                asyncio.timeout(self._seconds),
                # A redirection would take numbers to where nobody has subscribed.
                self._session.post(
                    shipment.url, data=body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                return _fault(answer.status, answer.headers.get("retry-after", ""), at)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the receiver was not told
            return Fault(reason=type(fault).__name__)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


def _fault(status: int, rest: str, at: datetime) -> Fault | None:
    if _TOLD <= status < _REDIRECTED:
        return None
    return Fault(reason=f"HTTP {status}", rest=_rest(rest, at), is_gone=status == _GONE)


def _rest(said: str, at: datetime) -> timedelta | None:
    """Return how long the receiver asks to be left alone: seconds, or until a moment."""
    if _DIGITS.fullmatch(said):
        return timedelta(seconds=int(said))
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - at


class _Resolver(AbstractResolver):
    """Names become addresses that may be connected to; no others are tried."""

    def __init__(self) -> None:
        self._names = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        fit = [one for one in found if is_reachable(one["host"])]
        if not fit:
            raise OSError(None, "no address that a receiver could have")
        return fit

    async def close(self) -> None:
        await self._names.close()
