"""The ledger in memory: the same promises without a disk; the contract's twin in tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from consent.cases import Case
from consent.chain import GENESIS
from consent.decisions import CustomerId, Decision
from consent.dialogue.scene import OnFile
from consent.dialogue.session import Session
from consent.ports import (
    Address,
    AddressKind,
    Circumstances,
    Displaced,
    Inbound,
    Judge,
    Look,
    Outgoing,
    Proof,
    Snapshot,
    Work,
    Writing,
)
from consent.replies import Repeated, Reply
from consent.standing import Standing
from consent.verdicts import Verdict
from storage.ids import uuid7

_Place = tuple[str, Address]


@dataclass(slots=True)
class _Customer:
    standing: Standing = field(default_factory=Standing)
    decisions: tuple[Decision, ...] = ()
    cases: tuple[Case, ...] = ()
    looks: list[tuple[Look, str]] = field(default_factory=list)
    #: What a provider has said of each channel: whether it blocks it, since when, and said last.
    channels: dict[str, tuple[bool, datetime, datetime]] = field(default_factory=dict)

    def heard(self, channel: str, blocks: bool, at: datetime) -> None:  # noqa: FBT001
        """Note what a provider says of a channel; its last word stands."""
        before, since, last = self.channels.get(channel, (False, at, at))
        if at >= last:
            self.channels[channel] = (blocks, since if before is blocks else at, at)

    @property
    def blocked(self) -> dict[str, datetime]:
        """The channels that a provider blocks, and since when."""
        return {name: since for name, (blocks, since, _) in self.channels.items() if blocks}


class MemoryLedger:
    """`consent.ports.Ledger` without a database; lost when the process ends."""

    def __init__(self) -> None:
        """Start with nobody known."""
        self._owners: dict[_Place, CustomerId] = {}
        self._proofs: dict[_Place, Proof] = {}
        self._customers: dict[CustomerId, _Customer] = {}
        self._sessions: dict[tuple[str, _Place], Session] = {}
        #: Everything that was queued.
        self.outgoing: tuple[Outgoing, ...] = ()
        self._replies: dict[tuple[str, str, _Place], tuple[datetime, Reply, int]] = {}
        self._proven: dict[_Place, datetime] = {}

    async def turn(self, inbound: Inbound, work: Work) -> Reply:
        """See `consent.ports.Ledger.turn`."""
        place = (inbound.brand, inbound.address)
        seen = self._replies.get((inbound.door, inbound.message_id, place))
        if seen is not None:
            grown = len(self._decisions_of(place)) > seen[2]
            moved = self._proven[place] > seen[0] if place in self._proven else False
            overtaken = moved or grown or self._is_overtaken(inbound.door, place, seen[0])
            repeated = Repeated.OVERTAKEN if overtaken else Repeated.LATEST
            return replace(seen[1], repeated=repeated)
        displaced = self._join(inbound, place)
        snapshot = replace(self._snapshot(inbound, place), displaced=displaced)
        writing = work(snapshot)
        self._write(inbound, place, writing)
        return writing.reply

    async def consult(self, look: Look, judge: Judge) -> Verdict:
        """See `consent.ports.Ledger.consult`."""
        owner = self._owners.get((look.brand, look.address))
        if owner is None:
            return judge(None, Circumstances())
        customer = self._customers[owner]
        verdict = judge(customer.standing, Circumstances(blocked=frozenset(customer.blocked)))
        customer.looks.append((look, verdict.reason.value))
        return verdict

    async def inspect(self, look: Look) -> tuple[tuple[Decision, ...], str, int]:
        """See `consent.ports.Ledger.inspect`."""
        owner = self._owners.get((look.brand, look.address))
        if owner is None:
            return (), GENESIS, 0
        customer = self._customers[owner]
        customer.looks.append((look, f"{len(customer.decisions)} decisions"))
        return customer.decisions, await self.head_of(owner), len(customer.decisions)

    async def history(self, customer: CustomerId) -> tuple[Decision, ...]:
        """See `consent.ports.Ledger.history`."""
        known = self._customers.get(customer)
        return known.decisions if known else ()

    async def customer_of(self, brand: str, address: Address) -> CustomerId | None:
        """Return the customer whom an address of a brand belongs to, if it is known."""
        return self._owners.get((brand, address))

    async def head_of(self, customer: CustomerId) -> str:
        """Return the newest hash of a customer's chain."""
        decisions = self._customers[customer].decisions
        return decisions[-1].hash if decisions else GENESIS

    def _snapshot(self, inbound: Inbound, place: _Place) -> Snapshot:
        is_number = inbound.address.kind is AddressKind.MSISDN
        owner = self._owners.get(place)
        if owner is None:
            return Snapshot(linked=is_number)
        customer = self._customers[owner]
        proof = self._proofs[place]
        return Snapshot(
            customer=owner,
            standing=customer.standing,
            head=customer.decisions[-1].hash if customer.decisions else GENESIS,
            length=len(customer.decisions),
            session=self._sessions.get((inbound.door, place)),
            proof=proof,
            linked=is_number or proof.level > 0,
            blocked=customer.blocked,
            number=partial(self._number_of, owner),
            on_file=partial(self._on_file, owner, place),
            open_cases=lambda: customer.cases,
        )

    def _number_of(self, owner: CustomerId) -> Address | None:
        numbers = [
            address
            for (_, address), found in self._owners.items()
            if found == owner and address.kind is AddressKind.MSISDN
        ]
        return numbers[-1] if numbers else None

    def _on_file(self, owner: CustomerId, place: _Place) -> OnFile:
        customer = self._customers[owner]
        numbers = [
            address.value[-4:]
            for (_, address), found in self._owners.items()
            if found == owner and address.kind is AddressKind.MSISDN
        ]
        return OnFile(
            number_end=", ".join(numbers),
            linked_at=self._proven.get(place),
            decisions=len(customer.decisions),
            looks=len(customer.looks),
            last_look=max((look.at for look, _ in customer.looks), default=None),
        )

    def _decisions_of(self, place: _Place) -> tuple[Decision, ...]:
        owner = self._owners.get(place)
        return () if owner is None else self._customers[owner].decisions

    def _is_overtaken(self, door: str, place: _Place, at: datetime) -> bool:
        return any(
            later > at
            for (its_door, _, its_place), (later, _, _) in self._replies.items()
            if (its_door, its_place) == (door, place)
        )

    def _write(self, inbound: Inbound, place: _Place, writing: Writing) -> None:
        if writing.new_customer:
            self._customers[writing.customer] = _Customer()
            self._owners[place] = writing.customer
            self._proofs[place] = inbound.proof
            self._proven[place] = inbound.received_at
        customer = self._customers[writing.customer]
        customer.standing = Standing({**customer.standing.records, **writing.records})
        customer.decisions += writing.decisions
        customer.cases = tuple(
            replace(c, words=f"{c.words}\n{writing.notes[c.id]}") if c.id in writing.notes else c
            for c in (*customer.cases, *writing.cases)
        )
        if writing.blocks is not None and inbound.channel is not None:
            customer.heard(inbound.channel, writing.blocks, inbound.received_at)
        self.outgoing += writing.outgoing
        self._replies[inbound.door, inbound.message_id, place] = (
            inbound.received_at,
            writing.reply,
            writing.length,
        )
        self._sessions[inbound.door, place] = writing.session

    def _join(self, inbound: Inbound, place: _Place) -> tuple[Displaced, ...]:
        if inbound.contact is None:
            return ()
        number = (inbound.brand, inbound.contact)
        owner = self._owners.get(number)
        if owner is None:
            owner = CustomerId(uuid7(inbound.received_at))
            self._customers[owner] = _Customer()
            self._owners[number] = owner
            self._proofs[number] = inbound.proof
        before = self._owners.get(place)
        if before is not None and self._proofs[place].level == 0:
            self._customers.pop(before)
        elif before is not None and before != owner:
            self._sessions.pop((inbound.door, place), None)
        self._owners[place] = owner
        self._proofs[place] = inbound.proof
        self._proven[place] = inbound.received_at
        return tuple(self._part(inbound, other) for other in self._others(owner, place))

    def _others(self, owner: CustomerId, place: _Place) -> list[_Place]:
        return [
            other
            for other, found in self._owners.items()
            if found == owner and other != place and other[1].kind is place[1].kind
        ]

    def _part(self, inbound: Inbound, other: _Place) -> Displaced:
        nobody = CustomerId(uuid7(inbound.received_at))
        self._customers[nobody] = _Customer()
        self._owners[other] = nobody
        self._proofs[other] = Proof(kind="none", level=0)
        self._proven[other] = inbound.received_at
        language = None
        for (door, place), before in list(self._sessions.items()):
            if place == other:
                language = before.language
                fresh = Session(language=language, chosen=before.chosen, greeted=before.greeted)
                self._sessions[door, place] = fresh
        return Displaced(address=other[1], language=language)
