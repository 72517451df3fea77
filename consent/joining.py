"""Two customers turn out to be one: afterwards nothing is allowed that was not of both (law 6).

One chain goes on, with what the join takes away appended to it; the other stays as it is. What
one of them never said yes to is not allowed, so that no import of joins raises permission.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from consent import chain
from consent.batch_ports import PROOF_KIND, PROOF_LEVEL, Deeds, Held
from consent.batches import Fate, Joining
from consent.catalogue import BrandId, Contact, Purpose
from consent.decisions import SERVICE, Action, CustomerId, Decision, Evidence, Subject
from consent.ports import Entropy
from consent.standing import Record, Standing
from consent.states import Lens, Reading, State, Switch

_TICK = timedelta(microseconds=1)
_STANDS = frozenset({State.GIVEN, State.PAUSED})


def unite(item: Joining, kept: Held, other: Held, lens: Lens, entropy: Entropy) -> Deeds:
    """Return what is appended to the chain that goes on."""
    at = _moment(kept.standing, other.standing, lens.now)
    union = _Union(item, kept, other, replace(lens, now=at), entropy)
    union.end_service()
    for purpose in lens.catalogue.purposes:
        union.narrow_purpose(purpose)
    union.guard_contact()
    union.narrow_switches()
    return union.deeds()


def _moment(kept: Standing, other: Standing, now: datetime) -> datetime:
    """Return a moment later than every word of both."""
    said = [moment for moment in (kept.newest, other.newest) if moment is not None]
    return max((now, *(moment + _TICK for moment in said)))


class _Union:
    """The standing of both as it becomes that of one."""

    def __init__(
        self, item: Joining, kept: Held, other: Held, lens: Lens, entropy: Entropy
    ) -> None:
        self._item, self._kept, self._other = item, kept, other
        self._lens, self._entropy = lens, entropy
        self._evidence = _evidence(item, other)
        self._decisions: list[Decision] = []
        self._standing = kept.standing

    def end_service(self) -> None:
        """Whoever of both has left counts as having left, until the service restarts."""
        lens, theirs = self._lens, self._other.standing
        if not lens.is_former(theirs):
            return
        left = _left_at(theirs, lens.now)
        service = self._standing.record(SERVICE).service
        restarted = max((m for m, a in service if a is Action.RESTARTED), default=None)
        if not lens.is_former(self._standing):
            overtaken = restarted is not None and restarted >= left
            self._add(SERVICE, Action.ENDED, lens.now if overtaken else left)
        elif left < _left_at(self._standing, lens.now) and (restarted is None or restarted < left):
            self._add(SERVICE, Action.ENDED, left)

    def narrow_purpose(self, purpose: Purpose) -> None:
        """Leave a consent standing where both gave it, for as long as both would have it."""
        subject = Subject.purpose(purpose.id)
        both = [self._unpaused(h.standing, purpose) for h in (self._kept, self._other)]
        if not all(reading.state is State.GIVEN for reading in both):
            if self._must_say_no(subject):
                self._end(subject)
            return
        soonest = min((reading.until for reading in both if reading.until), default=None)
        end = self._unpaused(self._standing, purpose).until
        if soonest is not None and (end is None or end > soonest):
            self._end(subject)
            return
        mine, theirs = (self._pause(h.standing, purpose) for h in (self._kept, self._other))
        if theirs is not None and (mine is None or mine < theirs):
            self._add(subject, Action.PAUSED, self._lens.now, until=theirs)

    def guard_contact(self) -> None:
        """Where one has left and one has not, being contacted stood on different consents."""
        left = [self._lens.is_former(h.standing) for h in (self._kept, self._other)]
        if left[0] == left[1]:
            return
        stood = [
            self._lens.read(held.standing, purpose).state is State.GIVEN
            for held, former in zip((self._kept, self._other), left, strict=True)
            for purpose in self._contacting(former=former)
        ]
        if all(stood):
            return
        for purpose in self._contacting(former=True):
            if self._lens.read(self._standing, purpose).state in _STANDS:
                self._end(Subject.purpose(purpose.id))

    def narrow_switches(self) -> None:
        """Leave channels on that are on for both, and topics that are off for neither."""
        catalogue = self._lens.catalogue
        for channel in catalogue.channels:
            self._narrow_channel(Subject.channel(channel.id))
        for topic in catalogue.topics:
            subject = Subject.topic(topic.id)
            if Switch.OFF in self._switches(subject):
                # Nothing said of a topic is a yes, so only its own off is an off.
                is_off = self._lens.switch(self._standing, subject)[0] is Switch.OFF
                if not is_off or self._must_say_no(subject):
                    self._add(subject, Action.OFF, self._lens.now)

    def _narrow_channel(self, subject: Subject) -> None:
        found = self._switches(subject)
        if found == [Switch.ON, Switch.ON]:
            if not self._lens.contacts(self._standing):
                self._add(subject, Action.UNSET, self._lens.now)
        elif self._must_say_no(subject):
            no = Action.OFF if Switch.OFF in found else Action.UNSET
            self._add(subject, no, self._lens.now)

    def deeds(self) -> Deeds:
        """Return all that was added."""
        added = tuple(self._decisions)
        return Deeds(
            customer=self._kept.customer,
            decisions=added,
            records={d.subject: self._standing.record(d.subject) for d in added},
            head=added[-1].hash if added else self._kept.head,
            length=self._kept.length + len(added),
            fates=(Fate(decision=added[0].id if added else None),),
        )

    def _must_say_no(self, subject: Subject) -> bool:
        """Say whether a yes of either could still count, now or if it is brought in again."""
        mine, theirs = self._standing.record(subject), self._other.standing.record(subject)
        last = max((m.at for m in (mine.no, mine.unset) if m), default=None)
        said = max((*_said(mine), *_said(theirs)), default=None)
        return said is not None and (last is None or last < said)

    def _switches(self, subject: Subject) -> list[Switch]:
        both = (self._kept.standing, self._other.standing)
        return [self._lens.switch(standing, subject)[0] for standing in both]

    def _contacting(self, *, former: bool) -> list[Purpose]:
        wanted = Contact.FORMER_CUSTOMER if former else Contact.CUSTOMER
        return [p for p in self._lens.catalogue.contacting if p.contact is wanted]

    def _unpaused(self, standing: Standing, purpose: Purpose) -> Reading:
        """Return how a consent would stand without its pause."""
        subject = Subject.purpose(purpose.id)
        record = replace(standing.record(subject), paused=None)
        return self._lens.read(Standing({**standing.records, subject: record}), purpose)

    def _pause(self, standing: Standing, purpose: Purpose) -> datetime | None:
        reading = self._lens.read(standing, purpose)
        return reading.until if reading.state is State.PAUSED else None

    def _end(self, subject: Subject) -> None:
        had_a_yes = self._standing.record(subject).first_yes is not None
        action = Action.WITHDRAWN if had_a_yes else Action.REFUSED
        self._add(subject, action, self._lens.now)

    def _add(
        self, subject: Subject, action: Action, at: datetime, *, until: datetime | None = None
    ) -> None:
        salt, item = self._entropy.salt(), self._item
        newest = self._decisions[-1].hash if self._decisions else self._kept.head
        entry = Decision(
            id=self._entropy.decision_id(self._lens.now),
            customer=self._kept.customer or CustomerId(""),
            position=self._kept.length + len(self._decisions) + 1,
            brand=item.brand,
            subject=subject,
            action=action,
            said_at=at,
            recorded_at=self._lens.now,
            until=until,
            language=self._lens.catalogue.brands[BrandId(item.brand)].default_language,
            door=item.door,
            actor=item.actor,
            method="join",
            evidence_hash=chain.evidence_hash(self._evidence, salt),
            evidence=self._evidence,
            salt=salt,
            previous=newest,
            hash="",
        )
        self._decisions.append(replace(entry, hash=chain.digest(entry)))
        self._standing = self._standing.with_decisions(self._decisions[-1:])


def _said(record: Record) -> Iterator[datetime]:
    """Yield when something was said that an answer must be later than."""
    yield from (m.at for m in (record.yes, record.no, record.unset) if m)


def _left_at(standing: Standing, now: datetime) -> datetime:
    """Return when the service of a former customer ended, the last time it did."""
    past = [(at, action) for at, action in standing.record(SERVICE).service if at <= now]
    back = max((at for at, action in past if action is Action.RESTARTED), default=None)
    return min(
        at for at, action in past if action is Action.ENDED and (back is None or at >= back)
    )


def _evidence(item: Joining, other: Held) -> Evidence:
    """Return what proves a join: which chain came in, up to which link."""
    at = chain.stamp(item.said_at) if item.said_at else None
    numbers = sorted((item.address.value, item.other.value))
    content = chain.canonical([item.brand, *numbers, at, item.actor, item.door])
    return Evidence(
        words=f"joined with customer {other.customer}: {other.length} decisions, {other.head}",
        message_id=hashlib.sha256(content).hexdigest(),
        proof_kind=PROOF_KIND,
        proof_level=PROOF_LEVEL,
        intent="join",
    )
