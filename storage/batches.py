"""Recording batches: entries of many customers in one transaction, chains and standing kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from sqlalchemy import Connection, bindparam

from consent.batch_ports import Deeds, Held, Work
from consent.batches import Entry, Fate, Item, Joining, Naming, Release
from consent.decisions import CustomerId
from consent.standing import Standing
from storage import schema
from storage.batch_rows import BatchRows
from storage.bulk import insert_rows
from storage.database import Database
from storage.holdings import Claim, Holdings, read_holdings
from storage.joining import join
from storage.keys import wrapping_root
from storage.moments import to_store
from storage.moulds import STRANGER
from storage.naming import Names, name_customers
from storage.releasing import release
from storage.strangers import Prepared, record_strangers
from storage.vault import Root, Seal, Vault
from storage.writes import insert_into


class SqlBatches:
    """`consent.batch_ports.Batches` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Record in `database`, sealed by `vault`."""
        #: Where, and by which keys: a rehearsal needs the same.
        self.database, self.vault = database, vault

    async def record(self, entries: Sequence[Item], work: Work) -> tuple[Fate, ...]:
        """See `consent.batch_ports.Batches.record`."""
        return await self.database.write(partial(self._record, tuple(entries), work))

    async def record_strangers(self, prepared: Prepared) -> set[str]:
        """Write what was prepared, in one transaction; return the addresses it was not written of.

        :raises StoreUnavailable: nothing was recorded; the same again comes out the same.
        """
        return await self.database.write(partial(record_strangers, prepared, self.vault))

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
            named = [entry for entry in together if isinstance(entry, Naming)]
            fates += name_customers(connection, self.vault, named, work) if named else ()
        return tuple(fates)

    def _release(self, item: Release, work: Work, connection: Connection) -> Fate:
        refusal = work.refuse(item)
        if refusal is not None:
            return Fate(refusal=refusal)
        return release(connection, item, self.vault.address_hash(item.brand, item.address))


class _Batch:
    """Entries between two releases."""

    def __init__(self, vault: Vault, work: Work, connection: Connection) -> None:
        self._vault, self._work, self._connection = vault, work, connection
        at = to_store(work.at)
        self._rows = BatchRows(vault, at)
        #: Customers known before, with the new end of their chain.
        self._heads: dict[CustomerId, Deeds] = {}
        self._wraps: Root | None = None
        self._names = Names(connection, vault, at)
        #: Of those who are new.
        self._seals: dict[CustomerId, Seal] = {}

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
        self._names.look_up(entries)
        for whose, places in groups.items():
            claim = claims[whose]
            mine = [self._names.admitted(entries[i], holdings, claim, digests[i]) for i in places]
            deeds = self._settle(holdings, claim, mine, digests[places[0]])
            fates.update(zip(places, deeds.fates, strict=True))
            self._keep_names(holdings, deeds, mine)
        self._write()
        return [fates[i] for i in range(len(entries))]

    def _settle(
        self, holdings: Holdings, claim: Claim, entries: list[Entry], digest: str
    ) -> Deeds:
        if claim.customer is None:
            deeds = self._work.settle(STRANGER, entries)
            if deeds.customer is not None:
                seal = self._rows.add_settled(
                    deeds.customer, deeds, entries[0], digest, self._root()
                )
                self._seals[deeds.customer] = seal
            return deeds
        held = holdings.held[claim.customer]
        deeds = self._work.settle(replace(held, former=claim.former), entries)
        if deeds.decisions:
            seal = self._vault.data_key(claim.customer, holdings.wrapped_keys[claim.customer])
            self._rows.add_decisions(claim.customer, deeds, seal)
            self._heads[claim.customer] = deeds
            # What they said of a number they no longer have may follow in this batch.
            holdings.held[claim.customer] = _advanced(held, deeds)
        return deeds

    def _keep_names(self, holdings: Holdings, deeds: Deeds, entries: Sequence[Entry]) -> None:
        """Let a customer be found by what their entries name, of those that stand."""
        found, stand = deeds.customer, zip(entries, deeds.fates, strict=True)
        named = [entry for entry, fate in stand if entry.names and fate.refusal is None]
        if not named or found is None:
            return
        seal = self._seals.get(found) or self._vault.data_key(found, holdings.wrapped_keys[found])
        for entry in named:
            self._names.keep((found, seal), entry)

    def _root(self) -> Root:
        if self._wraps is None:
            self._wraps = wrapping_root(self._vault, self._connection)
        return self._wraps

    def _write(self) -> None:
        connection, rows = self._connection, self._rows.by_table
        for table in (schema.customers, schema.addresses, schema.decisions):
            insert_rows(connection, table.insert(), rows[table.name])
        standing = insert_into(connection, schema.standing)
        newer = {"record": standing.excluded.record}
        keys = list(schema.standing.primary_key)
        upsert = standing.on_conflict_do_update(index_elements=keys, set_=newer)
        insert_rows(connection, upsert, rows["standing"])
        for table in (schema.outbox, schema.cases):
            insert_rows(connection, table.insert(), rows[table.name])
        self._names.write()
        self._move_heads()

    def _move_heads(self) -> None:
        if not self._heads:
            return
        table = schema.customers
        moved = table.update().where(table.c.customer_id == bindparam("mine"))
        self._connection.execute(
            moved.values(head=bindparam("newest"), length=bindparam("count")),
            [
                {"mine": customer, "newest": deeds.head, "count": deeds.length}
                for customer, deeds in self._heads.items()
            ],
        )


def _advanced(held: Held, deeds: Deeds) -> Held:
    """Return what is held of a customer after what was just decided."""
    standing = Standing({**held.standing.records, **deeds.records})
    return replace(held, standing=standing, head=deeds.head, length=deeds.length)
