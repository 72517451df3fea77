"""Moments as the store keeps them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@overload
def to_store(moment: datetime) -> int: ...
@overload
def to_store(moment: None) -> None: ...
@overload
def to_store(moment: datetime | None) -> int | None: ...
def to_store(moment: datetime | None) -> int | None:
    """Return an aware moment as microseconds, exactly."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


@overload
def from_store(value: int) -> datetime: ...
@overload
def from_store(value: None) -> None: ...
@overload
def from_store(value: int | None) -> datetime | None: ...
def from_store(value: int | None) -> datetime | None:
    """Return microseconds as an aware moment in UTC."""
    return None if value is None else _EPOCH + timedelta(microseconds=value)
