"""Random conversations for the laws: scenes, pending questions and wishes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from consent.decisions import Decision
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.session import Awaiting, Pending, Session
from consent.intents import Intent, IntentName, Page, Scope, Wish
from consent.notices import Form
from consent.replies import Message, Row
from consent.standing import Standing
from tests.builders import (
    AMIGO,
    CATALOGUE,
    CHANNELS,
    DAY,
    HOUR,
    LMT,
    PURPOSES,
    START,
    TOPICS,
    grant_pending,
    lens,
    notice,
    pending,
    said,
    scene,
    shelf,
)
from tests.rules.histories import histories

TAKING = frozenset({IntentName.WITHDRAW, IntentName.WITHDRAW_ALL})
#: Later than all that was said before, as the desk makes sure.
NOW = START + HOUR
_AGES = (timedelta(0), HOUR, DAY, DAY + timedelta(microseconds=1), 400 * DAY)
_SHELF = shelf(notice("traffic", minor=1), notice("research", major=2))
_some_purposes = st.lists(st.sampled_from(PURPOSES), max_size=3).map(tuple)
_some_channels = st.lists(st.sampled_from(CHANNELS), max_size=2, unique=True).map(tuple)
_some_topics = st.lists(st.sampled_from(TOPICS), max_size=1).map(tuple)
_codes = st.sampled_from((None, "47", "12"))
_unknown_numbers = st.sampled_from((None, None, 12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One message about to be answered."""

    scene: Scene
    before: Session
    wish: Intent
    history: tuple[Decision, ...]


@st.composite
def _grant_questions(draw: st.DrawFn) -> Pending:
    purpose = draw(st.sampled_from(PURPOSES))
    shown = notice(
        purpose,
        form=draw(st.sampled_from((Form.CHAT, Form.SMS))),
        major=draw(st.sampled_from((1, 1, 2))),
    )
    asked_at = NOW - draw(st.sampled_from(_AGES))
    code = draw(_codes)
    return grant_pending(shown, asked_at=asked_at, code=code)


