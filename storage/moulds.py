"""Casting: first words that differ in little but their number are decided once, and then copied.

A file says the same of a hundred thousand strangers: the same purpose, notice and method, another
number, moment and document. The first entry of a kind is decided, written and hashed like any
other (`consent.settling`); its texts, with gaps where entries differ, are a mould for the rest. A
mould is used only after a real entry cast in it came out the same, byte for byte, as it was
decided. Half the time of deciding each (measured).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring, encode_basestring_ascii
from string import ascii_letters
from typing import Any

import msgspec

from consent.batch_ports import Held, Work
from consent.batches import Entry, is_plain
from consent.chain import canonical, covered, stamp
from consent.decisions import Decision, Evidence
from consent.ports import Address
from consent.settling import kept_words
from storage.rows import decision_row, evidence_text, record_row
from storage.vault import KEY_BYTES, Seal
from storage.writes import feed_row

STRANGER = Held()
#: Moulds that are kept; a file has a handful of kinds.
_MOST = 1_000
#: What stands for a gap is drawn anew for each mould, so that no file can hold it by intent: words
#: of so many letters, and a moment of these ten years.
_LETTERS = 40
_LONG_AGO, _SECONDS = datetime(1980, 1, 1, tzinfo=UTC), 10 * 365 * 24 * 3600

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What chance and the clock give a decision."""

    customer: str
    decision: str
    salt: str
    recorded: str


@dataclass(slots=True)
class Cast:
    """The texts of one first decision: all that differs between those of a kind."""

    sealed: bytes
    evidence_hash: str
    hash: str
    record: str
    event: bytes


@dataclass(frozen=True, slots=True)
class _First:
    """The only decision on an entry, and what is written of it."""

    decision: Decision
    evidence: Evidence
    standing: _Row
    event: _Row

    def cast(self) -> Cast:
        """Return its texts."""
        return Cast(
            sealed=evidence_text(self.decision),
            evidence_hash=self.decision.evidence_hash,
            hash=self.decision.hash,
            record=self.standing["record"],
            event=self.event["sealed_payload"],
        )


class _Text:
    """A text with gaps."""

    def __init__(self, text: bytes | str, gaps: dict[str, str]) -> None:
        """Take a text, and what to call the gaps where these values stand."""
        form = (text.decode() if isinstance(text, bytes) else text).replace("%", "%%")
        for value, name in gaps.items():
            form = form.replace(value, f"%({name})s")
        self._form = form

    def __mod__(self, values: dict[str, str]) -> str:
        return self._form % values


class Mould:
    """What all first words of one kind look like."""

    def __init__(self, example: Entry, first: _First) -> None:
        """Take an entry made of gaps, and what was decided and written of it."""
        decision, evidence = first.decision, first.evidence
        #: The rows of the example, of which the rest of a kind differs in what `Cast` holds.
        self.decision = decision_row(decision, Seal(bytes(KEY_BYTES)))
        self.standing, self.event = first.standing, first.event
        said, document = f'"{stamp(decision.said_at)}"', f'"{example.document}"'
        who = {decision.customer: "customer", decision.id: "id", example.actor: "actor"}
        when = {said: "said", f'"{stamp(decision.recorded_at)}"': "recorded"}
        told = {f'"{example.address.value}"': "number", f'"{example.actor}"': "quoted_actor"}
        key = {evidence.message_id: "key"}
        salted = key | {decision.salt or "": "salt", document: "sealed_words"}
        link = who | when | {decision.evidence_hash: "evidence"}
        self._told = _Text(example.written, told | {said: "said", document: "document"})
        self._evidence = _Text(canonical(evidence.as_json()), key | {document: "words"})
        self._sealed = _Text(evidence_text(decision), salted)
        self._link = _Text(canonical(covered(decision)), link)
        self._record = _Text(self.standing["record"], who | {said: "at"})
        self._event = _Text(self.event["sealed_payload"], who | when)

    def cast(self, entry: Entry, drawn: Drawn) -> Cast:
        """Return what an entry of this kind comes to."""
        said, words = entry.said_at or _LONG_AGO, kept_words(entry.document)
        values = {
            "customer": drawn.customer,
            "id": drawn.decision,
            "salt": drawn.salt,
            "recorded": drawn.recorded,
            "number": encode_basestring_ascii(entry.address.value),
            "actor": entry.actor,
            "quoted_actor": encode_basestring_ascii(entry.actor),
            "said": f'"{stamp(said)}"',
            "at": msgspec.json.encode(said).decode(),
            "document": encode_basestring_ascii(entry.document),
            "words": encode_basestring(words),
            "sealed_words": msgspec.json.encode(words).decode(),
        }
        values["key"] = hashlib.sha256((self._told % values).encode()).hexdigest()
        proof = bytes.fromhex(drawn.salt) + (self._evidence % values).encode()
        values["evidence"] = hashlib.sha256(proof).hexdigest()
        return Cast(
            sealed=(self._sealed % values).encode(),
            evidence_hash=values["evidence"],
            hash=hashlib.sha256((self._link % values).encode()).hexdigest(),
            record=self._record % values,
            event=(self._event % values).encode(),
        )


