"""What was said in answer to a case: how it is kept, and what its way out makes of the case.

An outgoing message that answers a case, or that says it takes longer, is named after it; so
whatever becomes of the message is noted with the case, in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, exists, select

from consent.case_ports import Sending
from consent.decisions import CustomerId
from consent.delivery import Outcome, Report
from consent.ports import Outgoing, Writing
from storage import schema
from storage.ids import uuid7
from storage.moments import from_store, to_store
from storage.vault import Seal

#: What the names of such messages begin with; a case's name follows, then an id.
_ANSWER, _TERM = "case-", "term-"
_ID_LENGTH = len("-00000000-0000-0000-0000-000000000000")
#: What a provider says last of a message that did not arrive.
_FINAL_STAGE, _ARRIVED = 5, "delivered"


class Kept(msgspec.Struct):
    """What is sealed with a case: its answer, or why it was closed without one."""

    text: str
    by: str
    at: datetime
    #: The message that carries the answer; none: there is no answer.
    outgoing: str = ""
    #: Why a case was closed although nobody knows whether its answer arrived.
    reason: str = ""

    def __repr__(self) -> str:
        """Name nobody: it could stand in a log."""
        return type(self).__name__

    @property
    def why(self) -> str:
        """Why it was closed, if it was closed by hand."""
        return self.reason if self.outgoing else self.text


def close_kept(kept: Kept, case: str, seal: Seal) -> bytes:
    """Return an answer sealed."""
    return seal.close(msgspec.json.encode(kept), f"case:{case}:answer")


def open_kept(sealed: bytes | None, case: str, seal: Seal | None) -> Kept | None:
    """Return an answer, none if there is none or its customer was forgotten."""
    if sealed is None or seal is None:
        return None
    return msgspec.json.decode(seal.open(sealed, f"case:{case}:answer"), type=Kept)


def open_words(sealed: bytes | None, case: str, seal: Seal | None) -> str:
    """Return what the customer said; nothing once they were forgotten."""
    if sealed is None or seal is None:
        return ""
    return seal.open(sealed, _words_of(case)).decode()


def close_words(words: str, case: str, seal: Seal) -> bytes | None:
    """Return what a customer said sealed, nothing if it is nothing."""
    return seal.close(words.encode(), _words_of(case)) if words else None


def add_words(connection: Connection, writing: Writing, seal: Seal) -> None:
    """Keep with a case what its customer has added to it."""
    table = schema.cases
    for case, words in writing.notes.items():
        mine = (table.c.customer_id == writing.customer) & (table.c.case_id == case)
        before = connection.execute(select(table.c.sealed_words).where(mine)).scalar()
        said = "\n".join(filter(None, (open_words(before, case, seal), words)))
        change = table.update().where(mine)
        connection.execute(change.values(sealed_words=close_words(said, case, seal)))


def _words_of(case: str) -> str:
    return f"case:{case}:words"


def answer_id(case: str, at: datetime) -> str:
    """Return the name of a new message that answers a case."""
    return f"{_ANSWER}{case}-{uuid7(at)}"


def term_id(case: str, at: datetime) -> str:
    """Return the name of a new message that says a case takes longer."""
    return f"{_TERM}{case}-{uuid7(at)}"


def sending_of(
    kept: Kept, customer: CustomerId, connection: Connection, *, closed: bool
) -> Sending:
    """Return how far an answer has come; of one whose message is gone, the case says it."""
    table, reports = schema.outbox, schema.deliveries
    mine = (table.c.customer_id == customer) & (table.c.outgoing_id == kept.outgoing)
    row = connection.execute(select(table).where(mine)).first()
    told = (reports.c.customer_id == customer) & (reports.c.reference == kept.outgoing)
    report = connection.execute(select(reports.c.status).where(told)).scalar()
    return Sending(
        text=kept.text,
        by=kept.by,
        at=kept.at,
        outcome=_outcome(row, closed=closed),
        report=report or "",
        departed_at=from_store(row.departed_at) if row is not None else None,
    )


def _outcome(row: Row[Any] | None, *, closed: bool) -> Outcome | None:
    if row is None:
        return Outcome.SENT if closed else Outcome.UNREACHABLE
    return Outcome(row.outcome) if row.outcome else None


def is_being_told(case: str, customer: CustomerId, connection: Connection) -> bool:
    """Say whether the customer is just being told that a case takes longer."""
    table = schema.outbox
    mine = (table.c.customer_id == customer) & table.c.outgoing_id.startswith(f"{_TERM}{case}-")
    query = select(table.c.outgoing_id).where(mine, table.c.sent_at.is_(None))
    return connection.execute(query).first() is not None


def carried(outgoing: Outgoing, at: datetime, outcome: Outcome, connection: Connection) -> None:
    """Note with its case what became of a message: only what was sent answers it."""
    if outcome is not Outcome.SENT or not outgoing.id.startswith((_ANSWER, _TERM)):
        return
    message = outgoing.reply.messages[0]
    table = schema.cases
    mine = _case_of(outgoing.id) & table.c.closed_at.is_(None)
    if outgoing.id.startswith(_ANSWER):
        values = {"closed_at": to_store(at)}
    else:
        due = datetime.fromisoformat(str(message.params["due"]))
        values = {"due_at": to_store(due)}
    connection.execute(table.update().where(mine).values(values))


def reported(report: Report, connection: Connection) -> None:
    """Open a case again whose answer, the provider says in the end, never arrived."""
    final = report.stage == _FINAL_STAGE and report.status != _ARRIVED
    if final and report.reference.startswith(_ANSWER):
        change = schema.cases.update().where(_case_of(report.reference))
        connection.execute(change.values(closed_at=None))
        sent = schema.outbox
        change = sent.update().where(sent.c.outgoing_id == report.reference)
        connection.execute(change.values(outcome=Outcome.UNREACHABLE.value))


def called_back(digest: str, customer: str, at: int, connection: Connection) -> None:
    """Let answers stay unsent that wait for an address which is no longer this customer's."""
    table = schema.outbox
    waiting = (
        (table.c.customer_id == customer)
        & (table.c.address_hash == digest)
        & table.c.sent_at.is_(None)
        & table.c.departed_at.is_(None)
    )
    change = table.update().where(waiting, is_about_case())
    connection.execute(change.values(sent_at=at, outcome=Outcome.UNREACHABLE.value))


def is_about_case() -> ColumnElement[bool]:
    """Return the condition that an outgoing message tells something about a case."""
    name = schema.outbox.c.outgoing_id
    return name.startswith(_ANSWER) | name.startswith(_TERM)


def _case_of(outgoing: str) -> ColumnElement[bool]:
    """Return the condition that a case is the one a message is named after: by its index first."""
    table, sent = schema.cases, schema.outbox
    case = outgoing.removeprefix(_ANSWER).removeprefix(_TERM)[:-_ID_LENGTH]
    same = (sent.c.customer_id == table.c.customer_id) & (sent.c.outgoing_id == outgoing)
    return (table.c.case_id == case) & exists(select(sent.c.outgoing_id).where(same))
