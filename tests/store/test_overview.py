"""How many said what, by days and weeks on the wall and by door, on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from consent.decisions import Action
from marketing.overview import COUNTED, Span
from storage.overview import SqlTallies
from tests.builders import CATALOGUE
from tests.marketing.stage import Stage, number, staged


@pytest.fixture(params=["sqlite", "postgres"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """Return a store with its clock, on each kind of database."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    async with staged(tmp_path, database_url=server.fresh() if server else None) as found:
        yield found


async def test_days_are_those_of_riga(stage: Stage) -> None:
    """A decision counts for the day on the wall, each customer once, whatever they said."""
    stage.clock.moment = datetime(2026, 11, 2, 12, tzinfo=UTC)
    now = stage.clock.now()
    # Summer time ended on 25 October: before, Riga was three hours ahead, since then two.
    for who, said in enumerate(
        [
            datetime(2026, 10, 24, 20, 59, tzinfo=UTC),
            datetime(2026, 10, 24, 21, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 21, 59, tzinfo=UTC),
            datetime(2026, 10, 25, 22, 1, tzinfo=UTC),
        ]
    ):
        await stage.give(number(who), "offers", "traffic", ago=now - said)
    tallies = SqlTallies(stage.store.database, CATALOGUE.timezone)
    steps = Span.DAYS.steps(date(2026, 11, 2))
    by_day, by_door = await tallies.tally("lmt", COUNTED, steps, now)
    assert {
        (date(2026, 10, 24), Action.GIVEN): 1,
        (date(2026, 10, 25), Action.GIVEN): 2,
        (date(2026, 10, 26), Action.GIVEN): 1,
    } == by_day
    assert {("import", Action.GIVEN): 4} == by_door
    weeks, _ = await tallies.tally("lmt", COUNTED, Span.WEEKS.steps(date(2026, 11, 2)), now)
    assert {(date(2026, 10, 19), Action.GIVEN): 3, (date(2026, 10, 26), Action.GIVEN): 1} == weeks
    assert ({}, {}) == await tallies.tally("amigo", COUNTED, steps, now)
