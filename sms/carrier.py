"""What the SMS door needs of whoever carries its messages, as plain data and one Protocol.

`sms.twilio_carrier` and `sms.gateway_carrier` keep it. What went wrong decides what may be done
next, so each kind is an error of its own:

    CarrierFault
    ├── Refused            never; give this message up
    ├── Blocked            never, until the customer texts a start word
    ├── Unreachable        the number gets no SMS
    ├── Filtered           blocked by a network, nobody knows why
    ├── Busy               not now; send it again later
    │   └── Misconfigured  not before the settings are mended
    └── Unsure             perhaps it was sent; never send it again unseen
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from consent.errors import ConsentError


class CarrierFault(ConsentError):
    """The SMS provider did not do as asked."""

    code = "carrier"

    def __init__(self, reason: str = "") -> None:
        """Name the provider's own code, or the kind of failure; never a number or a text."""
        self.reason = reason
        super().__init__(f"Reason: {reason}." if reason else None)


class Refused(CarrierFault):
    """The provider will never send this SMS; sending it again changes nothing."""

    code = "refused"


class Blocked(CarrierFault):
    """The provider blocks our SMS to this number: the customer has texted it a stop word."""

    code = "blocked"


class Unreachable(CarrierFault):
    """This number cannot receive SMS."""

    code = "unreachable"


class Filtered(CarrierFault):
    """A network blocked this SMS: a stop word, a phone that is off, or a landline."""

    code = "filtered"


class Busy(CarrierFault):
    """The provider accepted nothing; the SMS can be sent later."""

    code = "busy"


class Misconfigured(Busy):
    """The provider does not accept our account, password, sender or its own address."""

    code = "misconfigured"


class Unsure(CarrierFault):
    """The SMS may have been sent, the answer was lost; sending it again could double it."""

    code = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One message to a customer."""

    brand: str
    #: One of our numbers, or a name of at most 11 letters.
    sender: str
    #: In E.164.
    to: str = field(repr=False)
    text: str = field(repr=False)
    #: Seconds after which it is no longer worth delivering.
    valid_for: int | None = None
    #: Where the provider is to tell what became of it.
    status_url: str | None = None
    #: Our own name for it; a provider that knows it already does not send it twice.
    reference: str = ""

    def __post_init__(self) -> None:
        """Refuse a message that is too late already.

        :raises ValueError: it is valid for less than a second.
        """
        if self.valid_for is not None and self.valid_for < 1:
            raise ValueError("an SMS must be valid for at least a second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message the provider has accepted; whether it arrives is told later, if at all."""

    #: The provider's id.
    id: str
    #: The provider's word, like `queued`.
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message of a customer as the provider lists it."""

    #: The provider's id: the same as in its webhook.
    id: str
    #: Mostly a number, but names and short codes can write too.
    sender: str = field(repr=False)
    to: str
    text: str = field(repr=False)
    #: Aware, in UTC.
    sent_at: datetime


class Carrier(Protocol):
    """One brand's way to its customers' phones. Nothing is ever tried twice by itself."""

    async def send(self, sms: Sms) -> Sent:
        """Hand over one message; if this is cancelled, it may have been sent all the same.

        :raises Refused: never.
        :raises Blocked: not to this number, at the customer's wish.
        :raises Unreachable: not to this number.
        :raises Filtered: not to this number, perhaps.
        :raises Busy: not now; nothing was accepted.
        :raises Unsure: it may have been accepted.
        """
        ...

    def received_since(self, moment: datetime) -> AsyncIterator[Received]:
        """Return what customers wrote to this brand's sender since a moment, oldest first.

        Moments are compared by their second, so that nothing falls between two readings.

        :raises Busy: the list cannot be read now, or not any further.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


_BAD_REQUEST, _BROKEN = 400, 500
#: The server says that it has not processed the request.
_NOT_PROCESSED = frozenset({408, 429, 503})
#: Not about this message: no message would be accepted.
_NOT_FOR_US = frozenset({401, 403, 404, 405, 407})


def http_fault(status: int) -> type[CarrierFault]:
    """Return what an answer means by its status alone, if that is no success.

    A server that failed may have failed after sending: 500, 502 and 504 do not say.
    """
    if status in _NOT_PROCESSED:
        return Busy
    if status in _NOT_FOR_US or 300 <= status < _BAD_REQUEST:  # noqa: PLR2004 - redirections
        return Misconfigured
    return Refused if _BAD_REQUEST <= status < _BROKEN else Unsure


#: What Twilio's codes mean (messaging.md, 2.3), in answers and in status callbacks.
_TWILIO: dict[int, type[CarrierFault]] = {
    21610: Blocked,
    30004: Filtered,
    **dict.fromkeys((21211, 21408, 21612, 21614, 21635, 30003, 30005, 30006), Unreachable),
    **dict.fromkeys((20429, 20503, 21611, 30001, 63018, 63038), Busy),
    **dict.fromkeys((20003, 20404, 30002), Misconfigured),
    # No sender of ours, or a service without one.
    **dict.fromkeys((21603, 21657, 21659, 21660, 21703, 21704), Misconfigured),
}


def twilio_fault(code: int, status: int = _BAD_REQUEST) -> type[CarrierFault]:
    """Return what one of Twilio's error codes means.

    :param status: that of the answer it came with, for codes that are not known here; in a
        status callback there is none, and an unknown code ends this message and no more.
    """
    return _TWILIO.get(code) or http_fault(status)
