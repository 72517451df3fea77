"""Casting: first words that differ in little but their number are decided once, and then copied.

A file says the same of a hundred thousand strangers: the same purposes, notices and methods,
another number, other moments and documents. The first customer of a kind is decided on, written
and hashed like any other (`consent.settling`); the texts, with gaps where customers differ, are a
mould for the rest. A mould is used only after a real customer cast in it came out the same, byte
for byte, as it was decided. A third of the time of deciding on each (measured).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import ascii_letters

from consent.batch_ports import Deeds, Held, Work
from consent.batches import Entry, is_plain
from consent.chain import stamp
from consent.decisions import Kind
from consent.ports import Address
from storage.casting import Cast, Drawn, Mould, as_decided, recorded_text

STRANGER = Held()
#: Moulds that are kept; a file has a handful of kinds. More entries of one customer are rare.
_MOST, _ENTRIES = 1_000, 8
#: What stands for a gap is drawn anew for each mould, so that no file can hold it by intent: words
#: of so many letters, and a moment of these ten years.
_LETTERS = 40
_LONG_AGO, _SECONDS = datetime(1980, 1, 1, tzinfo=UTC), 10 * 365 * 24 * 3600


class Moulds:
    """Those made so far, for one file: one catalogue and one shelf of notices."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: dict[tuple[object, ...], Mould | None] = {}

    def of(self, entries: Sequence[Entry], work: Work) -> Mould | None:
        """Return the mould of all entries of somebody; none if they must be decided on."""
        kind = _kind(entries, work.at)
        if kind is None:
            return None
        if kind not in self._made:
            if len(self._made) >= _MOST:
                self._made.clear()
            # Words that are no gap must not look like one.
            self._made[kind] = None if stamp(work.at) in repr(kind) else _made(entries, work)
        return self._made[kind]


def _kind(entries: Sequence[Entry], now: datetime) -> tuple[object, ...] | None:
    """Return what a customer's entries have in common with others' of their kind, if they can.

    Of several entries it matters which was said first, and of two at once which comes first.
    """
    if len(entries) == 1:
        return _kind_of(entries[0], now)
    kinds = [_kind_of(entry, now) for entry in entries]
    moments = [entry.said_at for entry in entries]
    if len(entries) > _ENTRIES or None in kinds or len(set(moments)) < len(moments):
        return None
    order = sorted(range(len(entries)), key=lambda i: moments[i] or now)
    return (*kinds, *order)


def _kind_of(entry: Entry, now: datetime) -> tuple[object, ...] | None:
    said = entry.said_at
    if said is None or said.tzinfo is not UTC or said > now or entry.until is not None:
        return None
    if not is_plain(entry.actor) or entry.unnamed is not None:
        return None
    about = (entry.brand, entry.address.kind, entry.subject, entry.action, entry.notice)
    return (*about, entry.language, entry.door, entry.method, bool(entry.document))


def _made(entries: Sequence[Entry], work: Work) -> Mould | None:
    if len(entries) > 1 and any(entry.subject.kind is Kind.SERVICE for entry in entries):
        # Years lie between an end and what follows from it: no other moments are alike.
        return None
    examples = _examples(entries)
    deeds, real = work.settle(STRANGER, examples), work.settle(STRANGER, entries)
    if not (_is_plain(entries, deeds) and _is_plain(entries, real)):
        return None
    mould = Mould(examples, deeds)
    return mould if _again(mould, entries, real) == as_decided(real) else None


def _examples(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries made of gaps, in whose moments come in the same order."""
    number, moments = _gap(), sorted(_gap_in_time() for _ in entries)
    order = sorted(range(len(entries)), key=lambda i: entries[i].said_at or _LONG_AGO)
    return [
        replace(
            entry,
            address=Address(entry.address.kind, number),
            said_at=moments[order.index(i)],
            actor=_gap(),
            document=_gap() if entry.document else "",
            names=(),
        )
        for i, entry in enumerate(entries)
    ]


def _is_plain(entries: Sequence[Entry], deeds: Deeds) -> bool:
    """Say whether there is one decision on each entry, and nothing follows from any."""
    ids = [fate.decision for fate in deeds.fates if not fate.again]
    plain = ids == [decision.id for decision in deeds.decisions] and not deeds.cases
    return plain and len(ids) == len(entries)


def _again(mould: Mould, entries: Sequence[Entry], deeds: Deeds) -> Cast:
    decisions = deeds.decisions
    drawn = Drawn(
        decisions[0].customer,
        [decision.id for decision in decisions],
        [decision.salt or "" for decision in decisions],
        recorded_text(decisions[0].recorded_at),
    )
    return mould.cast(entries, drawn)


def _gap() -> str:
    return "".join(secrets.choice(ascii_letters) for _ in range(_LETTERS))


def _gap_in_time() -> datetime:
    seconds, microseconds = secrets.randbelow(_SECONDS), 1 + secrets.randbelow(999_999)
    return _LONG_AGO + timedelta(seconds=seconds, microseconds=microseconds)
