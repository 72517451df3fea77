"""The laws, on random histories: order, repetition and lateness change nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import chain
from consent.decisions import NO, YES, Action, Decision, Subject
from consent.errors import ChainBroken
from consent.standing import Standing
from consent.states import State, Switch
from consent.verdicts import Question, Reason, judge
from tests.builders import (
    AMIGO,
    CATALOGUE,
    CHANNELS,
    LMT,
    PURPOSES,
    SHELF,
    START,
    TOPICS,
    chained,
    evidence,
    lens,
    standing,
    subject,
)
from tests.rules.histories import QUICK, histories

OFFERS = subject("offers")
NAMES = ("offers", "location", "loyalty", "sms", "service")
QUESTIONS = st.builds(
    Question,
    brand=st.just(LMT),
    purpose=st.sampled_from(PURPOSES),
    channel=st.sampled_from((None, *CHANNELS)),
    topic=st.sampled_from((None, *TOPICS)),
)
LOWERING = NO | {Action.ASKED, Action.UNSET}


def _state(stands: Standing, purpose: str = "offers") -> State:
    return lens().read(stands, CATALOGUE.purpose(purpose)).state


@QUICK
@given(history=histories(*NAMES), data=st.data())
def test_order_does_not_matter(history: list[Decision], data: st.DataObject) -> None:
    """Late and reordered decisions add up to the same standing."""
    shuffled = data.draw(st.permutations(history))
    assert standing(*history) == standing(*shuffled)


@QUICK
@given(history=histories(*NAMES), data=st.data())
def test_the_same_decision_twice_is_one(history: list[Decision], data: st.DataObject) -> None:
    """Decisions that come again change nothing (law 5)."""
    repeated = data.draw(st.lists(st.sampled_from(history), max_size=6)) if history else []
    assert standing(*history) == standing(*history, *repeated)


@QUICK
@given(history=histories(*NAMES), data=st.data())
def test_a_standing_rebuilt_is_the_standing_kept(
    history: list[Decision], data: st.DataObject
) -> None:
    """Joined one message at a time or all at once: the same standing (law 3)."""
    cut = data.draw(st.integers(0, len(history)))
    kept = standing(*history[:cut]).with_decisions(history[cut:])
    one_by_one = Standing()
    for entry in history:
        one_by_one = one_by_one.with_decisions([entry])
    assert standing(*history) == kept == one_by_one


@QUICK
@given(history=histories("offers"))
def test_a_purpose_is_given_only_by_a_yes_later_than_every_no(history: list[Decision]) -> None:
    """Told against the plain reading: the last yes is later than the last no (laws 1, 6)."""
    yes = max((d.said_at for d in history if d.action in YES), default=None)
    no = max((d.said_at for d in history if d.action in NO), default=None)
    state = _state(standing(*history))
    if no is not None and (yes is None or no >= yes):
        said_yes_before = any(d.action in YES and d.said_at <= no for d in history)
        assert (State.WITHDRAWN if said_yes_before else State.REFUSED) is state
    elif yes is None:
        assert (State.ASKED if _shown(history) else State.NEVER_ASKED) is state
    else:
        assert state in {State.GIVEN, State.PAUSED, State.OUTDATED}


def _shown(history: list[Decision]) -> bool:
    return any(d.action is Action.ASKED for d in history)


@QUICK
@given(history=histories("offers"), more=histories("offers"))
def test_a_no_is_passed_only_by_a_later_yes(history: list[Decision], more: list[Decision]) -> None:
    """Whatever arrives after a no, however late, it stays unless a later yes is among it."""
    before = standing(*history)
    no = before.record(OFFERS).no
    later_yes = no and any(d.action in YES and d.said_at > no.at for d in (*history, *more))
    if no and not later_yes:
        after = _state(before.with_decisions(more))
        assert after in {State.REFUSED, State.WITHDRAWN}


@QUICK
@given(history=histories("sms", "email"), more=histories("sms", "email"))
def test_a_channel_comes_on_only_by_a_later_word(
    history: list[Decision], more: list[Decision]
) -> None:
    """A channel is on only if a yes is later than every other word about it."""
    stands = standing(*history).with_decisions(more)
    for name in ("sms", "email"):
        words = [d for d in (*history, *more) if d.subject == subject(name)]
        newest = max((d.said_at for d in words), default=None)
        last = {d.action for d in words if d.said_at == newest}
        switch, _ = lens().switch(stands, subject(name))
        assert (last == {Action.ON}) is (switch is Switch.ON)


@QUICK
@given(history=histories(), question=QUESTIONS, more=histories())
def test_no_lowering_word_ever_allows_more(
    history: list[Decision], question: Question, more: list[Decision]
) -> None:
    """Adding a no, a question or an unset never turns "not allowed" into "allowed"."""
    lowering = [d for d in more if d.action in LOWERING]
    before = standing(*history)
    allowed_after = judge(question, before.with_decisions(lowering), lens()).allowed
    assert judge(question, before, lens()).allowed or not allowed_after


@QUICK
@given(history=histories(), question=QUESTIONS)
def test_allowed_means_given_by_a_known_yes(history: list[Decision], question: Question) -> None:
    """What is allowed is proven by a yes of this very purpose under a known text (law 8)."""
    verdict = judge(question, standing(*history), lens())
    if verdict.allowed:
        proof = [d for d in history if d.id == verdict.decision]
        assert {(Subject.purpose(question.purpose), Action.GIVEN)} == {
            (d.subject, d.action) for d in proof
        }
        assert all(d.notice and SHELF.find(d.notice) for d in proof)


@QUICK
@given(history=histories(), question=QUESTIONS)
def test_a_refusal_has_a_reason_and_never_a_foreign_proof(
    history: list[Decision], question: Question
) -> None:
    """Every verdict has one reason, and what it names was really said."""
    verdict = judge(question, standing(*history), lens())
    assert verdict.allowed is (verdict.reason is Reason.ALLOWED)
    assert verdict.decision in {None, *(d.id for d in history)}


@QUICK
@given(history=histories(), question=QUESTIONS)
def test_brands_are_sealed(history: list[Decision], question: Question) -> None:
    """What was said to LMT allows Amigo nothing, asked either way (law 7)."""
    stands = standing(*history)
    amigo = lens(brand=AMIGO)
    assert Reason.BRAND_MISMATCH is judge(question, stands, amigo).reason
    assert not judge(replace(question, brand=AMIGO), stands, amigo).allowed


@QUICK
@given(history=histories(most=8))
def test_a_chain_verifies(history: list[Decision]) -> None:
    """Whatever was said, in whatever order, its chain verifies."""
    entries = chained(history)
    head = entries[-1].hash if entries else chain.GENESIS
    assert len(history) == chain.verify(entries, head)


FIELDS = sorted(f.name for f in fields(Decision))
_OTHER: dict[str, object] = {
    "position": 99,
    "subject": Subject.topic("surveys"),
    "action": Action.RESTARTED,
    "said_at": START + timedelta(microseconds=1),
    "recorded_at": START + timedelta(microseconds=1),
    "until": START + timedelta(days=99),
    "evidence": evidence("STOP", message_id="m-99"),
    "salt": "ff" * 16,
}


@pytest.mark.parametrize("field", FIELDS)
@settings(QUICK, max_examples=30)
@given(history=histories(least=1, most=5), data=st.data())
def test_no_field_can_be_changed(field: str, history: list[Decision], data: st.DataObject) -> None:
    """A change of any one field of any one entry is found out."""
    entries = list(chained(history))
    at = data.draw(st.integers(0, len(entries) - 1))
    touched = [*entries[:at], _with(entries[at], field), *entries[at + 1 :]]
    with pytest.raises(ChainBroken):
        chain.verify(touched, entries[-1].hash)


def _with(entry: Decision, field: str) -> Decision:
    value = _OTHER.get(field, "0123456789")
    if value == getattr(entry, field):
        value = Action.ON
    return replace(entry, **{field: value})  # type: ignore[arg-type]


@QUICK
@given(history=histories(most=6), data=st.data())
def test_no_entry_can_be_removed_doubled_or_moved(
    history: list[Decision], data: st.DataObject
) -> None:
    """Any other row of the same entries is found out."""
    entries = list(chained(history))
    others = data.draw(st.lists(st.sampled_from(entries), max_size=7)) if entries else []
    head = entries[-1].hash if entries else chain.GENESIS
    if others == entries:
        assert len(entries) == chain.verify(others, head)
    else:
        with pytest.raises(ChainBroken):
            chain.verify(others, head)
