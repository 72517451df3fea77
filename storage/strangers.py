"""Entries about people whom nobody knows yet, decided on and sealed before the transaction.

What is said of a stranger depends on nothing that the store holds, so it can be prepared before,
and by another process; the transaction looks whether they are strangers still, and writes. Most
rows of a first import are of this kind, and a transaction that only writes keeps others waiting
for a quarter of the time (measured).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import itemgetter

import msgspec
from sqlalchemy import Connection, select

from consent.batch_ports import Work
from consent.batches import Entry, Fate
from consent.chain import GENESIS
from consent.ports import Entropy
from storage import schema
from storage.batch_rows import BatchRows
from storage.bulk import Values, insert_values, make_room
from storage.casting import Drawn, Mould, recorded_text
from storage.keys import wrapping_root
from storage.list_judging import listed
from storage.moments import to_store
from storage.moulds import STRANGER, Moulds
from storage.moving import Owner
from storage.naming import name_row
from storage.vault import Vault

_WHOSE = ("address_hash", "customer_id")


class Leaf(msgspec.Struct, array_like=True, frozen=True):
    """New rows of one table, in the order of these columns."""

    names: tuple[str, ...]
    rows: list[Values]


class Prepared(msgspec.Struct, array_like=True, frozen=True):
    """What entries of strangers come to; nothing of it is in the store yet."""

    #: The check of the root key that their data keys are wrapped under.
    root: str
    #: Of each entry, the hash of the number.
    digests: list[str]
    #: By place among the entries: what became of one that was not simply recorded.
    fates: dict[int, Fate]
    #: Of what else customers are found by: the hash, and that of the number.
    names: dict[str, str]
    #: Numbers of which nothing is prepared.
    unready: list[str]
    leaves: dict[str, Leaf]


class _Preparation:
    """A batch as it is prepared."""

    def __init__(self, vault: Vault, entropy: Entropy, moulds: Moulds, work: Work) -> None:
        self._vault, self._entropy, self._moulds, self._work = vault, entropy, moulds, work
        self._rows = BatchRows(vault, to_store(work.at))
        self._recorded = recorded_text(work.at)
        self._names: dict[str, str] = {}
        self._unready: list[str] = []

    def run(self, entries: Sequence[Entry]) -> Prepared:
        """Decide on each customer's entries in their order."""
        places: dict[str, list[int]] = {}
        digests = [self._vault.address_hash(e.brand, e.address) for e in entries]
        for place, digest in enumerate(digests):
            places.setdefault(digest, []).append(place)
        fates: dict[int, Fate] = {}
        for digest, mine in places.items():
            said = [entries[place] for place in mine]
            if self._claims_another_name(said, digest):
                self._unready.append(digest)
                continue
            mould = self._moulds.of(said, self._work)
            if mould is not None:
                self._cast(mould, said, digest)
                continue
            found = zip(mine, self._settle(said, digest), strict=True)
            fates |= {i: f for i, f in found if f.refusal or f.again or f.unnamed}
        tables = self._rows.by_table.items()
        return Prepared(
            root=self._vault.usual.check,
            digests=digests,
            fates=fates,
            names=self._names,
            unready=self._unready,
            leaves={name: _leaf(rows) for name, rows in tables if rows},
        )

    def _claims_another_name(self, entries: Sequence[Entry], digest: str) -> bool:
        """Say whether somebody before is found by the same name: the store must judge then."""
        named = {
            self._vault.address_hash(e.brand, name): digest for e in entries for name in e.names
        }
        return any(self._names.setdefault(key, digest) != digest for key in named)

    def _settle(self, entries: Sequence[Entry], digest: str) -> Sequence[Fate]:
        deeds = self._work.settle(STRANGER, entries)
        if deeds.customer is not None:
            root = self._vault.usual
            seal = self._rows.add_settled(deeds.customer, deeds, entries[0], digest, root)
            stand = zip(entries, deeds.fates, strict=True)
            admitted = [entry for entry, fate in stand if fate.refusal is None]
            self._name((deeds.customer, seal), admitted)
        return deeds.fates

    def _cast(self, mould: Mould, entries: Sequence[Entry], digest: str) -> None:
        """Add a customer and their decisions, the same as `_settle` would."""
        rows, at, entropy, now = self._rows, self._rows.at, self._entropy, self._work.at
        customer = entropy.customer_id(now)
        ids = [entropy.decision_id(now) for _ in entries]
        salts = [entropy.salt() for _ in entries]
        cast = mould.cast(entries, Drawn(customer, ids, salts, self._recorded))
        row, seal = rows.add_customer(customer, entries[0], digest, self._vault.usual)
        row |= {"head": cast.links[-1].hash, "length": len(entries)}
        mine, previous = {"customer_id": customer}, GENESIS
        for form, entry, name, link in zip(mould.decisions, entries, ids, cast.links, strict=True):
            decision = {
                "id": name,
                "said_at": to_store(entry.said_at),
                "recorded_at": at,
                "actor": entry.actor,
                "evidence_hash": link.evidence_hash,
                "sealed_evidence": seal.close(link.sealed, f"evidence:{name}"),
                "previous": previous,
                "hash": link.hash,
            }
            rows.by_table["decisions"].append(form | mine | decision)
            previous = link.hash
        for form, record in zip(mould.standing, cast.records, strict=True):
            rows.by_table["standing"].append(form | mine | {"record": record})
        event = {"sealed_payload": cast.event, "created_at": at}
        rows.by_table["outbox"].append(mould.event | mine | event)
        self._name((customer, seal), entries)

    def _name(self, owner: Owner, entries: Sequence[Entry]) -> None:
        """Let somebody new be found by what these entries say."""
        found: set[str] = set()
        for entry in entries:
            for name in entry.names:
                key = self._vault.address_hash(entry.brand, name)
                if key not in found:
                    row = name_row(owner, entry.brand, name, key)
                    self._rows.by_table["addresses"].append(row | {"proven_at": self._rows.at})
                found.add(key)


