"""One request to Twilio, and what became of it.

The library's errors and log lines name numbers, so they end here. By itself it waits for ever,
and told to try again it sends messages twice (messaging.md, 2.3): here it has a time limit
and one try.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from sms.carrier import Busy, CarrierFault, Refused, Unsure, twilio_fault
from sms.departure import departing, watching

_PAGE_SIZE = 200
#: For the library, which logs addresses and what is asked for. Nothing undoes a filter.
_SILENT = logging.getLogger("consent.sms.twilio")
_SILENT.addFilter(lambda _record: False)
#: Otherwise the library turns requests elsewhere where the process has TWILIO_EDGE set.
_NO_ENVIRONMENT = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended; what was in it does not appear."""

    result: Any = None
    fault: CarrierFault | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages of a list, newest first, and the library's way to the next ones."""

    messages: list[Any]
    source: Any


@dataclass(frozen=True, slots=True)
class _Credentials:
    """Basic authentication; the library's own way is going to vanish from aiohttp."""

    sid: str
    token: str = field(repr=False)

    def to_auth_strategy(self) -> Self:
        """Return what knows the header."""
        return self

    def get_auth_string(self) -> str:
        """Return the header."""
        return f"Basic {b64encode(f'{self.sid}:{self.token}'.encode()).decode()}"


class TwilioLine:
    """The library's client of one account; whatever goes wrong is an outcome, never an error."""

    def __init__(self, sid: str, token: str, url: str, seconds: float) -> None:
        """Open it; a loop must be running. Nothing is sent yet.

        :param url: another server than Twilio's, if any.
        :param seconds: how long one request may take.
        """
        self._seconds = seconds
        self._http = AsyncTwilioHttpClient(trace_configs=[watching()], logger=_SILENT)
        self._client = Client(
            account_sid=sid,
            credential_provider=_Credentials(sid, token),
            http_client=self._http,
            environment=_NO_ENVIRONMENT,
        )
        if url:
            self._client.api.base_url = url

    async def create(self, fields: Mapping[str, object]) -> Outcome:
        """Send a message; the result is what the library makes of it."""
        return await self._attempt(self._client.messages.create_async(**fields))

    async def first_page(self, to: str, since: datetime) -> Outcome:
        """List messages to one of our numbers; the result is a page."""
        messages = self._client.messages
        return await self._attempt(
            _page(messages.page_async(to=to, date_sent_after=since, page_size=_PAGE_SIZE))
        )

    async def next_page(self, page: Page) -> Outcome:
        """List further; the result is a page, or none if there is no more."""
        return await self._attempt(_page(page.source.next_page_async()))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _attempt(self, request: Awaitable[object]) -> Outcome:
        with departing() as departure:
            try:
                async with asyncio.timeout(self._seconds):
                    return Outcome(await request)
            except Exception as fault:  # noqa: BLE001 - none may leave with a number in it
                return Outcome(fault=_judge(fault, left=departure.left))


async def _page(request: Awaitable[Any]) -> Page | None:
    source = await request
    return None if source is None else Page(list(source), source)


def _judge(fault: Exception, *, left: bool) -> CarrierFault:
    spoken = _spoken(fault)
    if spoken is not None:
        code, status = spoken
        return twilio_fault(code, status)(str(code))
    reason = type(fault).__name__
    if left:
        return Unsure(reason)
    # Half a character cannot be written, today or later.
    return Refused(reason) if isinstance(fault, UnicodeEncodeError) else Busy(reason)


def _spoken(fault: Exception) -> tuple[int, int] | None:
    """Return code and status of what Twilio answered; none if it did not answer."""
    if not isinstance(fault, TwilioException):
        return None
    # The library has no error of its own for a list that is refused.
    answer = next((part for part in fault.args if isinstance(part, Response)), None)
    status = answer.status_code if answer else getattr(fault, "status", None)
    code = getattr(fault, "code", status)
    if not isinstance(status, int):
        return None
    return code if isinstance(code, int) else status, status
