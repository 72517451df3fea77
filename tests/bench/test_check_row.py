"""The benchmark of single checks compares like with like; never how fast anything is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from sqlite3 import connect as connect_file
from typing import Any

import httpx
import pytest

from app.bench_scope import Place
from tests.bench.check_row import (
    CALLERS,
    FLOOR,
    TOGETHER,
    Stage,
    driven,
    opened,
    require_same_answers,
)
from tests.bench.floors.raw import connect
from tests.bench.http_load import Said, Talks
from tests.bench.stores import counted, file_of, is_file

_CUSTOMERS = 300
#: When, who asked about what, and what was answered, without the ids.
_LOG = "SELECT viewer, reason_of_look, question, answer FROM read_log ORDER BY at, look_id"


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def stage(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    place_of: Callable[[str], Place],
) -> Iterator[Stage]:
    """Start all sides once: each asserts that what is committed survives a loss of power."""
    with opened(place_of(request.param), tmp_path_factory.mktemp("check"), _CUSTOMERS) as found:
        yield found


def test_all_sides_say_and_write_the_same(stage: Stage) -> None:
    """Whoever is asked about: the same answer, and the same words in the read log."""
    assert ["product", FLOOR, TOGETHER] == [side.name for side in stage.sides]
    before = [len(_log(side.store)) for side in stage.sides]
    require_same_answers(stage, some=30)
    logs = [_log(side.store)[at:] for side, at in zip(stage.sides, before, strict=True)]
    assert 30 == len(logs[0])
    assert logs[0] == logs[1] == logs[2]
    assert {"allowed", "withdrawn", "channel_unset"} == {str(row[3]) for row in logs[0]}


def test_each_answer_is_one_row(stage: Stage) -> None:
    """Sixty-four callers at once: no answer without its row, on any side."""
    for side in stage.sides:
        run = driven(stage.talks(), side, 0.3)
        assert run.answers.calls >= CALLERS
        assert run.answers.latencies[0] <= run.answers.latencies[2]


def test_answers_without_rows_are_noticed(stage: Stage) -> None:
    """A side whose read log does not grow with its answers makes the run worthless."""
    product, floor, _ = stage.sides
    swapped = replace(floor, store=product.store)
    with pytest.raises(AssertionError, match="floor"):
        driven(stage.talks(), swapped, 0.2)


def test_a_refusal_ends_the_run(stage: Stage) -> None:
    """What is not answered by 200 is no figure: an unknown token is let in by nobody."""
    talks = stage.talks()
    wrong = [Said("check", talks.talks[0][0].request.replace(b"Bearer ", b"Bearer x"))]
    for side in stage.sides:
        before = counted(side.store, "read_log")
        with pytest.raises(AssertionError, match="refused"):
            driven(Talks(talks=[wrong]), side, 0.2)
        assert before == counted(side.store, "read_log")


def test_the_floor_answers_nothing_else(stage: Stage) -> None:
    """Another purpose is not answered as if it were the one that is known."""
    asked = {"number": "+37120000000", "purposes": ["loyalty"], "channel": "sms"}
    said = {"authorization": f"Bearer {stage.secrets[0]}"}
    for side in stage.sides[1:]:
        answer = httpx.post(f"{side.url}/api/v1/check", json=asked, headers=said)
        assert 400 == answer.status_code


def _log(store: str) -> list[tuple[Any, ...]]:
    if is_file(store):
        with closing(connect_file(file_of(store))) as opened_:
            return opened_.execute(_LOG).fetchall()
    return asyncio.run(_log_of_server(store))


async def _log_of_server(store: str) -> list[tuple[Any, ...]]:
    connection = await connect(store)
    try:
        return [tuple(row) for row in await connection.fetch(_LOG)]
    finally:
        await connection.close()
