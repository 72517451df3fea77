"""One customer as a privacy officer sees them: who looks at whom, and what the forgotten leave.

Pages know a customer by the pseudonym once they are found, so that no form carries a number, and
nobody else is meant if the number changes hands meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from consent.decisions import CustomerId
from consent.ports import Address


class Shown(StrEnum):
    """What a look was at, as the read log says it; the customer can read that."""

    #: Everything on file, numbers masked.
    HISTORY = "history"
    #: The same with numbers in full.
    NUMBERS = "numbers"
    #: A file of it.
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who looks at whom, and what for (law 9)."""

    brand: str
    whom: Address | CustomerId = field(repr=False)
    viewer: str
    reason: str
    at: datetime
    shown: Shown = Shown.HISTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What is left of a customer who was forgotten: no word, no number."""

    customer: CustomerId
    #: Decisions that stay, without evidence.
    decisions: int
    #: When it was, and why; not known of some who were joined to others.
    at: datetime | None = None
    reason: str = ""
