"""Days as they are on a clock on the wall, counted by the database itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement, case

from storage.moments import to_store

_DAY = timedelta(days=1) // timedelta(microseconds=1)
_HOUR = timedelta(hours=1)


def local_day(
    column: ColumnElement[int], zone: tzinfo, since: datetime, until: datetime
) -> ColumnElement[int]:
    """Return the day in `zone` that a moment of the store falls on: its number from 1970-01-01.

    :param since: with `until`, between which moments the column lies; clocks change on the hour.
    """
    *changes, (_, last) = _offsets(zone, since, until)
    local = case(
        *((column < to_store(end), column + _micro(offset)) for end, offset in changes),
        else_=column + _micro(last),
    )
    day: ColumnElement[int] = local // _DAY
    return day


def _offsets(
    zone: tzinfo, since: datetime, until: datetime
) -> Iterator[tuple[datetime, timedelta]]:
    """Go through what the clock is ahead of UTC by, and until when."""
    moment = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    offset = _offset(moment, zone)
    while moment <= until:
        moment += _HOUR
        if _offset(moment, zone) != offset:
            yield moment, offset
            offset = _offset(moment, zone)
    yield moment, offset


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _micro(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
