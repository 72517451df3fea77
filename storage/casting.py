"""Casting the texts of a customer's first words in a mould (see `storage.moulds`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any

import msgspec

from consent.batch_ports import Deeds
from consent.batches import Entry
from consent.chain import GENESIS, canonical, covered, stamp
from consent.decisions import Decision
from consent.settling import kept_words
from storage.rows import decision_row, evidence_text, record_row
from storage.vault import KEY_BYTES, Seal
from storage.writes import feed_row

#: Entries in a mould all have a moment.
_NEVER = datetime(1, 1, 1, tzinfo=UTC)

_Row = dict[str, Any]
_Gaps = dict[str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What chance and the clock give a customer; ids and salts of each decision in turn."""

    customer: str
    decisions: Sequence[str]
    salts: Sequence[str]
    recorded: str


@dataclass(slots=True)
class Link:
    """The texts of one decision: all that differs between those of a kind."""

    sealed: bytes
    evidence_hash: str
    hash: str


@dataclass(slots=True)
class Cast:
    """The texts of one customer."""

    links: list[Link]
    #: In the order of `Mould.standing`.
    records: list[str]
    event: bytes


class _Text:
    """A text with gaps."""

    def __init__(self, text: bytes | str, gaps: _Gaps) -> None:
        """Take a text, and what to call the gaps where these values stand."""
        form = (text.decode() if isinstance(text, bytes) else text).replace("%", "%%")
        for value, name in gaps.items():
            form = form.replace(value, f"%({name})s")
        self._form = form

    def __mod__(self, values: dict[str, str]) -> str:
        return self._form % values


class _Entry:
    """The texts of one entry and its decision, with gaps."""

    def __init__(self, example: Entry, decision: Decision, who: _Gaps, when: _Gaps) -> None:
        evidence, said = decision.evidence, f'"{stamp(decision.said_at)}"'
        document = f'"{example.document}"'
        told = {f'"{example.address.value}"': "number", f'"{example.actor}"': "quoted_actor"}
        self.told = _Text(example.written, told | {said: "said", document: "document"})
        key = {evidence.message_id: "key"} if evidence else {}
        proof = canonical(evidence.as_json()) if evidence else b""
        self.evidence = _Text(proof, key | {document: "words"})
        salted = key | {decision.salt or "": "salt", document: "sealed_words"}
        self.sealed = _Text(evidence_text(decision), salted)
        previous = {decision.previous: "previous"} if decision.previous != GENESIS else {}
        mine = {decision.id: "id", example.actor: "actor", said: "said"}
        link = {decision.evidence_hash: "evidence"} | previous | mine
        self.link = _Text(canonical(covered(decision)), who | when | link)


class Mould:
    """What all first words of one kind look like."""

    def __init__(self, examples: Sequence[Entry], deeds: Deeds) -> None:
        """Take a customer's entries made of gaps, and what was decided on them."""
        decisions, blank = deeds.decisions, Seal(bytes(KEY_BYTES))
        first = decisions[0]
        who: _Gaps = {first.customer: "customer"}
        when: _Gaps = {recorded_text(first.recorded_at): "recorded"}
        #: The rows of the example, of which the rest of a kind differs in what `Cast` holds.
        self.decisions = [decision_row(decision, blank) for decision in decisions]
        self.standing = _standing(deeds)
        self.event = feed_row(decisions)
        pairs = list(zip(examples, decisions, strict=True))
        self._entries = [_Entry(example, decision, who, when) for example, decision in pairs]
        said, at = dict(who), dict(who)
        for i, (example, decision) in enumerate(pairs):
            mine = {decision.id: f"id{i}", example.actor: f"actor{i}"}
            moment = f'"{stamp(decision.said_at)}"'
            said |= mine | {moment: f"said{i}"}
            at |= mine | {moment: f"at{i}"}
        self._records = [_Text(row["record"], at) for row in self.standing]
        self._event = _Text(self.event["sealed_payload"], said | when)

    def cast(self, entries: Sequence[Entry], drawn: Drawn) -> Cast:
        """Return what the entries of a customer of this kind come to."""
        links: list[Link] = []
        whole = {"customer": drawn.customer, "recorded": drawn.recorded}
        previous = GENESIS
        for i, (entry, form) in enumerate(zip(entries, self._entries, strict=True)):
            said, words = entry.said_at or _NEVER, kept_words(entry.document)
            salt, mine = drawn.salts[i], drawn.decisions[i]
            moment = f'"{stamp(said)}"'
            values = {
                **whole,
                "id": mine,
                "salt": salt,
                "previous": previous,
                "number": encode_basestring_ascii(entry.address.value),
                "actor": entry.actor,
                "quoted_actor": encode_basestring_ascii(entry.actor),
                "said": moment,
                "document": encode_basestring_ascii(entry.document),
                "words": encode_basestring(words),
                "sealed_words": msgspec.json.encode(words).decode(),
            }
            values["key"] = sha256((form.told % values).encode()).hexdigest()
            proof = bytes.fromhex(salt) + (form.evidence % values).encode()
            values["evidence"] = sha256(proof).hexdigest()
            previous = sha256((form.link % values).encode()).hexdigest()
            sealed = (form.sealed % values).encode()
            links.append(Link(sealed, values["evidence"], previous))
            at = msgspec.json.encode(said).decode()
            whole |= {f"id{i}": mine, f"actor{i}": entry.actor, f"said{i}": moment, f"at{i}": at}
        records = [text % whole for text in self._records]
        return Cast(links=links, records=records, event=(self._event % whole).encode())


def recorded_text(moment: datetime) -> str:
    """Return a moment as `Drawn` has it."""
    return f'"{stamp(moment)}"'


def _standing(deeds: Deeds) -> list[_Row]:
    customer = deeds.decisions[0].customer
    return [record_row(customer, about, record) for about, record in deeds.records.items()]


def as_decided(deeds: Deeds) -> Cast:
    """Return the texts of a customer as they were decided and written."""
    return Cast(
        links=[Link(evidence_text(d), d.evidence_hash, d.hash) for d in deeds.decisions],
        records=[row["record"] for row in _standing(deeds)],
        event=feed_row(deeds.decisions)["sealed_payload"],
    )
