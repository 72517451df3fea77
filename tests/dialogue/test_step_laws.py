"""Laws 1 and 2 for any past, any pending question and any message."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.decisions import NO, Action, Kind, Subject
from consent.dialogue.scene import Decide
from consent.dialogue.session import Awaiting, Pending
from consent.dialogue.step import resume, step
from consent.intents import Intent, IntentName, Scope
from consent.notices import code_of
from consent.standing import Standing
from consent.states import Lens, State, Switch
from tests.builders import CATALOGUE, DAY, LMT
from tests.dialogue.wishes import (
    NOW,
    TAKING,
    Moment,
    after,
    close_calls,
    intents,
    moments,
    states_shown,
    waits,
    withdrawals,
)

QUICK = settings(max_examples=300, deadline=None)
REFUSED = {State.REFUSED, State.WITHDRAWN}


def _says_yes_to(pending: Pending, wish: Intent) -> bool:
    """Say whether a message is a certain yes to exactly this question."""
    shown = pending.notice and code_of(pending.notice)
    if not wish.certain or (wish.notice is not None and wish.notice != shown):
        return False
    if any(w.name is IntentName.YES and w.purposes in {(), pending.purposes} for w in wish.wishes):
        return True
    gifts = [w for w in wish.wishes if w.name is IntentName.GRANT]
    return set(pending.purposes) == {p for w in gifts for p in w.purposes}


def _is_founded(moment: Moment, effect: Decide) -> bool:
    """Say whether a grant rests on texts shown, unchanged, in time, and a yes to them."""
    pending, scene = moment.before.pending, moment.scene
    if pending is None or pending.awaiting is not Awaiting.GRANT or pending.notice is None:
        return False
    purpose = CATALOGUE.purpose(effect.subject.id)
    texts = [n for n in (pending.notice, pending.linked_notice) if n]
    return (
        scene.linked
        and (effect.subject.id,) == pending.purposes
        and effect.notice == pending.notice
        and effect.linked_notice == pending.linked_notice
        and effect.proved is (pending.code is not None)
        and all(scene.lens.notices.is_current(text) for text in texts)
        and NOW - pending.asked_at <= DAY
        and moment.wish.brand in {None, LMT}
        and moment.wish.code == pending.code
        and (pending.code is not None or scene.proof_level >= purpose.proof)
        and effect.subject.id not in _named_purposes(moment.wish)
        and _says_yes_to(pending, moment.wish)
    )


@QUICK
@given(moment=st.one_of(close_calls(), moments(intents())))
def test_law_1_a_grant_needs_an_explicit_yes_to_the_notice_shown(moment: Moment) -> None:
    """Nothing but a yes to the pending, current notice, in time and proven, ever gives."""
    turn = step(moment.scene, moment.before, moment.wish)
    grants = [d for d in turn.decisions if d.action is Action.GIVEN]
    assert len(grants) <= 1
    assert all(_is_founded(moment, effect) for effect in grants)


@QUICK
@given(moment=moments(intents()))
def test_law_1_a_channel_comes_on_only_when_named(moment: Moment) -> None:
    """A channel or topic comes on only by a wish that names it, under a standing consent."""
    turn = step(moment.scene, moment.before, moment.wish)
    switched = {d.subject for d in turn.decisions if d.action is Action.ON}
    assert switched <= _named_switches(moment.wish, IntentName.GRANT)
    lens = moment.scene.lens
    assert not switched or lens.contacts(moment.scene.standing) or lens.contacts(after(turn))


_RAISING = frozenset({Action.GIVEN, Action.ON})


@QUICK
@given(moment=moments(intents()))
def test_law_1_a_message_that_comes_late_raises_no_permission(moment: Moment) -> None:
    """Said before what was answered already, it gives and switches on nothing."""
    late, before = replace(moment.scene, late=True), replace(moment.before, pending=None)
    turn = step(late, before, moment.wish)
    assert not _RAISING & {d.action for d in turn.decisions}


@QUICK
@given(moment=moments(withdrawals()))
def test_law_2_a_withdrawal_that_comes_late_still_counts(moment: Moment) -> None:
    """Whatever was answered in between, all that it names is off."""
    late = replace(moment.scene, late=True, linked=True)
    turn = step(late, replace(moment.before, pending=None), moment.wish)
    assert _is_off(moment.scene.lens, after(turn), moment.wish)


def _named_purposes(wish: Intent) -> set[str]:
    """Return the purposes that a message ends: those named, or all that "all" means."""
    ended: set[str] = set()
    for one in (w for w in wish.wishes if w.name in TAKING):
        ended |= set(one.purposes)
        named = one.purposes or one.channels or one.topics
        odd = one.name is IntentName.WITHDRAW and one.unknown_number is not None
        if not named and not odd:
            everything = one.scope is Scope.ALL
            ended |= {p.id for p in CATALOGUE.purposes if everything or p.marketing}
    return ended


def _named_switches(wish: Intent, name: IntentName) -> set[Subject]:
    wishes = [w for w in wish.wishes if w.name is name]
    channels = {Subject.channel(c) for w in wishes for c in w.channels}
    return channels | {Subject.topic(t) for w in wishes for t in w.topics}


def _is_off(lens: Lens, stands: Standing, wish: Intent) -> bool:
    """Say whether all that a withdrawal names has ended."""
    purposes = [CATALOGUE.purpose(p) for p in _named_purposes(wish)]
    switches = _named_switches(wish, IntentName.WITHDRAW)
    return all(lens.read(stands, p).state in REFUSED for p in purposes) and not any(
        lens.switch(stands, s)[0] is Switch.ON for s in switches
    )


@QUICK
@given(moment=moments(withdrawals()))
def test_law_2_a_withdrawal_is_one_message_and_works_at_once(moment: Moment) -> None:
    """After one certain withdrawal all that it names is off, whatever was pending."""
    turn = step(moment.scene, moment.before, moment.wish)
    if not moment.scene.linked:
        kept = turn.session.pending
        assert kept is not None
        assert (Awaiting.LINK, moment.wish) == (kept.awaiting, kept.intent)
        return
    assert _is_off(moment.scene.lens, after(turn), moment.wish)


@QUICK
@given(wait=waits())
def test_law_2_a_withdrawal_that_waits_for_the_number_is_never_lost(
    wait: tuple[Moment, list[Intent]],
) -> None:
    """Whatever is said between a withdrawal and the share, the share carries it out."""
    moment, words = wait
    stranger = replace(moment.scene, linked=False, proof_level=0)
    session = replace(moment.before, pending=None)
    for wish in (moment.wish, *words):
        turn = step(stranger, session, wish)
        assert [] == turn.decisions
        session = turn.session
    shared = resume(moment.scene, session)
    assert _is_off(moment.scene.lens, after(shared), moment.wish)
    assert not _RAISING & {d.action for d in shared.decisions}


@QUICK
@given(moment=moments(intents()))
def test_law_2_no_message_but_a_no_ends_anything(moment: Moment) -> None:
    """What the customer did not withdraw stays: only noes, and yeses to "end it?", end."""
    turn = step(moment.scene, moment.before, moment.wish)
    ended = {d.subject.id for d in turn.decisions if d.action in NO}
    pending = moment.before.pending
    asked = pending is not None and pending.awaiting in {Awaiting.WITHDRAW, Awaiting.SCOPE}
    said = {w.name for w in moment.wish.wishes}
    agreed = asked and IntentName.YES in said
    assert not ended or agreed or said & (TAKING | {IntentName.NO})


@QUICK
@given(moment=moments(intents()))
def test_nothing_is_decided_in_doubt_or_for_the_other_brand_or_a_stranger(
    moment: Moment,
) -> None:
    """In doubt, unlinked or meant for the other brand: no decision but that a text was shown."""
    turn = step(moment.scene, moment.before, moment.wish)
    stranger = not moment.scene.linked
    elsewhere = moment.wish.brand not in {None, LMT}
    if stranger or elsewhere or not moment.wish.certain:
        assert {d.action for d in turn.decisions} <= {Action.ASKED}
    if stranger:
        assert [] == turn.decisions


@QUICK
@given(moment=moments(intents()))
def test_every_reply_says_something_and_every_decision_is_known(moment: Moment) -> None:
    """No message is met with silence, and nothing unknown to the catalogue is written."""
    turn = step(moment.scene, moment.before, moment.wish)
    known: dict[Kind, set[str]] = {
        Kind.PURPOSE: {p.id for p in CATALOGUE.purposes},
        Kind.CHANNEL: {c.id for c in CATALOGUE.channels},
        Kind.TOPIC: {t.id for t in CATALOGUE.topics},
    }
    assert turn.messages
    assert all(d.subject.id in known[d.subject.kind] for d in turn.decisions)


@QUICK
@given(moment=moments(intents()))
def test_every_change_is_confirmed_and_nothing_else(moment: Moment) -> None:
    """The customer keeps what changed something or names a case; a text shown is neither."""
    turn = step(moment.scene, moment.before, moment.wish)
    changed = {d.action for d in turn.decisions} - {Action.ASKED}
    named = any("case" in m.params for m in turn.messages)
    assert (bool(changed) or named) is any(m.kept for m in turn.messages)


@QUICK
@given(moment=moments(intents()))
def test_before_the_number_is_known_no_standing_is_shown(moment: Moment) -> None:
    """A stranger reads texts and lists, never a state of anybody (meaning.md, "Proof")."""
    stranger = replace(moment.scene, linked=False, proof_level=0)
    reply = step(stranger, moment.before, moment.wish).reply()
    rows = [row for m in reply.messages for row in states_shown(m)]
    assert {None} >= {row["state"] for row in rows}
    assert not {"my_data", "status", "switches", "page.state"} & set(reply.ids)


@QUICK
@given(moment=moments(intents()))
def test_nothing_is_offered_twice_and_the_way_back_comes_last(moment: Moment) -> None:
    """However many wishes a message has, each button stands once, the list's at the end."""
    names = step(moment.scene, moment.before, moment.wish).reply().options
    assert len(set(names)) == len(names)
    assert "menu" not in {option.name for option in names[:-1]}


@QUICK
@given(moment=moments(intents()))
def test_the_same_moment_is_answered_the_same(moment: Moment) -> None:
    """A step is a function: nothing outside its arguments plays a part."""
    first = step(moment.scene, moment.before, moment.wish)
    second = step(moment.scene, moment.before, moment.wish)
    assert (first.reply(), first.decisions, first.session) == (
        second.reply(),
        second.decisions,
        second.session,
    )
