"""Yes and no: what they mean depends on what was asked."""

from __future__ import annotations

import re

from consent.catalogue import Purpose
from consent.chain import stamp
from consent.dialogue import grants, withdrawals
from consent.dialogue.channels import ask_channels, switch_off
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.session import Awaiting, Pending
from consent.intents import Intent, IntentName
from consent.notices import Form, code_of
from consent.replies import Option
from consent.states import State

_PIN = re.compile(r"[0-9]{4}", re.ASCII)


def typed_code(scene: Scene, pending: Pending | None) -> Intent | None:
    """Read four digits typed in a chat as the code that was sent by SMS, if one was.

    The customer had agreed before the code was sent; the digits only prove whose number it is.
    """
    if pending is None or pending.code is None or scene.form is not Form.CHAT:
        return None
    digits = _PIN.fullmatch(scene.words.strip())
    return Intent(name=IntentName.YES, code=digits[0]) if digits else None


def yes(turn: Turn, intent: Intent) -> None:
    """Take a yes as the answer to the pending question; with none pending, to nothing."""
    pending = turn.session.pending
    if pending is None or pending.awaiting in {Awaiting.LINK, Awaiting.CASE}:
        _nothing_pending(turn, intent, "yes.nothing")
    elif _is_late(turn, pending) or _is_stale(intent, pending):
        _show_again(turn, intent, pending)
    elif intent.code and pending.code is None:
        # A number nobody asked for is no yes (law 1).
        turn.say("unclear.pending")
    elif pending.awaiting is Awaiting.GRANT:
        grants.accept(turn, pending, intent.code)
    elif pending.awaiting is Awaiting.CHANNELS:
        turn.say("kept")
        ask_channels(turn)
    elif pending.awaiting is Awaiting.SCOPE:
        # The confirmation before it says how to give again: a bare yes could mean either.
        turn.say("kept")
        turn.say("stop.rest")
    else:
        _end(turn, pending)


def _end(turn: Turn, asked: Pending) -> None:
    """Carry out what the question named."""
    turn.wait_for(None)
    if asked.purposes:
        withdrawals.withdraw(turn, asked.purposes)
    if asked.channels or asked.topics:
        narrow = Intent(
            name=IntentName.WITHDRAW, channels=asked.channels, topics=asked.topics, certain=True
        )
        switch_off(turn, narrow)


def no(turn: Turn, intent: Intent) -> None:
    """Take a no as the answer to the pending question; with none pending, to nothing.

    A no to a notice is recorded even if it comes late or the text has changed since:
    lowering permission is always accepted.
    """
    pending = turn.session.pending
    if intent.purposes:
        turn.wait_for(None)
        withdrawals.withdraw(turn, intent.purposes, pressed=intent.notice is not None)
    elif pending is None or pending.awaiting is Awaiting.CASE:
        _nothing_pending(turn, intent, "no.nothing")
    elif pending.awaiting is Awaiting.GRANT and not _is_paused(turn, pending):
        turn.wait_for(None)
        withdrawals.withdraw(turn, pending.purposes)
    else:
        turn.wait_for(None)
        turn.say("kept")
        turn.offer(Option(name="menu"))


def _is_paused(turn: Turn, pending: Pending) -> bool:
    """Say whether the question was to end a pause: a no to it leaves the pause."""
    purpose = turn.scene.catalogue.purpose(pending.purposes[0])
    return turn.scene.read(purpose).state is State.PAUSED


def _nothing_pending(turn: Turn, intent: Intent, message: str) -> None:
    if intent.purposes and intent.notice:
        grants.show_again(turn, turn.scene.catalogue.purpose(intent.purposes[0]))
        return
    if intent.purposes:
        grants.propose(turn, intent)
        return
    turn.say(message)
    turn.offer(Option(name="menu"))


def _is_late(turn: Turn, pending: Pending) -> bool:
    now, hours = turn.scene.now, turn.scene.brand.yes_within_hours
    if pending.awaiting is Awaiting.WITHDRAW:
        # A yes that ends something lowers permission, however long it was on its way.
        return not pending.is_open(now, hours)
    return not pending.is_fresh(now, hours)


def _is_stale(intent: Intent, pending: Pending) -> bool:
    """A yes counts only for the notice last shown, unchanged (law 1)."""
    shown = code_of(pending.notice) if pending.notice else None
    other_notice = intent.notice is not None and intent.notice != shown
    other_purpose = bool(intent.purposes) and intent.purposes != pending.purposes
    return other_notice or other_purpose


def _show_again(turn: Turn, intent: Intent, pending: Pending) -> None:
    about = intent.purposes or pending.purposes
    purpose = turn.scene.catalogue.purpose(about[0]) if about else None
    pressed = purpose is not None and intent.notice is not None
    if purpose and pressed and _is_second_tap(turn, purpose, pending):
        grants.say_already_given(turn, purpose)
        ask_channels(turn)
        return
    turn.wait_for(None)
    if purpose and pressed and (about != pending.purposes or grants.is_given(turn, purpose)):
        grants.show_again(turn, purpose)
    elif purpose and (pressed or pending.awaiting is Awaiting.GRANT):
        turn.say("notice.again", since=stamp(pending.asked_at))
        grants.show_notice(turn, purpose)
    else:
        turn.say("yes.nothing")
        turn.offer(Option(name="menu"))


def _is_second_tap(turn: Turn, purpose: Purpose, pending: Pending) -> bool:
    """Say whether the first tap gave it, and the question for channels is its answer."""
    return pending.awaiting is Awaiting.CHANNELS and grants.is_given(turn, purpose)
