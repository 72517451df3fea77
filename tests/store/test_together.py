"""Going together: who asks while others are answered goes with the next, and nobody is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from consent.errors import StoreUnavailable
from storage.together import Together


class _Desk:
    """Answers by doubling, slowly; some numbers it cannot bear."""

    def __init__(self, *broken: int) -> None:
        self.groups: list[tuple[int, ...]] = []
        self.open = asyncio.Event()
        self._broken = set(broken)

    async def answer(self, asked: Sequence[int]) -> list[int]:
        """Answer a group once the desk is open."""
        self.groups.append(tuple(asked))
        await self.open.wait()
        if self._broken & set(asked):
            raise ValueError(str(asked))
        return [2 * number for number in asked]


async def _asked(crowd: Together[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(crowd.ask(number)) for number in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_whoever_is_alone_goes_at_once() -> None:
    """Nobody waits for company."""
    desk = _Desk()
    desk.open.set()
    assert await Together(desk.answer, most=4, line=9).ask(1) == 2
    assert desk.groups == [(1,)]


async def test_a_crowd_goes_together_in_its_order() -> None:
    """Those who come while one is answered are answered at once, no more than go together."""
    desk = _Desk()
    crowd = Together(desk.answer, most=3, line=9)
    tasks = await _asked(crowd, 1)
    tasks += await _asked(crowd, 2, 3, 4, 5)
    desk.open.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8, 10]
    assert desk.groups == [(1,), (2, 3, 4), (5,)]


async def test_what_is_heavy_goes_alone() -> None:
    """Groups are measured by weight; what is too heavy for any group is answered all the same."""
    desk = _Desk()
    crowd = Together(desk.answer, most=10, line=9, weigh=lambda number: number)
    tasks = await _asked(crowd, 1)
    tasks += await _asked(crowd, 6, 4, 5, 40, 2)
    desk.open.set()
    await asyncio.gather(*tasks)
    assert desk.groups == [(1,), (6, 4), (5,), (40,), (2,)]


async def test_one_that_fails_takes_nobody_along() -> None:
    """A group in which one fails is taken apart, and only that one is told so."""
    desk = _Desk(3)
    crowd = Together(desk.answer, most=9, line=9)
    tasks = await _asked(crowd, 1)
    tasks += await _asked(crowd, 2, 3, 4)
    desk.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [found[0], found[1], found[3]] == [2, 4, 8]
    assert isinstance(found[2], ValueError)
    assert desk.groups == [(1,), (2, 3, 4), (2,), (3,), (4,)]


async def test_whoever_goes_away_stops_nobody() -> None:
    """A caller that hangs up is answered into the void, the others are answered."""
    desk = _Desk()
    crowd = Together(desk.answer, most=9, line=9)
    tasks = await _asked(crowd, 1, 2, 3)
    tasks[0].cancel()
    tasks[1].cancel()
    desk.open.set()
    assert await tasks[2] == 6
    assert await crowd.ask(4) == 8


async def test_a_line_has_an_end() -> None:
    """More than may wait are told at once, and those before them are answered."""
    desk = _Desk()
    crowd = Together(desk.answer, most=1, line=2)
    tasks = await _asked(crowd, 1)
    tasks += await _asked(crowd, 2, 3)
    with pytest.raises(StoreUnavailable):
        await crowd.ask(4)
    desk.open.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6]


def test_it_works_in_one_loop_after_another() -> None:
    """A program that runs several event loops in turn is answered in each."""
    crowd = Together(_at_once, most=2, line=2)
    assert asyncio.run(crowd.ask(1)) == 2
    assert asyncio.run(crowd.ask(2)) == 4


async def _at_once(asked: Sequence[int]) -> list[int]:
    return [2 * number for number in asked]
