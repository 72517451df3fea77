"""Answering a case, giving it more time, ending it: each in one transaction, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from consent.case_ports import (
    ANSWER,
    EXTENSION,
    Draft,
    Named,
    Reach,
    Sending,
    Told,
    Until,
)
from consent.case_refusals import CaseRefused, Trouble, Why, unreachable
from consent.chain import stamp
from consent.delivery import Outcome
from consent.ports import Outgoing
from consent.replies import Message, Reply
from storage import schema
from storage.answers import (
    Kept,
    answer_id,
    close_kept,
    is_being_told,
    sending_of,
    term_id,
)
from storage.case_rows import Found, find, reach_of
from storage.moments import to_store
from storage.rows import case_of, close_outgoing
from storage.vault import Vault

#: What was handed over longer ago, and never settled, was perhaps sent.
_SETTLES = timedelta(minutes=10)
#: How an answer can end and be the answer all the same.
_STANDS = frozenset({None, Outcome.SENT, Outcome.UNSURE})


def way_to(found: Found, connection: Connection) -> Reach:
    """Return where an answer goes.

    :raises CaseRefused: nowhere, and why.
    """
    where = reach_of(found, connection)
    if isinstance(where, Trouble):
        raise unreachable(where)
    return where


def answer(vault: Vault, named: Named, draft: Draft, connection: Connection) -> Told:
    """Queue an answer, once; the case is closed when it has left.

    :raises CaseRefused: there is another answer, or the customer cannot be reached.
    """
    found = find(named, vault, connection)
    said = _said(found, connection)
    text = draft.words(found.row.door or "")
    if said is not None and said.outcome in _STANDS:
        return _again(said, text, named.at)
    _refuse_closed(found)
    where = way_to(found, connection)
    name = answer_id(found.case, named.at)
    message = Message(ANSWER, {"case": found.case, "answer": text})
    outgoing = _outgoing(name, named, where, message, draft)
    _queue(found, named, outgoing, connection)
    _keep(found, named, Kept(text=text, by=named.by, at=named.at, outgoing=name), connection)
    return Told(at=named.at, message=message, reach=where)


def extend(vault: Vault, named: Named, until: Until, draft: Draft, connection: Connection) -> Told:
    """Queue the notice that a case takes longer; it does once the notice has left.

    :raises CaseRefused: it cannot, or the customer cannot be told.
    """
    found = find(named, vault, connection)
    _refuse_closed(found)
    if is_being_told(found.case, found.customer, connection):
        return Told(again=True, at=named.at)
    due = until(case_of(found.row))
    where = way_to(found, connection)
    reason = draft.words(where.door)
    message = Message(EXTENSION, {"case": found.case, "due": stamp(due), "reason": reason})
    outgoing = _outgoing(term_id(found.case, named.at), named, where, message, draft)
    _queue(found, named, outgoing, connection)
    return Told(at=named.at, message=message, reach=where)


def close(vault: Vault, named: Named, reason: str, connection: Connection) -> bool:
    """End a case without an answer, and keep why; say whether it was open.

    :raises CaseRefused: there is none, or its answer is just leaving.
    """
    found = find(named, vault, connection)
    if found.row.closed_at is not None:
        return False
    said = _said(found, connection)
    if said is not None and said.outcome is None and not _is_unsure(said, named.at):
        raise CaseRefused(Why.LEAVING, "Its answer is on its way, and closes it.")
    kept = found.kept
    if said is None or said.outcome not in _STANDS:
        kept = Kept(text=reason, by=named.by, at=named.at)
    elif kept is not None:
        # What was perhaps delivered stays what the customer was perhaps told.
        kept = Kept(text=kept.text, by=kept.by, at=kept.at, outgoing=kept.outgoing, reason=reason)
    _keep(found, named, kept, connection, closed_at=to_store(named.at))
    return True


def _said(found: Found, connection: Connection) -> Sending | None:
    kept = found.kept
    if kept is None or not kept.outgoing:
        return None
    closed = found.row.closed_at is not None
    return sending_of(kept, found.customer, connection, closed=closed)


def _again(said: Sending, text: str, now: datetime) -> Told:
    """The same answer is the same answer once; another is none."""
    if _is_unsure(said, now):
        raise CaseRefused(
            Why.UNSURE,
            f"It was perhaps answered on {said.at:%Y-%m-%d}, and nobody can tell whether that "
            "arrived. Ask the customer, then close the case.",
            at=said.at,
        )
    if said.text == text:
        return Told(again=True, at=said.at)
    if said.outcome is None:
        raise CaseRefused(Why.ANSWERING, "Another answer is on its way.")
    other = "It was answered in other words; whoever asks again gets a new case."
    raise CaseRefused(Why.ANSWERED, other)


def _is_unsure(said: Sending, now: datetime) -> bool:
    left = said.departed_at
    lost = said.outcome is None and left is not None and now - left > _SETTLES
    return lost or said.outcome is Outcome.UNSURE


def _refuse_closed(found: Found) -> None:
    if found.row.closed_at is not None:
        raise CaseRefused(Why.CLOSED, "It is closed; whoever asks again gets a new case.")


def _outgoing(name: str, named: Named, where: Reach, message: Message, draft: Draft) -> Outgoing:
    """Return a message by the name that leads back to its case."""
    form = draft.form(message, where)
    return Outgoing(
        id=name,
        brand=named.brand,
        kind=where.door,
        to=where.to,
        reply=Reply(language=where.language, messages=(message,), form=form),
    )


def _queue(found: Found, named: Named, outgoing: Outgoing, connection: Connection) -> None:
    if found.seal is None:
        raise unreachable(Trouble.FORGOTTEN)
    row = {
        "customer_id": found.customer,
        "outgoing_id": outgoing.id,
        "brand": named.brand,
        "kind": outgoing.kind,
        "address_hash": found.row.address_hash,
        "sealed_payload": close_outgoing(outgoing, found.seal),
        "claimed_until": 0,
        "created_at": to_store(named.at),
    }
    connection.execute(schema.outbox.insert(), row)


def _keep(
    found: Found,
    named: Named,
    kept: Kept | None,
    connection: Connection,
    closed_at: int | None = None,
) -> None:
    table = schema.cases
    mine = (table.c.customer_id == found.customer) & (table.c.case_id == found.case)
    sealed = None
    if kept is not None and found.seal is not None:
        sealed = close_kept(kept, found.case, found.seal)
    values = {"sealed_answer": sealed, "closed_by": named.by, "closed_at": closed_at}
    connection.execute(table.update().where(mine).values(values))
