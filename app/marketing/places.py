"""Places in a log that is read a page at a time: a moment and a name, in an address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
#: Nothing is noted of so early days, and a log may look back from a place.
_FIRST = EPOCH + timedelta(days=31)
_CURSOR = re.compile(r"(\d{1,17})-([0-9A-Za-z-]{1,64})")


def cursor_of(at: datetime, name: str) -> str:
    """Return a place in a log as an address carries it."""
    return f"{(at - EPOCH) // MICRO}-{name}"


def place_of(cursor: str) -> tuple[datetime, str] | None:
    """Return the place that an address names; none if it names none."""
    found = _CURSOR.fullmatch(cursor)
    try:
        moment = EPOCH + int(found[1]) * MICRO if found else None
        return (moment, found[2]) if found and moment and moment > _FIRST else None
    except OverflowError:
        return None
