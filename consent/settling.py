"""Recording decisions taken elsewhere: entries of one customer as links of their chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from consent import chain
from consent.batch_ports import PROOF_KIND, PROOF_LEVEL, Deeds, Held, Work
from consent.batches import Entry, Fate, Refusal, admit, admit_release, is_plain, said
from consent.cases import Case, CaseKind, due_of
from consent.catalogue import BrandId
from consent.decisions import NO, Action, CustomerId, Decision, DecisionId, Evidence, Subject
from consent.joining import unite
from consent.notices import NoticeShelf
from consent.ports import Entropy
from consent.standing import Record, Standing
from consent.states import Lens, State, Switch
from consent.terms import kept_loyalty, resumed_at

_TICK = timedelta(microseconds=1)
_RAN_OUT = frozenset({State.OUTDATED, State.EXPIRED})
_STANDS = frozenset({State.GIVEN, State.PAUSED})
_LONGEST = 1000


def work_at(now: datetime, lens: Callable[[str, datetime], Lens], entropy: Entropy) -> Work:
    """Return what is to be done with a batch that is recorded now.

    :param lens: reads a standing of a brand at a moment.
    """
    of = lru_cache(lambda brand: lens(brand, now))
    return Work(
        at=now,
        settle=lambda held, entries: settle(held, entries, of(entries[0].brand), entropy),
        refuse=lambda release: admit_release(release, of(release.brand)),
        unite=lambda item, kept, other: unite(item, kept, other, of(item.brand), entropy),
    )


def settle(held: Held, entries: Sequence[Entry], lens: Lens, entropy: Entropy) -> Deeds:
    """Decide on the entries of one customer, in their order; the same entry counts once."""
    links = _Links(held, lens, entropy)
    known = dict(held.known)
    fates: list[Fate] = []
    for entry in entries:
        key = entry.key
        before = known.get(key)
        if before is not None and not _says_more(entry, links.standing, lens):
            fates.append(Fate(decision=before, again=True, unnamed=entry.unnamed))
            continue
        late = held.former and entry.raises
        refusal = Refusal.SAID_BEFORE_RELEASE if late else admit(entry, links.standing, lens)
        if refusal is None and entry.raises:
            # Nobody can tell whose yes it is: a no stands all the same.
            refusal = entry.unnamed
        if refusal is not None:
            fates.append(Fate(refusal=refusal))
            continue
        known[key] = links.record(entry, key)
        fates.append(Fate(decision=known[key], unnamed=entry.unnamed))
    return links.deeds(tuple(fates))


def _says_more(entry: Entry, standing: Standing, lens: Lens) -> bool:
    """Say whether a no that came before is said again, after a yes.

    Two visits to a shop can be told in the same words; the second no must not be lost (law 6).
    """
    record = standing.record(entry.subject)
    if entry.taken_as not in NO or record.yes is None:
        return False
    since = max((m.at for m in (record.no, record.unset) if m), default=None)
    return record.yes.at < said(entry, lens) and (since is None or since < record.yes.at)


class _Links:
    """A customer's chain and standing as they grow."""

    def __init__(self, held: Held, lens: Lens, entropy: Entropy) -> None:
        self._lens, self._entropy = lens, entropy
        self._customer = held.customer
        self._head, self._length = held.head, held.length
        self._decisions: list[Decision] = []
        self._cases: list[Case] = []
        self.standing = held.standing

    def record(self, entry: Entry, key: str) -> DecisionId:
        """Add an entry with what follows from it; return its decision."""
        if self._customer is None:
            self._customer = self._entropy.customer_id(self._lens.now)
        evidence = _evidence(entry, key)
        at, action = said(entry, self._lens), entry.taken_as or entry.action
        # Of somebody who never said anything, nothing can follow.
        contact = bool(self.standing.records) and self._allows_contact(entry.subject)
        if contact and action is Action.GIVEN and self._ran_out():
            for subject, since in self._channels_on():
                if since < at:
                    self._add(entry, evidence, subject, Action.UNSET, at - _TICK)
        contacted = contact and action in NO and self._lens.contacts(self.standing)
        was_gone = action is Action.RESTARTED and self._lens.is_former(self.standing)
        decision = self._add(entry, evidence, entry.subject, action, at)
        if was_gone and resumed_at(self.standing, self._lens):
            self._reinstate(entry)
        if contact and action in NO:
            self._unset_channels(entry, evidence, at, contacted=contacted)
        return decision.id

    def _reinstate(self, entry: Entry) -> None:
        """Ask a person to restore the loyalty that was kept (seeds 6.1)."""
        lens, kind = self._lens, CaseKind.LOYALTY
        brand = lens.catalogue.brands[BrandId(entry.brand)]
        kept = kept_loyalty(self.standing, lens, lens.now)
        case = Case(
            id=self._entropy.case_id(),
            kind=kind,
            opened_at=lens.now,
            purpose=kept[0].id,
            due_at=due_of(kind, lens.now, brand, lens.catalogue.timezone),
            language=_language(entry, lens),
        )
        self._cases.append(case)

    def deeds(self, fates: tuple[Fate, ...]) -> Deeds:
        """Return all that was added."""
        return Deeds(
            customer=self._customer,
            decisions=tuple(self._decisions),
            records={d.subject: self.standing.record(d.subject) for d in self._decisions},
            head=self._head,
            length=self._length,
            fates=fates,
            cases=tuple(self._cases),
        )

    def _allows_contact(self, subject: Subject) -> bool:
        return any(subject == Subject.purpose(p.id) for p in self._lens.catalogue.contacting)

    def _ran_out(self) -> bool:
        """Say whether channels on would come back under another consent than they were for."""
        contacting = self._lens.catalogue.contacting
        states = {self._lens.read(self.standing, p).state for p in contacting}
        return bool(states & _RAN_OUT) and not states & _STANDS

    def _unset_channels(
        self, entry: Entry, evidence: Evidence, at: datetime, *, contacted: bool
    ) -> None:
        """Without any contact, now or at the moment of the no, channels are unset (meaning.md)."""
        ends = contacted and not self._lens.contacts(self.standing)
        stood = any(
            _stood(self.standing.record(Subject.purpose(p.id)), at)
            for p in self._lens.catalogue.contacting
        )
        for subject, since in self._channels_on():
            if ends or (since <= at and not stood):
                self._add(entry, evidence, subject, Action.UNSET, max(at, since))

    def _channels_on(self) -> list[tuple[Subject, datetime]]:
        found = []
        for channel in self._lens.catalogue.channels:
            subject = Subject.channel(channel.id)
            state, mark = self._lens.switch(self.standing, subject)
            if state is Switch.ON and mark is not None:
                found.append((subject, mark.at))
        return found

    def _add(
        self, entry: Entry, evidence: Evidence, subject: Subject, action: Action, at: datetime
    ) -> Decision:
        salt, lens = self._entropy.salt(), self._lens
        self._length += 1
        decision = Decision(
            id=self._entropy.decision_id(lens.now),
            customer=self._customer or CustomerId(""),
            position=self._length,
            brand=entry.brand,
            subject=subject,
            action=action,
            said_at=at,
            recorded_at=lens.now,
            until=_end(entry) if action is Action.PAUSED else None,
            notice=_shown(entry.notice, lens.notices),
            language=_language(entry, lens),
            door=entry.door,
            actor=entry.actor if is_plain(entry.actor) else entry.door,
            method=entry.method if is_plain(entry.method) else "document",
            evidence_hash=chain.evidence_hash(evidence, salt),
            evidence=evidence,
            salt=salt,
            previous=self._head,
            hash="",
        )
        # Nobody else has it yet: a copy of it would be a tenth of the time of an entry.
        object.__setattr__(decision, "hash", chain.digest(decision))
        self._head = decision.hash
        self._decisions.append(decision)
        self.standing = self.standing.with_decisions((decision,))
        return decision


