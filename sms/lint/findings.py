"""What checking an advertising text finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs: an error must not go out."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about a text that its writer should know."""

    code: str
    level: Level
    #: For staff: what is wrong, and what to write instead.
    message: str
    #: The character it begins at, counted from 0; none: the text as a whole.
    offset: int | None = None


def error(code: str, message: str, offset: int | None = None) -> Finding:
    """Return a finding that forbids to send the text."""
    return Finding(code=code, level=Level.ERROR, message=message, offset=offset)


def warning(code: str, message: str, offset: int | None = None) -> Finding:
    """Return a finding that somebody should look at before sending."""
    return Finding(code=code, level=Level.WARNING, message=message, offset=offset)


def note(code: str, message: str, offset: int | None = None) -> Finding:
    """Return a finding that is good to know."""
    return Finding(code=code, level=Level.NOTE, message=message, offset=offset)


def by_weight(found: Finding) -> tuple[int, int]:
    """Return the key to sort by: the heaviest first, then by place."""
    return tuple(Level).index(found.level), -1 if found.offset is None else found.offset
