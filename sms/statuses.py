"""What a provider reports about our messages: in any order, twice, or never.

Facts: messaging.md, 2.3.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from multidict import MultiDict

from consent.addresses import e164
from consent.delivery import Deliveries, Outbox, Report
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind, Inbound
from consent.replies import Reply
from sms.carrier import Blocked, Filtered, Unreachable, twilio_fault
from sms.unseen import unseen
from sms.webhook import DOOR

_log = logging.getLogger("consent.sms")

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)
#: How far along each word is; the last ones are final, and the first of them stands.
STAGES = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "partially_delivered": 4,
    "canceled": 5,
    "failed": 5,
    "undelivered": 5,
    "delivered": 5,
    "read": 6,
}
_NEVER_ARRIVED = frozenset({"failed", "undelivered", "canceled"})
#: In addresses for reports: the message of the customer that was answered, or our own.
ABOUT, OUTGOING = "about", "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDesk:
    """Takes one brand's reports."""

    brand: str
    deliveries: Deliveries
    outbox: Outbox
    handle: Callable[[Inbound], Awaitable[Reply]]
    is_known: Callable[[Address], Awaitable[bool]]
    now: Callable[[], datetime]

    async def take(self, form: MultiDict[str], about: str, outgoing: str) -> None:
        """Note a report; what cannot be one is passed over.

        :param about: the customer's message that ours answered, if it answered one.
        :param outgoing: our own name for it otherwise.
        :raises StoreUnavailable: nothing was noted; the provider must report again.
        """
        report = self._read(form, outgoing or about)
        if report is None:
            _log.warning("a report about a message cannot be read: brand=%s", self.brand)
            return
        # Before it is noted as known: a report that comes again after a failure here still counts.
        await self._heed(report, about)
        await self.deliveries.note(report)

    def _read(self, form: MultiDict[str], reference: str) -> Report | None:
        status = form.get("MessageStatus") or form.get("SmsStatus") or ""
        provider_id = form.get("MessageSid") or form.get("SmsSid") or ""
        error = form.get("ErrorCode", "")
        if status not in STAGES or not _ID.fullmatch(reference) or not _ID.fullmatch(provider_id):
            return None
        try:
            to = Address(AddressKind.MSISDN, e164(form.get("To", "")))
        except AddressBroken:
            return None
        return Report(
            brand=self.brand,
            to=to,
            reference=reference,
            provider_id=provider_id,
            status=status,
            stage=STAGES[status],
            error=error if _CODE.fullmatch(error) else "",
            at=self.now(),
        )

    async def _heed(self, report: Report, about: str) -> None:
        if report.status not in _NEVER_ARRIVED:
            return
        fault = twilio_fault(int(report.error)) if report.error else None
        if fault in {Blocked, Filtered}:
            await self.outbox.note_block(self.brand, report.to, DOOR, report.at)
        elif fault is Unreachable:
            await self.outbox.note_reach(self.brand, report.to, report.at)
        if about and await self.is_known(report.to):
            await self.handle(unseen(self.brand, report.to, about, report.at))
