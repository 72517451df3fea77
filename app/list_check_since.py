"""Asking again about a list that was checked: only what is answered otherwise now."""

from __future__ import annotations

from dataclasses import dataclass

from app.list_check_source import ListSource
from marketing.list_columns import ListUnclear
from marketing.listing import Answer
from storage.list_changes import Changes
from storage.list_judging import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """An earlier check of the same list, and what has happened since."""

    check: str
    changes: Changes
    #: Every row is looked at again: the clock or a new text may have changed any.
    everybody: bool

    def concerns(self, digest: str) -> bool:
        """Say whether an address must be looked at again."""
        return self.everybody or digest in self.changes.touched

    def differs(self, digest: str, answered: Answered[Answer]) -> bool:
        """Say whether a row is answered otherwise than then, as far as anybody can tell."""
        customer, answer = answered
        if digest in self.changes.moved and not answer.allowed:
            # Perhaps another's then: what is not allowed now must be told.
            return True
        told = self.changes.earlier.told(customer) if customer else frozenset()
        return any(one != answer.allowed for one in told) if told else answer.allowed


def refuse_missing(source: ListSource, digest: str) -> None:
    """Refuse another list than the one that was checked.

    :raises ListUnclear: it is another, or was changed.
    """
    if source.surveyed.digest != digest:
        raise ListUnclear("This is not the list that was checked then: its content differs.")
