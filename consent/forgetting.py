"""Forgetting a person (GDPR 17): what they gave ends, the person goes, every "no" stays.

What remains is a chain of pseudonymous decisions without evidence, which still verifies, and a
keyed hash of each address, so that no import brings the person back (law 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from consent import chain
from consent.decisions import Action, CustomerId, Decision, Evidence, Kind, Subject
from consent.errors import ConsentError
from consent.ports import Address, Entropy, Snapshot
from consent.standing import Record, Standing

_TICK = timedelta(microseconds=1)


class ForgettingRefused(ConsentError):
    """This person cannot be forgotten now; the reason is named here."""

    code = "forgetting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Why somebody is to be forgotten, and who says so."""

    brand: str
    #: In the words of whoever decided it: kept with the tombstone, so without a name.
    reason: str
    #: A member of staff or a system.
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting(Erasure):
    """Whoever has this address is to be forgotten."""

    address: Address


#: From what the store knows, the decisions that end what still stands.
Parting = Callable[[Snapshot], tuple[Decision, ...]]


def parting(wanted: Erasure, entropy: Entropy) -> Parting:
    """Return what ends every yes of a customer who is about to be forgotten."""

    def decide(snapshot: Snapshot) -> tuple[Decision, ...]:
        newest = snapshot.standing.newest
        at = wanted.at if newest is None else max(wanted.at, newest + _TICK)
        entries: list[Decision] = []
        previous = snapshot.head
        for subject, action in ends(snapshot.standing):
            entry = _entry(wanted, snapshot, subject, action, entropy)
            entry = replace(
                entry,
                position=snapshot.length + len(entries) + 1,
                said_at=at,
                recorded_at=at,
                previous=previous,
            )
            entry = replace(entry, hash=chain.digest(entry))
            entries.append(entry)
            previous = entry.hash
        return tuple(entries)

    return decide


def ends(standing: Standing) -> Iterator[tuple[Subject, Action]]:
    """Return what still stands as a yes, in order, and what ends it."""
    for subject, record in sorted(standing.records.items()):
        action = _ending(subject, record)
        if action is not None:
            yield subject, action


def _ending(subject: Subject, record: Record) -> Action | None:
    """Return what ends a yes; nothing for what is no or was never said."""
    yes = record.yes
    if yes is None or any(mark and mark.at >= yes.at for mark in (record.no, record.unset)):
        return None
    if subject.kind is Kind.PURPOSE:
        return Action.WITHDRAWN
    return Action.OFF


def _entry(
    wanted: Erasure, snapshot: Snapshot, subject: Subject, action: Action, entropy: Entropy
) -> Decision:
    salt = entropy.salt()
    evidence = Evidence(
        words=wanted.reason,
        message_id="",
        proof_kind="staff",
        proof_level=0,
        intent="forget",
    )
    return Decision(
        id=entropy.decision_id(wanted.at),
        customer=snapshot.customer or CustomerId(""),
        position=0,
        brand=wanted.brand,
        subject=subject,
        action=action,
        said_at=wanted.at,
        recorded_at=wanted.at,
        language="",
        door="staff",
        actor=wanted.actor,
        method="erasure",
        evidence_hash=chain.evidence_hash(evidence, salt),
        # It would be destroyed with the rest in the same transaction.
        evidence=evidence,
        salt=salt,
        previous="",
        hash="",
    )
