"""A bot writes as fast as Telegram takes it, each chat in order, none behind another's queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import Congested, Pace, SystemTime
from tests.telegram.virtual_time import VirtualTime

Turns = list[tuple[float, int]]
_TINY = 1e-3


async def _take(pace: Pace, clock: VirtualTime, chats: Iterable[int]) -> Turns:
    """Ask for turns all at once; return when they came, from the start on."""
    start, found = clock.now(), list[tuple[float, int]]()

    async def one(chat: int) -> None:
        await pace.turn(chat)
        found.append((clock.now() - start, chat))

    await asyncio.gather(*(one(chat) for chat in chats))
    return found


def _most_within(seconds: float, times: list[float]) -> int:
    return max(sum(at <= t < at + seconds for t in times) for at in times)


async def test_three_at_once_then_one_a_second() -> None:
    """A chat takes a burst of three; what follows comes a second apart."""
    clock = VirtualTime()
    turns = await _take(Pace(clock), clock, [7] * 6)
    assert [0, 0, 0, 1, 2, 3] == pytest.approx([at for at, _ in turns], abs=_TINY)


async def test_a_rested_chat_has_its_burst_again() -> None:
    """After three seconds of rest a chat takes three at once, and not more."""
    clock = VirtualTime()
    pace = Pace(clock)
    await _take(pace, clock, [7] * 3)
    clock.advance(60)
    turns = await _take(pace, clock, [7] * 4)
    assert [0, 0, 0, 1] == pytest.approx([at for at, _ in turns], abs=_TINY)


async def test_thirty_a_second_for_the_bot() -> None:
    """Different chats get thirty turns at once, then thirty a second, in order of asking."""
    clock = VirtualTime()
    turns = await _take(Pace(clock), clock, range(90))
    assert list(range(90)) == [chat for _, chat in turns]
    assert 2.0 == pytest.approx(turns[-1][0], abs=_TINY)
    assert 29 == sum(at < _TINY for at, _ in turns[:29])


async def test_a_full_chat_holds_up_no_other() -> None:
    """A chat with a long queue waits alone; another's turn comes at once."""
    clock = VirtualTime()
    turns = await _take(Pace(clock), clock, [7] * 20 + [8])
    assert 0 == pytest.approx(next(at for at, chat in turns if chat == 8), abs=_TINY)


async def test_a_chat_keeps_its_order() -> None:
    """Turns of one chat come in the order in which they were asked for."""
    clock = VirtualTime()
    pace, came = Pace(clock), list[int]()

    async def one(number: int) -> None:
        await pace.turn(7)
        came.append(number)

    await asyncio.gather(*(one(n) for n in range(10)))
    assert list(range(10)) == came


async def test_a_hold_stops_everybody() -> None:
    """While held nobody's turn comes; afterwards turns come evenly and not in a burst."""
    clock = VirtualTime()
    pace = Pace(clock)
    pace.hold(5)
    turns = await _take(pace, clock, range(31))
    assert 5 <= turns[0][0] < 5.1
    assert 1 == pytest.approx(turns[-1][0] - turns[0][0], abs=_TINY)


async def test_a_hold_reaches_those_who_wait() -> None:
    """A hold that comes while a turn is waited for puts that turn off."""
    clock = VirtualTime()
    pace = Pace(clock)
    await _take(pace, clock, [7] * 3)
    waiting = asyncio.create_task(_take(pace, clock, [7]))
    await asyncio.sleep(0)
    pace.hold(10)
    assert (await waiting)[0][0] >= 10


async def test_the_longer_hold_counts() -> None:
    """A short hold does not end a longer one."""
    clock = VirtualTime()
    pace = Pace(clock)
    pace.hold(9)
    pace.hold(1)
    assert (await _take(pace, clock, [7]))[0][0] >= 9


async def test_a_chat_that_waits_is_not_forgotten() -> None:
    """A chat that was at rest when all were held has one burst afterwards, and not two."""
    clock = VirtualTime()
    pace = Pace(clock)
    pace.hold(10)
    waiting = asyncio.create_task(_take(pace, clock, [7] * 3))
    await asyncio.sleep(0)
    later = await _take(pace, clock, [8] + [7] * 3)
    first = await waiting
    assert [1, 2, 3] == pytest.approx([at - first[0][0] for at, to in later if to == 7], abs=0.1)


async def test_who_cannot_wait_so_long_is_told_at_once() -> None:
    """A turn beyond one's patience is refused without waiting, and uses nothing up."""
    clock = VirtualTime()
    pace = Pace(clock)
    pace.hold(31)
    with pytest.raises(Congested):
        await pace.turn(7, patience=30)
    assert [] == clock.slept
    await pace.turn(7, patience=32)
    assert [0, 0] == pytest.approx([at for at, _ in await _take(pace, clock, [7] * 2)], abs=0.1)


async def test_giving_up_leaves_the_line_in_order() -> None:
    """A waiter that is cancelled holds up nobody behind it."""
    clock = VirtualTime()
    pace = Pace(clock)
    await _take(pace, clock, [7] * 3)
    gone = asyncio.create_task(pace.turn(7))
    await asyncio.sleep(0)
    next_one = asyncio.create_task(_take(pace, clock, [7]))
    await asyncio.sleep(0)
    gone.cancel()
    assert 1 == pytest.approx((await next_one)[0][0], abs=_TINY)


async def test_idle_chats_are_forgotten() -> None:
    """Ten thousand customers in a row leave no more behind than the last seconds' chats."""
    clock = VirtualTime()
    pace, most = Pace(clock), 0
    for chat in range(10_000):
        clock.advance(0.1)
        await pace.turn(chat)
        most = max(most, pace.chats)
    assert most <= 20


@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0, 2)), min_size=1, max_size=60))
def test_no_second_has_too_many(asked: list[tuple[int, float]]) -> None:
    """Whenever turns are asked for, no chat gets more than four within a second."""
    clock = VirtualTime()
    turns = asyncio.run(_ask(Pace(clock), clock, asked))
    assert len(asked) == len(turns)
    for chat in range(1, 5):
        times = [at for at, to in turns if to == chat]
        assert not times or _most_within(1 - _TINY, times) <= 4


async def _ask(pace: Pace, clock: VirtualTime, asked: list[tuple[int, float]]) -> Turns:
    """Ask for turns with pauses between them."""
    found: Turns = []

    async def one(chat: int) -> None:
        await pace.turn(chat)
        found.append((clock.now(), chat))

    async with asyncio.TaskGroup() as group:
        for chat, pause in asked:
            clock.advance(pause)
            group.create_task(one(chat))
            await asyncio.sleep(0)
    return found


@pytest.mark.parametrize("now", [SystemTime().now])
async def test_the_systems_time_runs_forward(now: Callable[[], float]) -> None:
    """The real clock has passed what was slept."""
    before = now()
    await SystemTime().sleep(0.002)
    assert now() - before >= 0.001
