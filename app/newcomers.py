"""How many people never heard of before are answered: a flood of made-up numbers costs money.

Counted in this process alone: two of them answer twice as many at most.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

#: Answers to newcomers a minute and brand; saved up for no longer than a minute.
A_MINUTE = 120


class Newcomers:
    """`consent.restraint.Allowance`: a bucket for each brand that fills up evenly."""

    def __init__(self, now: Callable[[], datetime], a_minute: int = A_MINUTE) -> None:
        """Begin with full buckets."""
        self._now = now
        self._most = a_minute
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def take(self, brand: str) -> bool:
        """See `consent.restraint.Allowance.take`."""
        now = self._now()
        left, at = self._buckets.get(brand, (float(self._most), now))
        passed = max((now - at).total_seconds(), 0.0)
        left = min(left + passed * self._most / 60, float(self._most))
        has_one = left >= 1
        self._buckets[brand] = (left - 1 if has_one else left, now)
        return has_one
