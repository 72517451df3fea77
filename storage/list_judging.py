"""A chunk of a list judged and noted in one transaction.

Whatever was committed before the transaction begins, a STOP above all, it sees; what it answers
is in `list_looks` by the time it leaves (law 9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from sqlalchemy import (
    JSON,
    BindParameter,
    Connection,
    FromClause,
    Select,
    bindparam,
    cast,
    func,
    select,
)

from consent.decisions import Kind, Subject
from consent.standing import Record, Standing
from consent.verdicts import Reason
from storage import schema
from storage.list_looks import note_chunk
from storage.releasing import RELEASED
from storage.rows import blocks_of

_RECORD = msgspec.json.Decoder(Record)
_NONE: frozenset[str] = frozenset()


class SlimMark(msgspec.Struct, frozen=True, gc=False):
    """What a verdict needs of `consent.standing.Mark`."""

    at: datetime
    notice: str | None = None


class SlimRecord(msgspec.Struct, frozen=True, gc=False):
    """What a verdict needs of `consent.standing.Record`: read in half the time."""

    asked: SlimMark | None = None
    yes: SlimMark | None = None
    no: SlimMark | None = None
    unset: SlimMark | None = None
    paused: SlimMark | None = None
    first_yes: datetime | None = None
    service: tuple[msgspec.Raw, ...] = ()


_SLIM = msgspec.json.Decoder(SlimRecord)
_Slim = Mapping[tuple[str, str], SlimRecord]


class Told(Protocol):
    """What is told of one row."""

    @property
    def reason(self) -> Reason:
        """Why not, or `allowed`."""
        ...


_A = TypeVar("_A", bound=Told)
#: Judges one customer: the slim records of the question's subjects, blocked channels, and what
#: reads the same in full.
Judge = Callable[[_Slim, frozenset[str], Callable[[], Standing]], _A]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk(Generic[_A]):
    """Addresses that are looked at together."""

    check: str
    brand: str
    number: int
    #: Their keyed hashes, each once.
    digests: Sequence[str]
    #: What the question looks at.
    subjects: Sequence[Subject]
    judge: Judge[_A]
    #: What is told where nobody is known, and where they were forgotten.
    unknown: _A
    erased: _A


#: Who has an address, if anybody, and what is told.
Answered = tuple[str | None, _A]


def listed(connection: Connection, values: Sequence[str], name: str) -> FromClause:
    """Return texts as a table of one column, `value`: one parameter, however many there are."""
    given: BindParameter[str] = bindparam(name, msgspec.json.encode(values).decode(), unique=True)
    if connection.dialect.name == "postgresql":
        return func.json_array_elements_text(cast(given, JSON)).table_valued("value", name=name)
    return func.json_each(given).table_valued("value", name=name)


def look_at(chunk: Chunk[_A], connection: Connection) -> list[Answered[_A]]:
    """Judge the customers of a chunk and note them; in the order of its hashes."""
    found = _found(chunk, connection)
    missing = [digest for digest in chunk.digests if digest not in found]
    forgotten = _forgotten(missing, connection) if missing else _NONE
    answers: list[Answered[_A]] = []
    told: dict[str, Reason] = {}
    for digest in chunk.digests:
        owner = found.get(digest)
        if owner is None:
            answers.append((None, chunk.erased if digest in forgotten else chunk.unknown))
            continue
        customer, blocks, records = owner
        slim = {(kind, subject): _SLIM.decode(record) for kind, subject, record in records}
        blocked = _NONE if blocks == "{}" else frozenset(blocks_of(blocks))
        answer = chunk.judge(slim, blocked, partial(_standing, records))
        told[customer] = answer.reason
        answers.append((customer, answer))
    note_chunk(connection, chunk.check, chunk.brand, chunk.number, told)
    return answers


_Records = list[tuple[str, str, str]]


def _found(chunk: Chunk[_A], connection: Connection) -> dict[str, tuple[str, str, _Records]]:
    """Read who has these addresses and what stands of them, in one statement."""
    a, c, s = schema.addresses, schema.customers, schema.standing
    names = [subject.id for subject in chunk.subjects]
    wanted = listed(connection, chunk.digests, "wanted")
    joined = (
        wanted.join(a, a.c.address_hash == wanted.c.value)
        .join(c, c.c.customer_id == a.c.customer_id)
        .outerjoin(s, (s.c.customer_id == a.c.customer_id) & s.c.subject.in_(names))
    )
    columns = (a.c.address_hash, a.c.customer_id, c.c.blocks, s.c.kind, s.c.subject, s.c.record)
    query: Select[Any] = select(*columns).select_from(joined)
    counted = {(subject.kind.value, subject.id) for subject in chunk.subjects}
    found: dict[str, tuple[str, str, _Records]] = {}
    for digest, customer, blocks, kind, subject, record in connection.execute(query).all():
        owner = found.get(digest)
        if owner is None:
            owner = found[digest] = (customer, blocks, [])
        # A purpose and a topic may have the same name.
        if (kind, subject) in counted:
            owner[2].append((kind, subject, record))
    return found


def _standing(records: _Records) -> Standing:
    return Standing({Subject(Kind(k), s): _RECORD.decode(text) for k, s, text in records})


def _forgotten(digests: Sequence[str], connection: Connection) -> frozenset[str]:
    table = schema.tombstones
    wanted = listed(connection, digests, "missing")
    joined = wanted.join(table, table.c.address_hash == wanted.c.value)
    # A number that changed hands leaves one too, and nobody was forgotten.
    query = select(table.c.address_hash).select_from(joined)
    query = query.where(~table.c.reason.startswith(RELEASED))
    return frozenset(connection.execute(query).scalars())
