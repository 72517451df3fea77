"""A copy of everything on file about one customer of one brand (GDPR 15 and 20), as plain data.

What stands now, everything that was ever said with the exact texts that were shown, where it came
from and what proves it, addresses, cases, conversations, who looked, and what other systems were
told. `own_data_json` writes it down for other systems, `app.own_data_page` for the customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from consent.batch_ports import PROOF_KIND
from consent.decisions import CustomerId, Decision
from consent.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldChain:
    """Everything one record of the customer says, oldest first; a join makes several one."""

    customer: CustomerId
    since: datetime
    decisions: tuple[Decision, ...]
    #: Newest hash, as the store holds it.
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAddress:
    """Where the customer is reached, and how it was proven."""

    kind: str
    value: str = field(repr=False)
    proof_kind: str
    proof_level: int
    proven_at: datetime
    unreachable_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldText:
    """A text that was shown, word for word."""

    fingerprint: str
    purpose: str
    language: str
    form: str
    version: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCase:
    """Something the customer asked a person for."""

    id: str
    kind: str
    purpose: str | None = None
    opened_at: datetime
    due_at: datetime | None = None
    door: str | None = None
    language: str | None = None
    words: str = field(default="", repr=False)
    closed_at: datetime | None = None
    closed_by: str | None = None
    answer: str = field(default="", repr=False)
    #: Why it was closed by hand.
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTalk:
    """What is remembered of a conversation."""

    door: str
    address: str = field(repr=False)
    language: str | None = None
    #: The customer chose the language themselves.
    chosen: bool = False
    #: With (true) or without diacritics in SMS; none: as the brand has it.
    diacritics: bool | None = None
    #: What an answer is awaited to, about which purposes, and the words kept until then.
    awaiting: str | None = None
    purposes: tuple[str, ...] = ()
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A message of the customer that was answered: when, and by which texts."""

    door: str
    at: datetime
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSending:
    """Something that was sent, or is to be, without being the answer to a message."""

    door: str
    at: datetime
    texts: tuple[str, ...]
    sent_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReport:
    """What a provider said became of a message."""

    at: datetime
    status: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLook:
    """Somebody at the brand, or a system of it, looked (law 9)."""

    at: datetime
    viewer: str
    reason: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLink:
    """A link to a copy like this one."""

    created_at: datetime
    expires_at: datetime
    opens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """Everything that is on file about a customer, as it stood at one moment."""

    brand: str
    made_at: datetime
    #: The customer as they are known now.
    customer: CustomerId
    #: Their own record first, then those that were joined to it.
    chains: tuple[HeldChain, ...]
    standing: Standing
    addresses: tuple[HeldAddress, ...] = ()
    #: Contact channels that a provider blocks, and since when.
    blocked: Mapping[str, datetime] = field(default_factory=dict)
    texts: tuple[HeldText, ...] = ()
    cases: tuple[HeldCase, ...] = ()
    talks: tuple[HeldTalk, ...] = ()
    messages: tuple[HeldMessage, ...] = ()
    sendings: tuple[HeldSending, ...] = ()
    reports: tuple[HeldReport, ...] = ()
    looks: tuple[HeldLook, ...] = ()
    links: tuple[HeldLink, ...] = ()
    #: Decisions that were handed on to the brand's systems that listen, and those that wait.
    told: int = 0
    untold: int = 0
    told_last: datetime | None = None

    @property
    def history(self) -> tuple[Decision, ...]:
        """Everything that was said, in the order in which it was recorded."""
        entries = (d for chain in self.chains for d in chain.decisions)
        return tuple(sorted(entries, key=lambda d: (d.recorded_at, d.customer, d.position)))

    @property
    def imported(self) -> tuple[Decision, ...]:
        """What was taken elsewhere, in a shop or by another system, and brought in."""
        proofs = ((d, d.evidence) for d in self.history)
        return tuple(d for d, found in proofs if found and found.proof_kind == PROOF_KIND)

    @property
    def language(self) -> str | None:
        """The language the customer was last heard in; none if in none."""
        chosen = [talk.language for talk in self.talks if talk.chosen and talk.language]
        heard = [talk.language for talk in self.talks if talk.language]
        return next(iter((*chosen, *heard)), None)
