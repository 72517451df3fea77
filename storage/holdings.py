"""Whose an address is, and whose it was: what a batch needs to know of many customers at once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, select

from consent.batch_ports import Held
from consent.batches import Refusal
from consent.decisions import CustomerId, DecisionId, Subject
from consent.errors import SealBroken
from consent.standing import Record, Standing
from storage import schema
from storage.releasing import held_since, is_release
from storage.rows import decision_of, record_of
from storage.vault import Vault

_log = logging.getLogger("consent.ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Whose an address was at a moment, or why nothing can be recorded of it."""

    #: None for somebody who is not known yet.
    customer: CustomerId | None = None
    former: bool = False
    refusal: Refusal | None = None


_STRANGER = Claim()
_FORGOTTEN = Claim(refusal=Refusal.FORGOTTEN)
_ANOTHER = Claim(refusal=Refusal.SAID_BEFORE_RELEASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What the store knows of the addresses of a batch."""

    #: By address hash: who has it, and a forgetting or release that is remembered of it.
    current: dict[str, Row[Any]]
    past: dict[str, Row[Any]]
    #: By customer.
    wrapped_keys: dict[CustomerId, bytes]
    held: dict[CustomerId, Held]
    #: Of those who had an address before: who they are now, after joins.
    now_are: dict[str, CustomerId]

    def claim(self, digest: str, said_at: int | None) -> Claim:
        """Say whose an address was when something was said; no moment means now."""
        now, past = self.current.get(digest), self.past.get(digest)
        if past is None or (is_release(past.reason) and _is_after(said_at, past.forgotten_at)):
            return self._present(now)
        if is_release(past.reason):
            before = self.now_are[past.customer_id]
            theirs = before in self.wrapped_keys and _is_after(said_at, held_since(past.reason))
            return Claim(customer=before, former=True) if theirs else _ANOTHER
        # Who was forgotten and has come back began anew with their own word (law 6).
        back = now is not None and (said_at is None or said_at >= now.proven_at)
        return self._present(now) if back else _FORGOTTEN

    def _present(self, now: Row[Any] | None) -> Claim:
        if now is None:
            return _STRANGER
        customer = CustomerId(now.customer_id)
        return Claim(customer=customer) if customer in self.wrapped_keys else _FORGOTTEN


def _is_after(said_at: int | None, moment: int) -> bool:
    return said_at is None or said_at > moment


def read_holdings(
    connection: Connection, vault: Vault, digests: Collection[str], doors: Collection[str]
) -> Holdings:
    """Read who has these addresses, and hold their rows until the commit.

    :param doors: whose entries may be there already.
    """
    current = {row.address_hash: row for row in connection.execute(_holders(digests))}
    past = {row.address_hash: row for row in connection.execute(_remembered(digests))}
    owners = {row.customer_id: row for row in current.values()}
    released = {row.customer_id for row in past.values() if is_release(row.reason)}
    now_are = _now(released, connection)
    former = set(now_are.values())
    if former - owners.keys():
        for row in connection.execute(_customers(former - owners.keys())):
            owners[row.customer_id] = row
    keys = {CustomerId(i): row.wrapped_key for i, row in owners.items() if row.wrapped_key}
    return Holdings(
        current=current,
        past=past,
        wrapped_keys=keys,
        held=_held(connection, vault, {i: owners[i] for i in keys}, doors) if keys else {},
        now_are=now_are,
    )


def _now(names: Collection[str], connection: Connection) -> dict[str, CustomerId]:
    """Return who these are now: who was joined to another is that one, however many joins ago."""
    table, found = schema.customers, {name: name for name in names}
    while found:
        moved = table.c.customer_id.in_(set(found.values())) & table.c.joined_to.is_not(None)
        query = select(table.c.customer_id, table.c.joined_to).where(moved)
        further = {row.customer_id: row.joined_to for row in connection.execute(query)}
        if not further:
            break
        found = {name: further.get(now, now) for name, now in found.items()}
    return {name: CustomerId(now) for name, now in found.items()}


def _holders(digests: Collection[str]) -> Select[Any]:
    """Two replicas must not continue the same chain; the same order for all avoids deadlocks."""
    a, c = schema.addresses, schema.customers
    joined = a.join(c, c.c.customer_id == a.c.customer_id)
    columns = (a.c.address_hash, a.c.proven_at, *_OWNER)
    query = select(*columns).select_from(joined).where(a.c.address_hash.in_(digests))
    return query.order_by(a.c.customer_id).with_for_update(of=(a, c))


_OWNER = tuple(schema.customers.c[n] for n in ("customer_id", "wrapped_key", "head", "length"))


def _customers(ids: Collection[str]) -> Select[Any]:
    column = schema.customers.c.customer_id
    return select(*_OWNER).where(column.in_(ids)).order_by(column).with_for_update()


def _remembered(digests: Collection[str]) -> Select[Any]:
    table = schema.tombstones
    return select(table).where(table.c.address_hash.in_(digests))


def _held(
    connection: Connection,
    vault: Vault,
    owners: dict[CustomerId, Row[Any]],
    doors: Collection[str],
) -> dict[CustomerId, Held]:
    standings = _standings(connection, owners.keys())
    known = _known(connection, vault, owners, doors)
    return {
        customer: Held(
            customer=customer,
            standing=Standing(standings[customer]),
            head=row.head,
            length=row.length,
            known=known[customer],
        )
        for customer, row in owners.items()
    }


def _standings(
    connection: Connection, customers: Collection[CustomerId]
) -> dict[str, dict[Subject, Record]]:
    found: dict[str, dict[Subject, Record]] = defaultdict(dict)
    table = schema.standing
    for row in connection.execute(select(table).where(table.c.customer_id.in_(customers))):
        subject, record = record_of(row)
        found[row.customer_id][subject] = record
    return found


def _known(
    connection: Connection,
    vault: Vault,
    owners: dict[CustomerId, Row[Any]],
    doors: Collection[str],
) -> dict[str, dict[str, DecisionId]]:
    """Return the decisions that such entries have become, by customer and key of the entry.

    What came in before a join is known to whom it was joined.
    """
    found: dict[str, dict[str, DecisionId]] = defaultdict(dict)
    table = schema.decisions
    joined = _joined(connection, owners)
    everybody = {**owners, **joined}
    whose = {i: _root(i, joined) for i in everybody}
    brought = table.c.customer_id.in_(everybody) & table.c.door.in_(doors)
    query = select(table).where(brought).order_by(table.c.customer_id, table.c.position)
    seals = {i: vault.data_key(i, row.wrapped_key) for i, row in everybody.items()}
    for row in connection.execute(query):
        try:
            decision = decision_of(row, seals[CustomerId(row.customer_id)])
        except (SealBroken, msgspec.DecodeError) as fault:
            # No traceback: a decoder's own words quote what it could not read.
            reason = type(fault).__name__
            _log.error("evidence is passed by: %s of %s, %s", row.id, row.customer_id, reason)
            continue
        if decision.evidence is not None:
            # Of several, the first is the entry; the others follow from it.
            mine = found[whose[CustomerId(row.customer_id)]]
            mine.setdefault(decision.evidence.message_id, decision.id)
    return found


def _joined(connection: Connection, owners: Collection[CustomerId]) -> dict[CustomerId, Row[Any]]:
    """Return the records that were joined to these customers, however many joins ago."""
    table = schema.customers
    columns = (table.c.customer_id, table.c.joined_to, table.c.wrapped_key)
    found: dict[CustomerId, Row[Any]] = {}
    wanted = set(owners)
    while wanted:
        to_them = table.c.joined_to.in_(wanted) & table.c.wrapped_key.is_not(None)
        rows: list[Row[Any]] = list(connection.execute(select(*columns).where(to_them)))
        fresh = {CustomerId(row.customer_id): row for row in rows}
        wanted = fresh.keys() - found.keys()
        found |= fresh
    return found


def _root(customer: CustomerId, joined: dict[CustomerId, Row[Any]]) -> CustomerId:
    while customer in joined:
        customer = CustomerId(joined[customer].joined_to)
    return customer
