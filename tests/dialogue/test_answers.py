"""Yes and no mean what was asked, and nothing where nothing was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.decisions import Action
from consent.dialogue.scene import Scene
from consent.dialogue.session import Awaiting, Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName
from tests.builders import (
    DAY,
    HOUR,
    PURPOSES,
    START,
    Outcome,
    given,
    grant_pending,
    intent,
    notice,
    outcome,
    pending,
    said,
    scene,
    session,
)

YES, NO = IntentName.YES, IntentName.NO
LONG_AGO = START - DAY - HOUR
CHANNELS = session(pending(Awaiting.CHANNELS))
SCOPE = session(pending(Awaiting.SCOPE))
WITHDRAW = session(pending(Awaiting.WITHDRAW, "offers", "loyalty_offers"))
LINK = session(pending(Awaiting.LINK))
PAUSED = said("location", Action.PAUSED, at=START - HOUR, until=START + HOUR)
ALL_REFUSED = tuple(f"{purpose} refused" for purpose in PURPOSES)
NOTHING = (("yes.nothing",), (), None)


@pytest.mark.parametrize(
    ("seen", "before", "expected"),
    [
        pytest.param(scene(), session(), NOTHING, id="nothing-pending"),
        pytest.param(scene(), LINK, (("yes.nothing",), (), "link"), id="a-number-pending"),
        pytest.param(
            scene(*given("offers")),
            CHANNELS,
            (("kept", "ask.channels"), (), "channels"),
            id="yes-is-no-channel",
        ),
        pytest.param(
            scene(),
            SCOPE,
            (("kept", "stop.rest"), (), "scope"),
            id="a-bare-yes-does-not-end-everything",
        ),
        pytest.param(
            scene(*given("offers", "sms")),
            WITHDRAW,
            (
                ("withdrawn", "refused"),
                ("offers withdrawn", "loyalty_offers refused", "sms unset"),
                None,
            ),
            id="yes-end-them",
        ),
        pytest.param(
            scene(),
            session(pending(Awaiting.SCOPE, asked_at=LONG_AGO)),
            NOTHING,
            id="everything-else-but-late",
        ),
        pytest.param(
            scene(*given("offers")),
            session(pending(Awaiting.WITHDRAW, "offers", asked_at=LONG_AGO)),
            NOTHING,
            id="end-them-but-late",
        ),
        pytest.param(
            scene(),
            session(pending(Awaiting.CHANNELS, asked_at=LONG_AGO)),
            NOTHING,
            id="channels-but-late",
        ),
    ],
)
def test_a_yes_answers_what_was_asked(seen: Scene, before: Session, expected: Outcome) -> None:
    """A yes in time answers the pending question; with none, it is a yes to nothing."""
    assert expected == outcome(step(seen, before, intent(YES)))


def test_a_button_of_a_notice_does_not_answer_another_question() -> None:
    """Agree pressed while the channels are asked shows that notice again, and gives nothing."""
    pressed = replace(intent(YES, "research"), notice=notice("research").code)
    expected = (
        ("button.stale", "page.state", "notice", "ask.grant"),
        ("research asked",),
        "grant",
    )
    assert expected == outcome(step(scene(*given("offers")), CHANNELS, pressed))


def test_the_second_tap_of_two_keeps_the_question_for_channels() -> None:
    """Agree pressed again says that it is given, and still asks which channels may be used."""
    pressed = replace(intent(YES, "offers"), notice=notice("offers").code)
    expected = (("already.given", "ask.channels"), (), "channels")
    assert expected == outcome(step(scene(*given("offers")), CHANNELS, pressed))


def test_a_yes_that_names_a_purpose_with_nothing_pending_shows_its_notice() -> None:
    """A yes to something never shown leads to its notice."""
    expected = (("page.state", "notice", "ask.grant"), ("research asked",), "grant")
    assert expected == outcome(step(scene(), session(), intent(YES, "research")))


ASKED = session(grant_pending())
LATE = session(grant_pending(asked_at=LONG_AGO))


@pytest.mark.parametrize(
    ("seen", "before", "wish", "expected"),
    [
        pytest.param(
            scene(), session(), intent(NO), (("no.nothing",), (), None), id="nothing-pending"
        ),
        pytest.param(
            scene(), ASKED, intent(NO), (("refused",), ("offers refused",), None), id="to-a-notice"
        ),
        pytest.param(
            scene(),
            LATE,
            intent(NO),
            (("refused",), ("offers refused",), None),
            id="to-a-notice-however-late",
        ),
        pytest.param(
            scene(*given("offers")),
            ASKED,
            intent(NO),
            (("withdrawn",), ("offers withdrawn",), None),
            id="to-a-notice-of-what-was-given-meanwhile",
        ),
        pytest.param(
            scene(said("offers", Action.REFUSED)),
            ASKED,
            intent(NO),
            (("already.refused",), (), None),
            id="to-a-notice-refused-before",
        ),
        pytest.param(
            scene(),
            ASKED,
            Intent(name=NO, purposes=("traffic",), notice=notice("traffic", minor=3).code),
            (("refused",), ("traffic refused",), None),
            id="a-button-of-any-notice",
        ),
        pytest.param(
            scene(*given("offers")), WITHDRAW, intent(NO), (("kept",), (), None), id="keep-them"
        ),
        pytest.param(scene(), SCOPE, intent(NO), (("kept",), (), None), id="keep-the-rest"),
        pytest.param(
            scene(*given("offers")), CHANNELS, intent(NO), (("kept",), (), None), id="no-channel"
        ),
        pytest.param(scene(), LINK, intent(NO), (("kept",), (), None), id="no-number"),
        pytest.param(
            scene(*given("location"), PAUSED, proof_level=2),
            session(grant_pending(notice("location"))),
            intent(NO),
            (("kept",), (), None),
            id="to-ending-a-pause-leaves-the-pause",
        ),
        pytest.param(
            scene(*given("location"), PAUSED),
            session(pending(Awaiting.GRANT, "location")),
            intent(NO),
            (("kept",), (), None),
            id="to-a-paused-page-that-cannot-be-given-here",
        ),
        pytest.param(
            scene(*given("location"), PAUSED, proof_level=2),
            session(grant_pending(notice("location"))),
            Intent(name=NO, purposes=("location",)),
            (("withdrawn",), ("location withdrawn",), None),
            id="a-no-that-names-what-is-paused",
        ),
        pytest.param(
            scene(),
            session(pending(Awaiting.GRANT, "credit")),
            intent(NO),
            (("refused", "alternative.other_proof_of_credit"), ("credit refused",), None),
            id="to-a-page-that-cannot-be-given-here",
        ),
        pytest.param(
            scene(),
            ASKED,
            Intent(name=NO, certain=False),
            (("unclear.pending",), (), "grant"),
            id="in-doubt",
        ),
    ],
)
def test_a_no_answers_what_was_asked(
    seen: Scene, before: Session, wish: Intent, expected: Outcome
) -> None:
    """A no to a notice is recorded even late; a no to any other question keeps things."""
    assert expected == outcome(step(seen, before, wish))
