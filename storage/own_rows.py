"""Rows of one customer, opened, as the copy of their data shows them."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row

from consent.errors import SealBroken
from consent.own_data import (
    HeldAddress,
    HeldCase,
    HeldLink,
    HeldLook,
    HeldMessage,
    HeldReport,
    HeldSending,
    HeldTalk,
    HeldText,
)
from consent.replies import Reply
from storage.answers import open_kept
from storage.moments import from_store
from storage.moving import Owner
from storage.rows import open_outgoing, open_reply, open_session


def address_of(row: Row[Any], owner: Owner) -> HeldAddress:
    """Return an address with its proof."""
    return HeldAddress(
        kind=row.kind,
        value=owner[1].open(row.sealed_address, f"address:{row.address_hash}").decode(),
        proof_kind=row.proof_kind,
        proof_level=row.proof_level,
        proven_at=from_store(int(row.proven_at)),
        unreachable_since=from_store(row.unreachable_since),
    )


def case_of(row: Row[Any], owner: Owner) -> HeldCase:
    """Return a case with the words that opened it and what it was answered."""
    words = row.sealed_words
    bound = f"case:{row.case_id}:words"
    kept = open_kept(row.sealed_answer, row.case_id, owner[1])
    return HeldCase(
        id=row.case_id,
        kind=row.kind,
        purpose=row.purpose,
        opened_at=from_store(int(row.opened_at)),
        due_at=from_store(row.due_at),
        door=row.door,
        language=row.language,
        words=owner[1].open(words, bound).decode() if words else "",
        closed_at=from_store(row.closed_at),
        closed_by=row.closed_by,
        answer=kept.text if kept and kept.outgoing else "",
        reason=kept.why if kept else "",
    )


def talk_of(row: Row[Any], owner: Owner, address: str) -> HeldTalk | None:
    """Return what is remembered of a conversation; none if it cannot be read any more."""
    try:
        session = open_session(row.sealed_session, owner[1], owner[0])
    except (SealBroken, msgspec.DecodeError):
        return None
    pending = session.pending
    return HeldTalk(
        door=row.door,
        address=address,
        language=session.language,
        chosen=session.chosen,
        diacritics=session.diacritics,
        awaiting=pending.awaiting.value if pending else None,
        purposes=pending.purposes if pending else (),
        words=pending.words if pending else "",
    )


def message_of(row: Row[Any], owner: Owner) -> HeldMessage:
    """Return a message that was answered, and by which texts; an unreadable reply names none."""
    try:
        reply = open_reply(row.sealed_reply, owner[1], owner[0])
    except (SealBroken, msgspec.DecodeError):
        reply = Reply(language="")
    return HeldMessage(door=row.door, at=from_store(int(row.received_at)), answers=reply.ids)


def sending_of(row: Row[Any], owner: Owner) -> HeldSending:
    """Return something that left the house by itself; what cannot be read names no text."""
    try:
        reply = open_outgoing(row.sealed_payload, owner[1], row.outgoing_id)[1]
    except (SealBroken, msgspec.DecodeError):
        reply = Reply(language="")
    return HeldSending(
        door=row.kind,
        at=from_store(int(row.created_at)),
        texts=reply.ids,
        sent_at=from_store(row.sent_at),
        outcome=row.outcome,
    )


def text_of(row: Row[Any]) -> HeldText:
    """Return a text as it was shown."""
    return HeldText(
        fingerprint=row.fingerprint,
        purpose=row.purpose,
        language=row.language,
        form=row.form,
        version=row.version,
        text=row.text,
    )


def report_of(row: Row[Any]) -> HeldReport:
    """Return what a provider said of a message."""
    return HeldReport(at=from_store(int(row.reported_at)), status=row.status, error=row.error)


def look_of(row: Row[Any]) -> HeldLook:
    """Return a line of the read log."""
    return HeldLook(
        at=from_store(int(row.at)),
        viewer=row.viewer,
        reason=row.reason_of_look,
        question=row.question,
        answer=row.answer,
    )


def link_of(row: Row[Any]) -> HeldLink:
    """Return a link to a copy, without its secret."""
    return HeldLink(
        created_at=from_store(int(row.created_at)),
        expires_at=from_store(int(row.expires_at)),
        opens=row.opens,
    )
