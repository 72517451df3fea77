"""How many answers one number gets: enough for any person, too few for two machines.

Every answer by SMS costs money, and a phone that answers by itself would never stop. Only
answers are held back; what a message decides is decided (law 2).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto
from typing import Protocol

from consent.decisions import Action
from consent.dialogue.scene import Turn
from consent.dialogue.session import Tally

_HOUR = timedelta(hours=1)
#: Answers an hour to messages that change nothing, and to all together.
IDLE_ANSWERS, ALL_ANSWERS = 30, 100
#: Within this time the same words again are an echo, not a question.
_ECHO = timedelta(minutes=10)
#: How often the same words that change nothing are answered.
SAME_ANSWERS = 3


class Restraint(Enum):
    """How far an answer is held back."""

    NONE = auto()
    #: Say once that it is enough for now.
    LAST_WORD = auto()
    SILENT = auto()


class Allowance(Protocol):
    """How many people never heard of before may be answered."""

    def take(self, brand: str) -> bool:
        """Take one answer out; say whether there was one left."""
        ...


def restrained(turn: Turn) -> Restraint:
    """Return how far the answer to this message is to be held back."""
    before = _fresh(turn)
    if before is None:
        return Restraint.NONE
    if before.answers >= ALL_ANSWERS:
        return Restraint.SILENT
    if _changes(turn):
        return Restraint.NONE
    if _repeats(before, turn) >= SAME_ANSWERS:
        return Restraint.SILENT
    if before.idle < IDLE_ANSWERS - 1:
        return Restraint.NONE
    return Restraint.SILENT if before.told else Restraint.LAST_WORD


def counted(turn: Turn, restraint: Restraint) -> Tally:
    """Return the tally with this message in it: only what was answered counts as answered."""
    now, before = turn.scene.now, _fresh(turn)
    if before is None:
        before = Tally(since=now, last_at=now)
    answered = restraint is not Restraint.SILENT
    idle = answered and not _changes(turn)
    return Tally(
        answers=before.answers + answered,
        idle=before.idle + idle,
        since=before.since,
        told=before.told or restraint is Restraint.LAST_WORD,
        repeats=_repeats(before, turn),
        last=_digest(turn.scene.words),
        last_at=now,
    )


def _fresh(turn: Turn) -> Tally | None:
    """Return the tally of this hour; the words before it are remembered over its end."""
    tally, now = turn.session.tally, turn.scene.now
    # One that begins later than it can was begun before the clock was set back.
    if tally is None or abs(now - tally.since) < _HOUR:
        return tally
    return replace(tally, answers=0, idle=0, told=False, since=now)


def _repeats(before: Tally, turn: Turn) -> int:
    """Return how often these words came again, one after the other, and changed nothing."""
    is_soon = abs(turn.scene.now - before.last_at) < _ECHO
    is_echo = is_soon and not _changes(turn) and _digest(turn.scene.words) == before.last
    return before.repeats + 1 if is_echo else 0


def _digest(said: str) -> str:
    words = " ".join(said.casefold().split())
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _changes(turn: Turn) -> bool:
    return any(decision.action is not Action.ASKED for decision in turn.decisions)
