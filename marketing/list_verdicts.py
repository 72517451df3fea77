"""Verdicts on very many customers: the same rules, asked once for each shape of a standing.

Most customers' standings differ in moments and decisions alone. What `consent.verdicts` answers
depends on which marks there are, which of them is newer, and the notice of the yes; where there is
no pause and no end of service, it depends on nothing else (`tests/marketing/test_list_verdicts.py`
holds it against the rules themselves). So the rules judge the first customer of each shape, and
whoever has a pause or an end of service in person.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence, Sized
from datetime import datetime
from typing import Protocol

from consent.decisions import SERVICE, Subject
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, Reason, check_question, judge
from marketing.listing import Answer

#: A shape is forgotten when there are more.
_SHAPES = 10_000


class SlimMark(Protocol):
    """What counts of a mark."""

    @property
    def at(self) -> datetime:
        """When it was said."""
        ...

    @property
    def notice(self) -> str | None:
        """The fingerprint of what it answers."""
        ...


class SlimRecord(Protocol):
    """What counts of `consent.standing.Record`."""

    @property
    def asked(self) -> SlimMark | None:
        """When it was asked last."""
        ...

    @property
    def yes(self) -> SlimMark | None:
        """The newest yes."""
        ...

    @property
    def no(self) -> SlimMark | None:
        """The newest no."""
        ...

    @property
    def unset(self) -> SlimMark | None:
        """The newest return to neither."""
        ...

    @property
    def paused(self) -> SlimMark | None:
        """The newest pause."""
        ...

    @property
    def first_yes(self) -> datetime | None:
        """The first yes."""
        ...

    @property
    def service(self) -> Sized:
        """Ends and restarts of the service."""
        ...


#: One customer: what is on record of each subject of the question.
Slim = Mapping[tuple[str, str], SlimRecord]
#: Reason, and of which record which mark says since when.
_Found = tuple[Reason, tuple[str, str] | None, str]
_MARKS = ("asked", "yes", "no", "unset")


def subjects_of(question: Question, lens: Lens) -> tuple[Subject, ...]:
    """Return all that a verdict on a question looks at.

    :raises KeyError: the catalogue has no such purpose, channel or topic.
    """
    check_question(question, lens.catalogue)
    purposes = (*question.purposes, *(p.id for p in lens.catalogue.contacting))
    found = [Subject.purpose(purpose) for purpose in dict.fromkeys(purposes)]
    if question.channel is not None:
        found.append(Subject.channel(question.channel))
    if question.topic is not None:
        found.append(Subject.topic(question.topic))
    return (*found, SERVICE)


class ListJudge:
    """Judges customers by one question, through one lens."""

    def __init__(self, question: Question, lens: Lens) -> None:
        """Take what is asked, and what standings are read through."""
        self.question = question
        self.lens = lens
        self._known: dict[Hashable, _Found] = {}

    def answer(
        self, slim: Slim, blocked: frozenset[str], standing: Callable[[], Standing]
    ) -> Answer:
        """Return what is told of a customer.

        :param slim: what is on record of the subjects of the question.
        :param blocked: the channels that a provider blocks.
        :param standing: reads the same in full.
        """
        parts = []
        for subject, record in slim.items():
            if record.paused is not None or record.service:
                return self._judged(standing(), blocked)
            parts.append((subject, *_shape(record)))
        shape = (tuple(parts), blocked)
        found = self._known.get(shape)
        if found is None:
            found = self._learn(shape, standing(), blocked)
        reason, about, mark = found
        if about is None:
            return _PLAIN[reason]
        said: SlimMark = getattr(slim[about], mark)
        return Answer(reason, said.at)

    def _judged(self, standing: Standing, blocked: frozenset[str]) -> Answer:
        verdict = judge(self.question, standing, self.lens, blocked=blocked)
        return Answer(verdict.reason, None if verdict.allowed else verdict.since)

    def _learn(self, shape: Hashable, standing: Standing, blocked: frozenset[str]) -> _Found:
        verdict = judge(self.question, standing, self.lens, blocked=blocked)
        found: _Found = (verdict.reason, None, "")
        if not verdict.allowed and verdict.decision is not None and verdict.about is not None:
            record, about = standing.record(verdict.about), verdict.about
            # By its decision: two marks can be of the same moment.
            marks = [(name, getattr(record, name)) for name in _MARKS]
            name = next(n for n, m in marks if m is not None and m.decision == verdict.decision)
            found = (verdict.reason, (about.kind.value, about.id), name)
        if len(self._known) >= _SHAPES:
            self._known.clear()
        self._known[shape] = found
        return found


_PLAIN = {reason: Answer(reason) for reason in Reason}


def _shape(record: SlimRecord) -> tuple[object, ...]:
    """Return all that a verdict can depend on, besides pauses and the service."""
    asked, yes, no, unset = record.asked, record.yes, record.no, record.unset
    order: Sequence[object] = ()
    if no is not None or unset is not None:
        marks = [mark.at if mark is not None else None for mark in (yes, no, unset)]
        moments = sorted({at for at in marks if at is not None})
        first = record.first_yes
        order = (
            *(moments.index(at) if at is not None else None for at in marks),
            no is not None and first is not None and first <= no.at,
        )
    return (asked is not None, yes is not None, yes.notice if yes is not None else None, *order)
