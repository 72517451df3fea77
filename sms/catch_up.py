"""Fetching what customers wrote while nobody here could take it (law 4).

The provider gives up after a try or two; its list of messages does not forget. What the door has
handled is recognised by its id and changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.delivery import Stray, Strays, Watermarks
from consent.errors import StoreUnavailable
from consent.notices import Form
from consent.ports import Inbound
from consent.replies import Reply
from sms.carrier import Carrier, CarrierFault, Received
from sms.webhook import DOOR, Gate

_log = logging.getLogger("consent.sms")

_PAUSE = 60.0
#: The door gets every message first: the provider tries for 15 seconds, and once more.
GRACE = timedelta(minutes=1)
#: A message can be listed later than its moment says.
_OVERLAP = timedelta(minutes=1)
#: The clocks of several servers differ by less.
_CLOCKS_DIFFER = timedelta(minutes=5)
#: How far back the very first look goes.
FIRST_LOOK = timedelta(days=1)
#: An answer later than this is no news (messaging.md, 1.1).
ANSWER_IS_NEWS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """Looks for one brand's messages that were never handled, and handles them in order."""

    gate: Gate
    shown: Form
    carrier: Carrier
    handle: Callable[[Inbound], Awaitable[Reply]]
    strays: Strays
    watermarks: Watermarks
    now: Callable[[], datetime]

    async def run(self) -> None:
        """Look once a minute until cancelled, the first time at once."""
        while True:
            try:
                found = await self.catch_up()
                if found:
                    _log.warning("caught up: brand=%s, messages=%d", self.gate.brand, found)
            except (StoreUnavailable, CarrierFault) as fault:
                _log.warning("not caught up: brand=%s, %s", self.gate.brand, fault)
            except Exception as fault:  # noqa: BLE001 - tried again, whatever one message did
                _log.critical("catching up failed: %s", type(fault).__name__)
            await asyncio.sleep(_PAUSE)

    async def catch_up(self) -> int:
        """Handle what is missing, and return how many messages that were.

        :raises StoreUnavailable: the rest is handled another time.
        :raises CarrierFault: the list cannot be read now.
        """
        until = self.now() - GRACE
        mark = await self.watermarks.read(self.gate.brand, DOOR)
        # What lies ahead was noted before the clock was set back: since when, nobody can tell.
        knows = mark is not None and mark <= until + _CLOCKS_DIFFER
        since = min(mark, until) - _OVERLAP if mark and knows else until - FIRST_LOOK
        found, handled_until = 0, until
        async for received in self.carrier.received_since(since):
            if received.sent_at > until:
                continue
            try:
                found += await self._take(received)
            except (StoreUnavailable, CarrierFault):
                raise
            except Exception as fault:  # noqa: BLE001 - the others do not wait for it
                _log.critical("a message was not handled: %s", type(fault).__name__)
                handled_until = min(handled_until, received.sent_at)
        # What failed is tried again for a day.
        mark = max(handled_until, until - FIRST_LOOK)
        await self.watermarks.raise_to(self.gate.brand, DOOR, mark)
        return found

    async def _take(self, received: Received) -> bool:
        """Handle one message; say whether it was new."""
        news_until = received.sent_at + ANSWER_IS_NEWS
        message = self.gate.fetched(received, until=news_until, shown=self.shown)
        if isinstance(message, Stray):
            await self.strays.keep(message)
            return False
        reply = await self.handle(message)
        return reply.repeated is None
