"""What is new in a text: told once, and of a new meaning asked once, when the customer comes.

Never by a message that nobody asked for, and never again: silence leaves what stands as it is.
That it was told is in the ledger, as the version that was shown, so it is once at whatever door.
"""

from __future__ import annotations

from consent.catalogue import Purpose
from consent.decisions import NO, Action, Subject
from consent.dialogue.scene import Decide, Turn
from consent.dialogue.session import Awaiting, Pending
from consent.notices import Form, Notice
from consent.replies import Option
from consent.states import State

_STANDS = frozenset({State.GIVEN, State.PAUSED})


def on_overview(turn: Turn, *, asks_only: bool = False) -> None:
    """Say what is new in the texts of what was given; ask again for one that needs a new yes.

    By SMS one thing a message: it costs the reader's time.

    :param asks_only: say nothing of texts that leave what was given as it is.
    """
    chat = turn.scene.form is Form.CHAT
    asked = _may_ask(turn) and _ask_again(turn)
    for purpose in turn.scene.catalogue.purposes if not asks_only and not asked else ():
        if turn.scene.read(purpose).state in _STANDS and _tell(turn, purpose) and not chat:
            return


def on_page(turn: Turn, purpose: Purpose) -> None:
    """Say what is new above a text that was opened."""
    _tell(turn, purpose)


def _tell(turn: Turn, purpose: Purpose) -> bool:
    news = _news(turn, purpose)
    if news:
        stands = turn.scene.read(purpose).state in _STANDS
        turn.say(
            "news.changed" if stands else "news.outdated.page",
            purpose=purpose.id,
            notice=news[-1].fingerprint,
            **_changes(turn, news),
        )
        _note(turn, purpose, news[-1])
    return bool(news)


def _ask_again(turn: Turn) -> bool:
    """Ask for a new yes where there is one to ask for; say whether it was."""
    scene = turn.scene
    for purpose in scene.catalogue.purposes:
        news = _news(turn, purpose)
        if news and scene.read(purpose).state is State.OUTDATED and _is_useful(turn, purpose):
            turn.say("news.outdated", purpose=purpose.id, **_changes(turn, news))
            _note(turn, purpose, news[-1])
            # A no counts at once; a yes first gets the text (see `grants.accept`).
            asked = Pending(awaiting=Awaiting.GRANT, asked_at=scene.now, purposes=(purpose.id,))
            turn.wait_for(asked)
            turn.offer(Option(name="explain", purpose=purpose.id))
            return True
    return False


def _may_ask(turn: Turn) -> bool:
    """Say whether this message leaves room for a question: none is open, nothing was ended."""
    pending, scene = turn.session.pending, turn.scene
    if any(decision.action in NO for decision in turn.decisions):
        return False
    return pending is None or not pending.is_open(scene.now, scene.brand.yes_within_hours)


def _is_useful(turn: Turn, purpose: Purpose) -> bool:
    """Say whether a yes would count: of a former customer not every one does."""
    scene = turn.scene
    lives_on = purpose.years_after_service is not None or scene.brand.use_after_service
    return lives_on or not scene.lens.is_former(scene.standing)


def _news(turn: Turn, purpose: Purpose) -> tuple[Notice, ...]:
    """Return the versions that came since the customer was last shown or told of one."""
    scene = turn.scene
    if not scene.linked or scene.late or scene.muted:
        return ()
    state = scene.read(purpose).state
    if state not in {*_STANDS, State.OUTDATED} or turn.has_decided(Subject.purpose(purpose.id)):
        return ()
    record = scene.standing.record(Subject.purpose(purpose.id))
    shown = (scene.lens.notices.find(m.notice or "") for m in (record.yes, record.asked) if m)
    known = max(((n.major, n.minor) for n in shown if n), default=None)
    if known is None:
        return ()
    news = scene.lens.notices.since(scene.notice(purpose.id, turn.language), known)
    is_old = state is State.OUTDATED and all(notice.major == known[0] for notice in news)
    return () if is_old else news


def _changes(turn: Turn, news: tuple[Notice, ...]) -> dict[str, list[str]]:
    """Return the versions whose changes are told: by SMS only the one that matters most."""
    if turn.scene.form is not Form.CHAT:
        news = (tuple(notice for notice in news if notice.minor == 0) or news)[-1:]
    return {"changes": [notice.fingerprint for notice in news]}


def _note(turn: Turn, purpose: Purpose, notice: Notice) -> None:
    subject = Subject.purpose(purpose.id)
    turn.decide(Decide(subject=subject, action=Action.ASKED, notice=notice.fingerprint))
