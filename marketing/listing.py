"""Checking a whole list: what is counted, and what is told of each row.

Every row is one of four: allowed, blocked with our reason, rejected because nobody can tell whom
it means, or a duplicate of a row before it, which is answered once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from consent.ports import Address
from consent.verdicts import Question, Reason


class Rejection(StrEnum):
    """Why nobody can tell whom a row means."""

    EMPTY = "empty"
    SPREADSHEET_NUMBER = "spreadsheet_number"
    NO_ADDRESS = "no_address"
    COLUMNS = "columns"
    UNREADABLE = "unreadable"


#: What each says in the file of rejected rows.
MEANINGS: Mapping[Rejection, str] = {
    Rejection.EMPTY: "There is no number, no e-mail address and no CRM id.",
    Rejection.SPREADSHEET_NUMBER: (
        "A spreadsheet has turned the number into a decimal one: digits may be lost. "
        "Format the column as text and save the file again."
    ),
    Rejection.NO_ADDRESS: (
        "This is not what the column holds: a phone number, an e-mail address, a CRM id."
    ),
    Rejection.COLUMNS: "The row has not as many columns as the first one.",
    Rejection.UNREADABLE: "The row cannot be read: quotes, braces or an end are missing.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told of one row: our reason, and since when where that is known."""

    reason: Reason
    #: When the decision was said that does not allow it; none where it is allowed.
    since: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Say whether it may be done."""
        return self.reason is Reason.ALLOWED


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    rows: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    rejected: Counter[Rejection] = field(default_factory=Counter)
    duplicates: int = 0

    @property
    def allowed(self) -> int:
        """How many rows are allowed."""
        return self.reasons[Reason.ALLOWED]

    @property
    def blocked(self) -> int:
        """How many rows are not."""
        return self.reasons.total() - self.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCheck:
    """One check of one list: who asks what, why, and until when the answer is good."""

    id: str
    question: Question
    #: As customers read it in their own data.
    viewer: str
    reason: str
    at: datetime
    valid_until: datetime
    #: How far the change feed was before the first customer was looked at.
    feed_position: int = 0

    def is_valid(self, now: datetime) -> bool:
        """Say whether its answer may still be used."""
        return now < self.valid_until


#: A row's number, as a spreadsheet counts, and whom it means or why nobody can tell.
Meant = tuple[int, Address | Rejection]
