"""What else is on file about a customer: read only for those who ask to see it."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from consent.decisions import CustomerId
from consent.dialogue.scene import OnFile
from consent.ports import Address, AddressKind
from storage import schema
from storage.moments import from_store
from storage.vault import Seal

#: Enough to know one's own number by, too little to call it.
_SHOWN_DIGITS = 4


def number_of(connection: Connection, customer: CustomerId, seal: Seal) -> Address | None:
    """Read the customer's number; of several, the one that was proven last."""
    table = schema.addresses
    mine = (table.c.customer_id == customer) & (table.c.kind == AddressKind.MSISDN.value)
    row = connection.execute(select(table).where(mine).order_by(table.c.proven_at.desc())).first()
    if row is None:
        return None
    value = seal.open(row.sealed_address, f"address:{row.address_hash}").decode()
    return Address(AddressKind.MSISDN, value)


def numbers_of(connection: Connection, customer: CustomerId, seal: Seal) -> tuple[str, ...]:
    """Read all the customer's numbers, for those who are to call them back."""
    table = schema.addresses
    mine = (table.c.customer_id == customer) & (table.c.kind == AddressKind.MSISDN.value)
    rows = connection.execute(select(table).where(mine).order_by(table.c.proven_at)).all()
    return tuple(
        seal.open(row.sealed_address, f"address:{row.address_hash}").decode() for row in rows
    )


def on_file(
    connection: Connection, customer: CustomerId, seal: Seal, digest: str, decisions: int
) -> OnFile:
    """Read it in the transaction of the message that asks."""
    table, log = schema.addresses, schema.read_log
    mine = connection.execute(select(table).where(table.c.customer_id == customer)).all()
    numbers = [row for row in mine if row.kind == AddressKind.MSISDN.value]
    sender = next((row for row in mine if row.address_hash == digest), None)
    counted = select(func.count(), func.max(log.c.at)).where(log.c.customer_id == customer)
    looks, last = connection.execute(counted).one()
    ends = [
        seal.open(row.sealed_address, f"address:{row.address_hash}").decode()[-_SHOWN_DIGITS:]
        for row in numbers
    ]
    return OnFile(
        number_end=", ".join(ends),
        linked_at=from_store(sender.proven_at) if sender else None,
        decisions=decisions,
        looks=looks,
        last_look=from_store(last),
    )
