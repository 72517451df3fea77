"""The benchmark of Telegram updates compares like with like; never how fast anything is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from app.bench_scope import Place
from app.bench_turn import CONVERSATIONS
from tests.bench.telegram_customers import CONTACT, PATH, conversation
from tests.bench.telegram_row import Stage, opened


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def stage(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    place_of: Callable[[str], Place],
) -> Iterator[Stage]:
    """Start both sides once: each asserts that what is committed survives a loss of power."""
    with opened(place_of(request.param), tmp_path_factory.mktemp("telegram")) as found:
        yield found


def test_both_write_what_is_planned_and_show_an_answer(stage: Stage) -> None:
    """Sixteen customers from their first word on: exactly the rows learnt from the product."""
    for side in stage.sides:
        before = stage.shown()
        run = stage.drive(side, 1.0)
        assert run.answers.calls > 0
        assert stage.shown() - before >= run.answers.calls


def test_the_product_has_something_to_do(stage: Stage) -> None:
    """The number is linked, consents are withdrawn and given: the floor copies no idle turns."""
    grown = stage.plan.grown
    assert {"addresses", "customers", "inbound", "sessions"} == {*grown["/start"]}
    assert 1 == grown[CONTACT]["addresses"]
    for first, _status, _info, agree_to, agree, *_others in CONVERSATIONS:
        assert 2 == grown[first]["decisions"]
        assert [1, 1] == [grown[said]["decisions"] for said in (agree_to, agree)]


def test_the_floor_asks_for_the_secret(stage: Stage) -> None:
    """An update without the bot's secret is refused by both, and nothing is shown."""
    before = stage.shown()
    for side in stage.sides:
        answer = httpx.post(f"{side.url}{PATH}", content=conversation(0)[0][1])
        assert answer.status_code in {401, 403}
    assert before == stage.shown()
