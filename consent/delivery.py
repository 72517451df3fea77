"""What must leave the house, and what becomes of it: plain data and Protocols.

Delivery is no matter of consent: that a phone is off, or that a provider blocks a sender, is
noted apart from what the customer decided (messaging.md, 1.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from consent.ports import Address, Outgoing


class Outcome(StrEnum):
    """How something that was to leave the house has ended."""

    SENT = "sent"
    #: The provider will never take it, or nobody could read it.
    REFUSED = "refused"
    #: The provider blocks the channel to this customer.
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    #: Perhaps sent; sending it again could double it.
    UNSURE = "unsure"
    #: Its time was over before it could be sent.
    LATE = "late"


class Outbox(Protocol):
    """What must leave the house, for those who carry it out."""

    async def claim(self, kind: str, brand: str, now: datetime) -> tuple[Outgoing, ...]:
        """Return what waits, oldest first, at most 100; nobody else gets it for a minute.

        What is too late to be sent, and what has departed, is not among it.

        :raises StoreUnavailable: nothing was claimed.
        """
        ...

    async def depart(self, outgoing: Outgoing, at: datetime) -> bool:
        """Note that something is about to be sent; it is never claimed again unless put back.

        :returns: false if it has departed already, or need not be sent any more.
        :raises StoreUnavailable: it must not be sent now.
        """
        ...

    async def put_back(self, outgoing: Outgoing, until: datetime) -> None:
        """Note that something was certainly not sent; it can be claimed after `until`.

        :raises StoreUnavailable: it stays departed, and is never sent.
        """
        ...

    async def settle(
        self, outgoing: Outgoing, at: datetime, outcome: Outcome = Outcome.SENT
    ) -> None:
        """Note that something was sent, or need not be sent any more.

        :raises StoreUnavailable: it will be claimed again, unless it has departed.
        """
        ...

    async def drop_late(self, kind: str, brand: str, now: datetime) -> tuple[Outgoing, ...]:
        """Settle what is too late, at most 100 at once, and return it.

        :raises StoreUnavailable: it will be done another time.
        """
        ...

    async def note_reach(self, brand: str, address: Address, since: datetime | None) -> None:
        """Note since when nothing can be delivered to an address; none: it can again.

        A matter of delivery, never a withdrawal. An address that is not known is left alone.

        :raises StoreUnavailable: nothing was noted.
        """
        ...

    async def note_block(self, brand: str, address: Address, channel: str, at: datetime) -> None:
        """Note that a provider blocks a channel to an address.

        Only the customer's own start word ends it (see `Inbound.reopened`). An address that is
        not known is left alone.

        :raises StoreUnavailable: nothing was noted.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a provider says has become of one message of ours."""

    brand: str
    to: Address
    #: Our own name for the message: that of an outgoing one, or of the message it answers.
    reference: str
    provider_id: str
    #: The provider's word, like `delivered`, and how far along that is: it only ever grows.
    status: str
    stage: int
    error: str
    at: datetime


class Deliveries(Protocol):
    """What has become of what was sent."""

    async def note(self, report: Report) -> bool:
        """Note a report unless a later stage is known; say whether it was news.

        Reports come twice and in any order. One about an address that is not known is none.

        :raises StoreUnavailable: nothing was noted; the provider must report again.
        """
        ...

    async def is_on_its_way(self, brand: str, to: Address, reference: str) -> bool:
        """Say whether the provider has reported anything about a message: then it has it.

        :raises StoreUnavailable: nobody can tell.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A message whose sender is no phone number: kept, and never answered."""

    brand: str
    door: str
    message_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    received_at: datetime


class Strays(Protocol):
    """Where strays are kept, for a person to look at."""

    async def keep(self, stray: Stray) -> None:
        """Keep a stray; the same one only once.

        :raises StoreUnavailable: it was not kept.
        """
        ...


class Watermarks(Protocol):
    """Up to when everything that a provider received was handled."""

    async def read(self, brand: str, door: str) -> datetime | None:
        """Return the moment; none if there never was one.

        :raises StoreUnavailable: it cannot be read.
        """
        ...

    async def raise_to(self, brand: str, door: str, moment: datetime) -> None:
        """Note a later moment; an earlier one changes nothing.

        :raises StoreUnavailable: nothing was noted.
        """
        ...
