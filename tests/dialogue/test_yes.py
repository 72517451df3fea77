"""What a yes gives, and which yes gives nothing (law 1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.choices import intent_of
from consent.decisions import Action
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.session import Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName
from consent.notices import Form
from consent.replies import Option
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

GRANT, YES = IntentName.GRANT, IntentName.YES
REFUSED = said("offers", Action.REFUSED, at=START - DAY)

NEVER = scene()
_LEFT = said("service", Action.ENDED, at=START - 3 * 365 * DAY)
LAPSED = (*given("loyalty_offers", at=_LEFT.said_at - DAY), _LEFT)
OFFERS = session(grant_pending())
BY_SMS = session(grant_pending(notice("credit", form=Form.SMS), code="47"))


@pytest.mark.parametrize(
    ("seen", "before", "wish", "expected"),
    [
        pytest.param(
            NEVER,
            OFFERS,
            intent(YES),
            (("granted", "ask.channels"), ("offers given",), "channels"),
            id="offers-then-the-channels",
        ),
        pytest.param(
            NEVER,
            session(grant_pending(notice("loyalty_offers"))),
            intent(YES),
            (("granted", "ask.channels"), ("loyalty_offers given",), "channels"),
            id="loyalty-offers-then-the-channels",
        ),
        pytest.param(
            NEVER,
            session(grant_pending(notice("traffic"))),
            intent(YES),
            (("granted",), ("traffic given",), None),
            id="no-channels-for-mere-use",
        ),
        pytest.param(
            scene(*given("loyalty_offers", "sms")),
            OFFERS,
            intent(YES),
            (("granted",), ("offers given",), None),
            id="a-channel-is-on-already",
        ),
        pytest.param(
            scene(*given("sms")),
            OFFERS,
            intent(YES),
            (("granted", "ask.channels"), ("sms unset", "offers given"), "channels"),
            id="a-channel-of-a-consent-long-gone-does-not-come-back",
        ),
        pytest.param(
            NEVER,
            session(grant_pending(asked_at=START - DAY)),
            intent(YES),
            (("granted", "ask.channels"), ("offers given",), "channels"),
            id="at-the-last-instant",
        ),
        pytest.param(
            NEVER,
            OFFERS,
            intent(GRANT, "offers"),
            (("granted", "ask.channels"), ("offers given",), "channels"),
            id="ja-1-answers-notice-1",
        ),
        pytest.param(
            NEVER,
            OFFERS,
            intent(GRANT, "research"),
            (("page.state", "notice", "ask.grant"), ("research asked",), "grant"),
            id="ja-8-does-not-answer-notice-1",
        ),
        pytest.param(
            NEVER,
            OFFERS,
            replace(intent(YES, "offers"), notice=notice().code),
            (("granted", "ask.channels"), ("offers given",), "channels"),
            id="the-button-under-the-notice",
        ),
        pytest.param(
            scene(REFUSED),
            OFFERS,
            intent(YES),
            (("granted", "ask.channels"), ("offers given",), "channels"),
            id="after-a-refusal",
        ),
        pytest.param(
            scene(form=Form.SMS),
            BY_SMS,
            Intent(name=YES, code="47"),
            (("granted",), ("credit given",), None),
            id="the-right-code",
        ),
        pytest.param(
            scene(*LAPSED, *given("sms", "email")),
            OFFERS,
            intent(YES),
            (
                ("granted", "ask.channels"),
                ("email unset", "sms unset", "offers given"),
                "channels",
            ),
            id="channels-of-a-consent-that-ran-out-do-not-come-back",
        ),
    ],
)
def test_an_explicit_yes_gives(
    seen: Scene, before: Session, wish: Intent, expected: Outcome
) -> None:
    """A yes to the notice last shown, in time and unchanged, gives that purpose at once."""
    assert expected == outcome(step(seen, before, wish))


ASKED_OFFERS, ASKED_TRAFFIC, ASKED_CREDIT = (
    said(p, Action.ASKED, at=START - HOUR) for p in ("offers", "traffic", "credit")
)
AGAIN = (("notice.again", "page.state", "notice", "ask.grant"), (), "grant")


@pytest.mark.parametrize(
    ("seen", "before", "wish", "expected"),
    [
        pytest.param(
            scene(ASKED_OFFERS),
            session(grant_pending(asked_at=START - DAY - HOUR)),
            intent(YES),
            AGAIN,
            id="too-late",
        ),
        pytest.param(
            scene(ASKED_OFFERS),
            session(grant_pending(asked_at=START - DAY - HOUR)),
            intent(GRANT, "offers"),
            (("page.state", "notice", "ask.grant"), (), "grant"),
            id="ja-1-too-late",
        ),
        pytest.param(
            scene(ASKED_OFFERS, ASKED_TRAFFIC),
            session(grant_pending(notice("traffic"))),
            replace(intent(YES, "offers"), notice=notice().code),
            (("button.stale", "page.state", "notice", "ask.grant"), (), "grant"),
            id="button-of-an-earlier-notice",
        ),
        pytest.param(
            scene(ASKED_OFFERS),
            OFFERS,
            replace(intent(YES, "offers"), notice=notice(minor=7).code),
            AGAIN,
            id="button-of-an-earlier-version",
        ),
        pytest.param(
            scene(ASKED_OFFERS, ASKED_TRAFFIC),
            session(grant_pending(notice("traffic"))),
            intent_of(Option(name="agree", purpose="offers")),
            AGAIN,
            id="button-of-another-purpose-without-its-notice",
        ),
        pytest.param(
            scene(ASKED_OFFERS),
            OFFERS,
            intent(YES, "offers", "traffic"),
            AGAIN,
            id="more-purposes-than-the-one-shown",
        ),
        pytest.param(
            scene(ASKED_OFFERS),
            OFFERS,
            Intent(name=YES, certain=False),
            (("unclear.pending",), (), "grant"),
            id="in-doubt",
        ),
        pytest.param(
            scene(ASKED_OFFERS),
            OFFERS,
            Intent(name=GRANT, purposes=("offers",), certain=False),
            (("page.state", "notice", "ask.grant"), (), "grant"),
            id="ja-1-in-doubt",
        ),
        pytest.param(
            scene(ASKED_OFFERS, ASKED_TRAFFIC),
            session(grant_pending(notice("traffic"))),
            replace(intent(YES, "offers"), notice=notice("traffic").code),
            (("button.stale", "page.state", "notice", "ask.grant"), (), "grant"),
            id="button-with-another-purpose-than-its-notice",
        ),
        pytest.param(
            scene(ASKED_OFFERS, through=lens(on=shelf(notice(minor=1)))),
            OFFERS,
            intent(YES),
            (("notice.changed", "page.state", "notice", "ask.grant"), (), "grant"),
            id="the-text-changed-since",
        ),
        pytest.param(
            scene(
                ASKED_TRAFFIC,
                through=lens(on=shelf(notice("traffic", minor=1))),
                form=Form.SMS,
            ),
            session(grant_pending(notice("traffic", form=Form.SMS))),
            intent(YES),
            (("notice.changed", "notice", "ask.grant"), (), "grant"),
            id="the-linked-text-changed-since",
        ),
        pytest.param(
            scene(ASKED_OFFERS),
            session(replace(grant_pending(), notice=None)),
            intent(YES),
            (("page.state", "notice", "ask.grant"), (), "grant"),
            id="a-question-without-a-text",
        ),
        pytest.param(
            scene(ASKED_CREDIT),
            session(grant_pending(notice("credit"))),
            intent(YES),
            (("page.state", "notice", "proof.needed"), (), "grant"),
            id="the-proof-is-no-longer-good-enough",
        ),
        pytest.param(
            scene(ASKED_CREDIT, form=Form.SMS),
            BY_SMS,
            Intent(name=YES, code="48"),
            (("code.wrong", "notice", "ask.grant.code"), (), "grant"),
            id="the-wrong-code",
        ),
        pytest.param(
            scene(ASKED_CREDIT, form=Form.SMS),
            BY_SMS,
            intent(YES),
            (("code.wrong", "notice", "ask.grant.code"), (), "grant"),
            id="no-code",
        ),
        pytest.param(
            scene(ASKED_CREDIT, form=Form.SMS),
            replace(BY_SMS, misses=2, missed_at=START - HOUR),
            Intent(name=YES, code="48"),
            (("code.exhausted",), (), None),
            id="the-third-wrong-code",
        ),
        pytest.param(
            scene(),
            OFFERS,
            Intent(name=YES, code="47"),
            (("unclear.pending",), (), "grant"),
            id="a-code-nobody-asked-for",
        ),
        pytest.param(
            scene(),
            session(),
            replace(intent(YES, "offers"), notice=notice().code),
            (("button.stale", "page.state", "notice", "ask.grant"), ("offers asked",), "grant"),
            id="a-button-with-nothing-pending",
        ),
        pytest.param(
            scene(*given("offers")),
            session(grant_pending(notice("traffic"))),
            replace(intent(YES, "offers"), notice=notice().code),
            (("already.given", "page.state", "notice"), (), None),
            id="a-button-of-what-is-given-while-another-is-asked",
        ),
        pytest.param(
            scene(said("offers", Action.REFUSED)),
            OFFERS,
            intent(YES),
            (("button.stale", "page.state", "notice", "ask.grant"), (), "grant"),
            id="after-a-no-at-another-door",
        ),
        pytest.param(
            scene(*given("offers", at=START)),
            OFFERS,
            intent(YES),
            (("already.given", "page.state", "notice"), (), None),
            id="after-a-yes-at-another-door",
        ),
        pytest.param(
            scene(), session(), intent(YES), (("yes.nothing",), (), None), id="nothing-pending"
        ),
    ],
)
def test_any_other_yes_gives_nothing(
    seen: Scene, before: Session, wish: Intent, expected: Outcome
) -> None:
    """A yes that is late, stale, unproven or to nothing shows the notice again at most."""
    assert expected == outcome(step(seen, before, wish))


def _grant(turn: Turn) -> tuple[str | None, str | None, bool]:
    effect = next(d for d in turn.decisions if d.action is Action.GIVEN)
    return effect.notice, effect.linked_notice, effect.proved


def test_a_chat_grant_names_the_page_that_was_shown() -> None:
    """In a chat the page is the full notice: one fingerprint, nothing linked."""
    assert (notice().fingerprint, None, False) == _grant(step(scene(), OFFERS, intent(YES)))
