"""Why staff cannot do something with a case: for machines by name, for operators in words.

Pages say it in the language of whoever reads them, by the name and the facts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from consent.errors import ConsentError


class Trouble(StrEnum):
    """Why an answer would not reach whoever asked; the values are told to staff."""

    FORGOTTEN = "the customer was forgotten"
    MOVED = "the number or chat they asked from is no longer theirs"
    GONE = "they have blocked the bot or left, or their phone takes no messages"
    BLOCKED = "they have blocked messages to their number"
    UNKNOWN = "the store does not know from where they asked"
    NO_COURIER = "they asked where no answer can be sent to"


class Why(StrEnum):
    """What else stands in the way."""

    UNKNOWN = "unknown"
    #: Two customers have a case of this name.
    AMBIGUOUS = "ambiguous"
    CLOSED = "closed"
    #: In other words.
    ANSWERED = "answered"
    #: Another answer is on its way.
    ANSWERING = "answering"
    #: The answer is on its way, and closes the case.
    LEAVING = "leaving"
    #: Nobody can tell whether the answer of that day (`at`) arrived.
    UNSURE = "unsure"
    EXTENDED = "extended"
    #: The month within which the customer must be told is over.
    TOO_LATE = "too_late"
    NO_REASON = "no_reason"
    NO_WORDS = "no_words"
    #: `parts` of an SMS, where at `most` so many are sent; `over`: characters to cut.
    LONG_SMS = "long_sms"
    LONG_CHAT = "long_chat"


class CaseRefused(ConsentError):
    """Nothing was done with this case."""

    code = "case"

    def __init__(self, why: Why | Trouble, detail: str, **facts: int | datetime) -> None:
        """Say why, and what a text about it needs to know."""
        self.why, self.facts = why, facts
        super().__init__(detail)


class CaseUnknown(CaseRefused):
    """There is no such case."""


class CaseUnfit(CaseRefused):
    """These words cannot be sent."""


def unreachable(trouble: Trouble) -> CaseRefused:
    """Return that an answer would not reach whoever asked."""
    told = f"The customer cannot be told: {trouble.value}. The case stays open."
    return CaseRefused(trouble, told)
