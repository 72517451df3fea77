"""What the overview tells of customers: many numbers, none of which points at anybody.

Every number counts customers, each once. Fewer than `SMALLEST` are not told, not even that there
are none; all others are rounded to tens, each by itself, and no sum is told. So what was left out
cannot be had by subtracting what is told from what is told: every number stands for at least five.

Counted in the background and kept for `KEPT`. Whoever comes later sees what was last counted, with
its moment, and lets it be counted anew; only who comes first waits, or after `OLD`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from consent.decisions import Action
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, Reason, judge
from marketing.audience import Audience, Crowd, Place, shown

_log = logging.getLogger("consent.marketing")
KEPT, OLD = timedelta(minutes=10), timedelta(hours=1)
#: What is counted over time.
COUNTED = (Action.GIVEN, Action.WITHDRAWN, Action.REFUSED)
#: What can be true of a consent, whether it is of anybody or not.
REASONS = (
    Reason.ALLOWED,
    Reason.WITHDRAWN,
    Reason.REFUSED,
    Reason.PAUSED,
    Reason.EXPIRED,
    Reason.SERVICE_ENDED,
    Reason.OUTDATED,
    Reason.ASKED,
    Reason.NEVER_ASKED,
)


class Span(Enum):
    """How far back is looked, and in which steps: how many of how many days."""

    DAYS = (30, 1)
    WEEKS = (26, 7)

    def steps(self, today: date) -> tuple[date, ...]:
        """Return the first day of each step, oldest first; weeks begin on Mondays."""
        many, days = self.value
        last = today - timedelta(days=today.weekday() if days > 1 else 0)
        return tuple(last - timedelta(days=days * back) for back in reversed(range(many)))


class Tallies(Protocol):
    """Where decisions are counted."""

    async def tally(
        self, brand: str, actions: Sequence[Action], steps: Sequence[date], now: datetime
    ) -> tuple[Mapping[tuple[date, Action], int], Mapping[tuple[str, Action], int]]:
        """Return how many customers said what about a consent: by step, and by door in all.

        :param steps: their first days, in the zone of the catalogue, all equally long.
        :raises StoreUnavailable: they cannot be counted.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is told; in place of a number none: fewer than `SMALLEST`."""

    brand: str
    span: Span
    at: datetime
    #: Customers who may be contacted now.
    places: Mapping[Place, int | None]
    #: By purpose: of how many customers what is true.
    reasons: Mapping[str, Mapping[Reason, int | None]]
    #: Customers who said so, by the first day of a step, and by door.
    steps: tuple[date, ...]
    by_step: Mapping[tuple[date, Action], int | None]
    by_door: Mapping[tuple[str, Action], int | None]


def told(count: int) -> int | None:
    """Return a count as it is told: to the nearest ten; none where the group is too small."""
    return shown(count)


class Overviews:
    """Counts the customers of a brand in the background, at most every `KEPT`."""

    def __init__(
        self, audience: Audience, crowd: Crowd, tallies: Tallies, lens: Callable[[str], Lens]
    ) -> None:
        """Count these; `lens` reads a brand's standings as of now."""
        self._audience = audience
        self._crowd = crowd
        self._tallies = tallies
        self._lens = lens
        self._kept: dict[tuple[str, Span], Overview] = {}
        self._counting: dict[tuple[str, Span], asyncio.Task[None]] = {}

    async def look(self, brand: str, span: Span, *, patience: float = 1.0) -> Overview | None:
        """Return what was counted last; none if the first count takes longer than `patience`.

        :param patience: in seconds.
        :raises StoreUnavailable: there is nothing, and it cannot be counted.
        """
        key = (brand, span)
        kept, now = self._kept.get(key), self._lens(brand).now
        if kept is not None and timedelta() <= now - kept.at < KEPT:
            return kept
        task = self._counting.get(key)
        if task is None or task.done():
            task = self._counting[key] = asyncio.create_task(self._count(brand, span))
            task.add_done_callback(_told_of)
        if kept is None or now - kept.at >= OLD:
            await asyncio.wait({task}, timeout=patience)
            if task.done() and kept is None:
                task.result()
        return self._kept.get(key)

    async def _count(self, brand: str, span: Span) -> None:
        lens = self._lens(brand)
        steps = span.steps(lens.now.astimezone(lens.catalogue.timezone).date())
        by_step, by_door = await self._tallies.tally(brand, COUNTED, steps, lens.now)
        counts = await self._audience.count(brand)
        reasons = await self._reasons(lens)
        self._kept[brand, span] = Overview(
            brand=brand,
            span=span,
            at=lens.now,
            places={place: told(count or 0) for place, count in counts.groups.items()},
            reasons=reasons,
            steps=steps,
            by_step={
                (step, action): told(by_step.get((step, action), 0))
                for step in steps
                for action in COUNTED
            },
            by_door=_by_door(by_door),
        )

    async def _reasons(self, lens: Lens) -> dict[str, dict[Reason, int | None]]:
        counted: Counter[tuple[str, Reason]] = Counter()
        async for held in self._crowd.standings(lens.brand):
            standings = [standing for standing, _ in held]
            counted.update(await asyncio.to_thread(_reasons_of, lens, standings))
        return {
            purpose.id: {reason: told(counted[purpose.id, reason]) for reason in REASONS}
            for purpose in lens.catalogue.purposes
        }


def _by_door(counts: Mapping[tuple[str, Action], int]) -> dict[tuple[str, Action], int | None]:
    """Return the counts of the doors that enough customers came by to be named at all."""
    doors = sorted({door for (door, _), count in counts.items() if told(count) is not None})
    return {(door, a): told(counts.get((door, a), 0)) for door in doors for a in COUNTED}


def _reasons_of(lens: Lens, standings: Sequence[Standing]) -> Counter[tuple[str, Reason]]:
    questions = [Question(brand=lens.brand, purpose=p.id) for p in lens.catalogue.purposes]
    return Counter(
        (question.purpose, judge(question, standing, lens).reason)
        for standing in standings
        for question in questions
    )


def _told_of(task: asyncio.Task[None]) -> None:
    """Log a count that failed: whoever caused it may be gone, and the next one begins anew."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        _log.error("the overview cannot be counted: %s", type(fault).__name__)
