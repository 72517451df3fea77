"""What a yes gives, and which yes gives nothing (law 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.choices import intent_of
from consent.decisions import Action
from consent.dialogue.grants import MISSES_ALLOWED
from consent.dialogue.scene import Scene, Session, Turn
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Scope, Wish
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
            (("notice", "ask.grant"), ("research asked",), "grant"),
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


ASKED_OFFERS, ASKED_TRAFFIC = said("offers", Action.ASKED), said("traffic", Action.ASKED)
ASKED_CREDIT = said("credit", Action.ASKED)
AGAIN = (("notice.again", "notice", "ask.grant"), (), "grant")


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
            (("notice", "ask.grant"), (), "grant"),
            id="ja-1-too-late",
        ),
        pytest.param(
            scene(ASKED_OFFERS, ASKED_TRAFFIC),
            session(grant_pending(notice("traffic"))),
            replace(intent(YES, "offers"), notice=notice().code),
            AGAIN,
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
            (("notice", "ask.grant"), (), "grant"),
            id="ja-1-in-doubt",
        ),
        pytest.param(
            scene(ASKED_OFFERS, ASKED_TRAFFIC),
            session(grant_pending(notice("traffic"))),
            replace(intent(YES, "offers"), notice=notice("traffic").code),
            AGAIN,
            id="button-with-another-purpose-than-its-notice",
        ),
        pytest.param(
            scene(ASKED_OFFERS, through=lens(on=shelf(notice(minor=1)))),
            OFFERS,
            intent(YES),
            (("notice.changed", "notice", "ask.grant"), (), "grant"),
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
            (("notice.changed", "notice", "ask.grant"), (), "grant"),
            id="a-question-without-a-text",
        ),
        pytest.param(
            scene(ASKED_CREDIT),
            session(grant_pending(notice("credit"))),
            intent(YES),
            (("notice", "proof.needed"), (), None),
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
            (("notice", "ask.grant"), ("offers asked",), "grant"),
            id="a-button-with-nothing-pending",
        ),
        pytest.param(
            scene(*given("offers")),
            session(grant_pending(notice("traffic"))),
            replace(intent(YES, "offers"), notice=notice().code),
            (("notice.again", "notice", "already.given"), (), None),
            id="a-button-pressed-twice",
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


@pytest.mark.parametrize(
    ("form", "language", "shown"),
    [
        pytest.param(Form.SMS, "lv", Form.SMS, id="with-diacritics"),
        pytest.param(Form.SMS_PLAIN, "lv", Form.SMS_PLAIN, id="plain"),
        pytest.param(Form.SMS_PLAIN, "ru", Form.SMS, id="no-plain-form-in-this-language"),
    ],
)
def test_an_sms_grant_names_both_texts(form: Form, language: str, shown: Form) -> None:
    """By SMS the evidence holds the short text as sent and the full text it linked to."""
    seen = scene(form=form)
    asked = step(seen, replace(session(), language=language), intent(GRANT, "credit"))
    turn = step(seen, asked.session, Intent(name=YES, code="47"))
    short = notice("credit", language=language, form=shown)
    full = notice("credit", language=language)
    assert (short.fingerprint, full.fingerprint, True) == _grant(turn)


def test_an_sms_question_carries_the_link_and_the_code() -> None:
    """The SMS that asks names the code to repeat and links to the full text."""
    turn = step(scene(form=Form.SMS), session(), intent(GRANT, "credit"))
    expected = {"purpose": "credit", "link": notice("credit").code, "code": "47"}
    assert expected == turn.messages[-1].params


OFFERS_WISH = Wish(name=GRANT, purposes=("offers",))
TRAFFIC_WISH = Wish(name=GRANT, purposes=("traffic",))


@pytest.mark.parametrize(
    ("before", "wishes", "expected"),
    [
        pytest.param(
            session(),
            (OFFERS_WISH, OFFERS_WISH),
            (("notice", "ask.grant"), ("offers asked",), "grant"),
            id="the-same-twice",
        ),
        pytest.param(
            session(),
            (OFFERS_WISH, Wish(name=YES)),
            (("yes.nothing", "notice", "ask.grant"), ("offers asked",), "grant"),
            id="a-wish-and-a-yes",
        ),
        pytest.param(
            session(),
            (OFFERS_WISH, TRAFFIC_WISH),
            (("grant.one_by_one", "notice", "ask.grant"), ("offers asked",), "grant"),
            id="two-are-shown-one-at-a-time",
        ),
        pytest.param(
            OFFERS,
            (OFFERS_WISH, TRAFFIC_WISH),
            (("grant.one_by_one", "notice", "ask.grant"), ("offers asked",), "grant"),
            id="more-than-the-pending-one-is-no-yes-to-it",
        ),
        pytest.param(
            OFFERS,
            (TRAFFIC_WISH, Wish(name=YES)),
            (
                ("granted", "ask.channels", "notice", "ask.grant"),
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
    ],
)
def test_no_message_accepts_a_notice_that_it_asks_for_itself(
    before: Session, wishes: tuple[Wish, ...], expected: Outcome
) -> None:
    """Of several wishes none agrees to a text that was not shown before the message."""
    turn = step(scene(), before, Intent(name=wishes[0].name, actions=wishes))
    assert expected == outcome(turn)


def test_misses_are_counted_until_the_attempt_ends() -> None:
    """The third wrong code ends the attempt; each try has a fresh code."""
    before = BY_SMS
    seen = scene(ASKED_CREDIT, form=Form.SMS, code="55")
    for missed in range(1, MISSES_ALLOWED):
        before = step(seen, before, Intent(name=YES, code="99")).session
        assert before.pending is not None
        assert (missed, "55") == (before.misses, before.pending.code)
    last = step(seen, before, Intent(name=YES, code="99"))
    assert (("code.exhausted",), (), None) == outcome(last)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(DAY - HOUR, (("notice", "code.exhausted"), (), None), id="the-same-day"),
        pytest.param(
            DAY, (("notice", "ask.grant.code"), (), "grant"), id="from-the-next-day-on-again"
        ),
    ],
)
def test_asking_again_does_not_bring_new_attempts(since: timedelta, expected: Outcome) -> None:
    """After three misses the notice can be read, but no code is sent for a day."""
    before = replace(session(), misses=MISSES_ALLOWED, missed_at=START - since)
    seen = scene(ASKED_CREDIT, form=Form.SMS)
    assert expected == outcome(step(seen, before, intent(GRANT, "credit")))


def test_misses_of_an_earlier_day_are_forgotten() -> None:
    """A miss a day after two others is the first one again."""
    before = replace(BY_SMS, misses=2, missed_at=START - DAY)
    turn = step(scene(ASKED_CREDIT, form=Form.SMS), before, Intent(name=YES, code="48"))
    assert ("code.wrong", "notice", "ask.grant.code") == turn.reply().ids
    assert (1, START) == (turn.session.misses, turn.session.missed_at)


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
    turn = step(scene(said("traffic", Action.ASKED)), before, both)
    assert gives is (Action.GIVEN in {d.action for d in turn.decisions})
