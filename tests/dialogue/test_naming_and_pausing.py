"""Ending or pausing exactly what was named (law 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.chain import stamp
from consent.decisions import Action
from consent.dialogue.scene import Scene
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Wish
from tests.builders import (
    DAY,
    HOUR,
    START,
    Outcome,
    given,
    grant_pending,
    intent,
    lens,
    notice,
    outcome,
    said,
    scene,
    session,
    shelf,
)

WITHDRAW, PAUSE = IntentName.WITHDRAW, IntentName.PAUSE
BOTH = given("offers", "loyalty_offers")
LEFT = said("service", Action.ENDED, at=START - HOUR)
OTHER_WAY = "alternative.other_proof_of_credit"

PAUSED = said("location", Action.PAUSED, at=START - HOUR, until=START + HOUR)
OLD_TERM = said("service", Action.ENDED, at=START - 3 * 365 * DAY)
BACK = said("service", Action.RESTARTED, at=START - 30 * DAY)


@pytest.mark.parametrize(
    ("seen", "purposes", "expected"),
    [
        pytest.param(
            scene(*given("traffic")),
            ("traffic",),
            (("withdrawn",), ("traffic withdrawn",), None),
            id="given",
        ),
        pytest.param(
            scene(), ("traffic",), (("refused",), ("traffic refused",), None), id="never-asked"
        ),
        pytest.param(
            scene(said("traffic", Action.ASKED)),
            ("traffic",),
            (("refused",), ("traffic refused",), None),
            id="asked",
        ),
        pytest.param(
            scene(said("traffic", Action.REFUSED)),
            ("traffic",),
            (("already.refused",), (), None),
            id="refused-already",
        ),
        pytest.param(
            scene(*given("traffic"), said("traffic", Action.WITHDRAWN)),
            ("traffic",),
            (("already.withdrawn",), (), None),
            id="withdrawn-already",
        ),
        pytest.param(
            scene(*given("location"), PAUSED),
            ("location",),
            (("withdrawn",), ("location withdrawn",), None),
            id="paused",
        ),
        pytest.param(
            scene(*given("traffic"), through=lens(on=shelf(notice("traffic", major=2)))),
            ("traffic",),
            (("withdrawn",), ("traffic withdrawn",), None),
            id="outdated",
        ),
        pytest.param(
            scene(*given("loyalty", at=OLD_TERM.said_at - DAY), OLD_TERM),
            ("loyalty",),
            (("withdrawn", "loyalty.ends"), ("loyalty withdrawn",), None),
            id="expired",
        ),
        pytest.param(
            scene(*given("credit")),
            ("credit",),
            (("withdrawn", OTHER_WAY), ("credit withdrawn",), None),
            id="credit-names-the-other-way",
        ),
        pytest.param(
            scene(*given("traffic", "research")),
            ("traffic", "research", "location", "profiling"),
            (
                ("withdrawn.several", "refused.several"),
                (
                    "traffic withdrawn",
                    "research withdrawn",
                    "location refused",
                    "profiling refused",
                ),
                None,
            ),
            id="several-given-and-not",
        ),
        pytest.param(
            scene(*given("offers", "sms")),
            ("offers", "offers"),
            (("withdrawn",), ("offers withdrawn", "sms unset"), None),
            id="said-twice",
        ),
        pytest.param(
            scene(*BOTH, *given("sms")),
            ("offers",),
            (("withdrawn",), ("offers withdrawn",), None),
            id="channels-stay-while-loyalty-offers-stand",
        ),
        pytest.param(
            scene(*given("loyalty"), LEFT),
            ("loyalty",),
            (("withdrawn", "loyalty.ends"), ("loyalty withdrawn",), None),
            id="a-former-customer-hears-what-ends",
        ),
        pytest.param(
            scene(*given("traffic"), LEFT),
            ("traffic",),
            (("withdrawn",), ("traffic withdrawn",), None),
            id="a-former-customer-of-another-consent",
        ),
        pytest.param(
            scene(*given("loyalty")),
            ("loyalty",),
            (("withdrawn",), ("loyalty withdrawn",), None),
            id="a-customer-hears-no-more-than-others",
        ),
        pytest.param(
            scene(
                *given("loyalty_offers", at=OLD_TERM.said_at - DAY),
                OLD_TERM,
                BACK,
                *given("offers", "sms"),
            ),
            ("offers",),
            (("withdrawn",), ("offers withdrawn", "sms unset"), None),
            id="channels-do-not-stay-for-a-consent-that-ran-out",
        ),
    ],
)
def test_exactly_what_was_named_ends(
    seen: Scene, purposes: tuple[str, ...], expected: Outcome
) -> None:
    """Naming purposes ends these and no others, each by what it was."""
    assert expected == outcome(step(seen, session(), intent(WITHDRAW, *purposes)))


@pytest.mark.parametrize(
    ("seen", "wish", "expected"),
    [
        pytest.param(
            scene(*given("location")),
            intent(PAUSE),
            (("paused",), ("location paused",), None),
            id="what-can-be-paused",
        ),
        pytest.param(
            scene(*given("location"), PAUSED),
            intent(PAUSE, "location"),
            (("paused",), ("location paused",), None),
            id="longer",
        ),
        pytest.param(
            scene(),
            intent(PAUSE, "location"),
            (("pause.not_given",), (), None),
            id="nothing-to-pause",
        ),
        pytest.param(
            scene(*given("traffic")),
            intent(PAUSE, "traffic"),
            (("pause.unavailable",), (), None),
            id="cannot-be-paused",
        ),
        pytest.param(
            scene(*given("location")),
            Intent(name=PAUSE, certain=False),
            (("unclear",), (), None),
            id="not-in-doubt",
        ),
    ],
)
def test_only_location_pauses(seen: Scene, wish: Intent, expected: Outcome) -> None:
    """A pause is for location alone, and only where it is given."""
    assert expected == outcome(step(seen, session(), wish))


def test_a_former_customer_hears_once_what_ends() -> None:
    """Ending both loyalty consents after leaving is one word about both."""
    seen = scene(*given("loyalty", "loyalty_offers"), LEFT)
    turn = step(seen, session(), intent(WITHDRAW, "loyalty", "loyalty_offers"))
    ending = [m.params for m in turn.messages if m.id == "loyalty.ends"]
    expected = [{"purposes": ["loyalty", "loyalty_offers"]}]
    assert expected == ending


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(None, timedelta(hours=24), id="a-day-unless-said"),
        pytest.param(3, timedelta(hours=3), id="as-said"),
        pytest.param(-5, timedelta(hours=1), id="at-least-an-hour"),
        pytest.param(10**9, timedelta(days=366), id="at-most-a-leap-year"),
    ],
)
def test_a_pause_has_an_end(hours: int | None, expected: timedelta) -> None:
    """Every pause ends by the clock, and the customer is told when."""
    wish = Intent(name=PAUSE, purposes=("location",), hours=hours)
    turn = step(scene(*given("location")), session(grant_pending()), wish)
    assert [START + expected] == [d.until for d in turn.decisions]
    assert turn.messages[0].params["until"]
    assert turn.session.pending is None


@pytest.mark.parametrize(
    ("hours", "pressed", "expected"),
    [
        pytest.param(72, True, timedelta(hours=72), id="a-button-keeps-a-longer-pause"),
        pytest.param(3, True, timedelta(hours=24), id="a-button-makes-a-shorter-one-longer"),
        pytest.param(72, False, timedelta(hours=24), id="words-say-what-they-mean"),
    ],
)
def test_a_pressed_pause_never_shortens_a_longer_one(
    hours: int, *, pressed: bool, expected: timedelta
) -> None:
    """A button says a day and knows of no longer pause; lowering permission stays lowered."""
    until = START + timedelta(hours=hours)
    paused = said("location", Action.PAUSED, at=START - HOUR, until=until)
    code = notice("location").code if pressed else None
    wish = Intent(name=PAUSE, purposes=("location",), notice=code)
    turn = step(scene(*given("location"), paused), session(), wish)
    assert [START + expected] == [d.until for d in turn.decisions]
    assert stamp(START + expected) == turn.messages[0].params["until"]


def test_a_withdrawal_in_the_same_message_wins_over_a_pause() -> None:
    """What one message withdraws it does not pause."""
    wishes = (
        Wish(name=PAUSE, purposes=("location",)),
        Wish(name=WITHDRAW, purposes=("location",)),
    )
    turn = step(scene(*given("location")), session(), Intent(name=PAUSE, actions=wishes))
    assert (("withdrawn",), ("location withdrawn",), None) == outcome(turn)
