"""How many customers may be contacted now: counts that point at nobody.

A group of fewer than `SMALLEST` is not told, not even that it is empty (k-anonymity). A count is
read from every customer's standing by the same verdict as a check, and kept for a minute: no job,
no second copy of the truth.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from consent.decisions import Subject
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, judge

SMALLEST = 10
_TEN = 10
KEPT = timedelta(minutes=1)

#: A purpose and a channel.
Place = tuple[str, str]
_Key = tuple[str, str | None]


class Crowd(Protocol):
    """Where the standings of all customers are read."""

    def standings(self, brand: str) -> AsyncIterator[tuple[tuple[Standing, frozenset[str]], ...]]:
        """Yield what stands of every customer, and which channels to them are blocked.

        :raises StoreUnavailable: they cannot all be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many may be contacted, by purpose and channel, and when that was so."""

    at: datetime
    #: None: fewer than `SMALLEST`.
    groups: dict[Place, int | None]


class Audience:
    """Counts the customers of a brand, at most once a minute."""

    def __init__(self, crowd: Crowd, lens: Callable[[str], Lens]) -> None:
        """Count this crowd; `lens` reads a brand's standings as of now."""
        self._crowd = crowd
        self._lens = lens
        self._kept: dict[_Key, asyncio.Task[Counts]] = {}

    async def count(self, brand: str, topic: str | None = None) -> Counts:
        """Return how many of a brand's customers may be contacted now.

        Who asks while others wait for the same count shares it.

        :param topic: what the contact is to be about.
        :raises KeyError: the catalogue has no such topic.
        :raises StoreUnavailable: they could not be counted.
        """
        lens, key = self._lens(brand), (brand, topic)
        if topic is not None and topic not in {t.id for t in lens.catalogue.topics}:
            raise KeyError(topic)
        task = self._kept.get(key)
        if task is None or not _is_fresh(task, lens.now):
            task = asyncio.create_task(self._count(lens, topic))
            self._kept[key] = task
        # Whoever goes away must not take the count from the others.
        return await asyncio.shield(task)

    async def _count(self, lens: Lens, topic: str | None) -> Counts:
        counted: Counter[Place] = Counter()
        async for held in self._crowd.standings(lens.brand):
            counted += await asyncio.to_thread(_counted, lens, topic, held)
        return Counts(
            at=lens.now,
            groups={
                (purpose.id, channel.id): shown(counted[purpose.id, channel.id])
                for purpose in lens.catalogue.purposes
                for channel in lens.catalogue.channels
            },
        )


def shown(count: int) -> int | None:
    """Return a count fit to be told; none where the group is so small that it points at people.

    It is told to the nearest ten, so that two groups cannot be subtracted down to one person.
    """
    return None if count < SMALLEST else (count + _TEN // 2) // _TEN * _TEN


def _is_fresh(task: asyncio.Task[Counts], now: datetime) -> bool:
    if not task.done():
        return True
    failed = task.cancelled() or task.exception() is not None
    return not failed and timedelta() <= now - task.result().at < KEPT


def _counted(
    lens: Lens, topic: str | None, held: Sequence[tuple[Standing, frozenset[str]]]
) -> Counter[Place]:
    counted: Counter[Place] = Counter()
    for standing, blocked in held:
        for place in _places(lens, standing):
            question = Question(brand=lens.brand, purpose=place[0], channel=place[1], topic=topic)
            counted[place] += judge(question, standing, lens, blocked=blocked).allowed
    return counted


def _places(lens: Lens, standing: Standing) -> list[Place]:
    """Return where there can be a yes at all: without one the verdict is never asked for."""
    given = [p for p in lens.catalogue.purposes if standing.record(Subject.purpose(p.id)).yes]
    ways = [c for c in lens.catalogue.channels if standing.record(Subject.channel(c.id)).yes]
    return [(purpose.id, channel.id) for purpose in given for channel in ways]
