"""What decisions add up to, in whatever order they come."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations

import pytest

from consent.decisions import SERVICE, Action, Decision
from consent.standing import EMPTY, Mark, Record, Standing
from tests.builders import DAY, HOUR, START, notice, said, standing, subject

LATER = START + HOUR


def test_nothing_said_is_an_empty_record() -> None:
    """A subject nobody spoke of has an empty record."""
    assert EMPTY == Standing().record(subject("offers"))
    assert EMPTY.newest is None


def test_a_mark_keeps_what_later_questions_need() -> None:
    """Of a decision the moment, its id, the door, who said it, the text and the end stay."""
    pause = said("location", Action.PAUSED, until=LATER, shown=notice("location"), actor="crm")
    expected = Mark(
        at=START,
        decision=pause.id,
        door="telegram",
        actor="crm",
        notice=notice("location").fingerprint,
        until=LATER,
    )
    assert expected == Mark.of(pause)


@pytest.mark.parametrize(
    ("action", "place"),
    [
        pytest.param(Action.ASKED, "asked", id="asked"),
        pytest.param(Action.GIVEN, "yes", id="given"),
        pytest.param(Action.ON, "yes", id="on"),
        pytest.param(Action.REFUSED, "no", id="refused"),
        pytest.param(Action.WITHDRAWN, "no", id="withdrawn"),
        pytest.param(Action.OFF, "no", id="off"),
        pytest.param(Action.PAUSED, "paused", id="paused"),
        pytest.param(Action.UNSET, "unset", id="unset"),
    ],
)
def test_each_word_has_its_place(action: Action, place: str) -> None:
    """Every kind of decision is kept in one place and moves no other."""
    older, newer = said("offers", action), said("offers", action, at=LATER)
    for order in ((older, newer), (newer, older)):
        record = standing(*order).record(subject("offers"))
        others = {"asked", "yes", "no", "paused", "unset"} - {place}
        assert Mark.of(newer) == getattr(record, place)
        assert {None} == {getattr(record, other) for other in others}


def test_the_first_yes_is_remembered() -> None:
    """When the very first yes was said tells a withdrawal from a refusal."""
    entries = [said("offers", Action.GIVEN, at=START + n * HOUR) for n in (1, 0, 2)]
    for order in permutations(entries):
        assert START == standing(*order).record(subject("offers")).first_yes


def test_of_two_words_at_one_instant_the_same_one_counts_in_any_order() -> None:
    """A tie is settled by the decisions' ids, not by who came first."""
    low = said("offers", Action.REFUSED)
    high = said("offers", Action.WITHDRAWN)
    assert standing(low, high) == standing(high, low)
    assert Mark.of(high) == standing(low, high).record(subject("offers")).no


def test_every_end_and_restart_of_the_service_is_kept_in_order() -> None:
    """The service's history is a list of moments, each once."""
    ended, restarted = said("service", Action.ENDED), said("service", Action.RESTARTED, at=LATER)
    expected = ((START, Action.ENDED), (LATER, Action.RESTARTED))
    for order in ((ended, restarted, ended), (restarted, ended, restarted)):
        assert expected == standing(*order).record(SERVICE).service


def test_decisions_join_a_standing_without_changing_it() -> None:
    """A standing is a value: joining gives a new one."""
    before = standing(said("offers", Action.GIVEN))
    after = before.with_decisions([said("offers", Action.WITHDRAWN, at=LATER)])
    assert before.record(subject("offers")).no is None
    assert after.record(subject("offers")).no is not None


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([said("offers", Action.ASKED)], START, id="one"),
        pytest.param(
            [said("offers", Action.GIVEN, at=LATER), said("sms", Action.ON)], LATER, id="two"
        ),
        pytest.param(
            [said("sms", Action.UNSET), said("location", Action.PAUSED, at=LATER)],
            LATER,
            id="pause",
        ),
        pytest.param(
            [said("offers", Action.GIVEN), said("service", Action.ENDED, at=LATER)],
            START,
            id="a-date-of-the-service-is-nobody-s-word",
        ),
    ],
)
def test_the_newest_moment_is_found(entries: list[Decision], expected: datetime | None) -> None:
    """The latest moment the customer said anything is known."""
    assert expected == standing(*entries).newest


def test_a_record_without_marks_has_no_newest_moment() -> None:
    """An empty record among others does not disturb."""
    stands = Standing({subject("offers"): Record(), subject("sms"): Record()})
    assert stands.newest is None
    assert START + DAY == stands.with_decisions([said("sms", Action.ON, at=START + DAY)]).newest
