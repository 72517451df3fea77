"""Decisions taken elsewhere: what an entry is, and whether it may be admitted.

A shop, a portal or a campaign tool owes the same evidence as our own doors. Lowering permission
is always accepted; what raises it must be proven and later than every no (laws 1 and 6).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted

from consent.catalogue import BrandId, Catalogue
from consent.chain import stamp
from consent.decisions import NO, YES, Action, DecisionId, Kind, Subject
from consent.notices import Notice
from consent.ports import Address
from consent.refusals import Refusal
from consent.standing import Standing
from consent.states import Lens

__all__ = ["Refusal"]

#: Who said it and how are kept in clear: words, no number or address of a person.
_PLAIN = re.compile(r"(?!.*\d{7})[\w .:/()'&-]{1,64}")
#: Where decisions are taken besides our own doors.
ELSEWHERE = frozenset({"import", "shop", "portal", "call_centre"})
_SERVICE = frozenset({Action.ENDED, Action.RESTARTED})
_FITS = {
    Kind.PURPOSE: frozenset({Action.GIVEN, Action.PAUSED}),
    Kind.CHANNEL: frozenset({Action.ON}),
    Kind.TOPIC: frozenset({Action.ON}),
    Kind.SERVICE: _SERVICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision, or the end or restart of the service, that was taken elsewhere."""

    brand: str
    address: Address
    subject: Subject
    action: Action
    #: Aware. None only where permission is lowered: it then counts from when it is recorded.
    said_at: datetime | None = None
    #: Fingerprint of the notice that was shown.
    notice: str | None = None
    language: str = ""
    #: Who expressed it: `customer`, a member of staff or a system.
    actor: str = field(default="", repr=False)
    #: `import`, or the name of the system that tells.
    door: str
    #: How it was expressed: `paper`, `phone`, `web` …
    method: str = ""
    #: Where the proof is, or the customer's own words; sealed like all evidence.
    document: str = field(default="", repr=False)
    #: End of a pause.
    until: datetime | None = None
    #: What else the customer is to be found by: no part of what was said.
    names: tuple[Address, ...] = ()
    #: Why the customer cannot be found by what was given as such: of somebody else, unreadable.
    unnamed: Refusal | None = None

    @property
    def key(self) -> str:
        """What makes it the same entry: the hash of all of its content."""
        return hashlib.sha256(self.written.encode()).hexdigest()

    @property
    def written(self) -> str:
        """All of its content, as it is hashed."""
        content = (
            self.brand,
            self.address.kind,
            self.address.value,
            self.subject.kind,
            self.subject.id,
            self.action,
            stamp(self.said_at) if self.said_at else None,
            self.notice,
            self.language,
            self.actor,
            self.door,
            self.method,
            self.document,
            stamp(self.until) if self.until else None,
        )
        # As `json.dumps` writes it, in half the time.
        words = ["null" if word is None else _quoted(word) for word in content]
        return f"[{', '.join(words)}]"

    @property
    def taken_as(self) -> Action | None:
        """What it says of its subject; none if that makes no sense. A no is a no however named."""
        kind, action = self.subject.kind, self.action
        if action not in NO:
            return action if action in _FITS[kind] else None
        if kind is Kind.PURPOSE:
            return Action.WITHDRAWN if action is Action.OFF else action
        return None if kind is Kind.SERVICE else Action.OFF

    @property
    def raises(self) -> bool:
        """Whether more would be allowed after it than before."""
        return self.action in YES or self.action is Action.RESTARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A number has changed hands: it is its customer's no longer (meaning.md, "Life …").

    So may a CRM id or an e-mail address.
    """

    brand: str
    address: Address
    said_at: datetime | None
    actor: str
    door: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Two numbers turned out to be one customer's (see `consent.joining`)."""

    brand: str
    address: Address
    other: Address
    said_at: datetime | None
    actor: str
    door: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What else a customer, known by a number, is to be found by: CRM ids, e-mail addresses.

    Another system vouches for it. It proves nothing of whoever shows it, and joins nobody: what
    finds one customer already finds no other.
    """

    brand: str
    address: Address
    names: tuple[Address, ...]
    said_at: datetime | None
    actor: str
    door: str


#: Whatever can be part of a batch.
Item = Entry | Release | Joining | Naming


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of an entry: refused, recorded, or there already."""

    refusal: Refusal | None = None
    #: The decision that it is, or was when it came before.
    decision: DecisionId | None = None
    again: bool = False
    #: It stands, and its customer is not to be found by what it says else, for this reason.
    unnamed: Refusal | None = None


