"""Recording batches: entries of many customers in one transaction, chains and standing kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam

from consent.batch_ports import PROOF_KIND, PROOF_LEVEL, Deeds, Held, Work
from consent.batches import Entry, Fate, Item, Joining, Release
from consent.decisions import CustomerId
from consent.standing import Standing
from storage import schema
from storage.bulk import insert_rows
from storage.database import Database
from storage.holdings import Claim, Holdings, read_holdings
from storage.joining import join
from storage.keys import wrapping_root
from storage.moments import to_store
from storage.releasing import release
from storage.rows import decision_row, own_case_row, record_row
from storage.vault import Root, Seal, Vault
from storage.writes import feed_row, insert_into

_Rows = list[dict[str, Any]]


class SqlBatches:
    """`consent.batch_ports.Batches` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Record in `database`, sealed by `vault`."""
        #: Where, and by which keys: a rehearsal needs the same.
        self.database, self.vault = database, vault

    async def record(self, entries: Sequence[Item], work: Work) -> tuple[Fate, ...]:
        """See `consent.batch_ports.Batches.record`."""
        return await self.database.write(partial(self._record, tuple(entries), work))

    def _record(
        self, entries: tuple[Item, ...], work: Work, connection: Connection
    ) -> tuple[Fate, ...]:
        fates: list[Fate] = []
        # What is said after a release is another customer's, after a join one customer's.
        for _, group in groupby(entries, key=type):
            together = list(group)
            said = [entry for entry in together if isinstance(entry, Entry)]
            freed = [entry for entry in together if isinstance(entry, Release)]
            fates += _Batch(self.vault, work, connection).record(said) if said else ()
            fates += [self._release(entry, work, connection) for entry in freed]
            both = [entry for entry in together if isinstance(entry, Joining)]
            fates += [join(connection, self.vault, entry, work) for entry in both]
        return tuple(fates)

    def _release(self, item: Release, work: Work, connection: Connection) -> Fate:
        refusal = work.refuse(item)
        if refusal is not None:
            return Fate(refusal=refusal)
        return release(connection, item, self.vault.address_hash(item.brand, item.address))


@dataclass(slots=True)
class _Gathered:
    """Rows to be written, by table."""

    customers: _Rows = field(default_factory=list)
    addresses: _Rows = field(default_factory=list)
    decisions: _Rows = field(default_factory=list)
    standing: _Rows = field(default_factory=list)
    outbox: _Rows = field(default_factory=list)
    cases: _Rows = field(default_factory=list)
    #: Customers known before, with the new end of their chain.
    heads: dict[CustomerId, Deeds] = field(default_factory=dict)


_STRANGER = Held()


class _Batch:
    """Entries between two releases."""

    def __init__(self, vault: Vault, work: Work, connection: Connection) -> None:
        self._vault, self._work, self._connection = vault, work, connection
        self._at = to_store(work.at)
        self._rows = _Gathered()
        self._wraps: Root | None = None

    def record(self, entries: Sequence[Entry]) -> list[Fate]:
        """Decide on each customer's entries in their order, then write what all of them change."""
        digests = [self._vault.address_hash(e.brand, e.address) for e in entries]
        doors = {entry.door for entry in entries}
        holdings = read_holdings(self._connection, self._vault, set(digests), doors)
        fates: dict[int, Fate] = {}
        groups: dict[tuple[str, bool], list[int]] = {}
        claims: dict[tuple[str, bool], Claim] = {}
        for index, (entry, digest) in enumerate(zip(entries, digests, strict=True)):
            claim = holdings.claim(digest, to_store(entry.said_at))
            if claim.refusal is not None:
                fates[index] = Fate(refusal=claim.refusal)
                continue
            # One customer may have several addresses; who is not known yet has one.
            whose = (claim.customer or digest, claim.former)
            claims[whose] = claim
            groups.setdefault(whose, []).append(index)
        for whose, places in groups.items():
            mine = [entries[i] for i in places]
            deeds = self._settle(holdings, claims[whose], mine, digests[places[0]])
            fates.update(zip(places, deeds.fates, strict=True))
        self._write()
        return [fates[i] for i in range(len(entries))]

    def _settle(
        self, holdings: Holdings, claim: Claim, entries: list[Entry], digest: str
    ) -> Deeds:
        if claim.customer is None:
            deeds = self._work.settle(_STRANGER, entries)
            if deeds.customer is not None:
                self._add_customer(deeds.customer, deeds, entries[0], digest)
            return deeds
        held = holdings.held[claim.customer]
        deeds = self._work.settle(replace(held, former=claim.former), entries)
        if deeds.decisions:
            seal = self._vault.data_key(claim.customer, holdings.wrapped_keys[claim.customer])
            self._add_decisions(claim.customer, deeds, seal)
            self._rows.heads[claim.customer] = deeds
            # What they said of a number they no longer have may follow in this batch.
            holdings.held[claim.customer] = _advanced(held, deeds)
        return deeds

    def _root(self) -> Root:
        if self._wraps is None:
            self._wraps = wrapping_root(self._vault, self._connection)
        return self._wraps

    def _add_customer(self, customer: CustomerId, deeds: Deeds, entry: Entry, digest: str) -> None:
        wrapped, seal = self._vault.new_data_key(customer, self._root())
        self._rows.customers.append(
            {
                "customer_id": customer,
                "brand": entry.brand,
                "created_at": self._at,
                "wrapped_key": wrapped,
                "head": deeds.head,
                "length": deeds.length,
            }
        )
        self._rows.addresses.append(
            {
                "address_hash": digest,
                "customer_id": customer,
                "brand": entry.brand,
                "kind": entry.address.kind.value,
                "sealed_address": seal.close(entry.address.value.encode(), f"address:{digest}"),
                "proof_kind": PROOF_KIND,
                "proof_level": PROOF_LEVEL,
                "proven_at": self._at,
            }
        )
        self._add_decisions(customer, deeds, seal)

    def _add_decisions(self, customer: CustomerId, deeds: Deeds, seal: Seal) -> None:
        self._rows.decisions += [decision_row(decision, seal) for decision in deeds.decisions]
        self._rows.standing += [record_row(customer, s, r) for s, r in deeds.records.items()]
        self._rows.outbox.append(feed_row(deeds.decisions))
        brand = deeds.decisions[0].brand
        self._rows.cases += [own_case_row(case, customer, brand) for case in deeds.cases]

    def _write(self) -> None:
        connection, rows = self._connection, self._rows
        insert_rows(connection, schema.customers.insert(), rows.customers)
        insert_rows(connection, schema.addresses.insert(), rows.addresses)
        insert_rows(connection, schema.decisions.insert(), rows.decisions)
        standing = insert_into(connection, schema.standing)
        newer = {"record": standing.excluded.record}
        keys = list(schema.standing.primary_key)
        upsert = standing.on_conflict_do_update(index_elements=keys, set_=newer)
        insert_rows(connection, upsert, rows.standing)
        insert_rows(connection, schema.outbox.insert(), rows.outbox)
        insert_rows(connection, schema.cases.insert(), rows.cases)
        self._move_heads()

    def _move_heads(self) -> None:
        if not self._rows.heads:
            return
        table = schema.customers
        moved = table.update().where(table.c.customer_id == bindparam("mine"))
        self._connection.execute(
            moved.values(head=bindparam("newest"), length=bindparam("count")),
            [
                {"mine": customer, "newest": deeds.head, "count": deeds.length}
                for customer, deeds in self._rows.heads.items()
            ],
        )


def _advanced(held: Held, deeds: Deeds) -> Held:
    """Return what is held of a customer after what was just decided."""
    standing = Standing({**held.standing.records, **deeds.records})
    return replace(held, standing=standing, head=deeds.head, length=deeds.length)
