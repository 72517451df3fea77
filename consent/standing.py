"""What the decisions add up to.

Every subject has one `Record`: the newest yes, the newest no, and so on. Records join by
taking the newer of each, so the order in which decisions arrive does not matter, the same
decision twice is the same decision once, and a no is only ever passed by a later yes
(laws 3, 5, 6). What a record *means* at a moment is read in `states`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.decisions import NO, YES, Action, Decision, DecisionId, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """When something was said, by which decision, and through whom."""

    at: datetime
    decision: DecisionId
    door: str
    actor: str
    #: Fingerprint of the notice it answers, where there is one.
    notice: str | None = None
    #: End of a pause.
    until: datetime | None = None

    @classmethod
    def of(cls, decision: Decision) -> Mark:
        """Take what a record keeps of a decision."""
        return cls(
            at=decision.said_at,
            decision=decision.id,
            door=decision.door,
            actor=decision.actor,
            notice=decision.notice,
            until=decision.until,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that later questions need to know about one subject."""

    asked: Mark | None = None
    yes: Mark | None = None
    no: Mark | None = None
    paused: Mark | None = None
    unset: Mark | None = None
    #: When the very first yes was said: tells a withdrawal from a refusal.
    first_yes: datetime | None = None
    #: The service only: every end and restart, in order.
    service: tuple[tuple[datetime, Action], ...] = ()

    def with_decision(self, decision: Decision) -> Record:
        """Return this record joined with one more decision."""
        mark = Mark.of(decision)
        action = decision.action
        if action in YES:
            first = min(self.first_yes or mark.at, mark.at)
            return replace(self, yes=_newer(self.yes, mark), first_yes=first)
        if action in NO:
            return replace(self, no=_newer(self.no, mark))
        if action is Action.ASKED:
            return replace(self, asked=_newer(self.asked, mark))
        if action is Action.PAUSED:
            return replace(self, paused=_newer(self.paused, mark))
        if action is Action.UNSET:
            return replace(self, unset=_newer(self.unset, mark))
        moments = {*self.service, (mark.at, action)}
        return replace(self, service=tuple(sorted(moments)))

    @property
    def newest(self) -> datetime | None:
        """The latest moment the customer said anything about this subject."""
        marks = (self.asked, self.yes, self.no, self.paused, self.unset)
        return max((m.at for m in marks if m), default=None)


def _newer(left: Mark | None, right: Mark) -> Mark:
    if left is None:
        return right
    return max(left, right, key=lambda m: (m.at, m.decision))


EMPTY = Record()


@dataclass(frozen=True, slots=True)
class Standing:
    """The records of one customer of one brand."""

    records: Mapping[Subject, Record] = field(default_factory=dict)

    def record(self, subject: Subject) -> Record:
        """Return a subject's record, empty if nothing was ever said."""
        return self.records.get(subject, EMPTY)

    def with_decisions(self, decisions: Iterable[Decision]) -> Standing:
        """Return this standing joined with more decisions, in whatever order."""
        records = dict(self.records)
        for decision in decisions:
            before = records.get(decision.subject, EMPTY)
            records[decision.subject] = before.with_decision(decision)
        return Standing(records)

    @property
    def newest(self) -> datetime | None:
        """The latest moment the customer said anything."""
        moments = [r.newest for r in self.records.values()]
        return max((m for m in moments if m), default=None)
