"""A yes by SMS: the texts it stands on, and the code that only the holder could read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.decisions import Action
from consent.dialogue.grants import MISSES_ALLOWED
from consent.dialogue.scene import Turn
from consent.dialogue.step import step
from consent.intents import Intent, IntentName
from consent.notices import Form
from tests.builders import (
    DAY,
    HOUR,
    START,
    Outcome,
    grant_pending,
    intent,
    notice,
    outcome,
    said,
    scene,
    session,
)

GRANT, YES = IntentName.GRANT, IntentName.YES
ASKED_CREDIT = said("credit", Action.ASKED, at=START - HOUR)
BY_SMS = session(grant_pending(notice("credit", form=Form.SMS), code="47"))


def _grant(turn: Turn) -> tuple[str | None, str | None, bool]:
    effect = next(d for d in turn.decisions if d.action is Action.GIVEN)
    return effect.notice, effect.linked_notice, effect.proved


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
