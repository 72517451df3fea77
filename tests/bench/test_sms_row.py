"""The benchmark of SMS turns compares like with like; never how fast anything is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest

from app.bench_figures import Aim
from app.bench_scope import Pace, Place
from app.bench_turn import CONVERSATIONS
from tests.bench import turns
from tests.bench.durable_rows import kinds
from tests.bench.sms_customers import PATH, conversation
from tests.bench.sms_plan import Plan, turns_of
from tests.bench.sms_row import Stage, opened
from tests.bench.stores import file_of


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def stage(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    place_of: Callable[[str], Place],
) -> Iterator[Stage]:
    """Start both sides once: each asserts that what is committed survives a loss of power."""
    with opened(place_of(request.param), tmp_path_factory.mktemp("sms")) as found:
        yield found


async def test_a_turn_of_the_floor_writes_what_one_of_the_product_writes(stage: Stage) -> None:
    """Message by message: as many rows of the same tables, as many bytes, as long an answer."""
    floor = stage.sides[1]
    if not floor.store.startswith("sqlite"):
        pytest.skip("rows are counted, not read, on a server")
    async with httpx.AsyncClient(base_url=floor.url) as client:
        again = await turns_of(client, file_of(floor.store))
    assert {text for texts in CONVERSATIONS for text in texts} == again.keys()
    for said, turn in stage.plan.turns.items():
        assert kinds(turn.rows) == kinds(again[said].rows), said
        assert sum(row.size for row in turn.rows) == sum(row.size for row in again[said].rows)
        assert turn.letters == again[said].letters


def test_the_product_has_something_to_do(stage: Stage) -> None:
    """The customers' words decide what they are meant to: the floor copies no idle turns."""
    for first, status, info, agree_to, agree, free, _question in CONVERSATIONS:
        assert 2 == kinds(stage.plan.turns[first].rows)["+decisions"]
        assert [1, 1, 1] == [
            kinds(stage.plan.turns[said].rows)["+decisions"] for said in (agree_to, agree, free)
        ]
        for said in (status, info):
            assert {"+inbound": 1, "~sessions": 1} == kinds(stage.plan.turns[said].rows)


def test_both_are_driven_and_compared(stage: Stage) -> None:
    """Answers of 200 alone, exactly the rows asked for, and a ratio for each round."""
    found = turns.compare(stage.sides, stage.drive, Pace(rounds=2, seconds=0.3), warm=0.2)
    shown = turns.figure("SMS", found, floor="floor", aim=Aim(least=0.5, of_ratio=True), note="")
    assert (2, 2, 2) == (len(shown.tries), len(shown.floor), len(shown.ratios))
    assert all(rate > 0 for rate in (*shown.tries, *shown.floor))
    assert ["product:", "floor:", "callers'"] == [line.split()[0] for line in shown.details]


def test_rows_that_are_missing_are_noticed(stage: Stage) -> None:
    """A side that writes other rows than planned makes the run worthless, and it ends."""
    planned = stage.plan.turns.items()
    doubled = {said: replace(turn, rows=turn.rows * 2) for said, turn in planned}
    with pytest.raises(AssertionError, match="floor wrote"):
        Stage(stage.sides, Plan(turns=doubled), first=900_000).drive(stage.sides[1], 0.2)


def test_the_floor_checks_who_sent_it(stage: Stage) -> None:
    """One letter more than was signed is refused by the floor, too."""
    call = conversation(0)[0]
    url = f"{stage.sides[1].url}{PATH}"
    answer = httpx.post(url, content=call.body + b"x", headers=call.headers)
    assert (403, b"") == (answer.status_code, answer.content)
