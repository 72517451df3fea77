"""Towards a no: at once, exactly what was said, asked about afterwards (law 2)."""

from __future__ import annotations

import pytest

from consent.decisions import Action
from consent.dialogue.scene import Scene
from consent.dialogue.session import Awaiting, Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Scope, Wish
from consent.notices import Form
from consent.replies import Option
from tests.builders import (
    DAY,
    HOUR,
    PURPOSES,
    START,
    Outcome,
    given,
    grant_pending,
    intent,
    outcome,
    pending,
    said,
    scene,
    session,
)

WITHDRAW, STOP, PAUSE = IntentName.WITHDRAW, IntentName.WITHDRAW_ALL, IntentName.PAUSE
MARKETING = Intent(name=STOP, scope=Scope.MARKETING)
EVERYTHING = Intent(name=STOP, scope=Scope.ALL)
BOTH = given("offers", "loyalty_offers")
BOTH_ENDED = ("offers withdrawn", "loyalty_offers withdrawn")
BOTH_REFUSED = ("offers refused", "loyalty_offers refused")
NO_REST = tuple(
    said(p, Action.REFUSED, at=START - DAY)
    for p in PURPOSES
    if p not in {"offers", "loyalty_offers"}
)
NO_ALL = tuple(said(p, Action.REFUSED, at=START - DAY) for p in PURPOSES)
LEFT = said("service", Action.ENDED, at=START - HOUR)
OTHER_WAY = "alternative.other_proof_of_credit"


@pytest.mark.parametrize(
    ("seen", "wish", "expected"),
    [
        pytest.param(
            scene(*BOTH),
            MARKETING,
            (("withdrawn.marketing", "stop.rest"), BOTH_ENDED, "scope"),
            id="stop",
        ),
        pytest.param(
            scene(*BOTH),
            intent(STOP),
            (("withdrawn.marketing", "stop.rest"), BOTH_ENDED, "scope"),
            id="unsure-of-the-scope",
        ),
        pytest.param(
            scene(*BOTH),
            intent(WITHDRAW),
            (("withdrawn.marketing", "stop.rest"), BOTH_ENDED, "scope"),
            id="withdraw-without-an-object",
        ),
        pytest.param(
            scene(),
            MARKETING,
            (("withdrawn.marketing", "stop.rest"), BOTH_REFUSED, "scope"),
            id="nothing-given-is-recorded-as-refused",
        ),
        pytest.param(
            scene(*BOTH, *given("sms", "email")),
            MARKETING,
            (
                ("withdrawn.marketing", "stop.rest"),
                (*BOTH_ENDED, "email unset", "sms unset"),
                "scope",
            ),
            id="channels-return-to-unset",
        ),
        pytest.param(
            scene(*given("offers"), said("call", Action.OFF)),
            MARKETING,
            (
                ("withdrawn.marketing", "stop.rest"),
                ("offers withdrawn", "loyalty_offers refused", "call unset"),
                "scope",
            ),
            id="a-channel-that-was-off-too",
        ),
        pytest.param(
            scene(*BOTH, *NO_REST),
            MARKETING,
            (("withdrawn.marketing",), BOTH_ENDED, None),
            id="nothing-else-to-ask-about",
        ),
        pytest.param(
            scene(*NO_ALL),
            MARKETING,
            (("already.marketing",), (), None),
            id="stopped-already",
        ),
        pytest.param(
            scene(*given(*PURPOSES, "sms")),
            EVERYTHING,
            (
                ("withdrawn.all", OTHER_WAY),
                (*(f"{p} withdrawn" for p in PURPOSES), "sms unset"),
                None,
            ),
            id="everything",
        ),
        pytest.param(
            scene(*given("credit")),
            EVERYTHING,
            (
                ("withdrawn.all", OTHER_WAY),
                tuple(f"{p} {'withdrawn' if p == 'credit' else 'refused'}" for p in PURPOSES),
                None,
            ),
            id="everything-the-rest-is-refused",
        ),
        pytest.param(
            scene(*NO_ALL), EVERYTHING, (("already.all",), (), None), id="everything-already"
        ),
        pytest.param(
            scene(*BOTH),
            Intent(name=WITHDRAW, scope=Scope.ALL),
            (
                ("withdrawn.all", OTHER_WAY),
                tuple(f"{p} {'withdrawn' if 'offers' in p else 'refused'}" for p in PURPOSES),
                None,
            ),
            id="withdraw-with-the-widest-scope",
        ),
        pytest.param(
            scene(*BOTH, LEFT),
            MARKETING,
            (("withdrawn.marketing", "loyalty.ends", "stop.rest"), BOTH_ENDED, "scope"),
            id="a-former-customer-hears-what-ends",
        ),
    ],
)
def test_stop_ends_at_once(seen: Scene, wish: Intent, expected: Outcome) -> None:
    """STOP ends marketing, STOP ALL everything, in the step that answers it."""
    assert expected == outcome(step(seen, session(), wish))


