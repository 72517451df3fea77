"""What the clock has done to consents, as it is told to others (seeds R18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from consent.decisions import Action, Decision
from consent.feed import Happening, happening_event
from consent.terms import EXPIRED, PAUSE_ENDED, passed, resumed_at
from tests.builders import DAY, HOUR, START, given, lens, said, standing

OVER = datetime(2027, 3, 10, 22, 0, tzinfo=UTC)
LEFT = said("service", Action.ENDED)
PAUSE = said("location", Action.PAUSED, at=START, until=START + DAY)


def _passed(past: Sequence[Decision], now: datetime) -> list[tuple[str, str]]:
    return [(p.purpose, p.what) for p in passed(standing(*past), lens(now))]


@pytest.mark.parametrize(
    ("past", "now", "expected"),
    [
        pytest.param([], OVER, [], id="nothing-said"),
        pytest.param([*given("loyalty"), LEFT], OVER - HOUR, [], id="not-yet"),
        pytest.param([*given("loyalty"), LEFT], OVER, [("loyalty", EXPIRED)], id="ran-out"),
        pytest.param([*given("location"), PAUSE], START + HOUR, [], id="paused"),
        pytest.param(
            [*given("location"), PAUSE],
            START + DAY,
            [("location", PAUSE_ENDED)],
            id="pause-over",
        ),
        pytest.param(
            [*given("location"), PAUSE, *given("location", at=START + HOUR)],
            START + DAY,
            [],
            id="given-again-before-the-pause-was-over",
        ),
        pytest.param(
            [*given("location"), PAUSE, said("location", Action.WITHDRAWN, at=START + HOUR)],
            START + DAY,
            [],
            id="withdrawn-during-the-pause",
        ),
        pytest.param(
            [*given("location"), said("location", Action.PAUSED)], START + DAY, [], id="no-end"
        ),
    ],
)
def test_what_ended_by_itself(
    past: Sequence[Decision], now: datetime, expected: list[tuple[str, str]]
) -> None:
    """A term that is over, a pause that is over and left the consent standing."""
    assert expected == _passed(past, now)


BACK = said("service", Action.RESTARTED, at=START + DAY)


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        pytest.param([*given("loyalty"), LEFT, BACK], START + DAY, id="came-back"),
        pytest.param([*given("loyalty"), LEFT], None, id="still-gone"),
        pytest.param([*given("loyalty")], None, id="never-left"),
        pytest.param([*given("loyalty"), BACK], None, id="came-back-from-nowhere"),
        pytest.param([*given("offers"), LEFT, BACK], None, id="nothing-kept"),
        pytest.param(
            [LEFT, BACK, *given("loyalty", at=START + 2 * DAY)], None, id="given-after-coming-back"
        ),
    ],
)
def test_who_came_back_to_their_loyalty(
    past: Sequence[Decision], expected: datetime | None
) -> None:
    """Whoever kept 6 or 7 while they were gone, and is back before it ran out."""
    assert expected == resumed_at(standing(*past), lens(START + 3 * DAY))


def test_a_happening_is_an_event_of_its_own() -> None:
    """Named by what happened, so that it is one event whoever tells it; no link of a chain."""
    happening = Happening(
        brand="lmt",
        customer="c",
        action=EXPIRED,
        kind="purpose",
        id="loyalty",
        at=OVER,
        until=OVER,
    )
    event = happening_event(happening)
    assert event == happening_event(happening)
    assert ("lv.consentassistant.v1.purpose.expired", "c") == (event["type"], event["subject"])
    data = event["data"]
    assert (None, "clock", "system") == (data["position"], data["door"], data["actor"])
    assert event["time"] == data["until"] == data["said_at"]
