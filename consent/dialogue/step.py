"""One step of the conversation: from what was asked to what is done and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from consent.catalogue import Purpose
from consent.dialogue import answers, channels, grants, loyalty, pages, withdrawals
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.session import Awaiting, Pending, Session
from consent.intents import Intent, IntentName, Page, Scope, Wish
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


#: The last answer was never delivered.
_UNSEEN = "unseen"
_ANSWERS = frozenset({IntentName.YES, IntentName.NO})
_WITHDRAWING = frozenset({IntentName.WITHDRAW_ALL, IntentName.WITHDRAW})


def step(scene: Scene, session: Session, intent: Intent) -> Turn:
    """Carry out what one message asks for; pure.

    A withdrawal is carried out before anything is asked (law 2); a grant only ever leads to
    its notice, and only a yes to that notice gives it (law 1).
    """
    turn = Turn(scene=scene, session=session, language=_language(scene, session, intent))
    if intent.language and not session.chosen:
        turn.remember(language=intent.language)
    decides = intent.page is Page.MY_DATA or any(w.name in _DECIDING for w in intent.wishes)
    if intent.brand and intent.brand != scene.brand.id and decides:
        turn.say("brand.other", other=intent.brand)
        return turn
    if not scene.linked and decides:
        _ask_for_number(turn, intent)
        return turn
    wishes = _single_wishes(intent)
    for wish in wishes:
        if wish.name is IntentName.YES and _takes_back(turn, wishes):
            continue
        if scene.late and _switches_on(wish):
            pages.switches(turn)
        elif wish.certain or wish.name in _WITHDRAWING or not _acts(wish):
            _HANDLERS[wish.name](turn, wish)
        else:
            pages.unclear(turn)
    loyalty.say_under_way(turn)
    return turn


def _takes_back(turn: Turn, wishes: tuple[Intent, ...]) -> bool:
    """Say whether a message that says yes also ends what the yes would give."""
    pending = turn.before
    if pending is None or pending.awaiting is not Awaiting.GRANT:
        return False
    purpose = turn.scene.catalogue.purpose(pending.purposes[0])
    return any(_reaches(wish, purpose) for wish in wishes if wish.name in _WITHDRAWING)


def _reaches(stop: Intent, purpose: Purpose) -> bool:
    """Say whether a withdrawal is also about this purpose."""
    if stop.purposes:
        return purpose.id in stop.purposes
    if stop.channels or stop.topics or stop.unknown_number is not None:
        return False
    return purpose.marketing or stop.scope is Scope.ALL


def _acts(wish: Intent) -> bool:
    """Say whether a wish could change something at once; a grant only shows its notice."""
    if wish.name is IntentName.GRANT:
        return _switches_on(wish)
    return wish.name in {*_ANSWERS, IntentName.PAUSE}


def _switches_on(wish: Intent) -> bool:
    return wish.name is IntentName.GRANT and bool(wish.channels or wish.topics)


def resume(scene: Scene, session: Session) -> Turn:
    """Carry out, without asking again, what waited for the sender's number.

    Only what lowers permission is: a switch wished for on some earlier day is shown, to be
    switched by a word of today.
    """
    pending = session.pending
    turn = Turn(scene=scene, session=session, language=_language(scene, session, None))
    turn.wait_for(None)
    turn.say("link.done")
    if pending is None or pending.awaiting is not Awaiting.LINK or pending.intent is None:
        pages.menu(turn)
        return turn
    following = step(
        replace(scene, late=True), turn.session, replace(pending.intent, language=None)
    )
    following.messages[:0] = turn.messages
    return following


def remark(scene: Scene, session: Session, message: str, *, about: str | None = None) -> Turn:
    """Say why something could not be used; a pending question stays open.

    :param about: of an answer that was not seen, the message it answered; none: the last one.
    """
    turn = Turn(scene=scene, session=session, language=_language(scene, session, None))
    if message == _UNSEEN:
        # A yes to a text that was never shown would be none (law 1); a STOP that waits for the
        # number waits on.
        asked = turn.before
        is_about = asked is not None and about in {None, asked.message_id}
        if asked and is_about and asked.awaiting is not Awaiting.LINK:
            turn.wait_for(None)
        return turn
    turn.say(message)
    asks_again = message in {"contact.foreign", "contact.forwarded"}
    turn.offer(Option(name="contact" if asks_again else "menu"))
    return turn


def _language(scene: Scene, session: Session, intent: Intent | None) -> str:
    spoken = intent.language if intent else None
    return spoken or session.language or scene.hint or scene.brand.default_language


def _ask_for_number(turn: Turn, intent: Intent) -> None:
    """Before the number is known nothing is shown or written; the wish is kept (meaning.md)."""
    scene = turn.scene
    earlier = turn.session.pending
    answers_only = intent.name in _ANSWERS and not intent.actions
    kept = None if answers_only else intent
    words, message_id = scene.words, scene.message_id
    waiting = earlier.intent if earlier and earlier.awaiting is Awaiting.LINK else None
    if earlier and waiting and _withdraws(waiting):
        # A STOP that waits is never lost to a later word.
        if kept and _withdraws(kept):
            wishes = tuple(dict.fromkeys((*waiting.wishes, *kept.wishes)))
            kept = replace(waiting, certain=True, actions=wishes)
            words, message_id = f"{earlier.words}\n{words}", f"{earlier.message_id} {message_id}"
        else:
            kept, words, message_id = waiting, earlier.words, earlier.message_id
    turn.wait_for(
        Pending(
            awaiting=Awaiting.LINK,
            asked_at=scene.now,
            intent=kept,
            words=words,
            message_id=message_id,
        )
    )
    turn.say("link.stop" if kept and _withdraws(kept) else "link.ask")
    turn.offer(Option(name="contact"))


def _withdraws(intent: Intent) -> bool:
    return any(wish.name in _WITHDRAWING for wish in intent.wishes)


def _single_wishes(intent: Intent) -> tuple[Intent, ...]:
    """Split a message with several wishes into one intent each, in the order to carry out.

    An answer meets the question that was pending before the message, and only one can; grants
    come last and as one, so that no message can both show a notice and accept it (law 1).
    """
    if not intent.actions:
        return (intent,)
    wishes = [_single(intent, wish) for wish in intent.actions]
    answers_ = [w for w in wishes if w.name in _ANSWERS]
    gifts = [w for w in wishes if w.name is IntentName.GRANT and not _acts(w)]
    rest = [w for w in wishes if w not in answers_ and w not in gifts]
    return (*answers_[:1], *sorted(rest, key=_turn_of), *_as_one(gifts))


def _as_one(gifts: list[Intent]) -> tuple[Intent, ...]:
    """Return all wishes to give as one: it is offered one notice at a time."""
    if not gifts:
        return ()
    purposes = tuple(dict.fromkeys(p for gift in gifts for p in gift.purposes))
    scope = next((gift.scope for gift in gifts if gift.scope), None)
    unknown = next((g.unknown_number for g in gifts if g.unknown_number is not None), None)
    known = unknown if not purposes else None
    return (replace(gifts[0], purposes=purposes, scope=scope, unknown_number=known),)


def _single(intent: Intent, wish: Wish) -> Intent:
    return replace(
        intent,
        name=wish.name,
        purposes=wish.purposes,
        channels=wish.channels,
        topics=wish.topics,
        scope=wish.scope,
        certain=intent.certain and wish.certain,
        unknown_number=wish.unknown_number,
        actions=(),
    )


def _turn_of(wish: Intent) -> int:
    narrow = bool(wish.channels or wish.topics)
    if wish.name in _WITHDRAWING:
        # After channels that come on, so that the last one off is told from a change of channel.
        return 3 if narrow and not wish.purposes else 1
    return 2 if narrow else 4


def _withdraw(turn: Turn, intent: Intent) -> None:
    if not intent.certain:
        withdrawals.ask(turn, intent)
        return
    narrow = bool(intent.channels or intent.topics)
    if intent.purposes:
        withdrawals.withdraw(turn, intent.purposes, pressed=intent.notice is not None)
    if narrow:
        channels.switch_off(turn, intent)
    if intent.unknown_number is not None:
        pages.unknown_number(turn, intent.unknown_number)
    elif not intent.purposes and not narrow:
        withdrawals.stop(turn, intent.scope)


def _withdraw_all(turn: Turn, intent: Intent) -> None:
    if intent.certain:
        withdrawals.stop(turn, intent.scope)
    else:
        withdrawals.ask(turn, intent)


def _grant(turn: Turn, intent: Intent) -> None:
    if _is_late_code(turn, intent):
        answers.yes(turn, intent)
    elif intent.unknown_number is not None:
        pages.unknown_number(turn, intent.unknown_number)
    elif intent.channels or intent.topics:
        channels.switch_on(turn, intent)
    elif _answers_pending_notice(turn, intent):
        answers.yes(turn, intent)
    else:
        grants.propose(turn, intent)


def _is_late_code(turn: Turn, intent: Intent) -> bool:
    """`JA 47` after the time of its question is no 47th consent: it gets the notice again."""
    pending = turn.before
    return (
        intent.unknown_number is not None
        and pending is not None
        and pending.code is not None
        and not pending.is_fresh(turn.scene.now, turn.scene.brand.yes_within_hours)
    )


def _answers_pending_notice(turn: Turn, intent: Intent) -> bool:
    """`JA 3` counts as a yes if notice 3 is the one pending (meaning.md)."""
    pending = turn.before
    return (
        pending is not None
        and intent.certain
        and turn.session.pending is pending
        and pending.awaiting is Awaiting.GRANT
        and pending.is_fresh(turn.scene.now, turn.scene.brand.yes_within_hours)
        and intent.purposes == pending.purposes
    )


_HANDLERS: dict[IntentName, Callable[[Turn, Intent], None]] = {
    IntentName.WITHDRAW_ALL: _withdraw_all,
    IntentName.WITHDRAW: _withdraw,
    IntentName.GRANT: _grant,
    IntentName.PAUSE: withdrawals.pause,
    IntentName.STATUS: pages.status,
    IntentName.EXPLAIN: pages.explain,
    IntentName.HELP: pages.help_,
    IntentName.HUMAN: pages.human,
    IntentName.LANGUAGE: pages.language,
    IntentName.YES: answers.yes,
    IntentName.NO: answers.no,
    IntentName.UNCLEAR: lambda turn, _intent: pages.unclear(turn),
}
