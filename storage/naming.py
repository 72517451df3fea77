"""What customers are found by besides their numbers: a CRM's ids of them, their e-mail addresses.

They lie beside the numbers, found by keyed hash and sealed under the customer's own key; so they
go along when customers are joined, and go when one is forgotten. They prove nothing, and what
finds one customer is never given to another: somebody must say which of the two is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from sqlalchemy import Connection, Row, select

from consent.batch_ports import NAMED_KIND, NAMED_LEVEL, Work
from consent.batches import Entry, Fate, Naming, Refusal
from consent.decisions import CustomerId
from consent.ports import Address, AddressKind
from storage import schema
from storage.bulk import insert_rows
from storage.holdings import Claim, Holdings, read_holdings
from storage.moments import to_store
from storage.moving import Owner
from storage.releasing import is_release
from storage.vault import Vault

_OF_ANOTHER = {
    AddressKind.CRM_ID: Refusal.CRM_ID_OF_ANOTHER,
    AddressKind.EMAIL: Refusal.EMAIL_OF_ANOTHER,
}


class Names:
    """What the entries of a batch say that customers are found by."""

    def __init__(self, connection: Connection, vault: Vault, at: int) -> None:
        """Note what is found from this moment on; nothing is read before `look_up`."""
        self._connection, self._vault, self._at = connection, vault, at
        self._current: dict[str, CustomerId] = {}
        self._past: dict[str, Row[Any]] = {}
        self._fresh: list[dict[str, Any]] = []

    def look_up(self, entries: Iterable[Entry | Naming]) -> None:
        """Read who is found by all of it; the customers' rows must be held already."""
        digests = {self._digest(entry, name) for entry in entries for name in entry.names}
        if not digests:
            return
        has, had = schema.addresses, schema.tombstones
        query = select(has.c.address_hash, has.c.customer_id)
        for row in self._connection.execute(query.where(has.c.address_hash.in_(digests))):
            self._current[row.address_hash] = CustomerId(row.customer_id)
        gone = select(had).where(had.c.address_hash.in_(digests))
        self._past = {row.address_hash: row for row in self._connection.execute(gone)}

    def admitted(self, entry: Entry, holdings: Holdings, claim: Claim, digest: str) -> Entry:
        """Return an entry without its names, and with the reason, if they are not its customer's.

        :param claim: whose its number was.
        :param digest: the hash of the number.
        """
        problem = self.problem(entry, holdings, claim, digest)
        return entry if problem is None else replace(entry, names=(), unnamed=problem)

    def problem(
        self, entry: Entry | Naming, holdings: Holdings, claim: Claim, digest: str
    ) -> Refusal | None:
        """Say why a customer is not to be found by what an entry names; none if they are."""
        number = holdings.past.get(digest)
        for name in entry.names:
            key = self._digest(entry, name)
            owner, past = self._current.get(key), self._past.get(key)
            if owner is not None:
                if owner != claim.customer:
                    return _OF_ANOTHER[name.kind]
            elif claim.former or (past is not None and _is_before(entry, past)):
                return Refusal.SAID_BEFORE_RELEASE
            elif _is_forgotten(past) and (
                number is None or number.customer_id != past.customer_id
            ):
                # Whoever was forgotten and has come back is who they were.
                return Refusal.FORGOTTEN
        return None

    def keep(self, owner: Owner, entry: Entry | Naming) -> bool:
        """Let a customer be found by what an entry names; say whether any of it is new."""
        customer, seal = owner
        known = len(self._fresh)
        for name in entry.names:
            digest = self._digest(entry, name)
            if digest in self._current:
                continue
            self._current[digest] = customer
            row = name_row((customer, seal), entry.brand, name, digest)
            self._fresh.append(row | {"proven_at": self._at})
        return len(self._fresh) > known

    def write(self) -> None:
        """Write what is new; the customers are there by then."""
        insert_rows(self._connection, schema.addresses.insert(), self._fresh)

    def _digest(self, entry: Entry | Naming, name: Address) -> str:
        return self._vault.address_hash(entry.brand, name)


def name_row(owner: Owner, brand: str, name: Address, digest: str) -> dict[str, Any]:
    """Return what lets a customer be found by a name, but for the moment."""
    customer, seal = owner
    return {
        "address_hash": digest,
        "customer_id": customer,
        "brand": brand,
        "kind": name.kind.value,
        "sealed_address": seal.close(name.value.encode(), f"address:{digest}"),
        "proof_kind": NAMED_KIND,
        "proof_level": NAMED_LEVEL,
    }


def _is_forgotten(past: Row[Any] | None) -> TypeGuard[Row[Any]]:
    """Say whether whoever a name found was forgotten."""
    return past is not None and not is_release(past.reason)


def _is_before(entry: Entry | Naming, past: Row[Any]) -> bool:
    """Say whether something was said when a name was somebody else's."""
    said_at = to_store(entry.said_at)
    return is_release(past.reason) and said_at is not None and said_at <= past.forgotten_at


def name_customers(
    connection: Connection, vault: Vault, items: Sequence[Naming], work: Work
) -> list[Fate]:
    """Let customers be found by what is said of their numbers; a second time changes nothing."""
    digests = [vault.address_hash(item.brand, item.address) for item in items]
    holdings = read_holdings(connection, vault, set(digests), {item.door for item in items})
    names = Names(connection, vault, to_store(work.at) or 0)
    names.look_up(items)
    fates: list[Fate] = []
    for item, digest in zip(items, digests, strict=True):
        claim = holdings.claim(digest, to_store(item.said_at))
        refusal = (
            work.refuse(item) or _refusal(claim) or names.problem(item, holdings, claim, digest)
        )
        if refusal is not None or claim.customer is None:
            fates.append(Fate(refusal=refusal))
            continue
        seal = vault.data_key(claim.customer, holdings.wrapped_keys[claim.customer])
        fates.append(Fate(again=not names.keep((claim.customer, seal), item)))
    names.write()
    return fates


def _refusal(claim: Claim) -> Refusal | None:
    """Say why there is nobody whom a number names."""
    if claim.refusal is not None:
        return claim.refusal
    if claim.former:
        return Refusal.SAID_BEFORE_RELEASE
    return Refusal.NUMBER_UNKNOWN if claim.customer is None else None