def prepare(
    vault: Vault, entropy: Entropy, moulds: Moulds, entries: Sequence[Entry], work: Work
) -> Prepared:
    """Decide on entries as though nobody in them were known, and seal what comes of it.

    :param moulds: of earlier entries of the same file.
    """
    return _Preparation(vault, entropy, moulds, work).run(entries)


def _leaf(rows: Sequence[dict[str, object]]) -> Leaf:
    names = tuple(rows[0])
    return Leaf(names=names, rows=list(map(itemgetter(*names), rows)))


def record_strangers(prepared: Prepared, vault: Vault, connection: Connection) -> set[str]:
    """Write what was prepared; return the numbers that it was not written of.

    Those are somebody's, or were: whoever has them in the store must be asked first.
    """
    if wrapping_root(vault, connection).check != prepared.root:
        # The root key was replaced meanwhile.
        return set(prepared.digests)
    watched = {*prepared.digests, *prepared.names}
    known = {prepared.names.get(digest, digest) for digest in _known(watched, connection)}
    leaves = _without(known, prepared.leaves) if known else prepared.leaves
    make_room(connection)
    for name, leaf in leaves.items():
        insert_values(connection, schema.metadata.tables[name], leaf.names, leaf.rows)
    return known.union(prepared.unready)


def _known(digests: Collection[str], connection: Connection) -> set[str]:
    """Return what belongs to somebody, or did so once."""
    asked = listed(connection, list(digests), "asked")
    found: set[str] = set()
    for table in (schema.addresses, schema.tombstones):
        column = table.c.address_hash
        query = select(column).select_from(asked.join(table, column == asked.c.value))
        found.update(connection.execute(query).scalars())
    return found


def _without(known: Collection[str], leaves: dict[str, Leaf]) -> dict[str, Leaf]:
    """Leave out all rows of whoever has these numbers."""
    if "addresses" not in leaves:
        return leaves
    addresses = leaves["addresses"]
    whose = itemgetter(*map(addresses.names.index, _WHOSE))
    out = {customer for digest, customer in map(whose, addresses.rows) if digest in known}
    found = {}
    for name, leaf in leaves.items():
        place = leaf.names.index("customer_id")
        kept = [row for row in leaf.rows if row[place] not in out]
        found[name] = Leaf(names=leaf.names, rows=kept)
    return found
