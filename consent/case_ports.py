"""What is kept of a case, and what staff may do with it: plain data and a Protocol.

A case is closed when its answer has left, not before: until then nobody can say that it was
answered. So an answer that could not be sent leaves its case open, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol

from consent.case_refusals import CaseRefused, Trouble, Why
from consent.cases import Case, CaseState, extended_end, lawful_end
from consent.decisions import CustomerId
from consent.delivery import Outcome
from consent.notices import Form
from consent.ports import Address, Outgoing
from consent.replies import Message

#: The messages that carry an answer, and that more time is needed.
ANSWER, EXTENSION = "case.answer", "case.extended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where an answer goes, and how it is written there."""

    door: str
    to: Address
    language: str
    #: With (true) or without diacritics in SMS, as the customer chose; none: as the brand has it.
    diacritics: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What was last sent, or tried, in answer to a case."""

    text: str = field(repr=False)
    by: str
    at: datetime
    #: How it ended; none: it is on its way.
    outcome: Outcome | None = None
    #: When it was handed over, if it was.
    departed_at: datetime | None = None
    #: What the provider has said of it since, like `delivered`.
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A case as a list shows it: nothing that the customer said."""

    case: Case
    brand: str
    door: str
    state: CaseState
    closed_at: datetime | None = None
    #: Who answered or closed it, or is answering.
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which of a brand's cases are wanted: open ones, the first due first, or those that are over.

    Of those the last one that ended comes first.
    """

    brand: str
    over: bool = False
    kind: str | None = None
    #: Only those that were due before they ended, or before this moment.
    overdue_at: datetime | None = None
    #: Those that follow this place in the list, as the page before has named it.
    after: tuple[datetime, str] | None = None
    most: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Some cases of a list, and the place to go on after; none: that is all."""

    cases: tuple[Filed, ...]
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A case as it is shown to one member of staff, who is noted (law 9)."""

    filed: Filed
    words: str = field(repr=False)
    #: The customer's numbers, to call them back on.
    numbers: tuple[str, ...] = field(repr=False)
    answer: Sending | None = None
    #: Why it was closed without an answer.
    reason: str = field(default="", repr=False)
    #: Where an answer would go, or why it would not arrive.
    reach: Reach | Trouble = Trouble.UNKNOWN
    #: The pseudonym of whoever asked.
    customer: CustomerId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which case is meant, who wants something of it, and when."""

    brand: str
    case: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of something staff wanted to be told to the customer."""

    #: It was said before, and is not said twice.
    again: bool = False
    at: datetime
    #: What leaves, and where to.
    message: Message | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What staff want to tell, and how it is written at a door; pure."""

    #: Returns the words as they are fit for a door; raises `CaseRefused`.
    words: Callable[[str], str]
    #: Returns the form of an SMS, none for the brand's; raises `CaseRefused` if it is too long.
    form: Callable[[Message, Reach], Form | None]


#: Until when a case may be extended; raises `CaseRefused`.
Until = Callable[[Case], datetime]


class Cases(Protocol):
    """Where cases are kept. Every method is one transaction."""

    async def waiting(
        self,
        brand: str,
        *,
        overdue_at: datetime | None = None,
        after: str | None = None,
        most: int = 100,
    ) -> tuple[Filed, ...]:
        """Return a brand's open cases, the first due first.

        :param overdue_at: only those that were due before this moment.
        :param after: those that follow this case in the list.
        :raises CaseRefused: there is no case to go on after.
        """
        ...

    async def listed(self, wanted: CaseQuery) -> CasePage:
        """Return some of a brand's cases.

        :raises StoreUnavailable: they cannot be read.
        """
        ...

    async def show(self, named: Named, reason: str) -> Opened:
        """Return a case and note in the customer's read log who looked, and what for.

        :raises CaseUnknown: there is none.
        """
        ...

    async def answer(self, named: Named, draft: Draft) -> Told:
        """Send an answer over the door the case came by; the same answer again is the same one.

        :raises CaseRefused: another answer was given, or may be on its way; or the customer
            cannot be reached. The case stays as it is.
        """
        ...

    async def extend(self, named: Named, until: Until, draft: Draft) -> Told:
        """Give more time once; it counts when the customer was told (GDPR 12(3)).

        :param until: says until when, or why not.
        :raises CaseRefused: it was extended already or is over, or nobody can be told.
        """
        ...

    async def close(self, named: Named, reason: str) -> bool:
        """End a case without an answer; say whether it was open.

        :raises CaseRefused: there is none, or an answer is on its way.
        """
        ...


def more_time(case: Case, now: datetime, zone: tzinfo) -> datetime:
    """Return until when a case may be extended.

    :raises CaseRefused: it was extended before, or the customer would learn of it too late.
    """
    until = extended_end(case.opened_at, zone)
    if case.due_at is not None and case.due_at >= until:
        raise CaseRefused(Why.EXTENDED, "It was extended before; the law allows that once.")
    if now > lawful_end(case.opened_at, zone):
        late = "The month within which the customer must be told is over: answer it."
        raise CaseRefused(Why.TOO_LATE, late)
    return until


def is_about_case(outgoing: Outgoing) -> bool:
    """Say whether an outgoing message answers a case: it is never sent twice."""
    return any(message.id in {ANSWER, EXTENSION} for message in outgoing.reply.messages)