def _evidence(entry: Entry, key: str) -> Evidence:
    """Return what proves an entry; what may not stand in clear is sealed here."""
    unfit = [t for t in (entry.actor, entry.method) if t and not is_plain(t)]
    words = " · ".join([entry.document, *unfit] if entry.document else unfit)
    return Evidence(
        words=kept_words(words),
        message_id=key,
        proof_kind=PROOF_KIND,
        proof_level=PROOF_LEVEL,
        intent=entry.action.value,
    )


def kept_words(said: str) -> str:
    """Return what is kept of words: so much, and nothing that has no form in UTF-8."""
    words = said[:_LONGEST]
    if words.isascii():
        return words
    # Half of a pair can be sent in JSON.
    return words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _stood(record: Record, at: datetime) -> bool:
    """Say whether a yes stood at a moment for certain: of more than the newest, nobody knows."""
    if record.yes is None or record.first_yes is None:
        return False
    if record.no is None:
        return record.first_yes <= at
    return record.no.at < record.yes.at <= at


def _end(entry: Entry) -> datetime | None:
    return entry.until.astimezone(UTC) if entry.until else None


def _shown(digest: str | None, notices: NoticeShelf) -> str | None:
    """Return a fingerprint that names a text; a no needs none, and says nothing of others."""
    return digest if digest and notices.find(digest) else None


def _language(entry: Entry, lens: Lens) -> str:
    if entry.language in lens.catalogue.languages:
        return entry.language
    return lens.catalogue.brands[BrandId(entry.brand)].default_language
