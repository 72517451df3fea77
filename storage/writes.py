"""What is written for one message; every function is one or two statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from consent.decisions import CustomerId, Decision
from consent.feed import FEED, Happening, event_of, happening_event
from consent.ports import Inbound, Look, Writing
from storage import schema
from storage.gathered_rows import GatheredRows
from storage.ids import uuid7
from storage.moments import to_store
from storage.row_writes import change, insertion, replacement
from storage.rows import (
    ASKED_FROM,
    ChannelWord,
    case_row,
    channel_words,
    channels_text,
    close_outgoing,
    close_reply,
    close_session,
    decision_row,
    record_row,
)
from storage.vault import Seal


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what becomes of rows that are there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    statement = insert_into(connection, table)
    keys = [column.name for column in table.primary_key]
    values = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert those rows whose primary key is not there yet."""
    if rows:
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)


def move_head(rows: GatheredRows, writing: Writing) -> None:
    """Note the new end of a customer's chain."""
    values = {"customer_id": writing.customer, "head": writing.head, "length": writing.length}
    rows.add(_MOVE_HEAD, values)


def note_block(
    connection: Connection, customer: CustomerId, channel: str, at: int, *, blocks: bool
) -> None:
    """Note that a provider has begun or ceased to block a channel; its last word stands."""
    table = schema.customers
    mine = table.c.customer_id == customer
    found = connection.execute(select(table.c.blocks).where(mine).with_for_update()).scalar_one()
    words = channel_words(found)
    known = words.get(channel, ChannelWord(blocks=False, since=0, last=0))
    if at < known.last:
        return
    since = known.since if known.blocks == blocks else at
    words[channel] = ChannelWord(blocks=blocks, since=since, last=at)
    connection.execute(table.update().where(mine).values(blocks=channels_text(words)))


def append(rows: GatheredRows, writing: Writing, seal: Seal) -> None:
    """Add decisions to the ledger, move the standing with them, and queue them for the feed."""
    if not writing.decisions:
        return
    rows.add(_DECISIONS, *(decision_row(decision, seal) for decision in writing.decisions))
    rows.add(_STANDING, *(record_row(writing.customer, s, r) for s, r in writing.records.items()))
    rows.add(_EVENT, feed_row(writing.decisions))


def feed_row(decisions: Sequence[Decision]) -> dict[str, Any]:
    """Return what waits in the outbox until the feed's relay has given decisions their place.

    :param decisions: new ones of one customer, in the order of their chain.
    """
    first = decisions[0]
    return {
        "customer_id": first.customer,
        # In the order of the chain, and never twice.
        "outgoing_id": f"{FEED}-{first.position:09}",
        "brand": first.brand,
        "kind": FEED,
        "address_hash": "",
        # Pseudonymous as the ledger is, so not sealed: it outlives whoever is forgotten.
        "sealed_payload": msgspec.json.encode({d.id: event_of(d) for d in decisions}),
        "claimed_until": 0,
        "created_at": to_store(first.recorded_at),
    }


def happening_row(happening: Happening, length: int, at: int) -> dict[str, Any]:
    """Return what waits in the outbox until the relay tells what happened without a decision.

    :param length: of the customer's chain: it comes after the decisions up to here.
    """
    event = happening_event(happening)
    return {
        "customer_id": happening.customer,
        "outgoing_id": f"{FEED}-{length:09}-{event['id']}",
        "brand": happening.brand,
        "kind": FEED,
        "address_hash": "",
        "sealed_payload": msgspec.json.encode({event["id"]: event}),
        "claimed_until": 0,
        "created_at": at,
    }


def keep_session(
    rows: GatheredRows, inbound: Inbound, digest: str, writing: Writing, seal: Seal
) -> None:
    """Keep the conversation."""
    row = {
        "customer_id": writing.customer,
        "brand": inbound.brand,
        "door": inbound.door,
        "address_hash": digest,
        "sealed_session": close_session(writing.session, seal, writing.customer),
    }
    rows.add(_SESSION, row)


def keep_reply(
    rows: GatheredRows, inbound: Inbound, digest: str, writing: Writing, seal: Seal
) -> None:
    """Keep the reply, so that the same message gets it again."""
    row = {
        "customer_id": writing.customer,
        "brand": inbound.brand,
        "door": inbound.door,
        "message_id": inbound.message_id,
        "address_hash": digest,
        "received_at": to_store(inbound.received_at),
        "length": writing.length,
        "sealed_reply": close_reply(writing.reply, seal, writing.customer),
    }
    rows.add(_REPLY, row)


def queue(
    rows: GatheredRows,
    inbound: Inbound,
    writing: Writing,
    seal: Seal,
    digests: Mapping[str, str],
) -> None:
    """Keep what a person must do and what must leave the house.

    :param digests: by id, the hash of the address each outgoing message goes to; and the sender's.
    """
    if writing.cases:
        sender = digests[ASKED_FROM]
        for case in writing.cases:
            rows.add(_CASE, case_row(case, writing.customer, inbound, sender, seal))
    for item in writing.outgoing:
        letter = {
            "customer_id": writing.customer,
            "outgoing_id": item.id,
            "brand": item.brand,
            "kind": item.kind,
            "address_hash": digests[item.id],
            "sealed_payload": close_outgoing(item, seal),
            "claimed_until": 0,
            "created_at": to_store(inbound.received_at),
            "not_after": to_store(item.not_after),
        }
        rows.add(_LETTER, letter)


def mark_reachable(rows: GatheredRows, digest: str) -> None:
    """Who writes can be written to."""
    rows.add(_REACHABLE, {"address_hash": digest, "unreachable_since": None})


def log_look(
    connection: Connection, look: Look, customer: CustomerId, question: str, answer: str
) -> None:
    """Note who looked at whose standing, what for, and what they were told (law 9)."""
    row = {
        "customer_id": customer,
        "look_id": uuid7(look.at),
        "at": to_store(look.at),
        "viewer": look.viewer,
        "reason_of_look": look.purpose_of_look,
        "question": question,
        "answer": answer,
    }
    _LOOK.run(connection, row)


_MOVE_HEAD = change(schema.customers, "customer_id", ("head", "length"))
_DECISIONS = insertion(schema.decisions)
_STANDING = replacement(schema.standing)
_SESSION = replacement(schema.sessions)
_REPLY = insertion(schema.inbound)
_QUEUED = ("customer_id", "outgoing_id", "brand", "kind", "address_hash", "sealed_payload")
_EVENT = insertion(schema.outbox, (*_QUEUED, "claimed_until", "created_at"))
_LETTER = insertion(schema.outbox, (*_QUEUED, "claimed_until", "created_at", "not_after"))
_CASE = insertion(
    schema.cases,
    (
        *("customer_id", "case_id", "brand", "kind", "purpose", "opened_at", "due_at", "door"),
        *("language", "sealed_words", "address_hash"),
    ),
)
_REACHABLE = change(schema.addresses, "address_hash", ("unreachable_since",))
_LOOK = insertion(schema.read_log)
