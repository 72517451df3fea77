"""How long consents live after the service: meaning.md, "Life of a customer"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consent.decisions import Action, Decision
from consent.states import Reading, State, end_of_term
from tests.builders import CATALOGUE, DAY, START, lens, said, standing

RIGA = ZoneInfo("Europe/Riga")
YEAR = 365 * DAY
ENDED, RESTARTED, GIVEN = Action.ENDED, Action.RESTARTED, Action.GIVEN
YES = said("loyalty", GIVEN, at=START - YEAR)
LEFT = said("service", ENDED)
#: End of 10 March 2027 in Riga.
TERM = datetime(2027, 3, 10, 22, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def _read(now: datetime, *entries: Decision, purpose: str = "loyalty") -> Reading:
    return lens(now).read(standing(*entries), CATALOGUE.purpose(purpose))


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        pytest.param(START, 2, TERM, id="winter"),
        pytest.param(
            datetime(2025, 7, 1, 12, 0, tzinfo=UTC),
            2,
            datetime(2027, 7, 1, 21, 0, tzinfo=UTC),
            id="summer-time",
        ),
        pytest.param(
            datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
            2,
            datetime(2028, 1, 1, 22, 0, tzinfo=UTC),
            id="already-the-next-day-in-riga",
        ),
        pytest.param(
            datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
            2,
            datetime(2026, 2, 28, 22, 0, tzinfo=UTC),
            id="29-february-becomes-the-last-of-february",
        ),
        pytest.param(
            datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
            4,
            datetime(2028, 2, 29, 22, 0, tzinfo=UTC),
            id="29-february-into-a-leap-year",
        ),
        pytest.param(
            datetime(2026, 2, 28, 12, 0, tzinfo=UTC),
            2,
            datetime(2028, 2, 28, 22, 0, tzinfo=UTC),
            id="28-february-stays",
        ),
        pytest.param(
            datetime(2025, 3, 29, 12, 0, tzinfo=UTC),
            2,
            datetime(2027, 3, 29, 21, 0, tzinfo=UTC),
            id="across-the-change-of-clocks",
        ),
    ],
)
def test_a_term_ends_with_the_day_in_riga(start: datetime, years: int, expected: datetime) -> None:
    """Whole calendar years, to the end of the day in Riga."""
    assert expected == end_of_term(start, years, RIGA)


@pytest.mark.parametrize("purpose", ["loyalty", "loyalty_offers"])
def test_both_loyalty_consents_run_out_after_two_years(purpose: str) -> None:
    """6 and 7 are given to the last instant of the term and expired from then on."""
    entries = (said(purpose, GIVEN, at=START - YEAR), LEFT)
    before = _read(TERM - TICK, *entries, purpose=purpose)
    after = _read(TERM, *entries, purpose=purpose)
    assert (State.GIVEN, TERM) == (before.state, before.until)
    assert (State.EXPIRED, TERM) == (after.state, after.until)


@pytest.mark.parametrize("purpose", ["offers", "traffic", "location", "research"])
def test_other_consents_have_no_term(purpose: str) -> None:
    """The end of the service starts no term for the others."""
    reading = _read(TERM + YEAR, said(purpose, GIVEN, at=START - YEAR), LEFT, purpose=purpose)
    assert (State.GIVEN, None) == (reading.state, reading.until)


def _service(action: Action, at: datetime) -> Decision:
    return said("service", action, at=at)


@pytest.mark.parametrize(
    ("entries", "now", "state", "until"),
    [
        pytest.param([YES], TERM + YEAR, State.GIVEN, None, id="never-left"),
        pytest.param([LEFT], TERM, State.NEVER_ASKED, None, id="left-without-a-yes"),
        pytest.param(
            [YES, LEFT, _service(RESTARTED, START + DAY)],
            TERM + YEAR,
            State.GIVEN,
            None,
            id="a-restart-stops-the-clock",
        ),
        pytest.param(
            [YES, LEFT, _service(RESTARTED, TERM - TICK)],
            TERM,
            State.GIVEN,
            None,
            id="a-restart-in-the-last-instant",
        ),
        pytest.param(
            [YES, LEFT, _service(RESTARTED, TERM)],
            TERM,
            State.EXPIRED,
            TERM,
            id="a-restart-at-the-end-is-too-late",
        ),
        pytest.param(
            [YES, LEFT, _service(RESTARTED, TERM + DAY)],
            TERM + YEAR,
            State.EXPIRED,
            TERM,
            id="a-restart-after-the-end-does-not-revive",
        ),
        pytest.param(
            [YES, LEFT, _service(RESTARTED, TERM + DAY), _service(ENDED, TERM + 2 * DAY)],
            TERM + 3 * DAY,
            State.EXPIRED,
            TERM,
            id="nor-does-leaving-again",
        ),
        pytest.param(
            [YES, _service(ENDED, START - 2 * DAY), _service(RESTARTED, START - DAY), LEFT],
            TERM,
            State.EXPIRED,
            TERM,
            id="the-last-end-counts",
        ),
        pytest.param(
            [YES, LEFT, _service(ENDED, START + YEAR)],
            TERM,
            State.EXPIRED,
            TERM,
            id="said-to-have-ended-twice-the-first-counts",
        ),
        pytest.param(
            [YES, LEFT, said("loyalty", Action.WITHDRAWN, at=START + DAY)],
            TERM + YEAR,
            State.WITHDRAWN,
            None,
            id="a-no-does-not-run-out",
        ),
    ],
)
def test_the_clock_of_the_loyalty_consents(
    entries: list[Decision], now: datetime, state: State, until: datetime | None
) -> None:
    """Ends and restarts of the service add up to one term, whatever order they arrive in."""
    for order in (entries, entries[::-1]):
        reading = _read(now, *order)
        assert (state, until) == (reading.state, reading.until)


LATE = said("loyalty", GIVEN, at=START + YEAR)
AFTER_TERM = TERM + DAY
NEW_TERM = datetime(2029, 3, 12, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entries", "now", "state", "until"),
    [
        pytest.param([LEFT, LATE], TERM - TICK, State.GIVEN, TERM, id="within-the-term"),
        pytest.param([LEFT, LATE], TERM, State.EXPIRED, TERM, id="within-the-term-over"),
        pytest.param(
            [LEFT, said("loyalty", GIVEN, at=AFTER_TERM)],
            NEW_TERM - TICK,
            State.GIVEN,
            NEW_TERM,
            id="after-the-term-one-of-its-own",
        ),
        pytest.param(
            [LEFT, said("loyalty", GIVEN, at=AFTER_TERM)],
            NEW_TERM,
            State.EXPIRED,
            NEW_TERM,
            id="its-own-term-over",
        ),
        pytest.param(
            [LEFT, said("loyalty", GIVEN, at=TERM)],
            TERM,
            State.GIVEN,
            end_of_term(TERM, 2, RIGA),
            id="in-the-instant-the-term-ends",
        ),
        pytest.param(
            [LEFT, said("loyalty", GIVEN, at=AFTER_TERM), _service(RESTARTED, NEW_TERM - DAY)],
            NEW_TERM,
            State.GIVEN,
            None,
            id="a-restart-stops-its-own-term-too",
        ),
        pytest.param(
            [LEFT, _service(RESTARTED, START + DAY), said("loyalty", GIVEN, at=START + 2 * DAY)],
            TERM,
            State.GIVEN,
            None,
            id="a-yes-after-the-restart-has-no-term",
        ),
        pytest.param(
            [LEFT, _service(RESTARTED, START + DAY), said("loyalty", GIVEN, at=START + DAY)],
            TERM,
            State.GIVEN,
            None,
            id="a-yes-in-the-instant-of-the-restart",
        ),
    ],
)
def test_a_late_grant_by_a_former_customer(
    entries: list[Decision], now: datetime, state: State, until: datetime
) -> None:
    """A former customer's yes runs with the old term, or for a term of its own after it."""
    reading = _read(now, *entries)
    assert (state, until) == (reading.state, reading.until)


def test_the_operator_sets_the_years() -> None:
    """Another number of years in the catalogue is another term."""
    loyalty = replace(CATALOGUE.purpose("loyalty"), years_after_service=3)
    reading = lens().read(standing(YES, LEFT), loyalty)
    assert datetime(2028, 3, 10, 22, 0, tzinfo=UTC) == reading.until


@pytest.mark.parametrize(
    ("entries", "now", "expected"),
    [
        pytest.param([], START, False, id="nothing-known"),
        pytest.param([LEFT], START, True, id="in-the-instant-it-ends"),
        pytest.param([LEFT], START - TICK, False, id="not-yet"),
        pytest.param([LEFT, _service(RESTARTED, START + DAY)], START + DAY, False, id="came-back"),
        pytest.param([LEFT, _service(RESTARTED, START + DAY)], START, True, id="will-come-back"),
    ],
)
def test_who_is_a_former_customer(
    entries: list[Decision], now: datetime, *, expected: bool
) -> None:
    """A customer is former from the moment the service ends until it starts again."""
    assert expected is lens(now).is_former(standing(*entries))