WAITING = [
    pytest.param(session(), id="nothing"),
    pytest.param(session(grant_pending()), id="a-notice"),
    pytest.param(session(grant_pending(asked_at=START - 9 * DAY)), id="an-old-notice"),
    pytest.param(session(pending(Awaiting.CHANNELS)), id="channels"),
    pytest.param(session(pending(Awaiting.SCOPE)), id="scope"),
    pytest.param(session(pending(Awaiting.WITHDRAW, "credit")), id="withdraw"),
    pytest.param(session(pending(Awaiting.LINK)), id="link"),
]


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("before", WAITING)
def test_stop_works_whatever_is_pending(before: Session, form: Form) -> None:
    """No pending question takes a STOP for its answer."""
    turn = step(scene(*BOTH, form=form), before, MARKETING)
    expected = (("withdrawn.marketing", "stop.rest"), BOTH_ENDED, "scope")
    assert expected == outcome(turn)


@pytest.mark.parametrize(
    ("wish", "asked"),
    [
        pytest.param(
            Intent(name=STOP, certain=False), ("offers", "loyalty_offers"), id="stop-in-doubt"
        ),
        pytest.param(
            Intent(name=WITHDRAW, purposes=("credit",), certain=False), ("credit",), id="one"
        ),
        pytest.param(
            Intent(name=WITHDRAW, purposes=("credit",), unknown_number=12, certain=False),
            ("credit",),
            id="one-beside-a-number-nobody-has",
        ),
    ],
)
def test_unsure_whether_they_want_to_stop_asks_and_changes_nothing(
    wish: Intent, asked: tuple[str, ...]
) -> None:
    """Unsure whether to stop at all: name the reading, and a yes carries it out."""
    seen = scene(*given(*PURPOSES))
    turn = step(seen, session(), wish)
    after = step(seen, turn.session, intent(IntentName.YES))
    assert (("ask.withdraw",), (), "withdraw") == outcome(turn)
    assert tuple(f"{p} withdrawn" for p in asked) == outcome(after)[1]


@pytest.mark.parametrize(
    ("wish", "asked", "ended"),
    [
        pytest.param(
            Intent(name=WITHDRAW, channels=("call",), certain=False),
            ("ask.channel.off",),
            ("call off",),
            id="a-channel",
        ),
        pytest.param(
            Intent(name=WITHDRAW, topics=("news", "surveys"), certain=False),
            ("ask.topic.off",),
            ("news off", "surveys off"),
            id="topics",
        ),
        pytest.param(
            Intent(name=WITHDRAW, channels=("sms",), topics=("news",), certain=False),
            ("ask.channel.off", "ask.topic.off"),
            ("sms off", "news off"),
            id="both",
        ),
        pytest.param(
            Intent(name=WITHDRAW, purposes=("credit",), channels=("sms",), certain=False),
            ("ask.withdraw", "ask.channel.off"),
            ("credit withdrawn", "sms off"),
            id="a-consent-and-a-channel",
        ),
    ],
)
def test_unsure_of_a_channel_or_topic_names_it(
    wish: Intent, asked: tuple[str, ...], ended: tuple[str, ...]
) -> None:
    """A doubtful refusal of a channel or topic is a question that names it; a yes carries it out.

    A no, or nothing, leaves all as it was.
    """
    seen = scene(*given(*PURPOSES))
    turn = step(seen, session(), wish)
    assert (asked, (), "withdraw") == outcome(turn)
    buttons = {o.name for o in turn.options} - {"menu"}
    assert buttons
    assert buttons <= {"withdraw", "channel_off", "topic_off"}
    assert ended == outcome(step(seen, turn.session, intent(IntentName.YES)))[1]
    assert () == outcome(step(seen, turn.session, intent(IntentName.NO)))[1]


