"""New customers and their addresses: written in one place, whoever meets them first."""

from __future__ import annotations

from consent.chain import GENESIS
from consent.decisions import CustomerId
from consent.ports import Address, Inbound, Writing
from storage import schema
from storage.gathered_rows import GatheredRows
from storage.ids import uuid7
from storage.moments import to_store
from storage.moving import Owner
from storage.row_writes import insertion
from storage.vault import Root, Vault


def add_customer(
    rows: GatheredRows,
    vault: Vault,
    inbound: Inbound,
    root: Root,
    writing: Writing | None = None,
) -> Owner:
    """Add a customer: who begins with decisions under their id, or else under a fresh one.

    :param root: see `storage.keys.wrapping_root`.
    """
    found = writing.customer if writing else CustomerId(uuid7(inbound.received_at))
    wrapped, seal = vault.new_data_key(found, root)
    row = {
        "customer_id": found,
        "brand": inbound.brand,
        "created_at": to_store(inbound.received_at),
        "wrapped_key": wrapped,
        "head": writing.head if writing else GENESIS,
        "length": writing.length if writing else 0,
    }
    rows.add(_CUSTOMER, row)
    return found, seal


def add_address(
    rows: GatheredRows, owner: Owner, inbound: Inbound, address: Address, digest: str
) -> None:
    """Add an address of a customer, with the proof that the message gives."""
    customer, seal = owner
    row = {
        "address_hash": digest,
        "customer_id": customer,
        "brand": inbound.brand,
        "kind": address.kind.value,
        "sealed_address": seal.close(address.value.encode(), f"address:{digest}"),
        "proof_kind": inbound.proof.kind,
        "proof_level": inbound.proof.level,
        "proven_at": to_store(inbound.received_at),
    }
    rows.add(_ADDRESS, row)


_CUSTOMER = insertion(
    schema.customers,
    ("customer_id", "brand", "created_at", "wrapped_key", "head", "length"),
)
_ADDRESS = insertion(
    schema.addresses,
    [c.name for c in schema.addresses.c if c.name != "unreachable_since"],
)
