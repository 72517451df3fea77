"""What the desk asks of a store that records batches, and what they hand each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from consent.batches import Entry, Fate, Item, Joining, Naming, Refusal, Release
from consent.cases import Case
from consent.chain import GENESIS
from consent.decisions import CustomerId, Decision, DecisionId, Subject
from consent.standing import Record, Standing

#: Entries of one transaction: others write between two of them.
CHUNK = 500
#: How the address is proven: another system vouches for it.
PROOF_KIND, PROOF_LEVEL = "import", 1
#: How what else a customer is found by is proven: it proves nothing.
NAMED_KIND, NAMED_LEVEL = "told", 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the store knows of one customer."""

    customer: CustomerId | None = None
    standing: Standing = field(default_factory=Standing)
    head: str = GENESIS
    length: int = 0
    #: Entries recorded before: key -> decision.
    known: Mapping[str, DecisionId] = field(default_factory=dict)
    #: The address was theirs when it was said, and is no longer.
    former: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What entries change of one customer, and what became of each, in order."""

    #: None if nothing was recorded of somebody unknown.
    customer: CustomerId | None
    decisions: tuple[Decision, ...]
    records: dict[Subject, Record]
    head: str
    length: int
    fates: tuple[Fate, ...]
    #: What a person at the operator must do because of them.
    cases: tuple[Case, ...] = ()


#: Decides on the entries of one customer.
Settle = Callable[[Held, Sequence[Entry]], Deeds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the store is to do with a batch, and at which moment."""

    at: datetime
    settle: Settle
    #: Says why a number must not be released, joined with another, or named otherwise.
    refuse: Callable[[Release | Joining | Naming], Refusal | None]
    #: Decides what of the first customer stands once the second is the same.
    unite: Callable[[Joining, Held, Held], Deeds]


class Batches(Protocol):
    """Where batches are recorded."""

    async def record(self, entries: Sequence[Item], work: Work) -> tuple[Fate, ...]:
        """Record entries of many customers in one transaction; return the fate of each, in order.

        :raises StoreUnavailable: nothing was recorded; the same again comes out the same.
        """
        ...
