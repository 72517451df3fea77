"""Forgetting a person, in one transaction: their key, addresses, words and conversations go.

Everything about a person is sealed under their own key: once it is gone, nothing opens. The rows
that held sealed values are emptied or removed all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from consent.chain import GENESIS
from consent.decisions import CustomerId
from consent.dialogue.session import Session
from consent.feed import FEED
from consent.forgetting import Erasure, Forgetting, ForgettingRefused, Parting
from consent.ports import Snapshot, Writing
from consent.replies import SILENCE
from consent.staff import FORGOT, Entry
from storage import schema
from storage.gathered_rows import GatheredRows
from storage.joining import family_of, holder_of
from storage.moments import from_store, to_store
from storage.queries import standing_of
from storage.releasing import RELEASED
from storage.staff_rows import note
from storage.vault import Vault
from storage.writes import append, move_head


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What forgetting somebody has left."""

    customer: CustomerId
    #: Decisions that stay, without evidence.
    decisions: int


def forget(vault: Vault, wanted: Forgetting, decide: Parting, connection: Connection) -> Forgotten:
    """End what stands, then destroy what says who it was.

    :raises ForgettingRefused: nobody is known by it, they are forgotten already, or something of
        theirs is still open.
    """
    digest = vault.address_hash(wanted.brand, wanted.address)
    customer = holder_of(digest, connection)
    if customer is None:
        raise ForgettingRefused(_why_not(digest, connection))
    return forget_known(vault, customer, wanted, decide, connection)


def forget_known(
    vault: Vault,
    customer: CustomerId,
    wanted: Erasure,
    decide: Parting,
    connection: Connection,
) -> Forgotten:
    """Forget a customer whose row is held, and whoever was joined to them.

    :raises ForgettingRefused: something of theirs is still open.
    """
    for one in family_of(customer, connection):
        _refuse_open_cases(one, connection)
    length = end_and_destroy(vault, customer, wanted, decide, connection)
    done = Entry(at=wanted.at, actor=wanted.actor, action=FORGOT, about=str(customer))
    note(connection, done, [wanted.brand])
    return Forgotten(customer=customer, decisions=length)


def end_and_destroy(
    vault: Vault,
    customer: CustomerId,
    wanted: Erasure,
    decide: Parting,
    connection: Connection,
) -> int:
    """Forget a customer and whoever was joined to them, whatever is open.

    :returns: how many decisions stay.
    """
    length = 0
    for one in family_of(customer, connection):
        length += _end(vault, one, decide, connection)
        _bury(one, wanted, connection)
        _destroy(one, connection)
    return length


def _why_not(digest: str, connection: Connection) -> str:
    table = schema.tombstones
    mine = (table.c.address_hash == digest) & ~table.c.reason.startswith(RELEASED)
    query = select(table.c.forgotten_at).where(mine)
    at = from_store(connection.execute(query).scalar())
    return f"Forgotten already, on {at:%Y-%m-%d}." if at else "Nobody is known by this."


def _refuse_open_cases(customer: CustomerId, connection: Connection) -> None:
    """Keep whoever waits for an answer: the law gives them one (GDPR 12(3), 17(3)(e))."""
    table = schema.cases
    mine = (table.c.customer_id == customer) & table.c.closed_at.is_(None)
    waiting = connection.execute(select(table.c.case_id).where(mine)).scalars().all()
    if waiting:
        names = ", ".join(waiting)
        raise ForgettingRefused(f"Cases of theirs are open, to be answered first: {names}.")


def _end(vault: Vault, customer: CustomerId, decide: Parting, connection: Connection) -> int:
    table = schema.customers
    owner = connection.execute(
        select(table).where(table.c.customer_id == customer).with_for_update()
    ).one()
    snapshot = Snapshot(
        customer=customer,
        standing=standing_of(connection, customer),
        head=owner.head or GENESIS,
        length=owner.length,
    )
    decisions = decide(snapshot)
    if not decisions:
        return int(owner.length)
    standing = snapshot.standing.with_decisions(decisions)
    writing = Writing(
        customer=customer,
        new_customer=False,
        decisions=decisions,
        records={d.subject: standing.record(d.subject) for d in decisions},
        head=decisions[-1].hash,
        length=snapshot.length + len(decisions),
        session=Session(),
        reply=SILENCE,
    )
    with GatheredRows(connection) as rows:
        move_head(rows, writing)
        append(rows, writing, vault.data_key(customer, owner.wrapped_key))
    return writing.length


def _bury(customer: CustomerId, wanted: Erasure, connection: Connection) -> None:
    addresses, tombstones = schema.addresses, schema.tombstones
    mine = addresses.c.customer_id == customer
    digests = connection.execute(select(addresses.c.address_hash).where(mine)).scalars().all()
    # Somebody who came back and goes again has one already.
    known = tombstones.c.address_hash.in_(digests)
    connection.execute(tombstones.delete().where(known))
    rows = [
        {
            "address_hash": digest,
            "customer_id": customer,
            "brand": wanted.brand,
            "forgotten_at": to_store(wanted.at),
            "reason": wanted.reason,
        }
        for digest in digests
    ]
    if rows:
        connection.execute(tombstones.insert(), rows)


def _destroy(customer: CustomerId, connection: Connection) -> None:
    for table in (
        schema.addresses,
        schema.sessions,
        schema.inbound,
        schema.deliveries,
        schema.copies,
    ):
        connection.execute(table.delete().where(table.c.customer_id == customer))
    waiting = schema.outbox.c
    # Other systems must still learn what has ended: it names nobody.
    mail = (waiting.customer_id == customer) & (waiting.kind != FEED)
    connection.execute(schema.outbox.delete().where(mail))
    emptied = {
        schema.decisions: {"sealed_evidence": None},
        schema.cases: {"sealed_answer": None, "sealed_words": None, "address_hash": None},
        schema.customers: {"wrapped_key": None},
    }
    for table, values in emptied.items():
        mine = table.c.customer_id == customer
        connection.execute(table.update().where(mine).values(values))


def is_forgotten(digest: str, connection: Connection) -> bool:
    """Say whether whoever had this address was forgotten, and has not come back."""
    table = schema.tombstones
    # A number that changed hands leaves one too, and nobody was forgotten.
    mine = (table.c.address_hash == digest) & ~table.c.reason.startswith(RELEASED)
    query = select(func.count()).where(mine)
    return bool(connection.execute(query).scalar())
