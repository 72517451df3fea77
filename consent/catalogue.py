"""Brands, purposes, channels and topics as frozen data.

The rules never name a purpose: they ask the catalogue which purposes are marketing, which
allow contact, which can be paused. So an operator elsewhere replaces the data alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from typing import NewType

BrandId = NewType("BrandId", str)
PurposeId = NewType("PurposeId", str)
ChannelId = NewType("ChannelId", str)
TopicId = NewType("TopicId", str)


class Contact(StrEnum):
    """Whom a purpose lets the brand contact (seeds C1, C7)."""

    NOBODY = "nobody"
    CUSTOMER = "customer"
    FORMER_CUSTOMER = "former_customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """The GDPR controller behind a brand, as printed in its document (seeds A3-A10)."""

    name: str
    registration: str
    address: dict[str, str]
    email: str
    phone: str
    service_centre: dict[str, str]
    policy_sites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """One controller's name towards customers; part of every key (seeds R1)."""

    id: BrandId
    name: str
    default_language: str
    controller: Controller
    #: Show the other brand's service centre that the document names (seeds Q3).
    show_service_centre: bool = True
    #: Latvian SMS with diacritics cost up to three times the parts (language.md, 6).
    sms_diacritics: bool = False
    #: What numbers begin with that SMS are answered to: answers elsewhere cost more than they are
    #: worth (premium and foreign ranges). A withdrawal is carried out from any number.
    sms_answers_to: tuple[str, ...] = ("+3712",)
    #: Hours within which a yes answers the notice last shown (meaning.md, "Words").
    yes_within_hours: int = 24
    #: May consents other than the loyalty ones be used after the service ended?
    use_after_service: bool = False
    #: Days within which a kind of case is answered, where the brand promises less than the month
    #: that the law gives (`consent.cases`).
    answer_within_days: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalSlots:
    """What the documents leave open (seeds 1.5); empty means silence in the texts."""

    duration: str = ""
    recipients: str = ""
    third_parties: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One of the consents a customer can give."""

    id: PurposeId
    number: int
    data: tuple[str, ...]
    benefits: tuple[str, ...]
    #: Other ways open to somebody who refuses; each has a text `alternative.{id}` (seeds 4.5).
    alternatives: tuple[str, ...] = ()
    #: Level of proof of the address that a grant needs (meaning.md, "Proof of an address").
    proof: int = 1
    #: Ended by a bare STOP (meaning.md, "Words customers send").
    marketing: bool = False
    contact: Contact = Contact.NOBODY
    #: Whether the words of the yes must name automated decisions (GDPR 22).
    automated_decisions: bool = False
    #: Whether the customer may suspend it for a time (ePrivacy 9(2)).
    pausable: bool = False
    #: Calendar years it lives on after the service ended; none: no term (seeds 6.1, 7.1).
    years_after_service: int | None = None
    #: A purpose that is explained side by side with this one (seeds R19).
    beside: PurposeId | None = None
    dpv: str
    camara_scopes: tuple[str, ...]
    legal: LegalSlots = field(default_factory=LegalSlots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way offers may reach the customer (seeds 1.3); a new one starts unset."""

    id: ChannelId
    camara_scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A kind of offer the customer can switch off (seeds 1.2, 1.4)."""

    id: TopicId
    #: The one channel it applies to; none: every channel.
    channel: ChannelId | None = None
    proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything an operator offers consents for."""

    brands: dict[BrandId, Brand]
    purposes: tuple[Purpose, ...]
    channels: tuple[Channel, ...]
    topics: tuple[Topic, ...]
    languages: tuple[str, ...]
    #: Where a day ends; terms are counted in it (seeds Q15).
    timezone: tzinfo

    def purpose(self, purpose_id: str) -> Purpose:
        """Return the purpose with this id.

        :raises KeyError: there is none.
        """
        for purpose in self.purposes:
            if purpose.id == purpose_id:
                return purpose
        raise KeyError(purpose_id)

    def numbered(self, number: int) -> Purpose | None:
        """Return the purpose with this number on screen, if there is one."""
        return next((p for p in self.purposes if p.number == number), None)

    @property
    def marketing(self) -> tuple[Purpose, ...]:
        """The purposes that a bare STOP ends, by number."""
        return tuple(p for p in self.purposes if p.marketing)

    @property
    def contacting(self) -> tuple[Purpose, ...]:
        """The purposes that let the brand contact the customer, by number."""
        return tuple(p for p in self.purposes if p.contact is not Contact.NOBODY)

    @property
    def opening(self) -> Purpose:
        """The purpose whose notice START shows: the first that allows contact."""
        return self.contacting[0]
