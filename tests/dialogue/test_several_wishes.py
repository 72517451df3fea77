"""Several wishes in one message: none of them agrees to what the message itself asks for."""

from __future__ import annotations

import pytest

from consent.decisions import Action
from consent.dialogue.session import Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Scope, Wish
from tests.builders import (
    HOUR,
    START,
    Outcome,
    grant_pending,
    notice,
    outcome,
    said,
    scene,
    session,
)

GRANT, YES = IntentName.GRANT, IntentName.YES
OFFERS = session(grant_pending())
OFFERS_WISH = Wish(name=GRANT, purposes=("offers",))
TRAFFIC_WISH = Wish(name=GRANT, purposes=("traffic",))


@pytest.mark.parametrize(
    ("before", "wishes", "expected"),
    [
        pytest.param(
            session(),
            (OFFERS_WISH, OFFERS_WISH),
            (("page.state", "notice", "ask.grant"), ("offers asked",), "grant"),
            id="the-same-twice",
        ),
        pytest.param(
            session(),
            (OFFERS_WISH, Wish(name=YES)),
            (("yes.nothing", "page.state", "notice", "ask.grant"), ("offers asked",), "grant"),
            id="a-wish-and-a-yes",
        ),
        pytest.param(
            session(),
            (OFFERS_WISH, TRAFFIC_WISH),
            (
                ("grant.one_by_one", "page.state", "notice", "ask.grant"),
                ("offers asked",),
                "grant",
            ),
            id="two-are-shown-one-at-a-time",
        ),
        pytest.param(
            OFFERS,
            (OFFERS_WISH, TRAFFIC_WISH),
            (
                ("grant.one_by_one", "page.state", "notice", "ask.grant"),
                ("offers asked",),
                "grant",
            ),
            id="more-than-the-pending-one-is-no-yes-to-it",
        ),
        pytest.param(
            OFFERS,
            (TRAFFIC_WISH, Wish(name=YES)),
            (
                ("granted", "ask.channels", "page.state", "notice", "ask.grant"),
                ("offers given", "traffic asked"),
                "grant",
            ),
            id="a-yes-answers-what-was-asked-before-the-message",
        ),
        pytest.param(
            OFFERS,
            (Wish(name=IntentName.WITHDRAW, purposes=("offers",)), OFFERS_WISH),
            (("refused",), ("offers refused",), None),
            id="what-one-message-refuses-it-does-not-give",
        ),
        pytest.param(
            OFFERS,
            (Wish(name=YES), Wish(name=GRANT, channels=("sms",))),
            (
                ("granted", "ask.channels", "channel.on"),
                ("offers given", "sms on"),
                "channels",
            ),
            id="a-yes-and-the-channel-it-allows",
        ),
        pytest.param(
            session(grant_pending(notice("traffic"))),
            (Wish(name=YES), Wish(name=GRANT, channels=("sms",))),
            (
                ("granted", "channel.needs_consent", "page.state", "notice", "ask.grant"),
                ("traffic given", "offers asked"),
                "grant",
            ),
            id="a-yes-that-allows-no-channel",
        ),
        pytest.param(
            OFFERS,
            (
                Wish(name=YES),
                Wish(name=GRANT, channels=("sms",)),
                Wish(name=IntentName.WITHDRAW, purposes=("offers",)),
            ),
            (
                ("refused", "channel.needs_consent", "page.state", "notice", "ask.grant"),
                ("offers refused", "offers asked"),
                "grant",
            ),
            id="a-channel-beside-a-yes-that-is-taken-back",
        ),
    ],
)
def test_no_message_accepts_a_notice_that_it_asks_for_itself(
    before: Session, wishes: tuple[Wish, ...], expected: Outcome
) -> None:
    """Of several wishes none agrees to a text that was not shown before the message."""
    turn = step(scene(), before, Intent(name=wishes[0].name, actions=wishes))
    assert expected == outcome(turn)


@pytest.mark.parametrize(
    ("stop", "gives"),
    [
        pytest.param(Wish(name=IntentName.WITHDRAW, purposes=("traffic",)), False, id="this-one"),
        pytest.param(Wish(name=IntentName.WITHDRAW, purposes=("location",)), True, id="another"),
        pytest.param(Wish(name=IntentName.WITHDRAW, channels=("sms",)), True, id="a-channel"),
        pytest.param(Wish(name=IntentName.WITHDRAW, unknown_number=12), True, id="nothing-known"),
        pytest.param(Wish(name=IntentName.WITHDRAW_ALL, scope=Scope.ALL), False, id="everything"),
        pytest.param(Wish(name=IntentName.WITHDRAW_ALL), True, id="offers-only"),
    ],
)
def test_a_yes_beside_a_stop_counts_unless_the_stop_takes_it_back(
    stop: Wish, *, gives: bool
) -> None:
    """What one message both gives and ends, it does not give."""
    before = session(grant_pending(notice("traffic")))
    both = Intent(name=YES, actions=(Wish(name=YES), stop))
    asked = said("traffic", Action.ASKED, at=START - HOUR)
    turn = step(scene(asked), before, both)
    assert gives is (Action.GIVEN in {d.action for d in turn.decisions})