def test_two_doubtful_refusals_are_one_question() -> None:
    """All that a message leaves unsure is named, and one yes carries it out."""
    seen = scene(*given(*PURPOSES))
    wishes = (
        Wish(name=WITHDRAW, channels=("call",), certain=False),
        Wish(name=WITHDRAW, topics=("surveys",), certain=False),
    )
    turn = step(seen, session(), Intent(name=WITHDRAW, certain=False, actions=wishes))
    assert ("ask.channel.off", "ask.topic.off") == outcome(turn)[0]
    after = step(seen, turn.session, intent(IntentName.YES))
    assert ("call off", "surveys off") == outcome(after)[1]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(
            Intent(name=IntentName.WITHDRAW_ALL, scope=Scope.ALL, certain=False),
            [Option(name="withdraw_all", scope="all"), Option(name="menu")],
            id="all-at-once",
        ),
        pytest.param(
            Intent(name=WITHDRAW, purposes=("traffic", "credit"), certain=False),
            [
                Option(name="withdraw", purpose="traffic"),
                Option(name="withdraw", purpose="credit"),
                Option(name="menu"),
            ],
            id="each-of-several",
        ),
    ],
)
def test_in_doubt_one_tap_ends_what_was_meant(wish: Intent, expected: list[Option]) -> None:
    """Where everything may be meant there is one button for everything."""
    assert expected == step(scene(*given(*PURPOSES)), session(), wish).options


def test_a_number_nobody_has_ends_nothing() -> None:
    """A number without a consent lists those there are."""
    turn = step(scene(*BOTH), session(), Intent(name=WITHDRAW, unknown_number=12))
    assert (("unknown.number",), (), None) == outcome(turn)
    expected = {"given_number": 12}
    assert expected == turn.messages[0].params


def test_a_number_nobody_has_does_not_save_those_beside_it() -> None:
    """What is known is withdrawn at once; the unknown number is asked about after (law 2)."""
    wish = Intent(name=WITHDRAW, purposes=("traffic",), unknown_number=12)
    turn = step(scene(*given("traffic")), session(), wish)
    assert (("withdrawn", "unknown.number"), ("traffic withdrawn",), None) == outcome(turn)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(scene(*BOTH), BOTH_ENDED, id="given"),
        pytest.param(scene(), BOTH_REFUSED, id="never-asked"),
        pytest.param(scene(*BOTH, *given("sms")), (*BOTH_ENDED, "sms unset"), id="with-a-channel"),
    ],
)
def test_a_purpose_named_twice_in_one_message_ends_once(
    seen: Scene, expected: tuple[str, ...]
) -> None:
    """STOP and "1" in one message: one end, one answer, and no word of a standing yes."""
    wishes = (
        Wish(name=STOP, scope=Scope.MARKETING),
        Wish(name=WITHDRAW, purposes=("offers",)),
    )
    turn = step(seen, session(), Intent(name=STOP, actions=wishes))
    assert (("withdrawn.marketing", "stop.rest"), expected, "scope") == outcome(turn)


def test_what_a_message_withdraws_it_does_not_call_given() -> None:
    """Withdrawing and giving the same consent in one message withdraws it, and no more."""
    wishes = (
        Wish(name=WITHDRAW, purposes=("offers",)),
        Wish(name=IntentName.GRANT, purposes=("offers",)),
    )
    turn = step(scene(*BOTH), session(), Intent(name=WITHDRAW, actions=wishes))
    assert (("withdrawn",), ("offers withdrawn",), None) == outcome(turn)


def test_the_confirmation_of_a_stop_offers_the_rest() -> None:
    """After STOP, "everything else" is one tap; after STOP ALL there is only the menu."""
    after_stop = step(scene(*BOTH), session(), MARKETING)
    after_all = step(scene(*BOTH), session(), EVERYTHING)
    assert [Option(name="withdraw_all", scope="all"), Option(name="menu")] == after_stop.options
    another_way = Option(name="other_proof", purpose="credit")
    assert [another_way, Option(name="menu")] == after_all.options


def test_a_stop_in_force_says_since_when() -> None:
    """Stopping again says since when nothing is sent."""
    turn = step(scene(*NO_ALL), session(), MARKETING)
    expected = {"since": "2025-03-09T09:00:00.000000Z"}
    assert expected == turn.messages[0].params


def test_withdrawals_of_one_message_go_first() -> None:
    """Of several wishes the withdrawals are carried out before anything else."""
    wishes = (
        Wish(name=IntentName.GRANT, purposes=("research",)),
        Wish(name=WITHDRAW, purposes=("traffic",)),
    )
    turn = step(scene(*given("traffic")), session(), Intent(name=IntentName.GRANT, actions=wishes))
    expected = (
        ("withdrawn", "page.state", "notice", "ask.grant"),
        ("traffic withdrawn", "research asked"),
        "grant",
    )
    assert expected == outcome(turn)


def test_a_single_wish_among_actions_is_the_message() -> None:
    """One wish alone is carried out as the message itself."""
    wish = Wish(name=WITHDRAW, purposes=("traffic",))
    turn = step(scene(), session(), Intent(name=WITHDRAW, purposes=("traffic",), actions=(wish,)))
    assert (("refused",), ("traffic refused",), None) == outcome(turn)
