"""Between the rules' data and rows: what is written where, what is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from consent.cases import Case
from consent.decisions import Action, CustomerId, Decision, DecisionId, Evidence, Kind, Subject
from consent.dialogue.session import Session
from consent.errors import SealBroken
from consent.ports import Address, Inbound, Outgoing
from consent.replies import Message, Reply
from consent.standing import Record
from storage.answers import close_words
from storage.moments import from_store, to_store
from storage.vault import Seal


class _SealedEvidence(msgspec.Struct):
    salt: str
    evidence: Evidence


class _SealedOutgoing(msgspec.Struct):
    to: Address
    reply: Reply | None = None
    answers: str | None = None
    #: As it was before schema step 0003: a message id and a language.
    payload: dict[str, str] = {}


def decision_row(decision: Decision, seal: Seal) -> dict[str, Any]:
    """Return a decision as a row, its evidence sealed."""
    evidence = evidence_text(decision)
    return {
        "customer_id": decision.customer,
        "position": decision.position,
        "id": decision.id,
        "brand": decision.brand,
        "kind": decision.subject.kind.value,
        "subject": decision.subject.id,
        "action": decision.action.value,
        "said_at": to_store(decision.said_at),
        "recorded_at": to_store(decision.recorded_at),
        "until": to_store(decision.until),
        "notice": decision.notice,
        "linked_notice": decision.linked_notice,
        "language": decision.language,
        "door": decision.door,
        "actor": decision.actor,
        "method": decision.method,
        "evidence_hash": decision.evidence_hash,
        "sealed_evidence": seal.close(evidence, f"evidence:{decision.id}"),
        "previous": decision.previous,
        "hash": decision.hash,
    }


def evidence_text(decision: Decision) -> bytes:
    """Return what is sealed of a new decision: its evidence, and the salt of its hash."""
    sealed = _SealedEvidence(decision.salt or "", _present(decision.evidence))
    return msgspec.json.encode(sealed)


def _present(evidence: Evidence | None) -> Evidence:
    if evidence is None:
        raise SealBroken("a new decision has no evidence")
    return evidence


def decision_of(row: Row[Any], seal: Seal | None) -> Decision:
    """Return a row as a decision; without the customer's key, without its evidence."""
    opened = None
    if seal is not None and row.sealed_evidence is not None:
        plain = seal.open(row.sealed_evidence, f"evidence:{row.id}")
        opened = msgspec.json.decode(plain, type=_SealedEvidence)
    return Decision(
        id=DecisionId(row.id),
        customer=CustomerId(row.customer_id),
        position=row.position,
        brand=row.brand,
        subject=Subject(Kind(row.kind), row.subject),
        action=Action(row.action),
        said_at=from_store(int(row.said_at)),
        recorded_at=from_store(int(row.recorded_at)),
        until=from_store(row.until),
        notice=row.notice,
        linked_notice=row.linked_notice,
        language=row.language,
        door=row.door,
        actor=row.actor,
        method=row.method,
        evidence_hash=row.evidence_hash,
        evidence=opened.evidence if opened else None,
        salt=opened.salt if opened else None,
        previous=row.previous,
        hash=row.hash,
    )


def record_row(customer: CustomerId, subject: Subject, record: Record) -> dict[str, Any]:
    """Return a standing record as a row."""
    return {
        "customer_id": customer,
        "kind": subject.kind.value,
        "subject": subject.id,
        "record": msgspec.json.encode(record).decode(),
    }


def record_of(row: Row[Any]) -> tuple[Subject, Record]:
    """Return a row as a subject and its record."""
    return Subject(Kind(row.kind), row.subject), msgspec.json.decode(row.record, type=Record)


def close_session(session: Session, seal: Seal, customer: CustomerId) -> bytes:
    """Return a session sealed."""
    return seal.close(msgspec.json.encode(session), f"session:{customer}")


def open_session(sealed: bytes, seal: Seal, customer: CustomerId) -> Session:
    """Return a sealed session."""
    return msgspec.json.decode(seal.open(sealed, f"session:{customer}"), type=Session)


def close_outgoing(outgoing: Outgoing, seal: Seal) -> bytes:
    """Return what must leave the house sealed."""
    said = _SealedOutgoing(outgoing.to, outgoing.reply, outgoing.answers)
    return seal.close(msgspec.json.encode(said), f"outgoing:{outgoing.id}")


def open_outgoing(sealed: bytes, seal: Seal, outgoing: str) -> tuple[Address, Reply, str | None]:
    """Return whom a sealed outgoing message goes to, what it says, and what it answers."""
    plain = seal.open(sealed, f"outgoing:{outgoing}")
    said = msgspec.json.decode(plain, type=_SealedOutgoing)
    return said.to, said.reply or _of_old(said.payload), said.answers


def _of_old(payload: dict[str, str]) -> Reply:
    messages = (Message(payload["message"]),)
    return Reply(language=payload.get("language", ""), messages=messages)


class ChannelWord(msgspec.Struct, frozen=True):
    """What a provider has said of a channel: whether it blocks it, since when, and said last."""

    blocks: bool
    since: int
    last: int


def channel_words(text: str) -> dict[str, ChannelWord]:
    """Return what a provider has said of each channel."""
    return msgspec.json.decode(text, type=dict[str, ChannelWord])


def channels_text(words: dict[str, ChannelWord]) -> str:
    """Return what a provider has said of channels as it is kept."""
    return msgspec.json.encode(words).decode()


def blocks_of(text: str) -> dict[str, datetime]:
    """Return the contact channels that a provider blocks, and since when."""
    return {name: from_store(w.since) for name, w in channel_words(text).items() if w.blocks}


#: Under which the hash of the sender's address stands beside those of outgoing messages.
ASKED_FROM = "@sender"


def case_row(
    case: Case, customer: CustomerId, inbound: Inbound, sender: str, seal: Seal
) -> dict[str, Any]:
    """Return a new case as a row, the customer's words sealed."""
    return {
        "customer_id": customer,
        "case_id": case.id,
        "brand": inbound.brand,
        "kind": case.kind,
        "purpose": case.purpose,
        "opened_at": to_store(case.opened_at),
        "due_at": to_store(case.due_at),
        "door": inbound.door,
        "language": case.language or None,
        "sealed_words": close_words(case.words, case.id, seal),
        "address_hash": sender,
    }


def own_case_row(case: Case, customer: CustomerId, brand: str) -> dict[str, Any]:
    """Return a new case that no message of the customer asked for as a row."""
    return {
        "customer_id": customer,
        "case_id": case.id,
        "brand": brand,
        "kind": case.kind,
        "purpose": case.purpose,
        "opened_at": to_store(case.opened_at),
        "due_at": to_store(case.due_at),
        "language": case.language or None,
    }


def case_of(row: Row[Any]) -> Case:
    """Return a row as a case, without what is sealed."""
    return Case(
        id=row.case_id,
        kind=row.kind,
        opened_at=from_store(int(row.opened_at)),
        purpose=row.purpose,
        due_at=from_store(row.due_at),
        language=row.language or "",
    )


def close_reply(reply: Reply, seal: Seal, customer: CustomerId) -> bytes:
    """Return a reply sealed."""
    return seal.close(msgspec.json.encode(reply), f"reply:{customer}")


def open_reply(sealed: bytes, seal: Seal, customer: CustomerId) -> Reply:
    """Return a sealed reply."""
    return msgspec.json.decode(seal.open(sealed, f"reply:{customer}"), type=Reply)
