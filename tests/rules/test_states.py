"""What a record means at a moment: meaning.md, "States of a purpose"."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from consent.decisions import Action, Decision
from consent.notices import NoticeShelf
from consent.standing import Mark
from consent.states import Lens, Reading, State, Switch
from tests.builders import (
    AMIGO,
    CATALOGUE,
    DAY,
    HOUR,
    SHELF,
    START,
    given,
    lens,
    notice,
    said,
    shelf,
    standing,
    subject,
)

ASKED, GIVEN, REFUSED, WITHDRAWN, PAUSED = (
    Action.ASKED,
    Action.GIVEN,
    Action.REFUSED,
    Action.WITHDRAWN,
    Action.PAUSED,
)
AGO = START - DAY
MAJOR = notice("location", major=2)
UNKNOWN = notice("location", major=9)
PAUSE = said("location", PAUSED, at=AGO + HOUR, until=START + HOUR)


def _read(*entries: Decision, on: NoticeShelf = SHELF, now: datetime = START) -> Reading:
    return lens(now, on=on).read(standing(*entries), CATALOGUE.purpose("location"))


YES = said("location", GIVEN, at=AGO)


@pytest.mark.parametrize(
    ("entries", "on", "expected"),
    [
        pytest.param([], SHELF, State.NEVER_ASKED, id="nothing-said"),
        pytest.param([said("location", ASKED)], SHELF, State.ASKED, id="notice-shown"),
        pytest.param([YES], SHELF, State.GIVEN, id="yes"),
        pytest.param(
            [said("location", ASKED), said("location", GIVEN)], SHELF, State.GIVEN, id="asked-yes"
        ),
        pytest.param([YES, said("location", ASKED)], SHELF, State.GIVEN, id="yes-asked-again"),
        pytest.param([said("location", REFUSED)], SHELF, State.REFUSED, id="no-to-a-notice"),
        pytest.param(
            [said("location", WITHDRAWN)], SHELF, State.REFUSED, id="stop-with-nothing-given"
        ),
        pytest.param([YES, said("location", WITHDRAWN)], SHELF, State.WITHDRAWN, id="yes-no"),
        pytest.param(
            [YES, said("location", REFUSED)], SHELF, State.WITHDRAWN, id="no-by-any-word-after-yes"
        ),
        pytest.param(
            [said("location", REFUSED, at=AGO), said("location", GIVEN)],
            SHELF,
            State.GIVEN,
            id="a-later-yes-passes-a-no",
        ),
        pytest.param(
            [said("location", GIVEN), said("location", REFUSED)],
            SHELF,
            State.WITHDRAWN,
            id="at-one-instant-the-no-wins",
        ),
        pytest.param(
            [said("location", REFUSED, at=AGO - DAY), YES, said("location", REFUSED)],
            SHELF,
            State.WITHDRAWN,
            id="no-yes-no",
        ),
        pytest.param(
            [YES, said("location", WITHDRAWN), said("location", ASKED, at=START + HOUR)],
            SHELF,
            State.WITHDRAWN,
            id="a-question-does-not-pass-a-no",
        ),
        pytest.param([YES, PAUSE], SHELF, State.PAUSED, id="pause-running"),
        pytest.param(
            [YES, PAUSE, said("location", WITHDRAWN)],
            SHELF,
            State.WITHDRAWN,
            id="a-withdrawal-wins-over-a-pause",
        ),
        pytest.param(
            [YES, PAUSE, said("location", GIVEN)],
            SHELF,
            State.GIVEN,
            id="a-new-yes-ends-the-pause",
        ),
        pytest.param(
            [said("location", GIVEN, at=PAUSE.said_at), PAUSE],
            SHELF,
            State.PAUSED,
            id="at-one-instant-the-pause-wins-over-the-yes",
        ),
        pytest.param([PAUSE], SHELF, State.NEVER_ASKED, id="a-pause-of-nothing"),
        pytest.param([YES, PAUSE], shelf(MAJOR), State.PAUSED, id="paused-under-an-older-text"),
        pytest.param(
            [YES, said("location", PAUSED, until=START)], SHELF, State.GIVEN, id="pause-over"
        ),
        pytest.param([YES, said("location", PAUSED)], SHELF, State.GIVEN, id="pause-without-end"),
        pytest.param([YES], shelf(MAJOR), State.OUTDATED, id="major-version"),
        pytest.param([YES], shelf(notice("location", minor=1)), State.GIVEN, id="minor-version"),
        pytest.param(
            [YES, said("location", GIVEN, shown=MAJOR)],
            shelf(MAJOR),
            State.GIVEN,
            id="given-anew-under-the-major-version",
        ),
        pytest.param(
            [YES, said("location", WITHDRAWN)],
            shelf(MAJOR),
            State.WITHDRAWN,
            id="a-no-does-not-age",
        ),
        pytest.param(
            [said("location", GIVEN, shown=UNKNOWN)], SHELF, State.OUTDATED, id="unknown-text"
        ),
        pytest.param(
            [said("location", GIVEN, shown=notice("location", brand=AMIGO))],
            SHELF,
            State.OUTDATED,
            id="text-of-the-other-brand",
        ),
    ],
)
def test_the_state_of_a_purpose(entries: list[Decision], on: NoticeShelf, expected: State) -> None:
    """Every way into a state leads there, in whatever order the decisions arrive."""
    assert expected is _read(*entries, on=on).state
    assert expected is _read(*reversed(entries), on=on).state


@pytest.mark.parametrize(
    ("entries", "cause", "until"),
    [
        pytest.param([], None, None, id="never-asked"),
        pytest.param([YES], YES, None, id="given"),
        pytest.param([YES, PAUSE], PAUSE, START + HOUR, id="paused"),
        pytest.param(
            [YES, said("location", WITHDRAWN)], said("location", WITHDRAWN), None, id="withdrawn"
        ),
        pytest.param([said("location", ASKED)], said("location", ASKED), None, id="asked"),
    ],
)
def test_a_reading_names_its_cause(
    entries: list[Decision], cause: Decision | None, until: datetime | None
) -> None:
    """A reading names the decision that made it so, and its end where there is one (law 8)."""
    reading = _read(*entries)
    assert (Mark.of(cause) if cause else None, until) == (reading.mark, reading.until)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(START + HOUR - timedelta(microseconds=1), State.PAUSED, id="just-before"),
        pytest.param(START + HOUR, State.GIVEN, id="at-its-end"),
        pytest.param(START + DAY, State.GIVEN, id="long-after"),
    ],
)
def test_a_pause_ends_by_the_clock(now: datetime, expected: State) -> None:
    """A pause ends at its moment, without any event."""
    assert expected is _read(YES, PAUSE, now=now).state


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([], Switch.UNSET, id="nothing-said"),
        pytest.param([said("sms", Action.ON)], Switch.ON, id="on"),
        pytest.param([said("sms", Action.OFF)], Switch.OFF, id="off"),
        pytest.param([said("sms", Action.UNSET)], Switch.UNSET, id="unset"),
        pytest.param(
            [said("sms", Action.ON, at=AGO), said("sms", Action.OFF)], Switch.OFF, id="on-off"
        ),
        pytest.param(
            [said("sms", Action.OFF, at=AGO), said("sms", Action.ON)], Switch.ON, id="off-on"
        ),
        pytest.param(
            [said("sms", Action.ON, at=AGO), said("sms", Action.UNSET)],
            Switch.UNSET,
            id="unset-passes-a-yes",
        ),
        pytest.param(
            [said("sms", Action.OFF, at=AGO), said("sms", Action.UNSET)],
            Switch.UNSET,
            id="unset-passes-a-no",
        ),
        pytest.param(
            [said("sms", Action.UNSET, at=AGO), said("sms", Action.ON)], Switch.ON, id="unset-on"
        ),
        pytest.param(
            [said("sms", Action.ON), said("sms", Action.OFF), said("sms", Action.UNSET)],
            Switch.OFF,
            id="at-one-instant-the-no-wins",
        ),
        pytest.param(
            [said("sms", Action.ON), said("sms", Action.UNSET)],
            Switch.UNSET,
            id="at-one-instant-unset-beats-yes",
        ),
    ],
)
def test_the_state_of_a_channel(entries: list[Decision], expected: Switch) -> None:
    """The newest word on a channel counts; of two at one instant the lower permission."""
    switch, mark = lens().switch(standing(*entries), subject("sms"))
    assert expected is switch
    assert bool(entries) is (mark is not None)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param((), False, id="nothing"),
        pytest.param(given("offers"), True, id="offers"),
        pytest.param(given("loyalty_offers"), True, id="loyalty-offers"),
        pytest.param(given("traffic", "sms"), False, id="another-purpose-and-a-channel"),
        pytest.param(
            (*given("offers"), said("offers", PAUSED, until=START + DAY)), True, id="paused"
        ),
        pytest.param((*given("offers"), said("offers", WITHDRAWN)), False, id="withdrawn"),
    ],
)
def test_whether_anything_allows_contact(entries: tuple[Decision, ...], *, expected: bool) -> None:
    """Only a standing yes to 1 or 7 lets channels be used."""
    assert expected is lens().contacts(standing(*entries))


def test_a_lens_sees_one_brand_alone() -> None:
    """A yes under LMT's text is no yes when read for Amigo (law 7)."""
    amigo: Lens = lens(brand=AMIGO)
    reading = amigo.read(standing(YES), CATALOGUE.purpose("location"))
    assert State.OUTDATED is reading.state
