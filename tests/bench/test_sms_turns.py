"""The benchmark of SMS turns compares like with like; never how fast anything is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from tests.bench.durable_rows import kinds
from tests.bench.meters import sync_times
from tests.bench.sms_customers import CONVERSATIONS, PATH, conversation
from tests.bench.sms_plan import Plan, turns_of
from tests.bench.sms_turns import Bench, opened, report


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Start both sides once: each asserts that what is committed survives a loss of power."""
    with opened(tmp_path_factory.mktemp("bench")) as found:
        yield found


async def test_a_turn_of_the_floor_writes_what_one_of_the_product_writes(bench: Bench) -> None:
    """Message by message: as many rows of the same tables, as many bytes, as long an answer."""
    floor = bench.sides[1]
    async with httpx.AsyncClient(base_url=floor.url) as client:
        again = await turns_of(client, floor.file)
    assert {text for texts in CONVERSATIONS for text in texts} == again.keys()
    for said, turn in bench.plan.turns.items():
        assert kinds(turn.rows) == kinds(again[said].rows), said
        assert sum(row.size for row in turn.rows) == sum(row.size for row in again[said].rows)
        assert turn.letters == again[said].letters


def test_the_product_has_something_to_do(bench: Bench) -> None:
    """The customers' words decide what they are meant to: the floor copies no idle turns."""
    for first, status, info, agree_to, agree, free, _question in CONVERSATIONS:
        assert 2 == kinds(bench.plan.turns[first].rows)["+decisions"]
        assert [1, 1, 1] == [
            kinds(bench.plan.turns[said].rows)["+decisions"] for said in (agree_to, agree, free)
        ]
        for said in (status, info):
            assert {"+inbound": 1, "~sessions": 1} == kinds(bench.plan.turns[said].rows)


def test_both_are_driven_and_reported(bench: Bench) -> None:
    """Half a second of each: answers of 200 alone, exactly the rows asked for, a table."""
    found = bench.round(0.5)
    assert ["product", "floor"] == list(found)
    assert all(run.answers.turns > 0 and not run.answers.refused for run in found.values())
    lines = list(report(bench, [found]))
    assert ["round 1, turns/s", "median", "spread"] == [line[:24].strip() for line in lines[1:4]]


def test_rows_that_are_missing_are_noticed(bench: Bench) -> None:
    """A side that writes other rows than planned makes the run worthless, and it ends."""
    turns = bench.plan.turns.items()
    more = Plan(shape=[], turns={s: replace(t, rows=t.rows * 2) for s, t in turns})
    with pytest.raises(AssertionError, match="floor wrote"):
        Bench(bench.sides[1:], more, first=900_000).round(0.2)


def test_the_floor_checks_who_sent_it(bench: Bench) -> None:
    """One letter more than was signed is refused by the floor, too."""
    call = conversation(0)[0]
    url = f"{bench.sides[1].url}{PATH}"
    answer = httpx.post(url, content=call.body + b"x", headers=call.headers)
    assert (403, b"") == (answer.status_code, answer.content)


def test_the_disk_is_measured(bench: Bench) -> None:
    """The figures can be held against what one fsync costs on the same disk."""
    assert all(took > 0 for took in sync_times(bench.sides[0].file.parent))
