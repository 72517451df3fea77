"""Twilio as a carrier (see `sms.carrier.Carrier`).

Its library is loaded with the first message, so that whoever only asks for settings does not
wait for it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from sms.carrier import Busy, Misconfigured, Received, Sent, Sms, Unsure

if TYPE_CHECKING:
    from sms.twilio_line import Outcome, Page, TwilioLine

_log = logging.getLogger("consent.sms")

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
#: Twilio keeps no message longer than ten hours.
_LONGEST_WAIT = 36_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccount:
    """One brand's account at Twilio."""

    account_sid: str
    auth_token: str = field(repr=False)
    #: Our number that customers write to.
    sender: str
    #: Another server than Twilio's: a region's (https://api.dublin.ie1.twilio.com) or a test's.
    api_url: str = ""
    #: Seconds one request may take.
    timeout: float = 10.0
    #: `discard`: Twilio deletes each text once it is delivered.
    content_retention: Literal["retain", "discard"] | None = None
    #: `obfuscate`: Twilio shortens the customer's number in its records.
    address_retention: Literal["retain", "obfuscate"] | None = None


class TwilioCarrier:
    """Sends by Twilio, and reads what Twilio has received."""

    def __init__(self, account: TwilioAccount) -> None:
        """Speak for this account; nothing is opened yet."""
        self._account = account
        self._opened: TwilioLine | None = None

    async def send(self, sms: Sms) -> Sent:
        """Hand over one message (see `Carrier`)."""
        outcome = await self._line().create(self._fields(sms))
        if outcome.fault is not None:
            raise outcome.fault
        message = outcome.result
        if not _is_id(message.sid):
            raise Unsure("no id")
        return Sent(id=message.sid, status=str(message.status))

    async def received_since(self, moment: datetime) -> AsyncIterator[Received]:
        """Return what customers wrote, oldest first; Twilio lists it the other way round."""
        since = moment.astimezone(UTC).replace(microsecond=0)
        found = {
            received.id: received
            for record in await self._records(since)
            if (received := self._received(record)) and received.sent_at >= since
        }
        # What came within one second keeps Twilio's order, turned round.
        oldest_first = list(found.values())[::-1]
        oldest_first.sort(key=lambda received: received.sent_at)
        for received in oldest_first:
            yield received

    async def aclose(self) -> None:
        """Close the connections; another message would open them anew."""
        if self._opened is not None:
            line, self._opened = self._opened, None
            await line.close()

    def _line(self) -> TwilioLine:
        if self._opened is None:
            from sms.twilio_line import TwilioLine  # noqa: PLC0415

            own = self._account
            self._opened = TwilioLine(own.account_sid, own.auth_token, own.api_url, own.timeout)
        return self._opened

    def _fields(self, sms: Sms) -> dict[str, object]:
        valid_for = None if sms.valid_for is None else min(sms.valid_for, _LONGEST_WAIT)
        fields: dict[str, object | None] = {
            "to": sms.to,
            "from_": sms.sender,
            "body": sms.text,
            # The customer gets the text as it was written: it is what they consent to.
            "smart_encoded": False,
            "validity_period": valid_for,
            "status_callback": sms.status_url,
            "content_retention": self._account.content_retention,
            "address_retention": self._account.address_retention,
        }
        return {name: value for name, value in fields.items() if value is not None}

    async def _records(self, since: datetime) -> list[Any]:
        """Return all messages to our sender, newest first.

        :raises Busy: a page cannot be read.
        """
        line, records, seen = self._line(), [], set[str]()
        page = _page(await line.first_page(self._account.sender, since))
        while page is not None:
            known = len(seen)
            seen.update(str(record.sid) for record in page.messages)
            if len(seen) == known:  # a list that leads back to itself has no end
                break
            records += page.messages
            page = _page(await line.next_page(page))
        return records

    def _received(self, record: Any) -> Received | None:  # noqa: ANN401 - the library's own
        """Return a record as a message of a customer, if it is one."""
        if record.direction != "inbound" or record.to != self._account.sender:
            return None
        sent_at = record.date_sent or record.date_created
        if not (_is_id(record.sid) and isinstance(record.from_, str) and sent_at):
            _log.warning("Twilio lists a message without id, sender or time; it is passed over")
            return None
        return Received(
            id=record.sid,
            sender=record.from_,
            to=record.to,
            text=str(record.body or ""),
            sent_at=sent_at,
        )


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _page(outcome: Outcome) -> Page | None:
    """Return a page that was read; reading can be repeated, whatever went wrong."""
    fault = outcome.fault
    if fault is not None:
        raise fault if isinstance(fault, Misconfigured) else Busy(fault.reason)
    page: Page | None = outcome.result
    return page
