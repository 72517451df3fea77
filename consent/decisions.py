"""What a customer said, and the evidence for it. Never changed, never deleted (law 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

CustomerId = NewType("CustomerId", str)
DecisionId = NewType("DecisionId", str)


class Kind(StrEnum):
    """What a decision is about."""

    PURPOSE = "purpose"
    CHANNEL = "channel"
    TOPIC = "topic"
    SERVICE = "service"


class Action(StrEnum):
    """What was said about it."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    ON = "on"
    OFF = "off"
    UNSET = "unset"
    ENDED = "ended"
    RESTARTED = "restarted"


YES = frozenset({Action.GIVEN, Action.ON})
NO = frozenset({Action.REFUSED, Action.WITHDRAWN, Action.OFF})


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A purpose, channel or topic of one customer, or their service."""

    kind: Kind
    id: str

    @classmethod
    def purpose(cls, purpose_id: str) -> Subject:
        """Name a purpose."""
        return cls(Kind.PURPOSE, purpose_id)

    @classmethod
    def channel(cls, channel_id: str) -> Subject:
        """Name a contact channel."""
        return cls(Kind.CHANNEL, channel_id)

    @classmethod
    def topic(cls, topic_id: str) -> Subject:
        """Name a topic."""
        return cls(Kind.TOPIC, topic_id)


SERVICE = Subject(Kind.SERVICE, "service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What proves a decision: personal data, sealed by the store (GDPR 7(1))."""

    #: The customer's own words, or the button they chose, as received.
    words: str = field(repr=False)
    #: The provider's id of the message that carried them.
    message_id: str
    #: How the address was proven: kind, level 0-2, moment (meaning.md).
    proof_kind: str
    proof_level: int
    #: What the words were read as.
    intent: str
    #: Why words were read so: the recogniser, then what it went by; empty for a button.
    went_by: tuple[str, ...] = ()

    def as_json(self) -> dict[str, str | int | list[str]]:
        """Return the fields that the sealed record and its salted hash cover."""
        fields: dict[str, str | int | list[str]] = {
            "words": self.words,
            "message_id": self.message_id,
            "proof_kind": self.proof_kind,
            "proof_level": self.proof_level,
            "intent": self.intent,
        }
        # Evidence from before this field, and of buttons, keeps its hash.
        return fields | {"went_by": list(self.went_by)} if self.went_by else fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One entry of the ledger. Pseudonymous: the person is only in the evidence.

    All times are aware and in UTC.
    """

    id: DecisionId
    customer: CustomerId
    #: Place in the customer's own chain, from 1.
    position: int
    brand: str
    subject: Subject
    action: Action
    said_at: datetime
    recorded_at: datetime
    #: End of a pause.
    until: datetime | None = None
    #: Fingerprint of the notice that was shown, and of the full one it linked to.
    notice: str | None = None
    linked_notice: str | None = None
    language: str
    door: str
    #: Who expressed it: `customer`, a member of staff or a system.
    actor: str
    #: How: `text`, `button`, … (dpv:hasIndicationMethod).
    method: str
    #: Salted hash of the evidence, hex: all that the chain knows of it.
    evidence_hash: str
    #: Personal data; none once the person was forgotten. The salt goes with it.
    evidence: Evidence | None
    salt: str | None = field(repr=False)
    #: Chain: hash of the entry before, and of this one, hex.
    previous: str
    hash: str
