"""What is wrong with a proof: which line, whose, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_LONGEST_NAME = 80


class Fault(StrEnum):
    """What was done to something in a proof."""

    CHANGED = "was changed"
    REMOVED = "is missing"
    ADDED = "was added"
    MOVED = "is out of place"
    UNSIGNED = "is not as it was signed"
    UNEQUAL = "does not match what stands before it"
    UNKNOWN_KEY = "names a key that is not in the key file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, with the name of what it is wrong with."""

    #: Where in the file, from 1; what is missing should stand there.
    line: int
    fault: Fault
    customer: str | None = None
    #: Place of a decision in its customer's chain.
    position: int | None = None
    decision: str | None = None
    #: What it is, where it is no decision and no whole chain.
    part: str = ""

    def __str__(self) -> str:
        """Return it as a line for people; safe to print, whatever the file holds."""
        return f"line {self.line}: {self._about} {self.fault.value}"

    @property
    def _about(self) -> str:
        if self.customer is None:
            return self.part or "this line"
        owner = f"customer {shown(self.customer)}"
        if self.position is None:
            return f"{self.part or 'the chain'} of {owner}"
        name = f" ({shown(self.decision)})" if self.decision else ""
        return f"decision {self.position} of {owner}{name}"


def shown(text: str) -> str:
    """Return a name from a file of unknown origin, fit for a terminal."""
    return ascii(text)[1:-1][:_LONGEST_NAME]