@st.composite
def _other_questions(draw: st.DrawFn) -> Pending:
    awaiting = draw(st.sampled_from([a for a in Awaiting if a is not Awaiting.GRANT]))
    named = draw(st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=3, unique=True))
    purposes = named if awaiting is Awaiting.WITHDRAW else []
    return pending(awaiting, *purposes, asked_at=NOW - draw(st.sampled_from(_AGES)))


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Draw a conversation with any question pending, or none."""
    question = draw(
        st.one_of(st.none(), _grant_questions(), _grant_questions(), _other_questions())
    )
    return Session(
        greeted=draw(st.booleans()),
        pending=question,
        language=draw(st.sampled_from((None, *CATALOGUE.languages))),
        misses=draw(st.integers(0, 2)),
        missed_at=NOW - draw(st.sampled_from(_AGES)),
    )


@st.composite
def _stops(draw: st.DrawFn) -> Wish:
    """Draw a wish to end everything, or what is named: purposes, channels and topics."""
    if draw(st.booleans()):
        return Wish(name=IntentName.WITHDRAW_ALL, scope=draw(st.sampled_from((None, *Scope))))
    return Wish(
        name=IntentName.WITHDRAW,
        purposes=draw(_some_purposes),
        channels=draw(_some_channels),
        topics=draw(_some_topics),
    )


@st.composite
def _gifts(draw: st.DrawFn) -> Wish:
    """Draw a wish to give: purposes, everything, or channels and topics."""
    name = IntentName.GRANT
    if draw(st.booleans()):
        return Wish(name=name, purposes=draw(_some_purposes))
    if draw(st.booleans()):
        return Wish(name=name, scope=draw(st.sampled_from((None, Scope.ALL))))
    return Wish(name=name, channels=draw(_some_channels), topics=draw(_some_topics))


@st.composite
def _extras(draw: st.DrawFn) -> Wish:
    """Draw what else one message may say beside: an answer, a pause, a question."""
    calm = [n for n in IntentName if n not in TAKING | {IntentName.GRANT}]
    name = draw(st.sampled_from((IntentName.YES, IntentName.NO, *calm)))
    return Wish(name=name, purposes=draw(_some_purposes))


def _message(wishes: list[Wish], **more: Any) -> Intent:  # noqa: ANN401
    """Return what asks for all of this; a single wish is the message itself."""
    first = wishes[0]
    intent = Intent(
        name=first.name,
        purposes=first.purposes,
        channels=first.channels,
        topics=first.topics,
        scope=first.scope,
        **more,
    )
    if len(wishes) == 1:
        return intent
    odd = replace(first, unknown_number=intent.unknown_number)
    return replace(intent, actions=(odd, *wishes[1:]))


@st.composite
def withdrawals(draw: st.DrawFn) -> Intent:
    """Draw a withdrawal that is certain: all or exactly what is named, perhaps among gifts."""
    wishes = draw(st.lists(_stops(), min_size=1, max_size=3))
    wishes += draw(st.lists(_gifts(), max_size=1))
    return _message(wishes, unknown_number=draw(_unknown_numbers))


@st.composite
def _several(draw: st.DrawFn) -> Intent:
    """Draw a message with several wishes: in any order, with answers and the like."""
    wishes = draw(st.lists(st.one_of(_stops(), _gifts()), min_size=1, max_size=3))
    wishes += draw(st.lists(_extras(), max_size=2))
    return _message(wishes, code=draw(_codes), unknown_number=draw(_unknown_numbers))


@st.composite
def _answers(draw: st.DrawFn) -> Intent:
    """Draw a yes: with a code or none, naming purposes or none, by a button or in words."""
    name = IntentName.YES
    if draw(st.booleans()):
        return Intent(name=name, code=draw(_codes), purposes=draw(_some_purposes))
    purpose = draw(st.sampled_from(PURPOSES))
    shown = notice(purpose, major=draw(st.sampled_from((1, 2))))
    return Intent(name=name, purposes=(purpose,), notice=shown.code)


@st.composite
def _presses(draw: st.DrawFn) -> Intent:
    """Draw a button of a page: refuse, withdraw or pause, perhaps of an older text."""
    name = draw(st.sampled_from((IntentName.NO, IntentName.WITHDRAW, IntentName.PAUSE)))
    purpose = draw(st.sampled_from(PURPOSES))
    shown = notice(purpose, major=draw(st.sampled_from((1, 2))))
    return Intent(name=name, purposes=(purpose,), notice=shown.code)


@st.composite
def _others(draw: st.DrawFn) -> Intent:
    calm = [n for n in IntentName if n not in TAKING | {IntentName.YES}]
    name = draw(st.sampled_from(calm))
    switches = draw(st.booleans()) and name is IntentName.GRANT
    return Intent(
        name=name,
        purposes=draw(_some_purposes),
        channels=draw(_some_channels) if switches else (),
        topics=draw(_some_topics) if switches else (),
        scope=draw(st.sampled_from((None, Scope.ALL))),
        code=draw(_codes),
        hours=draw(st.sampled_from((None, 1, 10**6))),
        wanted_language=draw(st.sampled_from((None, "ru", "xx"))),
        page=draw(st.sampled_from((None, *Page))),
        unknown_number=draw(_unknown_numbers),
    )


@st.composite
def intents(draw: st.DrawFn) -> Intent:
    """Draw what any one message can be read as, certain or not."""
    return replace(
        draw(st.one_of(_answers(), _presses(), _others(), withdrawals(), _several())),
        certain=draw(st.sampled_from((True, True, False))),
        brand=draw(st.sampled_from((None, None, LMT, AMIGO))),
        language=draw(st.sampled_from((None, *CATALOGUE.languages))),
    )


@st.composite
def moments(draw: st.DrawFn, wishes: st.SearchStrategy[Intent]) -> Moment:
    """Draw a customer with any past, in any conversation, saying something."""
    history = tuple(draw(histories()))
    linked = draw(st.sampled_from((True, True, False)))
    return Moment(
        scene=scene(
            *history,
            through=lens(NOW, on=_SHELF),
            form=draw(st.sampled_from(Form)),
            proof_level=draw(st.sampled_from((1, 2))) if linked else 0,
            linked=linked,
        ),
        before=draw(sessions()),
        wish=draw(wishes),
        history=history,
    )


@st.composite
def close_calls(draw: st.DrawFn) -> Moment:
    """Draw a notice pending and something near a yes to it: most of them are good."""
    purpose = draw(st.sampled_from(PURPOSES))
    code = draw(st.sampled_from((None, "47")))
    question = grant_pending(
        notice(purpose, form=draw(st.sampled_from((Form.CHAT, Form.SMS)))),
        asked_at=NOW - draw(st.sampled_from(_AGES)),
        code=code,
    )
    named = draw(st.sampled_from(((purpose,), (purpose,), ("offers",), (purpose, "offers"))))
    said_code = draw(st.sampled_from((code, code, "12")))
    twice = [Wish(name=IntentName.GRANT, purposes=named)] * 2
    wish = draw(
        st.sampled_from(
            (
                Intent(name=IntentName.YES, code=said_code),
                Intent(name=IntentName.YES, code=said_code, purposes=named),
                Intent(name=IntentName.GRANT, purposes=named, code=said_code),
                Intent(name=IntentName.YES, purposes=named[:1], notice=notice(named[0]).code),
                _message(twice, code=said_code),
                _message([*twice, Wish(name=IntentName.YES)], code=said_code),
            )
        )
    )
    certain = draw(st.sampled_from((True, True, False)))
    moment = draw(moments(st.just(replace(wish, certain=certain))))
    return replace(moment, before=replace(moment.before, pending=question))


@st.composite
def waits(draw: st.DrawFn) -> tuple[Moment, list[Intent]]:
    """Draw a stranger who withdraws and then says anything, and who they turn out to be."""
    moment = draw(moments(withdrawals()))
    known = replace(moment, scene=replace(moment.scene, linked=True, proof_level=1))
    return known, draw(st.lists(intents(), max_size=3))


def after(turn: Turn) -> Standing:
    """Return what stands once a step's decisions are in the ledger."""
    return turn.scene.standing.with_decisions(
        said(d.subject.id, d.action, at=turn.scene.now, until=d.until) for d in turn.decisions
    )


def states_shown(message: Message) -> list[Row]:
    """Return every row of a message that could tell how something stands."""
    lists = (value for value in message.params.values() if isinstance(value, list))
    return [row for rows in lists for row in rows if not isinstance(row, str)]
