"""Towards a yes: showing a notice, and giving what was agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from consent.catalogue import Purpose
from consent.chain import stamp
from consent.decisions import SERVICE, Action, Subject
from consent.dialogue import news
from consent.dialogue.channels import ask_channels, say_blocked
from consent.dialogue.overview import state_of
from consent.dialogue.scene import Decide, Turn
from consent.dialogue.session import Awaiting, Pending
from consent.intents import Intent, Scope
from consent.notices import Form
from consent.replies import Message, Option
from consent.states import State

#: A two-digit code is guessed once in ninety times; three misses end the attempt.
MISSES_ALLOWED = 3
#: Codes sent by SMS in a day.
CODES_ALLOWED = 3
_MISSES_FORGOTTEN = timedelta(days=1)
_NO_ALREADY = frozenset({State.REFUSED, State.WITHDRAWN})


def propose(turn: Turn, intent: Intent) -> None:
    """Show the notice of what the customer would like to give; grant nothing (law 1)."""
    if turn.asks_for_a_yes:
        return
    catalogue = turn.scene.catalogue
    wanted = intent.purposes or (catalogue.opening.id,)
    if intent.scope is Scope.ALL:
        wanted = tuple(p.id for p in catalogue.purposes)
    purposes = [catalogue.purpose(p) for p in wanted]
    # What the same message has just withdrawn is not asked for again.
    open_ones = [p for p in purposes if not turn.has_decided(Subject.purpose(p.id))]
    missing = [p for p in open_ones if not is_given(turn, p)]
    if not missing:
        turn.settle()
        for purpose in open_ones[:1]:
            say_already_given(turn, purpose)
        return
    if len(wanted) > 1:
        turn.say("grant.one_by_one")
    show_notice(turn, missing[0])


def show_again(turn: Turn, purpose: Purpose) -> None:
    """Answer a button whose question is no longer open: say why, show the page as it is now."""
    mark = turn.scene.read(purpose).mark
    if is_given(turn, purpose) and mark:
        turn.say("already.given", purpose=purpose.id, since=stamp(mark.at))
    else:
        turn.say("button.stale")
    show_notice(turn, purpose)


def is_given(turn: Turn, purpose: Purpose) -> bool:
    """Say whether a consent stood before this message."""
    return turn.scene.read(purpose).state is State.GIVEN


def say_already_given(turn: Turn, purpose: Purpose) -> None:
    """Say since when a consent is given; nothing changes."""
    mark = turn.scene.read(purpose).mark
    turn.say("already.given", purpose=purpose.id, since=stamp(mark.at) if mark else None)
    turn.offer(Option(name="withdraw", purpose=purpose.id), Option(name="menu"))


def show_notice(turn: Turn, purpose: Purpose) -> None:
    """Show the notice of a purpose and wait for the yes, where one can be accepted."""
    scene = turn.scene
    notice = scene.notice(purpose.id, turn.language)
    chat = scene.form is Form.CHAT
    news.on_page(turn, purpose)
    if chat and scene.linked:
        turn.say("page.state", page=[state_of(scene, purpose)])
    turn.say("notice", purpose=purpose.id, notice=notice.fingerprint)
    if chat and purpose.beside:
        turn.say("explain.beside", purpose=purpose.id, other=purpose.beside)
    if turn.scene.muted:
        # A yes to a text that was never delivered would be none (law 1).
        turn.wait_for(None)
        return
    if not scene.linked:
        turn.say("link.page")
        turn.offer(Option(name="link"), *_way_back(purpose))
        return
    state = scene.read(purpose).state
    if state is State.GIVEN:
        turn.wait_for(None)
        _offer_way_out(turn, purpose, notice.code)
        return
    if state is State.NEVER_ASKED:
        asked = Subject.purpose(purpose.id)
        turn.decide(Decide(subject=asked, action=Action.ASKED, notice=notice.fingerprint))
    _ask(turn, purpose, notice.fingerprint)


def _way_back(purpose: Purpose) -> tuple[Option, ...]:
    return Option(name="privacy", purpose=purpose.id), Option(name="menu")


def _offer_way_out(turn: Turn, purpose: Purpose, notice: str) -> None:
    """Under the text of a consent that stands: how to end it."""
    if turn.scene.form is not Form.CHAT:
        say_already_given(turn, purpose)
        return
    turn.offer(Option(name="withdraw", purpose=purpose.id, notice=notice))
    if purpose.pausable:
        turn.offer(Option(name="pause", purpose=purpose.id, notice=notice))
    if purpose.years_after_service is not None and turn.scene.standing.record(SERVICE).service:
        turn.offer(Option(name="restore", purpose=purpose.id))
    turn.offer(*_way_back(purpose))


def _ask(turn: Turn, purpose: Purpose, notice: str) -> None:
    scene = turn.scene
    by_sms = scene.form is not Form.CHAT
    needs_code = scene.proof_level < purpose.proof
    if needs_code and not by_sms and not can_text(turn):
        # A no counts at once; a yes gets this answer again (see `accept`).
        turn.wait_for(Pending(awaiting=Awaiting.GRANT, asked_at=scene.now, purposes=(purpose.id,)))
        turn.say("proof.needed", purpose=purpose.id)
        short = scene.notice(purpose.id, turn.language).code
        turn.offer(*_ways_out(turn, purpose, short), *_way_back(purpose))
        return
    if needs_code and _guessed_too_often(turn):
        turn.wait_for(None)
        turn.say("code.exhausted", purpose=purpose.id)
        return
    full = scene.full_notice(purpose.id, turn.language)
    code = scene.fresh_code if needs_code and by_sms else None
    turn.wait_for(
        Pending(
            awaiting=Awaiting.GRANT,
            asked_at=scene.now,
            purposes=(purpose.id,),
            notice=notice,
            linked_notice=full.fingerprint if by_sms else None,
            code=code,
        )
    )
    question = "ask.grant.automated" if purpose.automated_decisions else "ask.grant"
    turn.say(
        f"{question}.code" if code else question,
        purpose=purpose.id,
        link=full.code,
        code=code,
    )
    _offer_answers(turn, purpose)


def _offer_answers(turn: Turn, purpose: Purpose) -> None:
    notice = turn.scene.notice(purpose.id, turn.language).code
    agree = "agree.automated" if purpose.automated_decisions else "agree"
    turn.offer(Option(name=agree, purpose=purpose.id, notice=notice))
    turn.offer(*_ways_out(turn, purpose, notice), *_way_back(purpose))


def _ways_out(turn: Turn, purpose: Purpose, notice: str) -> tuple[Option, ...]:
    """Return the button that says no, unless a no stands; what is paused is withdrawn."""
    state = turn.scene.read(purpose).state
    if state in _NO_ALREADY:
        return ()
    if state is State.PAUSED:
        return (Option(name="withdraw", purpose=purpose.id, notice=notice),)
    return (Option(name="refuse", purpose=purpose.id, notice=notice),)


def accept(turn: Turn, pending: Pending, code: str | None) -> None:
    """Give the purpose whose notice is pending, if the yes is good for it."""
    purpose = turn.scene.catalogue.purpose(pending.purposes[0])
    shown = [n for n in (pending.notice, pending.linked_notice) if n]
    if not shown:
        show_notice(turn, purpose)
    elif _has_moved(turn, purpose, pending):
        show_again(turn, purpose)
    elif not all(map(turn.scene.lens.notices.is_current, shown)):
        turn.say("notice.changed")
        show_notice(turn, purpose)
    elif pending.code is None and turn.scene.proof_level < purpose.proof:
        _prove(turn, purpose, pending)
    elif pending.code and code is None and turn.scene.form is Form.CHAT:
        turn.say("code.waiting", purpose=purpose.id)
    elif pending.code and code != pending.code:
        _miss(turn, purpose)
    else:
        _give(turn, purpose, pending)


def _has_moved(turn: Turn, purpose: Purpose, pending: Pending) -> bool:
    """Say whether something was decided about it since it was asked, at another door."""
    mark = turn.scene.read(purpose).mark
    return mark is not None and mark.at > pending.asked_at


def can_text(turn: Turn) -> bool:
    """Say whether an SMS of ours reaches the customer's number."""
    scene = turn.scene
    # Who has given the number up, or lost it, cannot be texted.
    return scene.texting and "sms" not in scene.blocked and bool(scene.on_file().number_end)


