"""Joining a chat account to the number that its owner proved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from consent.decisions import CustomerId
from consent.ports import Address, Displaced, Inbound
from storage import schema
from storage.answers import called_back, is_about_case
from storage.customers import add_address, add_customer
from storage.gathered_rows import GatheredRows
from storage.joining import holder_of
from storage.keys import wrapping_root
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
        with GatheredRows(connection) as rows:
            add_address(rows, (customer, seal), inbound, inbound.address, digest)
    else:
        _take_over(connection, vault, inbound, before, (customer, seal))
    _call_back(connection, inbound, digest)
    return part_others(connection, vault, inbound, (customer, seal), digest)


def _call_back(connection: Connection, inbound: Inbound, digest: str) -> None:
    """What still waits to be told to this account was true before it was linked again."""
    table = schema.outbox
    waiting = (table.c.address_hash == digest) & table.c.sent_at.is_(None)
    # What staff answered is no such news: it has a customer, and waits for them alone.
    waiting &= ~is_about_case()
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
        called_back(digest, old, to_store(inbound.received_at), connection)
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
    customer = holder_of(digest, connection)
    if customer is not None:
        return customer, vault.data_key(customer, _wrapped_key(connection, customer))
    with GatheredRows(connection) as rows:
        owner = add_customer(rows, vault, inbound, wrapping_root(vault, connection))
        add_address(rows, owner, inbound, number, digest)
    return owner


def _address(connection: Connection, digest: str) -> Row[Any] | None:
    table = schema.addresses
    return connection.execute(select(table).where(table.c.address_hash == digest)).first()


def _wrapped_key(connection: Connection, customer: CustomerId) -> bytes:
    column = schema.customers.c
    query = select(column.wrapped_key).where(column.customer_id == customer)
    return bytes(connection.execute(query).scalar_one())


def _drop(connection: Connection, nobody: CustomerId) -> None:
    """Remove the nameless customer that an account was before its number was known."""
    table = schema.customers
    connection.execute(table.delete().where(table.c.customer_id == nobody))
