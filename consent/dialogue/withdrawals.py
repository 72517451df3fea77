"""Towards a no: stopping, withdrawing, refusing, pausing. Done first, asked afterwards (law 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from consent.catalogue import Purpose
from consent.chain import stamp
from consent.decisions import NO, YES, Action, Subject
from consent.dialogue.grants import show_notice
from consent.dialogue.scene import Decide, Turn
from consent.dialogue.session import Awaiting, Pending
from consent.intents import Intent, Scope
from consent.replies import Option
from consent.states import State, Switch

#: Hours a pause lasts unless the customer says otherwise (meaning.md, "pause n").
PAUSE_HOURS = 24
_LONGEST_PAUSE_HOURS = 24 * 366
_NO_ALREADY = frozenset({State.REFUSED, State.WITHDRAWN})
_STANDS = frozenset({State.GIVEN, State.PAUSED})
#: The questions whether something is to end.
_ASKS = frozenset({"ask.withdraw", "ask.channel.off", "ask.topic.off"})
_HAD_A_YES = frozenset({State.GIVEN, State.PAUSED, State.OUTDATED, State.EXPIRED})


def stop(turn: Turn, scope: Scope | None) -> None:
    """End all marketing of this brand, or all consents; then offer the rest.

    Unsure of the scope, marketing ends now and the question comes after (meaning.md).
    """
    everything = scope is Scope.ALL
    catalogue = turn.scene.catalogue
    purposes = catalogue.purposes if everything else catalogue.marketing
    had = [p for p in purposes if turn.scene.read(p).state in _HAD_A_YES]
    changed = [p for p in purposes if _end(turn, p)]
    _unset_channels(turn)
    turn.wait_for(None)
    name = "all" if everything else "marketing"
    since = _latest(turn, purposes)
    if changed or since is None:
        turn.confirm(f"withdrawn.{name}", at=stamp(turn.scene.now))
    else:
        turn.say(f"already.{name}", since=since)
    _say_loyalty_ends(turn, had)
    if everything:
        _say_other_ways(turn, changed)
        turn.offer(Option(name="menu"))
    else:
        _offer_rest(turn)


def _latest(turn: Turn, purposes: tuple[Purpose, ...]) -> str | None:
    marks = [turn.scene.read(p).mark for p in purposes]
    moments = [m.at for m in marks if m]
    return stamp(max(moments)) if moments else None


def _offer_rest(turn: Turn) -> None:
    rest = [p for p in turn.scene.catalogue.purposes if not p.marketing]
    if all(turn.scene.read(p).state in _NO_ALREADY for p in rest):
        turn.offer(Option(name="menu"))
        return
    turn.wait_for(Pending(awaiting=Awaiting.SCOPE, asked_at=turn.scene.now))
    turn.say("stop.rest")
    turn.offer(Option(name="withdraw_all", scope=Scope.ALL.value), Option(name="menu"))


def withdraw(turn: Turn, purpose_ids: tuple[str, ...], *, pressed: bool = False) -> None:
    """End exactly these purposes and say what that means.

    A button pressed too late is explained, and the page it stood under shown as it is now.
    """
    catalogue = turn.scene.catalogue
    purposes = [catalogue.purpose(p) for p in purpose_ids]
    before = {p.id: turn.scene.read(p) for p in purposes}
    changed = [p for p in purposes if _end(turn, p)]
    _unset_channels(turn)
    turn.settle()
    withdrawn = [p for p in changed if before[p.id].state in _HAD_A_YES]
    refused = [p for p in changed if p not in withdrawn]
    already = [p for p in purposes if before[p.id].state in _NO_ALREADY]
    _confirm(turn, "withdrawn", withdrawn)
    _confirm(turn, "refused", refused)
    for purpose in already:
        reading = before[purpose.id]
        since = stamp(reading.mark.at) if reading.mark else None
        turn.say(f"already.{reading.state.value}", purpose=purpose.id, since=since)
    _say_loyalty_ends(turn, withdrawn)
    _say_other_ways(turn, changed)
    if pressed and already:
        show_notice(turn, already[0])
    else:
        turn.offer(Option(name="menu"))


def _confirm(turn: Turn, message: str, purposes: list[Purpose]) -> None:
    at = stamp(turn.scene.now)
    if len(purposes) == 1:
        turn.confirm(message, purpose=purposes[0].id, at=at)
    elif purposes:
        turn.confirm(f"{message}.several", purposes=[p.id for p in purposes], at=at)


def _end(turn: Turn, purpose: Purpose) -> bool:
    """Record a no to a purpose unless one stands already; say whether it was recorded."""
    state = turn.scene.read(purpose).state
    subject = Subject.purpose(purpose.id)
    said = turn.last(subject)
    if said in NO or (said is None and state in _NO_ALREADY):
        return False
    had_a_yes = state in _HAD_A_YES or said in YES
    action = Action.WITHDRAWN if had_a_yes else Action.REFUSED
    turn.decide(Decide(subject=subject, action=action))
    return True


def _unset_channels(turn: Turn) -> None:
    """Once no purpose allows contact any longer, channels return to unset (meaning.md)."""
    scene = turn.scene
    standing = [p for p in scene.catalogue.contacting if scene.read(p).state in _STANDS]
    if not standing or not all(turn.has_decided(Subject.purpose(p.id)) for p in standing):
        return
    for channel in scene.catalogue.channels:
        subject = Subject.channel(channel.id)
        was_set = scene.lens.switch(scene.standing, subject)[0] is not Switch.UNSET
        if was_set and not turn.has_decided(subject):
            turn.decide(Decide(subject=subject, action=Action.UNSET))


def _say_loyalty_ends(turn: Turn, withdrawn: list[Purpose]) -> None:
    """Say once, neutrally, what a former customer gives up (meaning.md, "Life of a customer")."""
    if not turn.scene.lens.is_former(turn.scene.standing):
        return
    ending = [p.id for p in withdrawn if p.years_after_service is not None]
    if ending:
        turn.confirm("loyalty.ends", purposes=ending)


def _say_other_ways(turn: Turn, changed: list[Purpose]) -> None:
    for purpose in changed:
        for alternative in purpose.alternatives:
            turn.confirm(f"alternative.{alternative}")
            turn.offer(Option(name="other_proof", purpose=purpose.id))


def ask(turn: Turn, intent: Intent) -> None:
    """Unsure whether they want to stop: name the reading, change nothing."""
    catalogue = turn.scene.catalogue
    narrow = bool(intent.channels or intent.topics)
    meant = catalogue.purposes if intent.scope is Scope.ALL else catalogue.marketing
    purposes = intent.purposes or (() if narrow else tuple(p.id for p in meant))
    question = Pending(
        awaiting=Awaiting.WITHDRAW,
        asked_at=turn.scene.now,
        purposes=purposes,
        channels=intent.channels,
        topics=intent.topics,
    )
    asked = turn.session.pending
    if asked is not None and asked is not turn.before and asked.awaiting is Awaiting.WITHDRAW:
        # One question for all that the message leaves unsure.
        question = _as_one(asked, question)
        turn.messages = [m for m in turn.messages if m.id not in _ASKS]
    turn.wait_for(question)
    _put(turn, question)


def _as_one(first: Pending, second: Pending) -> Pending:
    """Return one question about what either asks."""
    return replace(
        second,
        purposes=tuple(dict.fromkeys((*first.purposes, *second.purposes))),
        channels=tuple(dict.fromkeys((*first.channels, *second.channels))),
        topics=tuple(dict.fromkeys((*first.topics, *second.topics))),
    )


def _put(turn: Turn, question: Pending) -> None:
    """Name all that the question is about, with a button for each."""
    if question.purposes:
        turn.say("ask.withdraw", purposes=list(question.purposes))
        if set(question.purposes) == {p.id for p in turn.scene.catalogue.purposes}:
            turn.offer(Option(name="withdraw_all", scope=Scope.ALL.value))
        else:
            turn.offer(*(Option(name="withdraw", purpose=p) for p in question.purposes))
    if question.channels:
        turn.say("ask.channel.off", channels=list(question.channels))
        turn.offer(*(Option(name="channel_off", channel=c) for c in question.channels))
    if question.topics:
        turn.say("ask.topic.off", topics=list(question.topics))
        turn.offer(*(Option(name="topic_off", topic=t) for t in question.topics))
    turn.offer(Option(name="menu"))


def pause(turn: Turn, intent: Intent) -> None:
    """Suspend a purpose for a time; it comes back by the clock (ePrivacy 9(2))."""
    catalogue = turn.scene.catalogue
    pausable = tuple(p.id for p in catalogue.purposes if p.pausable)
    for purpose_id in intent.purposes or pausable:
        purpose = catalogue.purpose(purpose_id)
        if not purpose.pausable:
            turn.say("pause.unavailable", purpose=purpose_id)
        elif turn.has_decided(Subject.purpose(purpose_id)):
            continue
        elif turn.scene.read(purpose).state not in _STANDS:
            turn.say("pause.not_given", purpose=purpose_id)
            if intent.notice:
                show_notice(turn, purpose)
                return
        else:
            pressed = intent.notice is not None
            _pause_one(turn, purpose, intent.hours or PAUSE_HOURS, pressed=pressed)
    turn.offer(Option(name="menu"))


def _pause_one(turn: Turn, purpose: Purpose, hours: int, *, pressed: bool) -> None:
    until = turn.scene.now + timedelta(hours=min(max(hours, 1), _LONGEST_PAUSE_HOURS))
    standing = turn.scene.read(purpose).until
    if pressed and standing:
        # A button cannot know of a longer pause asked for in words.
        until = max(until, standing)
    subject = Subject.purpose(purpose.id)
    turn.decide(Decide(subject=subject, action=Action.PAUSED, until=until))
    turn.session = replace(turn.session, pending=None)
    turn.confirm("paused", purpose=purpose.id, until=stamp(until))
