"""One step of the conversation: from what was asked to what is done and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from consent.dialogue import answers, channels, grants, pages, withdrawals
from consent.dialogue.scene import Awaiting, Pending, Scene, Session, Turn
from consent.intents import Intent, IntentName
from consent.replies import Option

_DECIDING = frozenset(
    {
        IntentName.WITHDRAW_ALL,
        IntentName.WITHDRAW,
        IntentName.GRANT,
        IntentName.PAUSE,
        IntentName.STATUS,
        IntentName.YES,
        IntentName.NO,
        IntentName.HUMAN,
    }
)


def step(scene: Scene, session: Session, intent: Intent) -> Turn:
    """Carry out what one message asks for; pure.

    A withdrawal is carried out before anything is asked (law 2); a grant only ever leads to
    its notice, and only a yes to that notice gives it (law 1).
    """
    turn = Turn(scene=scene, session=session, language=_language(scene, session, intent))
    if intent.language and not session.chosen:
        turn.remember(language=intent.language)
    if intent.brand and intent.brand != scene.brand.id and intent.name in _DECIDING:
        turn.say("brand.other", other=intent.brand)
        return turn
    if not scene.linked and intent.name in _DECIDING:
        _ask_for_number(turn, intent)
        return turn
    for wish in _single_wishes(intent):
        _HANDLERS[wish.name](turn, wish)
    return turn


def resume(scene: Scene, session: Session) -> Turn:
    """Carry out, without asking again, what waited for the sender's number."""
    pending = session.pending
    turn = Turn(scene=scene, session=session, language=_language(scene, session, None))
    turn.wait_for(None)
    turn.say("link.done")
    if pending is None or pending.awaiting is not Awaiting.LINK or pending.intent is None:
        pages.menu(turn)
        return turn
    following = step(scene, turn.session, replace(pending.intent, language=None))
    following.messages[:0] = turn.messages
    return following


def _language(scene: Scene, session: Session, intent: Intent | None) -> str:
    spoken = intent.language if intent else None
    return spoken or session.language or scene.brand.default_language


def _ask_for_number(turn: Turn, intent: Intent) -> None:
    """Before the number is known nothing is shown or written; the wish is kept (meaning.md)."""
    stops = intent.name in {IntentName.WITHDRAW_ALL, IntentName.WITHDRAW}
    answer = intent.name in {IntentName.YES, IntentName.NO}
    kept = None if answer else intent
    turn.wait_for(Pending(awaiting=Awaiting.LINK, asked_at=turn.scene.now, intent=kept))
    turn.say("link.stop" if stops else "link.ask")
    turn.offer(Option(name="contact"))


def _single_wishes(intent: Intent) -> tuple[Intent, ...]:
    """Split a message with several wishes into one intent each, withdrawals first."""
    if len(intent.actions) < 2:  # noqa: PLR2004
        return (intent,)
    wishes = [
        replace(
            intent,
            name=w.name,
            purposes=w.purposes,
            channels=w.channels,
            topics=w.topics,
            scope=w.scope,
            actions=(),
        )
        for w in intent.actions
    ]
    taking = {IntentName.WITHDRAW_ALL, IntentName.WITHDRAW}
    return tuple(sorted(wishes, key=lambda w: w.name not in taking))


def fresh_pending(turn: Turn) -> Pending | None:
    """Return the pending question unless its time is over."""
    pending = turn.session.pending
    hours = timedelta(hours=turn.scene.brand.yes_within_hours)
    if pending is None or turn.scene.now - pending.asked_at > hours:
        return None
    return pending


def _withdraw(turn: Turn, intent: Intent) -> None:
    if intent.unknown_number is not None:
        if intent.purposes:
            withdrawals.withdraw(turn, intent.purposes)
        pages.unknown_number(turn, intent.unknown_number)
    elif not intent.certain:
        withdrawals.ask(turn, intent)
    elif intent.channels or intent.topics:
        channels.switch_off(turn, intent)
    elif intent.purposes:
        withdrawals.withdraw(turn, intent.purposes)
    else:
        withdrawals.stop(turn, intent.scope)


def _withdraw_all(turn: Turn, intent: Intent) -> None:
    if intent.certain:
        withdrawals.stop(turn, intent.scope)
    else:
        withdrawals.ask(turn, intent)


def _grant(turn: Turn, intent: Intent) -> None:
    if intent.unknown_number is not None:
        pages.unknown_number(turn, intent.unknown_number)
    elif intent.channels or intent.topics:
        channels.switch_on(turn, intent)
    elif _answers_pending_notice(turn, intent):
        answers.yes(turn, intent)
    else:
        grants.propose(turn, intent)


def _answers_pending_notice(turn: Turn, intent: Intent) -> bool:
    """`JA 3` counts as a yes if notice 3 is the one pending (meaning.md)."""
    pending = fresh_pending(turn)
    return (
        pending is not None
        and pending.awaiting is Awaiting.GRANT
        and intent.purposes == pending.purposes
    )


def _pause(turn: Turn, intent: Intent) -> None:
    withdrawals.pause(turn, intent)


_HANDLERS: dict[IntentName, Callable[[Turn, Intent], None]] = {
    IntentName.WITHDRAW_ALL: _withdraw_all,
    IntentName.WITHDRAW: _withdraw,
    IntentName.GRANT: _grant,
    IntentName.PAUSE: _pause,
    IntentName.STATUS: lambda turn, _intent: pages.status(turn),
    IntentName.EXPLAIN: pages.explain,
    IntentName.HELP: lambda turn, _intent: pages.menu(turn),
    IntentName.HUMAN: pages.human,
    IntentName.LANGUAGE: pages.language,
    IntentName.YES: answers.yes,
    IntentName.NO: answers.no,
    IntentName.UNCLEAR: lambda turn, _intent: pages.unclear(turn),
}
