"""Whom a list check has looked at: many customers in few rows (see `schema.list_looks`).

A customer is known by the last eight bytes of their id, 62 of whose bits are random, and falls
into one of 256 parts by the last of them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from consent.own_data import HeldLook
from consent.verdicts import Question, Reason
from storage import schema
from storage.moments import from_store
from storage.row_writes import insertion

#: What the byte after a customer says. It stands in stores: never change what is here, add.
CODES: Mapping[Reason, int] = {
    Reason.ALLOWED: 0,
    Reason.BRAND_MISMATCH: 1,
    Reason.UNKNOWN_ADDRESS: 2,
    Reason.ERASED: 3,
    Reason.WITHDRAWN: 4,
    Reason.REFUSED: 5,
    Reason.PAUSED: 6,
    Reason.EXPIRED: 7,
    Reason.SERVICE_ENDED: 8,
    Reason.OUTDATED: 9,
    Reason.ASKED: 10,
    Reason.NEVER_ASKED: 11,
    Reason.CHANNEL_BLOCKED: 12,
    Reason.CHANNEL_OFF: 13,
    Reason.CHANNEL_UNSET: 14,
    Reason.TOPIC_OFF: 15,
}
_REASONS = {code: reason for reason, code in CODES.items()}
_HEX = {reason: f"{code:02x}" for reason, code in CODES.items()}
_NOTE = insertion(schema.list_looks)
#: Bytes of one customer: who, and the answer.
_WHO = 8
_EACH = _WHO + 1


def note_chunk(
    connection: Connection, check: str, brand: str, chunk: int, told: Mapping[str, Reason]
) -> None:
    """Note customers who are looked at together, and what is told of each (law 9)."""
    parts: dict[str, list[str]] = defaultdict(list)
    for customer, reason in told.items():
        parts[customer[-2:]].append(_tail(customer) + _HEX[reason])
    rows = [
        {
            "part": int(part, 16),
            "check_id": check,
            "chunk": chunk,
            "brand": brand,
            "customers": bytes.fromhex("".join(sorted(found))),
        }
        for part, found in parts.items()
    ]
    _NOTE.run_all(connection, rows)


def looks_of(connection: Connection, brand: str, customers: Iterable[str]) -> list[HeldLook]:
    """Return when somebody looked at one of these customers by checking a list."""
    table, checks = schema.list_looks, schema.list_checks
    found: dict[tuple[str, Reason], HeldLook] = {}
    for customer in customers:
        mine = select(
            table.c.customers,
            checks.c.check_id,
            checks.c.at,
            checks.c.viewer,
            checks.c.reason_of_look,
            checks.c.question,
        ).join(checks, checks.c.check_id == table.c.check_id)
        part = int(customer[-2:], 16)
        mine = mine.where(table.c.part == part, table.c.brand == brand)
        who = bytes.fromhex(_tail(customer))
        for row in connection.execute(mine):
            reason = _answer(row.customers, who)
            if reason is not None:
                found[row.check_id, reason] = HeldLook(
                    at=from_store(int(row.at)),
                    viewer=row.viewer,
                    reason=row.reason_of_look,
                    question=open_question(row.question).asked,
                    answer=reason.value,
                )
    return sorted(found.values(), key=lambda look: look.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A list check as the store keeps it."""

    id: str
    brand: str
    viewer: str
    reason: str
    question: Question
    at: datetime
    valid_until: datetime
    feed_position: int = 0
    finished_at: datetime | None = None
    #: Once it is finished, with its signature.
    summary: str | None = None
    signature: bytes | None = None


class Earlier:
    """What an earlier check of a list has told of whom: eight bytes a customer."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Take what was noted then."""
        allowed: list[int] = []
        others: list[int] = []
        for chunk in chunks:
            for start in range(0, len(chunk), _EACH):
                who = int.from_bytes(chunk[start : start + _WHO], "big")
                (others if chunk[start + _WHO] else allowed).append(who)
        self._allowed, self._others = array("Q", sorted(allowed)), array("Q", sorted(others))

    def told(self, customer: str) -> frozenset[bool]:
        """Return whether a customer was allowed then; both, where that changed between chunks."""
        who = int(_tail(customer), 16)
        both = ((True, self._allowed), (False, self._others))
        return frozenset(allowed for allowed, ids in both if _holds(ids, who))


def read_earlier(connection: Connection, check: str) -> Earlier:
    """Read what an earlier check has told."""
    table = schema.list_looks
    rows = select(table.c.customers).where(table.c.check_id == check)
    return Earlier(connection.execute(rows).scalars())


class _Kept(msgspec.Struct, omit_defaults=True):
    purposes: tuple[str, ...]
    channel: str | None = None
    topic: str | None = None


def close_question(question: Question) -> str:
    """Return a question as it is kept."""
    kept = _Kept(question.purposes, question.channel, question.topic)
    return msgspec.json.encode(kept).decode()


def open_question(kept: str, brand: str = "") -> Question:
    """Return a kept question."""
    found = msgspec.json.decode(kept, type=_Kept)
    first, *also = found.purposes
    return Question(
        brand=brand, purpose=first, also=tuple(also), channel=found.channel, topic=found.topic
    )


def _tail(customer: str) -> str:
    """Return the last eight bytes of an id, hex."""
    return customer[19:23] + customer[24:]


def _answer(customers: bytes, who: bytes) -> Reason | None:
    """Find a customer among those of one row, which are sorted."""
    places: Sequence[int] = range(len(customers) // _EACH)
    at = bisect_left(places, who, key=lambda i: customers[i * _EACH : i * _EACH + _WHO])
    start = at * _EACH
    if at == len(places) or customers[start : start + _WHO] != who:
        return None
    return _REASONS[customers[start + _WHO]]


def _holds(sorted_ids: array[int], who: int) -> bool:
    at = bisect_left(sorted_ids, who)
    return at < len(sorted_ids) and sorted_ids[at] == who
