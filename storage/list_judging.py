"""A chunk of a list judged and noted in one transaction.

Whatever was committed before the transaction begins, a STOP above all, it sees; what it answers
is in `list_looks` by the time it leaves (law 9).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial, reduce
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    TableValuedAlias,
    bindparam,
    cast,
    func,
    literal_column,
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
#: Addresses in one question: its answer is one text, of some hundred bytes for each record.
_TOGETHER = 5_000


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
    given: BindParameter[str] = bindparam(name, _as_json(values), unique=True)
    return _table_of(given, connection.dialect.name, name)


def _table_of(given: BindParameter[str], dialect: str, name: str) -> FromClause:
    if dialect == "postgresql":
        return func.json_array_elements_text(cast(given, JSON)).table_valued("value", name=name)
    return func.json_each(given).table_valued("value", name=name)


def _as_json(values: Sequence[str]) -> str:
    return msgspec.json.encode(values).decode()


def look_at(chunk: Chunk[_A], connection: Connection) -> list[Answered[_A]]:
    """Judge the customers of a chunk and note them; in the order of its hashes."""
    digests = chunk.digests
    # In the order of their index: a page of it that many need is then at hand for all of them.
    order = sorted(range(len(digests)), key=digests.__getitem__)
    answers: dict[int, Answered[_A]] = {}
    for start in range(0, len(order), _TOGETHER):
        some = order[start : start + _TOGETHER]
        found = _found(chunk, [digests[place] for place in some], connection)
        for at, (customer, blocks, slim, records) in found.items():
            answer = chunk.judge(slim, _blocked(blocks), partial(_standing, records))
            answers[some[at]] = customer, answer
    told = {customer: answer.reason for customer, answer in answers.values() if customer}
    missing = [digest for place, digest in enumerate(digests) if place not in answers]
    forgotten = _forgotten(missing, connection) if missing else _NONE
    note_chunk(connection, chunk.check, chunk.brand, chunk.number, told)
    nobody = {True: (None, chunk.erased), False: (None, chunk.unknown)}
    return [
        answers.get(place) or nobody[digest in forgotten] for place, digest in enumerate(digests)
    ]


class _Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record of one customer, or the customer alone, as the database writes it."""

    #: Whose address it is, by its place among those that were asked for.
    place: int
    customer: str
    blocks: msgspec.Raw
    kind: str
    subject: str
    record: msgspec.Raw


_LINES = msgspec.json.Decoder(_Line)
_Records = list[_Line]
#: Who has an address: id, blocks, and what stands of them, slim and as it is written.
_Owner = tuple[str, msgspec.Raw, dict[tuple[str, str], SlimRecord], _Records]


def _found(chunk: Chunk[_A], digests: Sequence[str], connection: Connection) -> dict[int, _Owner]:
    """Read who has these addresses and what stands of them, in one statement."""
    names = [subject.id for subject in chunk.subjects]
    asked = {"wanted": _as_json(digests), "names": names}
    written = connection.execute(_all_of(connection.dialect.name), asked).scalar()
    if written is None:
        return {}
    counted = {(subject.kind.value, subject.id) for subject in chunk.subjects}
    found: dict[int, _Owner] = {}
    for line in _LINES.decode_lines(written):
        owner = found.get(line.place)
        if owner is None:
            owner = found[line.place] = (line.customer, line.blocks, {}, [])
        # A purpose and a topic may have the same name.
        subject = (line.kind, line.subject)
        if subject in counted:
            owner[2][subject] = _SLIM.decode(line.record)
            owner[3].append(line)
    return found


@cache
def _all_of(dialect: str) -> Select[Any]:
    """Return a question about `wanted` and `names` whose answer is one text, lines of JSON.

    One text instead of a row for each record: the driver has nothing to take apart, and whoever
    else is at work in this process goes on meanwhile. Customers are looked up in the order of
    their ids: what lies side by side is read once (half the time on a server, measured).
    """
    a, c, s = schema.addresses, schema.customers, schema.standing
    wanted, place = _numbered(dialect)
    who = select(cast(place, String).label("place"), a.c.customer_id)
    who = who.select_from(wanted.join(a, a.c.address_hash == wanted.c.value))
    owner = who.order_by(a.c.customer_id).cte("who").prefix_with("MATERIALIZED")
    joined = owner.join(c, c.c.customer_id == owner.c.customer_id).outerjoin(
        s,
        (s.c.customer_id == owner.c.customer_id)
        & s.c.subject.in_(bindparam("names", expanding=True)),
    )
    # Ids, kinds and subjects have no letter that JSON would write otherwise.
    line = _joined(
        *("[", owner.c.place, ',"', owner.c.customer_id, '",', c.c.blocks),
        *(',"', func.coalesce(s.c.kind, ""), '","', func.coalesce(s.c.subject, "")),
        *('",', func.coalesce(s.c.record, "null"), "]"),
    )
    return select(func.aggregate_strings(line, "\n")).select_from(joined)


def _numbered(dialect: str) -> tuple[TableValuedAlias, ColumnElement[int]]:
    """Return the texts that are `wanted` as a table, and its column that counts from zero."""
    given: BindParameter[str] = bindparam("wanted", type_=String)
    if dialect == "postgresql":
        elements = func.json_array_elements_text(cast(given, JSON))
        table = elements.table_valued("value", with_ordinality="place", name="wanted")
        table = table.render_derived(name="wanted")
        return table, table.c.place - literal_column("1")
    table = func.json_each(given).table_valued("value", "key", name="wanted")
    return table, table.c.key


def _joined(*parts: ColumnElement[str] | str) -> ColumnElement[str]:
    """Return texts of our own and columns, one after the other."""
    written = (literal_column(f"'{p}'", String) if isinstance(p, str) else p for p in parts)
    return reduce(operator.add, written)


def _blocked(written: msgspec.Raw) -> frozenset[str]:
    blocks = bytes(written)
    return _NONE if blocks == b"{}" else frozenset(blocks_of(blocks.decode()))


def _standing(records: _Records) -> Standing:
    return Standing({Subject(Kind(r.kind), r.subject): _RECORD.decode(r.record) for r in records})


def _forgotten(digests: Sequence[str], connection: Connection) -> frozenset[str]:
    asked = {"missing": _as_json(digests)}
    return frozenset(connection.execute(_gone(connection.dialect.name), asked).scalars())


@cache
def _gone(dialect: str) -> Select[Any]:
    """Return a question which of those that are `missing` were forgotten."""
    table = schema.tombstones
    missing = _table_of(bindparam("missing", type_=String), dialect, "missing")
    joined = missing.join(table, table.c.address_hash == missing.c.value)
    # A number that changed hands leaves one too, and nobody was forgotten.
    query = select(table.c.address_hash).select_from(joined)
    return query.where(~table.c.reason.startswith(RELEASED))