class Moulds:
    """Those made so far, for one file: one catalogue and one shelf of notices."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: dict[tuple[object, ...], Mould | None] = {}

    def of(self, entry: Entry, work: Work) -> Mould | None:
        """Return the mould of somebody's only entry; none if it must be decided by itself."""
        kind = _kind(entry, work.at)
        if kind is None:
            return None
        if kind not in self._made:
            if len(self._made) >= _MOST:
                self._made.clear()
            # Words that are no gap must not look like one.
            self._made[kind] = None if stamp(work.at) in repr(kind) else _made(entry, work)
        return self._made[kind]


def recorded_text(moment: datetime) -> str:
    """Return a moment as `Drawn` has it."""
    return f'"{stamp(moment)}"'


def _kind(entry: Entry, now: datetime) -> tuple[object, ...] | None:
    """Return what an entry has in common with others of its kind; none if it has no kind."""
    said = entry.said_at
    if said is None or said.tzinfo is not UTC or said > now or entry.until is not None:
        return None
    if not is_plain(entry.actor) or entry.unnamed is not None:
        return None
    about = (entry.brand, entry.address.kind, entry.subject, entry.action, entry.notice)
    return (*about, entry.language, entry.door, entry.method, bool(entry.document))


def _made(entry: Entry, work: Work) -> Mould | None:
    example = replace(
        entry,
        address=Address(entry.address.kind, _gap()),
        said_at=_gap_in_time(),
        actor=_gap(),
        document=_gap() if entry.document else "",
        names=(),
    )
    first = _decided(example, work)
    if first is None:
        return None
    mould, real = Mould(example, first), _decided(entry, work)
    return mould if real and _again(mould, entry, real) == real.cast() else None


def _decided(entry: Entry, work: Work) -> _First | None:
    """Return the decision on a stranger's entry; none if it is none, or more than one."""
    deeds = work.settle(STRANGER, [entry])
    if len(deeds.decisions) != 1 or deeds.cases:
        return None
    (decision,), ((about, record),) = deeds.decisions, deeds.records.items()
    if decision.evidence is None:
        return None
    standing = record_row(decision.customer, about, record)
    return _First(decision, decision.evidence, standing, feed_row(deeds.decisions))


def _again(mould: Mould, entry: Entry, first: _First) -> Cast:
    decision = first.decision
    recorded = recorded_text(decision.recorded_at)
    drawn = Drawn(decision.customer, decision.id, decision.salt or "", recorded)
    return mould.cast(entry, drawn)


def _gap() -> str:
    return "".join(secrets.choice(ascii_letters) for _ in range(_LETTERS))


def _gap_in_time() -> datetime:
    seconds, microseconds = secrets.randbelow(_SECONDS), 1 + secrets.randbelow(999_999)
    return _LONG_AGO + timedelta(seconds=seconds, microseconds=microseconds)
