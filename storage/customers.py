"""New customers and their addresses: written in one place, whoever meets them first."""

from __future__ import annotations

from sqlalchemy import Connection

from consent.chain import GENESIS
from consent.decisions import CustomerId
from consent.ports import Address, Inbound, Writing
from storage import schema
from storage.ids import uuid7
from storage.keys import wrapping_root
from storage.moments import to_store
from storage.moving import Owner
from storage.vault import Vault


def add_customer(
    connection: Connection, vault: Vault, inbound: Inbound, writing: Writing | None = None
) -> Owner:
    """Add a customer: who begins with decisions under their id, or else under a fresh one."""
    found = writing.customer if writing else CustomerId(uuid7(inbound.received_at))
    wrapped, seal = vault.new_data_key(found, wrapping_root(vault, connection))
    connection.execute(
        schema.customers.insert(),
        {
            "customer_id": found,
            "brand": inbound.brand,
            "created_at": to_store(inbound.received_at),
            "wrapped_key": wrapped,
            "head": writing.head if writing else GENESIS,
            "length": writing.length if writing else 0,
        },
    )
    return found, seal


def add_address(
    connection: Connection, owner: Owner, inbound: Inbound, address: Address, digest: str
) -> None:
    """Add an address of a customer, with the proof that the message gives."""
    customer, seal = owner
    connection.execute(
        schema.addresses.insert(),
        {
            "address_hash": digest,
            "customer_id": customer,
            "brand": inbound.brand,
            "kind": address.kind.value,
            "sealed_address": seal.close(address.value.encode(), f"address:{digest}"),
            "proof_kind": inbound.proof.kind,
            "proof_level": inbound.proof.level,
            "proven_at": to_store(inbound.received_at),
        },
    )
