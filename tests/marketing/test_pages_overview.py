"""What the overview tells: many numbers, none of which points at anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decisions import Action
from consent.errors import StoreUnavailable
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Reason
from marketing.audience import SMALLEST, Audience
from marketing.overview import COUNTED, KEPT, OLD, Overviews, Span, told
from tests.builders import LMT, MovableClock, lens, standing
from tests.builders import given as yes
from tests.marketing.pages_stage import PATHS, Pages, paged, peopled, words

Held = tuple[tuple[Standing, frozenset[str]], ...]
NOBODY: frozenset[str] = frozenset()


def _could_be(shown: int | None) -> range:
    """Return all that a number which is told so could be."""
    return range(SMALLEST) if shown is None else range(max(SMALLEST, shown - 5), shown + 5)


@given(st.integers(0, 10**6))
def test_no_small_group_is_told(count: int) -> None:
    """Fewer than ten are none; all others are told to the nearest ten."""
    shown = told(count)
    assert (shown is None) == (count < SMALLEST)
    assert count in _could_be(shown)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=4), st.integers(0, 9))
def test_nothing_is_had_by_subtraction(parts: list[int], hidden: int) -> None:
    """Even who knows the told sum and all other parts cannot tell which number was left out."""
    whole = told(sum(parts) + hidden)
    others = [told(part) for part in parts]
    low = sum(_could_be(shown).start for shown in others)
    high = sum(_could_be(shown).stop - 1 for shown in others)
    possible = [
        value
        for value in range(SMALLEST)
        if any(low <= total - value <= high for total in _could_be(whole))
    ]
    assert hidden in possible
    assert 4 <= len(possible)


def test_steps() -> None:
    """Thirty days up to today, or 26 weeks up to this one, which began on a Monday."""
    monday, sunday = date(2025, 3, 10), date(2025, 3, 16)
    days, weeks = Span.DAYS.steps(monday), Span.WEEKS.steps(sunday)
    assert (30, date(2025, 2, 9), monday) == (len(days), days[0], days[-1])
    assert (26, date(2024, 9, 16), monday) == (len(weeks), weeks[0], weeks[-1])


class _Crowd:
    """Twelve customers who gave offers, counted by hand."""

    def __init__(self) -> None:
        self.read = 0
        self.waits = asyncio.Event()
        self.waits.set()

    async def standings(self, brand: str) -> AsyncIterator[Held]:
        assert LMT == brand
        self.read += 1
        await self.waits.wait()
        yield ((standing(*yes("offers", "sms")), NOBODY),) * 12


class _Tallies:
    """No decisions at all."""

    def __init__(self) -> None:
        self.broken = False

    async def tally(
        self, brand: str, actions: Sequence[Action], steps: Sequence[date], now: datetime
    ) -> tuple[Mapping[tuple[date, Action], int], Mapping[tuple[str, Action], int]]:
        assert (LMT, COUNTED, UTC) == (brand, actions, now.tzinfo)
        if self.broken:
            raise StoreUnavailable("(gone)")
        return {(steps[-1], Action.GIVEN): 12, (steps[0], Action.GIVEN): 9}, {
            ("sms", Action.GIVEN): 12,
            ("shop", Action.GIVEN): 9,
        }


def _overviews(crowd: _Crowd, tallies: _Tallies, clock: MovableClock) -> Overviews:
    def read(brand: str) -> Lens:
        return lens(clock.now(), brand=brand)

    return Overviews(Audience(crowd, read), crowd, tallies, read)


async def test_all_numbers_are_rounded_and_small_ones_left_out() -> None:
    """Every number on the overview went through the same rule, a door of few is not named."""
    found = await _overviews(_Crowd(), _Tallies(), MovableClock()).look(LMT, Span.DAYS)
    assert found is not None
    assert (10, None) == (found.places["offers", "sms"], found.places["offers", "call"])
    assert (10, None) == (
        found.reasons["offers"][Reason.ALLOWED],
        found.reasons["offers"][Reason.WITHDRAWN],
    )
    assert 10 == found.reasons["traffic"][Reason.NEVER_ASKED]
    assert (10, None) == (
        found.by_step[found.steps[-1], Action.GIVEN],
        found.by_step[found.steps[0], Action.GIVEN],
    )
    assert {"sms"} == {door for door, _ in found.by_door}
    assert set(product(found.steps, COUNTED)) == set(found.by_step)


async def test_counted_once_and_kept() -> None:
    """Within ten minutes nothing is counted again; later what is known is told meanwhile."""
    crowd, clock = _Crowd(), MovableClock()
    overviews = _overviews(crowd, _Tallies(), clock)
    first = await overviews.look(LMT, Span.DAYS)
    before = crowd.read
    clock.move(KEPT - timedelta(seconds=1))
    assert first is await overviews.look(LMT, Span.DAYS)
    assert before == crowd.read
    crowd.waits.clear()
    clock.move(timedelta(seconds=1))
    assert first is await overviews.look(LMT, Span.DAYS)
    clock.move(OLD)
    assert first is await overviews.look(LMT, Span.DAYS, patience=0.01)
    crowd.waits.set()
    newest = await overviews.look(LMT, Span.DAYS)
    assert newest is not None
    assert first is not None
    assert newest.at > first.at


async def test_a_long_count_keeps_nobody_waiting() -> None:
    """While the first count goes on there is nothing to show, and it goes on by itself."""
    crowd = _Crowd()
    crowd.waits.clear()
    overviews = _overviews(crowd, _Tallies(), MovableClock())
    assert None is await overviews.look(LMT, Span.DAYS, patience=0.01)
    crowd.waits.set()
    assert None is not await overviews.look(LMT, Span.DAYS)


async def test_a_store_that_is_gone() -> None:
    """What cannot be counted is an error, not an empty page; the next look counts anew."""
    tallies = _Tallies()
    overviews = _overviews(_Crowd(), tallies, MovableClock())
    tallies.broken = True
    with pytest.raises(StoreUnavailable):
        await overviews.look(LMT, Span.DAYS)
    tallies.broken = False
    assert None is not await overviews.look(LMT, Span.DAYS)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """Return the pages with customers behind them."""
    async with paged(tmp_path) as found:
        await peopled(found.stage)
        yield found


async def test_the_page_has_a_table_beside_each_chart(pages: Pages) -> None:
    """Each chart is an image with a name, its numbers stand in a table, and nothing is inline."""
    answer = await pages.get("marketing", PATHS["overview"])
    assert 4 == answer.text.count("<table")
    assert answer.text.count("<svg") == answer.text.count('role="img" aria-label="') == 8
    assert not any(x in answer.text for x in ("<style", "style=", "onclick", "pygal", "http://p"))
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert "1. Offers 10 30 under 10" in words(answer)
    weeks = await pages.get("marketing", PATHS["overview"], span="weeks", purpose="traffic")
    assert ("Week from" in words(weeks), "2. Usage data: the largest" in words(weeks)) == (
        True,
    ) * 2


async def test_the_page_tells_no_group_below_ten(pages: Pages) -> None:
    """No cell of a table holds a number from 1 to 9, for whichever consent is asked."""
    for purpose in ("offers", "traffic", "research", "nonsense"):
        text = (await pages.get("marketing", PATHS["overview"], purpose=purpose)).text
        cells = [part.split("</td>")[0] for part in text.split("<td>")[1:]]
        numbers = [int(cell) for cell in cells if cell.isdecimal()]
        assert [] == [n for n in numbers if n < SMALLEST or n % 10]