def _prove(turn: Turn, purpose: Purpose, pending: Pending) -> None:
    """Send a code to the customer's number: the yes counts once it is typed here."""
    if turn.scene.form is not Form.CHAT or not can_text(turn):
        show_notice(turn, purpose)
        return
    sent, since = _codes_of_today(turn)
    if sent >= CODES_ALLOWED or _guessed_too_often(turn):
        turn.wait_for(None)
        turn.say("code.enough", purpose=purpose.id)
        turn.offer(Option(name="menu"))
        return
    pin = turn.scene.fresh_pin
    turn.session = replace(turn.session, codes=sent + 1, codes_since=since)
    turn.wait_for(replace(pending, code=pin, asked_at=turn.scene.now))
    turn.texts.append(Message("code.text", {"purpose": purpose.id, "code": pin}))
    turn.say("code.sent", purpose=purpose.id, number_end=turn.scene.on_file().number_end)
    short = turn.scene.notice(purpose.id, turn.language).code
    turn.offer(*_ways_out(turn, purpose, short), *_way_back(purpose))


def _codes_of_today(turn: Turn) -> tuple[int, datetime]:
    session, now = turn.session, turn.scene.now
    if session.codes_since is None or now - session.codes_since >= _MISSES_FORGOTTEN:
        return 0, now
    return session.codes, session.codes_since


