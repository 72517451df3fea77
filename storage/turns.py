"""Turns of conversations: a message is read, answered and kept in one transaction.

Messages that come at the same time share it: two reads, a statement for each table, one commit.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from operator import attrgetter
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from consent.decisions import CustomerId
from consent.dialogue.session import Session
from consent.errors import SealBroken
from consent.ports import (
    AddressKind,
    Displaced,
    Inbound,
    Proof,
    Remark,
    Snapshot,
    Work,
    Writing,
)
from consent.replies import Repeated, Reply
from storage.answers import add_words
from storage.copy_rows import keep_links
from storage.customers import add_address, add_customer
from storage.database import Database
from storage.gathered_rows import GatheredRows
from storage.keys import wrapping_root
from storage.linking import join_address
from storage.moments import to_store
from storage.on_file import number_of, on_file
from storage.queries import is_overtaken, open_cases_of
from storage.rows import ASKED_FROM, blocks_of, open_reply, open_session
from storage.senders import Sender, find_senders
from storage.together import Together
from storage.vault import Root, Seal, Vault
from storage.writes import (
    append,
    keep_reply,
    keep_session,
    mark_reachable,
    move_head,
    note_block,
    queue,
)

_log = logging.getLogger("consent.ledger")

#: Messages in one transaction at most, and how many may wait for theirs.
TOGETHER, LINE = 16, 1_024
_Asked = tuple[Inbound, Work]


class _Message(NamedTuple):
    """One message of a crowd."""

    place: int
    #: Of the address it came from.
    digest: str
    inbound: Inbound
    work: Work

    @property
    def joins(self) -> bool:
        """Whether it can make one customer of two."""
        return self.inbound.contact is not None


class Turns:
    """Takes turns on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep what is said in `database`, sealed by `vault`."""
        self._database = database
        self._vault = vault
        self._crowds: dict[str, Together[_Asked, Reply]] = {}

    async def take(self, inbound: Inbound, work: Work) -> Reply:
        """See `consent.ports.Ledger.turn`."""
        # One line a door: whoever writes twice stands in it twice, and of this door no transaction
        # waits for another. A second line halves the crowds: that costs more than waiting for the
        # disk.
        crowd = self._crowds.get(inbound.door)
        if crowd is None:
            crowd = Together(self._answer, most=TOGETHER, line=LINE)
            self._crowds[inbound.door] = crowd
        return await crowd.ask((inbound, work))

    async def _answer(self, asked: Sequence[_Asked]) -> Sequence[Reply]:
        return await self._database.write(partial(self._answer_all, asked))

    def _answer_all(self, asked: Sequence[_Asked], connection: Connection) -> list[Reply]:
        """Answer messages in rounds: in each, everybody is answered once."""
        hashed = self._vault.address_hash
        waiting = [
            _Message(place, hashed(inbound.brand, inbound.address), inbound, work)
            for place, (inbound, work) in enumerate(asked)
        ]
        replies: dict[int, Reply] = {}
        while waiting:
            waiting = self._round(waiting, replies, connection)
        return [replies[place] for place in range(len(asked))]

    def _round(
        self, waiting: list[_Message], replies: dict[int, Reply], connection: Connection
    ) -> list[_Message]:
        """Answer all whom nobody before them concerns; return those who must wait."""
        now, later = _apart(waiting)
        messages = {message.digest: message.inbound for message in now}
        senders = find_senders(self._vault, messages, connection)
        first = senders.get(now[0].digest)
        displaced: tuple[Displaced, ...] = ()
        if now[0].joins and not (first and first.seen):
            displaced = join_address(connection, self._vault, now[0].inbound)
            senders = find_senders(self._vault, messages, connection)
        served: set[CustomerId] = set()
        with GatheredRows(connection) as rows:
            page = _Page(self._vault, rows, connection)
            for message in now:
                sender = senders.get(message.digest)
                if sender is None:
                    replies[message.place] = page.first(message)
                elif sender.seen:
                    replies[message.place] = page.again(message, sender)
                elif sender.customer in served:
                    # They wrote from two addresses: what they said first must be written first.
                    later.append(message)
                else:
                    served.add(sender.customer)
                    replies[message.place] = page.next(message, sender, displaced)
        return sorted(later, key=attrgetter("place"))


def _apart(waiting: list[_Message]) -> tuple[list[_Message], list[_Message]]:
    """Tell those of different addresses from the rest; who joins two customers goes alone."""
    now: list[_Message] = []
    later: list[_Message] = []
    known: set[str] = set()
    for message in waiting:
        alone = bool(now) and (message.joins or now[0].joins)
        (later if alone or message.digest in known else now).append(message)
        known.add(message.digest)
    return now, later


class _Page:
    """What is said and written in one round."""

    def __init__(self, vault: Vault, rows: GatheredRows, connection: Connection) -> None:
        self._vault = vault
        self._rows = rows
        self._connection = connection

    def first(self, message: _Message) -> Reply:
        """Answer somebody never heard of before."""
        inbound = message.inbound
        writing = message.work(Snapshot(linked=inbound.address.kind is AddressKind.MSISDN))
        owner = add_customer(self._rows, self._vault, inbound, self._root, writing)
        add_address(self._rows, owner, inbound, inbound.address, message.digest)
        self._write(message, writing, owner[1])
        keep_session(self._rows, inbound, message.digest, writing, owner[1])
        return writing.reply

    def next(self, message: _Message, sender: Sender, displaced: tuple[Displaced, ...]) -> Reply:
        """Answer a customer."""
        snapshot = replace(self._snapshot(message, sender), displaced=displaced)
        writing = message.work(snapshot)
        if writing.decisions:
            move_head(self._rows, writing)
        self._write(message, writing, sender.seal)
        if (
            sender.row.unreachable_since is not None
            and message.inbound.remark is not Remark.UNSEEN
        ):
            mark_reachable(self._rows, message.digest)
        if writing.session != snapshot.session:
            keep_session(self._rows, message.inbound, message.digest, writing, sender.seal)
        return writing.reply

    def again(self, message: _Message, sender: Sender) -> Reply:
        """Return the answer given when this very message came before."""
        row = sender.row
        reply = open_reply(row.sealed_reply, sender.seal, sender.customer)
        # At whatever door: another decision since, or another message in this conversation.
        # Or the account belongs to somebody else since.
        is_old = (
            row.proven_at > row.received_at
            or row.length > row.length_then
            or is_overtaken(
                self._connection,
                message.inbound,
                sender.customer,
                message.digest,
                int(row.received_at),
            )
        )
        return replace(reply, repeated=Repeated.OVERTAKEN if is_old else Repeated.LATEST)

    def _snapshot(self, message: _Message, sender: Sender) -> Snapshot:
        row, seal, customer = sender.row, sender.seal, sender.customer
        connection = self._connection
        is_number = message.inbound.address.kind is AddressKind.MSISDN
        return Snapshot(
            customer=customer,
            standing=sender.standing,
            head=row.head,
            length=row.length,
            session=_session(row.sealed_session, seal, customer),
            proof=Proof(kind=row.proof_kind, level=row.proof_level),
            linked=is_number or row.proof_level > 0,
            blocked=blocks_of(row.blocks),
            number=partial(number_of, connection, customer, seal),
            on_file=partial(on_file, connection, customer, seal, message.digest, row.length),
            open_cases=partial(open_cases_of, connection, customer),
        )

    def _write(self, message: _Message, writing: Writing, seal: Seal) -> None:
        rows, inbound = self._rows, message.inbound
        if writing.blocks is not None and inbound.channel is not None:
            at, blocks = to_store(inbound.received_at), writing.blocks
            note_block(rows.write(), writing.customer, inbound.channel, at, blocks=blocks)
        append(rows, writing, seal)
        keep_reply(rows, inbound, message.digest, writing, seal)
        hashed = self._vault.address_hash
        digests = {item.id: hashed(item.brand, item.to) for item in writing.outgoing}
        digests[ASKED_FROM] = message.digest
        queue(rows, inbound, writing, seal, digests)
        if writing.notes:
            add_words(rows.write(), writing, seal)
        if writing.links:
            keep_links(rows.write(), writing.customer, inbound.brand, writing.links)

    @cached_property
    def _root(self) -> Root:
        return wrapping_root(self._vault, self._connection)


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
