"""How many answers one number gets: enough for any person, too few for two machines.

Every answer by SMS costs money, and a phone that answers by itself would never stop. Only
answers are held back; what a message decides is decided (law 2).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from consent.decisions import Action
from consent.dialogue.scene import Tally, Turn

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
    tally = counted(turn)
    if tally.answers > ALL_ANSWERS or (tally.repeats >= SAME_ANSWERS and not _changes(turn)):
        return Restraint.SILENT
    if _changes(turn) or tally.answers < IDLE_ANSWERS:
        return Restraint.NONE
    return Restraint.LAST_WORD if tally.answers == IDLE_ANSWERS else Restraint.SILENT


def counted(turn: Turn) -> Tally:
    """Return the tally with this message in it; only answers that cost are ever counted."""
    now, before = turn.scene.now, turn.session.tally
    words = _digest(turn)
    if before is None:
        return Tally(answers=1, since=now, last=words, last_at=now)
    again = words == before.last and now - before.last_at < _ECHO and not _changes(turn)
    fresh = _fresh(before, now)
    return replace(
        fresh,
        answers=fresh.answers + 1,
        last=words,
        last_at=now,
        repeats=before.repeats + 1 if again else 0,
    )


def _fresh(tally: Tally, now: datetime) -> Tally:
    is_over = now - tally.since >= _HOUR
    return replace(tally, answers=0, since=now) if is_over else tally


def _digest(turn: Turn) -> str:
    words = " ".join(turn.scene.words.casefold().split())
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _changes(turn: Turn) -> bool:
    return any(decision.action is not Action.ASKED for decision in turn.decisions)
