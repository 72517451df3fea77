"""Carrying out what the ledger has queued for one brand's Telegram chats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from bot.messenger import Messenger, Undelivered, Unreachable
from bot.presenting import Voices, bubbles
from bot.render import render
from consent.delivery import Outbox
from consent.errors import StoreUnavailable
from consent.ports import Outgoing

_log = logging.getLogger("consent.telegram")
_PAUSE = 5.0


class Courier:
    """Looks for what waits, sends it, and notes that it was sent."""

    def __init__(  # noqa: PLR0913
        self,
        *,
        brand: str,
        outbox: Outbox,
        messenger: Messenger,
        voices: Voices,
        now: Callable[[], datetime],
        default_language: str,
    ) -> None:
        """Prepare; nothing is sent before `run` or `carry`."""
        self._brand = brand
        self._outbox = outbox
        self._messenger = messenger
        self._voices = voices
        self._now = now
        self._default_language = default_language

    async def run(self) -> None:
        """Carry until cancelled."""
        while True:
            try:
                await self.carry()
            except StoreUnavailable as fault:
                _log.warning("the outbox cannot be read: %s", fault.detail)
            except Exception as fault:  # noqa: BLE001 - the courier outlives whatever it carries
                _log.critical("the outbox failed: %s", type(fault).__name__)
            await asyncio.sleep(_PAUSE)

    async def carry(self) -> None:
        """Carry out all that waits now; what cannot be delivered now waits for another time.

        :raises StoreUnavailable: what is not settled will be tried again.
        """
        for outgoing in await self._outbox.claim("telegram", self._brand, self._now()):
            try:
                await self._send(outgoing)
            except Undelivered:
                continue
            except Unreachable:
                await self._outbox.note_reach(self._brand, outgoing.to, self._now())
            except Exception as fault:  # noqa: BLE001
                # One that cannot be said must not keep the others waiting.
                _log.error("not said: brand=%s, %s", self._brand, type(fault).__name__)
            await self._outbox.settle(outgoing, self._now())

    async def _send(self, outgoing: Outgoing) -> None:
        voice = self._voices(outgoing.reply.language or self._default_language)
        for part in render(outgoing.reply, voice):
            for bubble in bubbles(part, self._brand):
                await self._messenger.send(int(outgoing.to.value), bubble)
