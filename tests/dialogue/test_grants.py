"""Towards a yes: the notice, the yes, the code (law 1)."""

from __future__ import annotations

import pytest

from consent.decisions import Action
from consent.dialogue.scene import Scene
from consent.dialogue.session import Awaiting
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Scope
from consent.notices import Form
from consent.replies import Option
from tests.builders import (
    CHANNELS,
    DAY,
    HOUR,
    PURPOSES,
    START,
    Outcome,
    awaited,
    given,
    grant_pending,
    intent,
    lens,
    notice,
    outcome,
    pending,
    said,
    scene,
    session,
    shelf,
)

GRANT, YES = IntentName.GRANT, IntentName.YES
MENU = Option(name="menu")
REFUSED = said("offers", Action.REFUSED, at=START - DAY)
PAUSED = said("location", Action.PAUSED, at=START - HOUR, until=START + HOUR)
NEW_OFFERS = shelf(notice(major=2))


@pytest.mark.parametrize(
    ("seen", "wish", "expected"),
    [
        pytest.param(
            scene(),
            intent(GRANT),
            (("page.state", "notice", "ask.grant"), ("offers asked",), "grant"),
            id="start-shows-offers",
        ),
        pytest.param(
            scene(),
            intent(GRANT, "research"),
            (("page.state", "notice", "ask.grant"), ("research asked",), "grant"),
            id="one-by-number",
        ),
        pytest.param(
            scene(form=Form.SMS),
            intent(GRANT, "research"),
            (("notice", "ask.grant"), ("research asked",), "grant"),
            id="by-sms",
        ),
        pytest.param(
            scene(said("offers", Action.ASKED)),
            intent(GRANT, "offers"),
            (("page.state", "notice", "ask.grant"), (), "grant"),
            id="asked-before",
        ),
        pytest.param(
            scene(REFUSED),
            intent(GRANT, "offers"),
            (("page.state", "notice", "ask.grant"), (), "grant"),
            id="refused-before",
        ),
        pytest.param(
            scene(*given("location"), PAUSED, proof_level=2),
            intent(GRANT, "location"),
            (("page.state", "notice", "ask.grant"), (), "grant"),
            id="paused-it-can-come-back-sooner",
        ),
        pytest.param(
            scene(*given("offers"), through=lens(on=NEW_OFFERS)),
            intent(GRANT, "offers"),
            (
                ("news.outdated.page", "page.state", "notice", "ask.grant"),
                ("offers asked",),
                "grant",
            ),
            id="outdated",
        ),
        pytest.param(
            scene(*given("offers")),
            intent(GRANT, "offers"),
            (("already.given",), (), None),
            id="given-already",
        ),
        pytest.param(
            scene(),
            intent(GRANT, "credit", "profiling"),
            (
                ("grant.one_by_one", "page.state", "notice", "proof.needed"),
                ("credit asked",),
                "grant",
            ),
            id="several-first-things-first",
        ),
        pytest.param(
            scene(*given("offers")),
            Intent(name=GRANT, scope=Scope.ALL),
            (
                ("grant.one_by_one", "page.state", "notice", "ask.grant"),
                ("traffic asked",),
                "grant",
            ),
            id="everything-one-at-a-time",
        ),
        pytest.param(
            scene(*given(*PURPOSES)),
            Intent(name=GRANT, scope=Scope.ALL),
            (("already.given",), (), None),
            id="everything-given-already",
        ),
        pytest.param(
            scene(),
            Intent(name=GRANT, unknown_number=12),
            (("unknown.number",), (), None),
            id="a-number-nobody-has",
        ),
        pytest.param(
            scene(),
            intent(GRANT, "profiling"),
            (("page.state", "notice", "proof.needed"), ("profiling asked",), "grant"),
            id="chat-without-better-proof",
        ),
        pytest.param(
            scene(proof_level=2),
            intent(GRANT, "profiling"),
            (("page.state", "notice", "ask.grant.automated"), ("profiling asked",), "grant"),
            id="the-yes-names-automated-decisions",
        ),
        pytest.param(
            scene(form=Form.SMS),
            intent(GRANT, "profiling"),
            (("notice", "ask.grant.automated.code"), ("profiling asked",), "grant"),
            id="by-sms-with-a-code",
        ),
        pytest.param(
            scene(form=Form.SMS),
            intent(GRANT, "credit"),
            (("notice", "ask.grant.code"), ("credit asked",), "grant"),
            id="by-sms-with-a-code-for-credit",
        ),
    ],
)
def test_a_wish_to_give_leads_to_the_notice(seen: Scene, wish: Intent, expected: Outcome) -> None:
    """Wanting to give shows the notice and asks; it never gives."""
    assert expected == outcome(step(seen, session(), wish))


OFFERS = session(grant_pending())


def test_what_is_given_already_settles_the_question_that_was_open() -> None:
    """Answered with what stands, a wish leaves no older question for the next yes."""
    before = session(pending(Awaiting.SCOPE))
    turn = step(scene(*given("research")), before, intent(GRANT, "research"))
    assert (("already.given",), (), None) == outcome(turn)


def test_the_buttons_under_a_notice_answer_that_notice() -> None:
    """Agree and refuse carry the notice's code; for profiling agree names the decisions."""
    turn = step(scene(proof_level=2), session(), intent(GRANT, "profiling"))
    code = notice("profiling").code
    expected = [
        Option(name="agree.automated", purpose="profiling", notice=code),
        Option(name="refuse", purpose="profiling", notice=code),
        Option(name="privacy", purpose="profiling"),
        MENU,
    ]
    assert expected == turn.options


def test_a_grant_is_confirmed_and_asks_for_every_channel() -> None:
    """The confirmation names purpose, moment and text; no channel is on by itself."""
    turn = step(scene(), OFFERS, intent(YES))
    at = "2025-03-10T09:00:00.000000Z"
    expected = {"purpose": "offers", "at": at, "notice": notice().fingerprint}
    assert expected == turn.messages[0].params
    assert [*(Option(name="channel_on", channel=c) for c in CHANNELS), MENU] == (turn.options)


def test_what_is_given_already_says_since_when() -> None:
    """Giving again what stands says since when, and offers to withdraw it."""
    turn = step(scene(*given("offers", at=START - DAY)), session(), intent(GRANT, "offers"))
    expected = {"purpose": "offers", "since": "2025-03-09T09:00:00.000000Z"}
    assert expected == turn.messages[0].params
    assert [Option(name="withdraw", purpose="offers"), MENU] == turn.options


def test_giving_everything_lists_one_and_waits() -> None:
    """Wanting "everything" shows one notice, and the yes to it gives that one alone."""
    asked = step(scene(), session(), Intent(name=GRANT, scope=Scope.ALL))
    after = step(scene(), asked.session, intent(YES))
    assert "grant" == awaited(asked)
    assert ("offers given",) == outcome(after)[1]
