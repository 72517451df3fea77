"""How one customer stands, as a row for a CRM: never more than a verdict would allow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from consent.catalogue import Catalogue
from consent.chain import stamp
from consent.decisions import Subject
from consent.states import Lens, Switch
from consent.verdicts import Question, Reason, judge
from storage.standings_export import Held

_GIVEN = "given"
_BLOCKED = "blocked"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How a purpose, channel or topic stands, since when, and until when at most."""

    state: str
    since: str | None = None
    until: str | None = None


class StandingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One customer, as of a moment."""

    customer: str
    numbers: tuple[str, ...]
    as_of: str
    purposes: dict[str, State]
    channels: dict[str, State]
    topics: dict[str, State]

    def __repr__(self) -> str:
        """Name nobody: it could stand in a log."""
        return type(self).__name__

    def stands_as(self, other: StandingRow) -> bool:
        """Say whether nothing but the moment differs."""
        mine = (self.purposes, self.channels, self.topics)
        return mine == (other.purposes, other.channels, other.topics)


def row_of(held: Held, lens: Lens) -> StandingRow:
    """Return how a customer stands when seen through a lens."""
    catalogue = lens.catalogue
    return StandingRow(
        customer=held.customer,
        numbers=held.numbers,
        as_of=stamp(lens.now),
        purposes={p.id: _purpose(held, p.id, lens) for p in catalogue.purposes},
        channels={c.id: _channel(held, c.id, lens) for c in catalogue.channels},
        topics={t.id: _topic(held, t.id, lens) for t in catalogue.topics},
    )


def _purpose(held: Held, purpose: str, lens: Lens) -> State:
    if not held.numbers:
        # Forgotten, joined to another or without their number: nobody to be allowed anything.
        gone = Reason.ERASED if held.forgotten else Reason.UNKNOWN_ADDRESS
        return State(state=gone.value)
    verdict = judge(Question(brand=lens.brand, purpose=purpose), held.standing, lens)
    state = _GIVEN if verdict.allowed else verdict.reason.value
    return State(state=state, since=_stamp(verdict.since), until=_stamp(verdict.until))


def _channel(held: Held, channel: str, lens: Lens) -> State:
    if channel in held.blocked:
        return State(state=_BLOCKED, since=_stamp(held.blocked[channel]))
    switch, mark = lens.switch(held.standing, Subject.channel(channel))
    if not held.numbers or mark is None:
        return State(state=Switch.UNSET.value)
    return State(state=switch.value, since=_stamp(mark.at))


def _topic(held: Held, topic: str, lens: Lens) -> State:
    switch, mark = lens.switch(held.standing, Subject.topic(topic))
    # A topic nobody has touched is on (meaning.md, "Channels and topics").
    if not held.numbers or mark is None or switch is Switch.UNSET:
        return State(state=Switch.ON.value if held.numbers else Switch.UNSET.value)
    return State(state=switch.value, since=_stamp(mark.at))


def _stamp(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


def has_changed(held: Held, lens: Lens, since: datetime, *, new_texts: bool) -> bool:
    """Say whether a customer stands otherwise than at a moment, by a word or by the clock.

    :param new_texts: whether texts have changed since: what is outdated may be so by them.
    """
    if held.touched:
        return True
    if not held.numbers:
        return False
    now = row_of(held, lens)
    outdated = any(s.state == Reason.OUTDATED.value for s in now.purposes.values())
    return (new_texts and outdated) or not now.stands_as(row_of(held, replace(lens, now=since)))


def header(catalogue: Catalogue) -> bytes:
    """Return the first line of a CSV."""
    purposes = [f"{p.id}{end}" for p in catalogue.purposes for end in ("", "_since", "_until")]
    switches = [f"channel_{c.id}" for c in catalogue.channels]
    switches += [f"topic_{t.id}" for t in catalogue.topics]
    both = [f"{name}{end}" for name in switches for end in ("", "_since")]
    return _line(["customer", "number", "other_numbers", "as_of", *purposes, *both])


def as_csv(rows: Iterable[StandingRow]) -> bytes:
    """Return rows as lines of CSV, in the order of `header`."""
    return b"".join(_line(_values(row)) for row in rows)


def as_jsonl(rows: Iterable[StandingRow]) -> bytes:
    """Return rows as one JSON object a line."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _values(row: StandingRow) -> list[str]:
    number, *others = row.numbers or ("",)
    values = [row.customer, number, " ".join(others), row.as_of]
    for found in row.purposes.values():
        values += [found.state, found.since or "", found.until or ""]
    for found in (*row.channels.values(), *row.topics.values()):
        values += [found.state, found.since or ""]
    return values


def _line(values: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue().encode()
