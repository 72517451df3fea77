"""What a person at the operator must do, by when, and how it ends.

Which kinds there are, the month that the law gives (GDPR 12(3)), and its one extension. What was
asked and what became of it is kept by the store (`consent.case_ports`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from consent.catalogue import Brand

#: Asking again within this time is about the same case.
SAME_CASE = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_MONTHS_A_YEAR = 12
#: Calendar months within which the law wants an answer, and what an extension makes of them.
_MONTHS, _EXTENDED_MONTHS = 1, 3


class CaseKind(StrEnum):
    """What is asked for."""

    #: A person looks at an automated decision (GDPR 22(3)).
    REVIEW = "review"
    #: A copy of what is on file (GDPR 15).
    ACCESS = "access"
    #: Something on file is wrong (GDPR 16).
    CORRECTION = "correction"
    #: A person is to talk to the customer.
    CONTACT = "contact"
    #: Creditworthiness shown in another way than the quick check (seeds 4.5).
    OTHER_PROOF = "other_proof"
    #: Loyalty as it was before the service ended (seeds 6.1).
    LOYALTY = "loyalty"


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "open"
    ANSWERED = "answered"
    #: Ended without an answer, for a reason.
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something a person at the operator must do."""

    id: str
    kind: str
    opened_at: datetime
    purpose: str | None = None
    #: The last moment to answer; none in what was kept before there was one.
    due_at: datetime | None = None
    #: Of a new one: what the customer said, and the language of the answer.
    words: str = field(default="", repr=False)
    language: str = ""


def due_of(kind: str, opened_at: datetime, brand: Brand, zone: tzinfo) -> datetime:
    """Return the last moment to answer: the end of a day in `zone`.

    The operator may promise less than the law's month, never more.
    """
    lawful = lawful_end(opened_at, zone)
    days = brand.answer_within_days.get(kind)
    if days is None:
        return lawful
    return min(lawful, _end_of(opened_at.astimezone(zone).date() + timedelta(days=days), zone))


def lawful_end(opened_at: datetime, zone: tzinfo) -> datetime:
    """Return the end of the day one calendar month later; 31 January: the last of February."""
    return _end_of(_months_later(opened_at.astimezone(zone).date(), _MONTHS), zone)


def extended_end(opened_at: datetime, zone: tzinfo) -> datetime:
    """Return the last moment to answer once the time was extended by two months."""
    return _end_of(_months_later(opened_at.astimezone(zone).date(), _EXTENDED_MONTHS), zone)


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last if it is shorter."""
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    first = date(day.year + years, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _end_of(day: date, zone: tzinfo) -> datetime:
    """Return the last microsecond of a day, so that it still reads as that day."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC) - _TICK
