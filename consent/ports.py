"""What the rules need from outside, and what they hand back: plain data and Protocols."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from consent.chain import GENESIS
from consent.decisions import CustomerId, Decision, DecisionId, Subject
from consent.dialogue.scene import Case, Session
from consent.notices import Form
from consent.replies import Option, Reply
from consent.standing import Record, Standing
from consent.verdicts import Verdict


class AddressKind(StrEnum):
    """By what a customer is reached."""

    MSISDN = "msisdn"
    TELEGRAM = "telegram"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a customer is reached; a number is in E.164."""

    kind: AddressKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How sure we are that the sender holds the address (meaning.md): level 0, 1 or 2."""

    kind: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message of one customer, as a door parsed it; exactly one of text and choice."""

    brand: str
    door: str
    address: Address
    #: The provider's id: the same message has the same id however often it comes.
    message_id: str
    received_at: datetime
    proof: Proof
    #: The form of the notices this door shows.
    form: Form
    text: str | None = None
    choice: Option | None = None
    #: A number the sender proved to be their own, joining this address to it.
    contact: Address | None = None
    #: The provider answered in our place and blocks what we send: write, say nothing.
    silent: bool = False
    #: The provider has lifted its block of this sender.
    reopened: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Something that must leave the house, written with the decision that causes it."""

    id: str
    kind: str
    payload: dict[str, str]
    not_after: datetime | None = None


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
    outgoing: tuple[Outgoing, ...] = ()


Work = Callable[[Snapshot], Writing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who looks at a customer's standing, and what for (law 9)."""

    brand: str
    address: Address
    viewer: str
    purpose_of_look: str
    at: datetime


class Ledger(Protocol):
    """The consent store. Every method is one transaction."""

    async def turn(self, inbound: Inbound, work: Work) -> Reply:
        """Read a snapshot, run `work` on it, write what it returns, commit, return the reply.

        A message seen before is answered with the stored reply, without `work`.

        :raises StoreUnavailable: nothing was changed.
        """
        ...

    async def consult(self, look: Look, judge: Callable[[Standing | None], Verdict]) -> Verdict:
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
