"""What the rules need from outside, and what they hand back: plain data and Protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from consent.cases import Case
from consent.chain import GENESIS
from consent.copy_links import CopyLink
from consent.decisions import CustomerId, Decision, DecisionId, Subject
from consent.dialogue.scene import OnFile
from consent.dialogue.session import Session
from consent.notices import Form
from consent.replies import Option, Reply
from consent.standing import Record, Standing
from consent.verdicts import Verdict


class AddressKind(StrEnum):
    """By what a customer is reached, or at least found."""

    MSISDN = "msisdn"
    TELEGRAM = "telegram"
    EMAIL = "email"
    #: A CRM's own key of a customer: it finds them, reaches nobody, and proves nothing.
    CRM_ID = "crm_id"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a customer is reached; a number is in E.164."""

    kind: AddressKind
    #: Not in its repr: neither a log nor a traceback names anybody.
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How sure we are that the sender holds the address (meaning.md): level 0, 1 or 2."""

    kind: str
    level: int


class Remark(StrEnum):
    """Why a door could not use what it was sent; the values are message ids."""

    #: A sticker, a photo, a voice message …
    WORDLESS = "remark.wordless"
    #: Somebody else's words, passed on.
    FORWARDED = "remark.forwarded"
    #: A message changed after it was sent: what it said before was answered already.
    EDITED = "remark.edited"
    TOO_LONG = "error.too_long"
    #: A contact of somebody else.
    CONTACT_FOREIGN = "contact.foreign"
    CONTACT_FORWARDED = "contact.forwarded"
    #: A number that is no mobile number of the brand's country, or none at all (+888).
    CONTACT_UNUSABLE = "contact.unusable"
    #: A button that does not belong to this chat or this version.
    BUTTON_UNKNOWN = "button.unknown"
    #: The last answer never reached the customer: what it asked was not asked. Nothing is said.
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message of one customer, as a door parsed it; one of text, choice and remark."""

    brand: str
    door: str
    address: Address
    #: The provider's id: the same message has the same id however often it comes.
    message_id: str
    received_at: datetime
    proof: Proof
    #: The form of the notices this door shows.
    form: Form
    text: str | None = field(default=None, repr=False)
    choice: Option | None = None
    #: A number the sender proved to be their own, joining this address to it.
    contact: Address | None = None
    #: The provider answered in our place and blocks what we send: write, say nothing.
    silent: bool = False
    #: The provider has lifted its block of this sender.
    reopened: bool = False
    #: The language the door believes the customer reads.
    language: str | None = None
    #: Where the provider counts its messages: one with a lower number than the last is late.
    order: int | None = None
    #: What came is nothing the door can take as words: say so, change nothing.
    remark: Remark | None = None
    #: `Remark.UNSEEN` only: the message whose answer was not seen; none means the last one.
    about: str | None = None
    #: The contact channel that this door speaks through, as the catalogue names it.
    channel: str | None = None
    #: No request waits for the answer, since the message was fetched after an outage: it leaves by
    #: the outbox until this moment, and the message may only lower permission (law 4).
    deferred_until: datetime | None = None
    #: An answer costs more than it is worth, or could start two machines talking: say nothing.
    unanswerable: bool = False
    #: The door can hand over files.
    files: bool = False

    def __post_init__(self) -> None:
        """Refuse a sender that is no sender: whoever knows a CRM id is not thereby the customer.

        :raises ValueError: always a fault of a door.
        """
        is_shared = self.contact is not None and self.contact.kind is AddressKind.CRM_ID
        if is_shared or self.address.kind is AddressKind.CRM_ID:
            raise ValueError("nobody writes from a CRM id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Displaced:
    """An account whose number was just joined to another account; it is to be told."""

    address: Address
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the store knows when a message arrives, read in the transaction that answers it."""

    customer: CustomerId | None = None
    standing: Standing = field(default_factory=Standing)
    #: Newest hash and length of the customer's chain.
    head: str = GENESIS
    length: int = 0
    session: Session | None = None
    #: Proof on file for the sender's address; it can be better than the message's own.
    proof: Proof | None = None
    #: The address is joined to a number, so its standing may be shown.
    linked: bool = False
    #: Accounts that this message has parted from the customer's number.
    displaced: tuple[Displaced, ...] = ()
    #: Contact channels to this customer that a provider blocks, and since when.
    blocked: Mapping[str, datetime] = field(default_factory=dict)
    #: Reads, in the same transaction, the number that was proven last; codes are sent to it.
    number: Callable[[], Address | None] = lambda: None
    #: Reads the rest in the same transaction, for those who ask for it.
    on_file: Callable[[], OnFile] = OnFile
    #: Reads the customer's cases that wait for an answer.
    open_cases: Callable[[], tuple[Case, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Something that must leave the house, written with the decision that causes it."""

    id: str
    brand: str
    #: The door that carries it, like `telegram`.
    kind: str
    to: Address
    #: What it says; an empty language means the brand's own.
    reply: Reply
    not_after: datetime | None = None
    #: The customer's message that it answers, if it answers one.
    answers: str | None = None

    def __post_init__(self) -> None:
        """Refuse a destination that is none.

        :raises ValueError: always a fault of whoever sends.
        """
        if self.to.kind is AddressKind.CRM_ID:
            raise ValueError("nothing is sent to a CRM id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Everything one message changes; written whole or not at all."""

    customer: CustomerId
    #: The customer was not known before.
    new_customer: bool
    decisions: tuple[Decision, ...]
    records: dict[Subject, Record]
    head: str
    length: int
    session: Session
    reply: Reply
    cases: tuple[Case, ...] = ()
    #: By the name of an open case of theirs, what the customer has added to it.
    notes: Mapping[str, str] = field(default_factory=dict)
    outgoing: tuple[Outgoing, ...] = ()
    #: Links to a copy of the data that the reply gives out.
    links: tuple[CopyLink, ...] = ()
    #: The provider has begun (true) or ceased (false) to block the door's channel when the message
    #: was sent; what was said later than that stands.
    blocks: bool | None = None


Work = Callable[[Snapshot], Writing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who looks at a customer's standing, and what for (law 9)."""

    brand: str
    address: Address
    viewer: str
    purpose_of_look: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What besides the decisions a verdict depends on."""

    #: Contact channels to the customer that a provider blocks.
    blocked: frozenset[str] = frozenset()
    #: Whoever had this address was forgotten.
    forgotten: bool = False


#: Answers a question from a standing, none if nobody has the address, and what is around it.
Judge = Callable[[Standing | None, Circumstances], Verdict]


class Ledger(Protocol):
    """The consent store. Every method is one transaction."""

    async def turn(self, inbound: Inbound, work: Work) -> Reply:
        """Read a snapshot, run `work` on it, write what it returns, commit, return the reply.

        A message seen before is answered with the stored reply, without `work`.

        :raises StoreUnavailable: nothing was changed.
        """
        ...

    async def consult(self, look: Look, judge: Judge) -> Verdict:
        """Judge a customer's standing and note in the read log who looked, and the answer.

        `judge` gets none for an address that is not known.

        :raises StoreUnavailable: nobody looked.
        """
        ...

    async def inspect(self, look: Look) -> tuple[tuple[Decision, ...], str, int]:
        """Return a customer's decisions, newest hash and count, as they stand together.

        Noted in the read log like any look; nothing at all for an address not known.

        :raises StoreUnavailable: nobody looked.
        """
        ...

    async def history(self, customer: CustomerId) -> tuple[Decision, ...]:
        """Return a customer's decisions in the order of their chain."""
        ...

    async def customer_of(self, brand: str, address: Address) -> CustomerId | None:
        """Return the customer whom an address of a brand belongs to, if it is known."""
        ...

    async def head_of(self, customer: CustomerId) -> str:
        """Return the newest hash of a customer's chain."""
        ...


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class Entropy(Protocol):
    """Fresh ids and secrets."""

    def customer_id(self, at: datetime) -> CustomerId:
        """Return a new customer's id, a UUIDv7."""
        ...

    def decision_id(self, at: datetime) -> DecisionId:
        """Return a new decision's id, a UUIDv7."""
        ...

    def case_id(self) -> str:
        """Return a short name of a case, fit to be read out on the phone."""
        ...

    def salt(self) -> str:
        """Return 16 random bytes, hex."""
        ...

    def code(self) -> str:
        """Return two random digits, not starting with 0 (never taken for a purpose)."""
        ...

    def pin(self) -> str:
        """Return four random digits, not starting with 0: a code that travels by itself."""
        ...
