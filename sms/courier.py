"""Carrying out what the ledger has queued for one brand's SMS: at most once each.

A customer who gets nothing asks again; one who gets everything twice stops trusting. So a message
is noted as departed before it is handed over, and only what was certainly not accepted goes back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.delivery import Outbox, Outcome
from consent.errors import StoreUnavailable
from consent.notices import Form
from consent.ports import Address, Inbound, Outgoing
from consent.replies import Reply
from sms.carrier import (
    Blocked,
    Busy,
    Carrier,
    CarrierFault,
    Filtered,
    Misconfigured,
    Refused,
    Sms,
    Unreachable,
    Unsure,
)
from sms.render import Speaker, render
from sms.unseen import unseen
from sms.webhook import DOOR

_log = logging.getLogger("consent.sms")

_PAUSE = 1.0
#: How many are handed over at the same time.
_AT_ONCE = 8
_SOON, _LATER = timedelta(seconds=5), timedelta(seconds=30)
_OUTCOMES: dict[type[CarrierFault], Outcome] = {
    Blocked: Outcome.BLOCKED,
    Filtered: Outcome.BLOCKED,
    Unreachable: Outcome.UNREACHABLE,
    Refused: Outcome.REFUSED,
    Unsure: Outcome.UNSURE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Looks for what waits, hands it over, and notes how that ended."""

    brand: str
    sender: str
    outbox: Outbox
    carrier: Carrier
    #: The voice of a language and a form.
    voices: Callable[[str, Form], Speaker]
    now: Callable[[], datetime]
    default_language: str
    default_form: Form
    #: Where the provider is to report about an outgoing message, none without a public address.
    status_url: Callable[[Outgoing], str | None]
    handle: Callable[[Inbound], Awaitable[Reply]]

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
        """Hand over all that waits now; what cannot go now waits for another time.

        :raises StoreUnavailable: nothing was claimed.
        """
        for late in await self.outbox.drop_late(DOOR, self.brand, self.now()):
            await self._too_late(late)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one_after_the_other(texts: list[Outgoing]) -> None:
            async with gate:
                for outgoing in texts:
                    await self._carry(outgoing)

        # What a customer reads last is what they answer.
        waiting: dict[Address, list[Outgoing]] = {}
        for outgoing in await self.outbox.claim(DOOR, self.brand, self.now()):
            waiting.setdefault(outgoing.to, []).append(outgoing)
        await asyncio.gather(*map(one_after_the_other, waiting.values()))

    async def _carry(self, outgoing: Outgoing) -> None:
        try:
            sms = self._sms(outgoing)
            if sms is None:
                await self.outbox.settle(outgoing, self.now(), Outcome.LATE)
                await self._too_late(outgoing)
            elif await self.outbox.depart(outgoing, self.now()):
                await self._send(outgoing, sms)
        except StoreUnavailable as fault:
            # Not departed: claimed again. Departed: never again, whatever became of it.
            _log.warning("not settled: brand=%s, %s", self.brand, fault.detail)
        except Exception as fault:  # noqa: BLE001
            # One that cannot be said must not keep the others waiting.
            _log.error("not said: brand=%s, %s", self.brand, type(fault).__name__)
            await self.outbox.settle(outgoing, self.now(), Outcome.REFUSED)
            await self._not_seen(outgoing)

    async def _too_late(self, outgoing: Outgoing) -> None:
        _log.warning("too late to be sent: brand=%s", self.brand)
        await self._not_seen(outgoing)

    async def _not_seen(self, outgoing: Outgoing) -> None:
        if outgoing.answers:
            await self.handle(unseen(self.brand, outgoing.to, outgoing.answers, self.now()))

    def _sms(self, outgoing: Outgoing) -> Sms | None:
        """Return what is handed over; none if there is no time left."""
        left = (outgoing.not_after - self.now()).total_seconds() if outgoing.not_after else None
        if left is not None and left < 1:
            return None
        reply = outgoing.reply
        form = reply.form or self.default_form
        voice = self.voices(reply.language or self.default_language, form)
        return Sms(
            brand=self.brand,
            sender=self.sender,
            to=outgoing.to.value,
            text=render(reply, voice, form),
            valid_for=None if left is None else int(left),
            status_url=self.status_url(outgoing),
            reference=outgoing.id,
        )

    async def _send(self, outgoing: Outgoing, sms: Sms) -> None:
        try:
            await self.carrier.send(sms)
        except Busy as fault:
            await self._put_back(outgoing, fault)
        except CarrierFault as fault:
            await self._note(outgoing, fault)
        else:
            await self.outbox.settle(outgoing, self.now())

    async def _put_back(self, outgoing: Outgoing, fault: Busy) -> None:
        is_ours = isinstance(fault, Misconfigured)
        log = _log.critical if is_ours else _log.warning
        log("not sent yet: brand=%s, %s", self.brand, fault)
        await self.outbox.put_back(outgoing, self.now() + (_LATER if is_ours else _SOON))

    async def _note(self, outgoing: Outgoing, fault: CarrierFault) -> None:
        outcome = _OUTCOMES.get(type(fault), Outcome.REFUSED)
        _log.warning("not sent: brand=%s, %s, %s", self.brand, outcome.value, fault)
        if outcome is Outcome.BLOCKED:
            await self.outbox.note_block(self.brand, outgoing.to, DOOR, self.now())
        elif outcome is Outcome.UNREACHABLE:
            await self.outbox.note_reach(self.brand, outgoing.to, self.now())
        await self.outbox.settle(outgoing, self.now(), outcome)
        if outcome is not Outcome.UNSURE:
            await self._not_seen(outgoing)
