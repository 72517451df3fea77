"""Joining a chat account to the number that its owner proved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from consent.chain import GENESIS
from consent.decisions import CustomerId
from consent.ports import Address, Displaced, Inbound
from storage import schema
from storage.ids import uuid7
from storage.moments import to_store
from storage.moving import Owner, forget, move_replies, move_session
from storage.parting import part_others
from storage.vault import Seal, Vault


def join_address(connection: Connection, vault: Vault, inbound: Inbound) -> tuple[Displaced, ...]:
    """Make the sender's address one of the customer whose number they proved.

    What an account without a number has said so far moves with it: it has no decisions. An
    account that belonged to another number starts afresh and takes along only what it was
    answered itself, so nothing of one customer ever reaches another (law 7).

    :returns: the accounts that the number belonged to before, to be told.
    """
    if inbound.contact is None:
        return ()
    customer, seal = _customer(connection, vault, inbound, inbound.contact)
    digest = vault.address_hash(inbound.brand, inbound.address)
    before = _address(connection, digest)
    if before is None:
        _add_address(connection, seal, customer, inbound, inbound.address, digest)
    else:
        _take_over(connection, vault, inbound, before, (customer, seal))
    _call_back(connection, inbound, digest)
    return part_others(connection, vault, inbound, (customer, seal), digest)


def _call_back(connection: Connection, inbound: Inbound, digest: str) -> None:
    """What still waits to be told to this account was true before it was linked again."""
    table = schema.outbox
    waiting = (table.c.address_hash == digest) & table.c.sent_at.is_(None)
    change = table.update().where(waiting).values(sent_at=to_store(inbound.received_at))
    connection.execute(change)


def _take_over(
    connection: Connection, vault: Vault, inbound: Inbound, before: Row[Any], owner: Owner
) -> None:
    customer, seal = owner
    digest = before.address_hash
    proof = {
        "proof_kind": inbound.proof.kind,
        "proof_level": inbound.proof.level,
        "proven_at": to_store(inbound.received_at),
    }
    table = schema.addresses
    sealed = seal.close(inbound.address.value.encode(), f"address:{digest}")
    connection.execute(
        table.update()
        .where(table.c.address_hash == digest)
        .values(customer_id=customer, sealed_address=sealed, **proof)
    )
    if before.customer_id != customer:
        old = CustomerId(before.customer_id)
        was = vault.data_key(old, _wrapped_key(connection, old))
        move_replies(connection, digest, (old, was), (customer, seal))
        if before.proof_level == 0:
            move_session(connection, digest, (old, was), (customer, seal))
            _drop(connection, old)
        else:
            forget(connection, schema.sessions, digest, old)


def _customer(
    connection: Connection, vault: Vault, inbound: Inbound, number: Address
) -> tuple[CustomerId, Seal]:
    digest = vault.address_hash(inbound.brand, number)
    found = _address(connection, digest)
    if found is not None:
        customer = CustomerId(found.customer_id)
        return customer, vault.data_key(customer, _wrapped_key(connection, customer))
    customer = CustomerId(uuid7(inbound.received_at))
    wrapped, seal = vault.new_data_key(customer)
    connection.execute(
        schema.customers.insert(),
        {
            "customer_id": customer,
            "brand": inbound.brand,
            "created_at": to_store(inbound.received_at),
            "wrapped_key": wrapped,
            "head": GENESIS,
            "length": 0,
        },
    )
    _add_address(connection, seal, customer, inbound, number, digest)
    return customer, seal


def _address(connection: Connection, digest: str) -> Row[Any] | None:
    table = schema.addresses
    return connection.execute(select(table).where(table.c.address_hash == digest)).first()


def _wrapped_key(connection: Connection, customer: CustomerId) -> bytes:
    column = schema.customers.c
    query = select(column.wrapped_key).where(column.customer_id == customer)
    return bytes(connection.execute(query).scalar_one())


def _add_address(  # noqa: PLR0913
    connection: Connection,
    seal: Seal,
    customer: CustomerId,
    inbound: Inbound,
    address: Address,
    digest: str,
) -> None:
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


def _drop(connection: Connection, nobody: CustomerId) -> None:
    """Remove the nameless customer that an account was before its number was known."""
    table = schema.customers
    connection.execute(table.delete().where(table.c.customer_id == nobody))