@lru_cache(maxsize=1024)
def is_plain(text: str) -> bool:
    """Say whether a word may stand in the ledger in clear."""
    return bool(_PLAIN.fullmatch(text))


def admit(entry: Entry, standing: Standing, lens: Lens) -> Refusal | None:
    """Say why an entry must not be recorded; none if it may.

    :param lens: of the entry's brand, at the moment of recording.
    """
    return next(_findings(entry, standing, lens), None)


def admit_release(release: Release | Joining | Naming, lens: Lens) -> Refusal | None:
    """Say why a number must not be released, joined or named otherwise; none if it may."""
    if release.brand not in lens.catalogue.brands:
        return Refusal.UNKNOWN_BRAND
    if isinstance(release, Joining) and release.address == release.other:
        return Refusal.JOINED_WITH_ITSELF
    if isinstance(release, Naming) and not release.names:
        return Refusal.NAME_MISSING
    return next(_of_statement(release, lens), None)


def _findings(entry: Entry, standing: Standing, lens: Lens) -> Iterator[Refusal]:
    if BrandId(entry.brand) not in lens.catalogue.brands:
        yield Refusal.UNKNOWN_BRAND
    if not _is_known(entry.subject, lens.catalogue):
        yield Refusal.UNKNOWN_SUBJECT
    action = entry.taken_as
    if action is None:
        yield Refusal.UNFIT_ACTION
    if action is Action.PAUSED and (entry.until is None or entry.until <= said(entry, lens)):
        yield Refusal.PAUSE_WITHOUT_END
    if action in YES or action in _SERVICE:
        yield from _of_statement(entry, lens)
    if action in YES:
        yield from _of_yes(entry, standing, lens)


def _of_statement(entry: Item, lens: Lens) -> Iterator[Refusal]:
    if entry.said_at is None:
        yield Refusal.TIME_MISSING
    elif entry.said_at > lens.now:
        yield Refusal.SAID_AFTER_RECORDED
    if not is_plain(entry.actor):
        yield Refusal.ACTOR_MISSING


def _of_yes(entry: Entry, standing: Standing, lens: Lens) -> Iterator[Refusal]:
    notice = lens.notices.find(entry.notice) if entry.notice else None
    if notice is None:
        yield Refusal.NOTICE_UNKNOWN if entry.notice else Refusal.NOTICE_MISSING
    elif not _is_about(notice, entry, lens.catalogue):
        yield Refusal.NOTICE_OF_ANOTHER
    elif entry.language != notice.language:
        yield (Refusal.LANGUAGE_NOT_THE_NOTICES if entry.language else Refusal.LANGUAGE_MISSING)
    if not is_plain(entry.method) and (entry.method or not entry.document):
        yield Refusal.EXPRESSION_MISSING
    last = max(_noes(entry.subject, standing, lens.catalogue), default=None)
    if last is not None and said(entry, lens) <= last:
        yield Refusal.NOT_LATER_THAN_NO


def said(entry: Entry, lens: Lens) -> datetime:
    """Return when it was said; a no that claims to be from the future counts from now."""
    return min(entry.said_at or lens.now, lens.now).astimezone(UTC)


def _is_known(subject: Subject, catalogue: Catalogue) -> bool:
    kind = subject.kind
    if kind is Kind.PURPOSE:
        return any(p.id == subject.id for p in catalogue.purposes)
    if kind is Kind.CHANNEL:
        return any(c.id == subject.id for c in catalogue.channels)
    return kind is Kind.SERVICE or any(t.id == subject.id for t in catalogue.topics)


def _is_about(notice: Notice, entry: Entry, catalogue: Catalogue) -> bool:
    """Say whether a notice tells what is said yes to: channels and topics are part of contact."""
    if notice.brand != entry.brand:
        return False
    if entry.subject.kind is Kind.PURPOSE:
        return notice.purpose == entry.subject.id
    return any(p.id == notice.purpose for p in catalogue.contacting)


def _noes(subject: Subject, standing: Standing, catalogue: Catalogue) -> Iterator[datetime]:
    """Yield what a yes must be later than; for a channel, every no to being contacted too."""
    record = standing.record(subject)
    yield from (mark.at for mark in (record.no, record.unset) if mark)
    if subject.kind is Kind.CHANNEL:
        records = (standing.record(Subject.purpose(p.id)) for p in catalogue.contacting)
        yield from (found.no.at for found in records if found.no)
