"""Carrying out what the ledger has queued for one brand's Telegram chats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.messenger import Document, Messenger, Undelivered, Unreachable
from bot.presenting import Voices, bubbles
from bot.render import render
from consent.case_ports import is_about_case
from consent.copying import announces_files, form_of
from consent.delivery import Outbox, Outcome
from consent.errors import StoreUnavailable
from consent.ports import Inbound, Outgoing
from consent.replies import Reply

_log = logging.getLogger("consent.telegram")
_PAUSE = 5.0
_LATER = timedelta(minutes=1)

#: Makes a file of a customer's copy, named by its form; none if it is nobody's by now.
Files = Callable[[Outgoing, str], Awaitable[Document | None]]
Handle = Callable[[Inbound], Awaitable[Reply]]


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
        files: Files,
    ) -> None:
        """Prepare; nothing is sent before `run` or `carry`."""
        self._brand = brand
        self._outbox = outbox
        self._messenger = messenger
        self._voices = voices
        self._now = now
        self._default_language = default_language
        self._files = files
        self._expects = False
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Carry until cancelled."""
        while True:
            try:
                await self.carry()
            except StoreUnavailable as fault:
                _log.warning("the outbox cannot be read: %s", fault.detail)
            except Exception as fault:  # noqa: BLE001 - the courier outlives whatever it carries
                _log.critical("the outbox failed: %s", type(fault).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _PAUSE)
            self._woken.clear()

    def hearing(self, handle: Handle) -> Handle:
        """Return the same desk, overheard: some of its answers announce what follows at once."""

        async def heard(inbound: Inbound) -> Reply:
            reply = await handle(inbound)
            self._expects = self._expects or announces_files(reply)
            return reply

        return heard

    def follow(self) -> None:
        """Look at once, not only at the next round, if an answer that was shown announced it."""
        if self._expects:
            self._expects = False
            self._woken.set()

    async def carry(self) -> None:
        """Carry out all that waits now; what cannot be delivered now waits for another time.

        :raises StoreUnavailable: what is not settled will be tried again.
        """
        for outgoing in await self._outbox.claim("telegram", self._brand, self._now()):
            # News may come twice if this process dies now; the answer to a case may not.
            once = is_about_case(outgoing)
            if once and not await self._outbox.depart(outgoing, self._now()):
                continue
            outcome = Outcome.SENT
            try:
                await self._send(outgoing)
            except (Undelivered, StoreUnavailable):
                if once:
                    await self._outbox.put_back(outgoing, self._now() + _LATER)
                continue
            except Unreachable:
                await self._outbox.note_reach(self._brand, outgoing.to, self._now())
                outcome = Outcome.UNREACHABLE
            except Exception as fault:  # noqa: BLE001
                # One that cannot be said must not keep the others waiting.
                _log.error("not said: brand=%s, %s", self._brand, type(fault).__name__)
                outcome = Outcome.REFUSED
            await self._outbox.settle(outgoing, self._now(), outcome)

    async def _send(self, outgoing: Outgoing) -> None:
        form = form_of(outgoing)
        if form is not None:
            document = await self._files(outgoing, form)
            if document is not None:
                await self._messenger.send_document(int(outgoing.to.value), document)
            return
        voice = self._voices(outgoing.reply.language or self._default_language)
        for part in render(outgoing.reply, voice):
            for bubble in bubbles(part, self._brand):
                await self._messenger.send(int(outgoing.to.value), bubble)
