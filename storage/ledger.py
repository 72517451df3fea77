"""The ledger in SQL. One message is one transaction of at most nine statements."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from consent.chain import GENESIS
from consent.decisions import CustomerId, Decision
from consent.dialogue.scene import Session
from consent.errors import SealBroken
from consent.forgetting import Forgetting, Parting
from consent.notices import Notice
from consent.ports import (
    Address,
    AddressKind,
    Circumstances,
    Displaced,
    Inbound,
    Judge,
    Look,
    Proof,
    Remark,
    Snapshot,
    Work,
    Writing,
)
from consent.replies import Repeated, Reply
from consent.verdicts import Verdict
from storage import schema
from storage.answers import add_words
from storage.copy_rows import keep_links
from storage.customers import add_address, add_customer
from storage.database import Database
from storage.forgetting import forget, is_forgotten
from storage.joining import holder_of
from storage.linking import join_address
from storage.moments import to_store
from storage.on_file import number_of, on_file
from storage.queries import (
    blocked_of,
    is_overtaken,
    open_cases_of,
    sender_query,
    standing_of,
)
from storage.rows import ASKED_FROM, blocks_of, decision_of, open_reply, open_session
from storage.vault import Seal, Vault
from storage.writes import (
    append,
    insert_new,
    keep_reply,
    keep_session,
    log_look,
    mark_reachable,
    move_head,
    note_block,
    queue,
)

_log = logging.getLogger("consent.ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """What one query finds about the sender of a message."""

    address_hash: str
    row: Row[Any] | None
    seal: Seal | None
    customer: CustomerId | None


class SqlLedger:
    """`consent.ports.Ledger` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep decisions in `database`, sealed by `vault`."""
        self._database = database
        self._vault = vault

    async def turn(self, inbound: Inbound, work: Work) -> Reply:
        """See `consent.ports.Ledger.turn`."""
        return await self._database.write(partial(self._turn, inbound, work))

    async def consult(self, look: Look, judge: Judge) -> Verdict:
        """See `consent.ports.Ledger.consult`."""
        return await self._database.write(partial(self._consult, look, judge))

    async def forget(self, wanted: Forgetting, decide: Parting) -> int:
        """End what stands of a customer, then destroy what says who they are.

        :returns: how many decisions stay, without evidence.
        :raises ForgettingRefused: it cannot be done now, and nothing was changed.
        :raises StoreUnavailable: it must be tried again.
        """
        body = partial(forget, self._vault, wanted, decide)
        forgotten = await self._database.write(body)
        await self._database.scrub()
        return forgotten.decisions

    async def inspect(self, look: Look) -> tuple[tuple[Decision, ...], str, int]:
        """See `consent.ports.Ledger.inspect`."""
        return await self._database.write(partial(self._inspect, look))

    async def history(self, customer: CustomerId) -> tuple[Decision, ...]:
        """See `consent.ports.Ledger.history`."""
        return await self._database.read(partial(self._history, customer))

    async def customer_of(self, brand: str, address: Address) -> CustomerId | None:
        """Return the customer whom an address of a brand belongs to, if it is known."""
        return await self._database.read(partial(self._customer_of, brand, address))

    def _turn(self, inbound: Inbound, work: Work, connection: Connection) -> Reply:
        sender = self._find(connection, inbound)
        seen = _seen(connection, inbound, sender)
        if seen is not None:
            return seen
        displaced: tuple[Displaced, ...] = ()
        if inbound.contact is not None:
            displaced = join_address(connection, self._vault, inbound)
            sender = self._find(connection, inbound)
        snapshot = self._snapshot(connection, inbound, sender)
        snapshot = replace(snapshot, displaced=displaced)
        writing = work(snapshot)
        self._write(connection, inbound, sender, snapshot, writing)
        return writing.reply

    def _find(self, connection: Connection, inbound: Inbound) -> _Sender:
        digest = self._vault.address_hash(inbound.brand, inbound.address)
        row = connection.execute(sender_query(inbound, digest)).first()
        if row is not None and row.joined_to is not None:
            # A join was committed while this waited for the row: the address has moved on.
            holder_of(digest, connection)
            row = connection.execute(sender_query(inbound, digest)).first()
        if row is None:
            return _Sender(address_hash=digest, row=None, seal=None, customer=None)
        customer = CustomerId(row.customer_id)
        seal = self._vault.data_key(customer, row.wrapped_key)
        return _Sender(address_hash=digest, row=row, seal=seal, customer=customer)

    def _snapshot(self, connection: Connection, inbound: Inbound, sender: _Sender) -> Snapshot:
        is_number = inbound.address.kind is AddressKind.MSISDN
        if sender.row is None or sender.seal is None or sender.customer is None:
            return Snapshot(linked=is_number)
        row, seal, customer = sender.row, sender.seal, sender.customer
        sealed = row.sealed_session
        return Snapshot(
            customer=customer,
            standing=standing_of(connection, customer),
            head=row.head,
            length=row.length,
            session=_session(sealed, seal, customer),
            proof=Proof(kind=row.proof_kind, level=row.proof_level),
            linked=is_number or row.proof_level > 0,
            blocked=blocks_of(row.blocks),
            number=partial(number_of, connection, customer, seal),
            on_file=partial(on_file, connection, customer, seal, sender.address_hash, row.length),
            open_cases=partial(open_cases_of, connection, customer),
        )

    def _write(
        self,
        connection: Connection,
        inbound: Inbound,
        sender: _Sender,
        snapshot: Snapshot,
        writing: Writing,
    ) -> None:
        seal = sender.seal
        if seal is None:
            seal = self._add_customer(connection, inbound, sender.address_hash, writing)
        elif writing.decisions:
            move_head(connection, writing)
        if writing.blocks is not None and inbound.channel is not None:
            at = to_store(inbound.received_at)
            blocks = writing.blocks
            note_block(connection, writing.customer, inbound.channel, at, blocks=blocks)
        append(connection, writing, seal)
        was_gone = sender.row is not None and sender.row.unreachable_since is not None
        if was_gone and inbound.remark is not Remark.UNSEEN:
            mark_reachable(connection, sender.address_hash)
        if writing.session != snapshot.session:
            keep_session(connection, inbound, sender.address_hash, writing, seal)
        keep_reply(connection, inbound, sender.address_hash, writing, seal)
        digests = {
            item.id: self._vault.address_hash(item.brand, item.to) for item in writing.outgoing
        }
        digests[ASKED_FROM] = sender.address_hash
        queue(connection, inbound, writing, seal, digests)
        add_words(connection, writing, seal)
        keep_links(connection, writing.customer, inbound.brand, writing.links)

    def _add_customer(
        self, connection: Connection, inbound: Inbound, digest: str, writing: Writing
    ) -> Seal:
        owner = add_customer(connection, self._vault, inbound, writing)
        add_address(connection, owner, inbound, inbound.address, digest)
        return owner[1]

    def _consult(self, look: Look, judge: Judge, connection: Connection) -> Verdict:
        customer = self._customer_of(look.brand, look.address, connection)
        if customer is None:
            digest = self._vault.address_hash(look.brand, look.address)
            return judge(None, Circumstances(forgotten=is_forgotten(digest, connection)))
        around = Circumstances(blocked=blocked_of(connection, customer))
        verdict = judge(standing_of(connection, customer), around)
        log_look(connection, look, customer, verdict.question.asked, verdict.reason.value)
        return verdict

    def _inspect(
        self, look: Look, connection: Connection
    ) -> tuple[tuple[Decision, ...], str, int]:
        customer = self._customer_of(look.brand, look.address, connection)
        if customer is None:
            return (), GENESIS, 0
        table = schema.customers
        query = select(table.c.head, table.c.length).where(table.c.customer_id == customer)
        head, length = connection.execute(query).one()
        log_look(connection, look, customer, "history", f"{length} decisions")
        return self._history(customer, connection), head, length

    def _customer_of(
        self, brand: str, address: Address, connection: Connection
    ) -> CustomerId | None:
        digest = self._vault.address_hash(brand, address)
        table = schema.addresses
        query = select(table.c.customer_id).where(table.c.address_hash == digest)
        found = connection.execute(query).scalar_one_or_none()
        return CustomerId(found) if found is not None else None

    def _history(self, customer: CustomerId, connection: Connection) -> tuple[Decision, ...]:
        owner = connection.execute(
            select(schema.customers).where(schema.customers.c.customer_id == customer)
        ).first()
        if owner is None:
            return ()
        wrapped = owner.wrapped_key
        seal = self._vault.data_key(customer, wrapped) if wrapped is not None else None
        table = schema.decisions
        rows = connection.execute(
            select(table).where(table.c.customer_id == customer).order_by(table.c.position)
        )
        return tuple(decision_of(row, seal) for row in rows)

    async def head_of(self, customer: CustomerId) -> str:
        """Return the newest hash of a customer's chain.

        :raises StoreUnavailable: there is no such customer, or no store.
        """
        column = schema.customers.c
        query = select(column.head).where(column.customer_id == customer)
        return await self._database.read(lambda c: str(c.execute(query).scalar_one()))

    async def register(self, notices: Sequence[tuple[Notice, str]], at: datetime) -> None:
        """Keep the exact text of every notice in use, word for word, for good."""
        rows = [
            {
                "fingerprint": notice.fingerprint,
                "code": notice.code,
                "brand": notice.brand,
                "purpose": notice.purpose,
                "language": notice.language,
                "form": notice.form.value,
                "version": notice.version,
                "text": text,
                "registered_at": to_store(at),
            }
            for notice, text in notices
        ]
        await self._database.write(lambda c: insert_new(c, schema.notices, rows))

    async def ping(self) -> None:
        """Say whether the store answers.

        :raises StoreUnavailable: it does not.
        """
        await self._database.read(lambda c: c.execute(select(schema.notices.c.code).limit(1)))

    async def notice_texts(self) -> dict[str, str]:
        """Return every text ever shown from this store, by fingerprint."""
        column = schema.notices.c
        query = select(column.fingerprint, column.text)
        rows = await self._database.read(lambda c: c.execute(query).all())
        return {row.fingerprint: row.text for row in rows}


def _seen(connection: Connection, inbound: Inbound, sender: _Sender) -> Reply | None:
    """Return the answer given when this very message came before."""
    row = sender.row
    if row is None or sender.seal is None or sender.customer is None or row.sealed_reply is None:
        return None
    reply = open_reply(row.sealed_reply, sender.seal, sender.customer)
    # At whatever door: another decision since, or another message in this conversation.
    # Or the account belongs to somebody else since.
    moved = row.proven_at > row.received_at
    overtaken = (
        moved
        or row.length > row.length_then
        or is_overtaken(
            connection, inbound, sender.customer, sender.address_hash, int(row.received_at)
        )
    )
    return replace(reply, repeated=Repeated.OVERTAKEN if overtaken else Repeated.LATEST)


def _session(sealed: bytes | None, seal: Seal, customer: CustomerId) -> Session | None:
    """Return the conversation; one that cannot be read is none, so that a STOP still works."""
    if sealed is None:
        return None
    try:
        return open_session(sealed, seal, customer)
    except (SealBroken, msgspec.DecodeError) as fault:
        # No traceback: a decoder's own words quote what it could not read.
        reason = type(fault).__name__
        _log.error("a conversation begins anew: customer %s, %s", customer, reason)
        return None