def _miss(turn: Turn, purpose: Purpose) -> None:
    earlier = turn.session.misses if _missed_lately(turn) else 0
    turn.session = replace(turn.session, misses=earlier + 1, missed_at=turn.scene.now)
    if _guessed_too_often(turn):
        turn.wait_for(None)
        turn.say("code.exhausted", purpose=purpose.id)
        return
    if turn.scene.form is Form.CHAT:
        # The same code can be tried again: another SMS would only cost.
        turn.say("code.mistyped", purpose=purpose.id)
        return
    turn.say("code.wrong")
    show_notice(turn, purpose)


def _missed_lately(turn: Turn) -> bool:
    at = turn.session.missed_at
    return at is not None and turn.scene.now - at < _MISSES_FORGOTTEN


def _guessed_too_often(turn: Turn) -> bool:
    return _missed_lately(turn) and turn.session.misses >= MISSES_ALLOWED


def _give(turn: Turn, purpose: Purpose, pending: Pending) -> None:
    scene = turn.scene
    _forget_old_channels(turn, purpose)
    turn.decide(
        Decide(
            subject=Subject.purpose(purpose.id),
            action=Action.GIVEN,
            notice=pending.notice,
            linked_notice=pending.linked_notice,
            proved=pending.code is not None,
        )
    )
    turn.wait_for(None)
    turn.confirm("granted", purpose=purpose.id, at=stamp(scene.now), notice=pending.notice)
    if purpose in scene.catalogue.contacting:
        say_blocked(turn, turn.channels_on)
    if purpose in scene.catalogue.contacting and not turn.channels_on:
        ask_channels(turn)
    else:
        turn.offer(Option(name="menu"))


def _forget_old_channels(turn: Turn, purpose: Purpose) -> None:
    """A channel switched on under a consent that ran out does not come back with a new one."""
    scene = turn.scene
    if purpose not in scene.catalogue.contacting or scene.lens.contacts(scene.standing):
        return
    for subject in turn.channels_on:
        turn.decide(Decide(subject=subject, action=Action.UNSET))
