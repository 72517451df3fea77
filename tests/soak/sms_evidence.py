"""What the ledger's file says of texts, to be held against what was written and what was read."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, select

from app.composition import Assistant
from app.store import Store
from consent.catalogue import BrandId
from consent.chain import verify
from consent.decisions import CustomerId, Decision, Subject
from consent.desk import rebuild
from consent.feed import FEED
from consent.ports import Address, AddressKind
from consent.replies import Reply
from sms.render import render
from storage import schema
from storage.moments import to_store
from storage.queries import standing_of
from storage.rows import open_outgoing, open_reply
from storage.vault import Vault
from tests.sms.fake_twilio_api import FakeTwilio, Sms

_SECOND, _TAKEN = 1_000_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """One message of a customer as the ledger knows it."""

    #: Of the customer's chain, once the message was answered.
    length: int
    received_at: int
    reply: Reply

    def was_fetched(self, sms: Sms) -> bool:
        """Say whether it came from the provider's list: then its time is the provider's."""
        return self.received_at == int(sms.sent or 0) * _SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Something that was to leave by the outbox."""

    #: The customer's message that it answers.
    answers: str | None
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One text that we have sent."""

    sms: Sms
    #: The customer's message that it answers.
    about: str
    #: The name under which it left the outbox; none if it was said in answer to the webhook.
    out: str

    @property
    def arrived(self) -> bool:
        """Whether it has reached the phone."""
        return self.sms.status in {"sent", "delivered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What Twilio has carried for us."""

    #: By the customer's number, oldest first.
    sent: dict[str, list[Letter]]
    #: By message, how often Twilio has heard an answer.
    heard: Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """All messages handled, by the provider's id, and all parcels, by our own."""

    handled: dict[str, Handled]
    parcels: dict[str, Parcel]


def ids_on_disk(store: Path) -> set[str]:
    """Return the messages in a dead process's ledger, each with all that it has decided.

    Looked up in a copy: the next process must find the files as they were left.
    """
    copy = store.with_name("copy")
    shutil.copytree(store, copy)
    try:
        with closing(sqlite3.connect(copy / "soak.db")) as opened:
            seen = opened.execute("SELECT message_id, customer_id, length FROM inbound").fetchall()
            counted = "SELECT customer_id, COUNT(*) FROM decisions GROUP BY customer_id"
            lengths: dict[str, int] = dict(opened.execute(counted).fetchall())
    finally:
        shutil.rmtree(copy)
    return {message for message, owner, length in seen if lengths.get(owner, 0) >= length}


def unfinished(ledger: Path, messages: set[str], at: datetime) -> tuple[set[str], int]:
    """Return which messages a running process has not handled, and how much it could send now.

    What a killed process had claimed is nobody's until a minute is over.
    """
    waiting = (
        "SELECT COUNT(*) FROM outbox "
        "WHERE sent_at IS NULL AND departed_at IS NULL AND claimed_until < ? AND kind <> 'feed'"
    )
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as opened:
        found = {row[0] for row in opened.execute("SELECT message_id FROM inbound")}
        (ready,) = opened.execute(waiting, [to_store(at)]).fetchone()
        return messages - found, int(ready)


async def papers_of(store: Store, vault: Vault) -> Papers:
    """Read all messages and parcels."""
    owners, seen, outbox = schema.customers, schema.inbound, schema.outbox

    def read(connection: Connection) -> tuple[list[Any], list[Any]]:
        both = [
            select(table, owners.c.wrapped_key).join(
                owners, owners.c.customer_id == table.c.customer_id
            )
            for table in (seen, outbox)
        ]
        parcels = both[1].where(outbox.c.kind != FEED)
        return [*connection.execute(both[0])], [*connection.execute(parcels)]

    messages, parcels = await store.database.read(read)
    return Papers(
        handled={row.message_id: _handled(row, vault) for row in messages},
        parcels={row.outgoing_id: _parcel(row, vault) for row in parcels},
    )


def _handled(row: Any, vault: Vault) -> Handled:  # noqa: ANN401 - a row of a query
    customer = CustomerId(row.customer_id)
    seal = vault.data_key(customer, row.wrapped_key)
    return Handled(
        length=row.length,
        received_at=int(row.received_at),
        reply=open_reply(row.sealed_reply, seal, customer),
    )


def _parcel(row: Any, vault: Vault) -> Parcel:  # noqa: ANN401 - a row of a query
    customer = CustomerId(row.customer_id)
    seal = vault.data_key(customer, row.wrapped_key)
    _, reply, answers = open_outgoing(row.sealed_payload, seal, row.outgoing_id)
    return Parcel(answers=answers, reply=reply)


async def checked_history(store: Store, brand: str, number: str) -> tuple[Decision, ...]:
    """Return a customer's decisions: their chain intact, their standing what they add up to."""
    customer = await store.ledger.customer_of(brand, Address(AddressKind.MSISDN, number))
    assert customer is not None
    decisions = await store.ledger.history(customer)
    assert len(decisions) == verify(decisions, await store.ledger.head_of(customer))
    standing = await store.database.read(lambda c: standing_of(c, customer))
    assert rebuild(decisions) == standing
    return decisions


def still_given(decisions: tuple[Decision, ...], purposes: tuple[str, ...]) -> list[str]:
    """Return which of some purposes nobody has said no to since the last yes."""
    standing = rebuild(decisions)
    records = {purpose: standing.record(Subject.purpose(purpose)) for purpose in purposes}
    return [
        purpose
        for purpose, record in records.items()
        if record.no is None or (record.yes and record.yes.at > record.no.at)
    ]


def said_aloud(assistant: Assistant, brand: str, reply: Reply) -> str:
    """Return a reply as its text reads."""
    form = reply.form or assistant.sms_form(brand)
    language = reply.language or assistant.catalogue.brands[BrandId(brand)].default_language
    return render(reply, assistant.wording(brand, language, form), form)


def post_of(twilio: FakeTwilio) -> Post:
    """Return what was sent to whom, and how often an answer to each message was heard."""
    post = Post(sent=defaultdict(list), heard=Counter(acknowledged(twilio)))
    for account in twilio.accounts.values():
        for sms in account.messages:
            callback = sms.params.get("StatusCallback", "")
            # Without one it is Twilio's own answer to a word of its own.
            if sms.direction != "inbound" and callback:
                query = parse_qs(urlsplit(callback).query)
                about, out = (query.get(name, [""])[0] for name in ("about", "out"))
                post.sent[sms.to].append(Letter(sms=sms, about=about, out=out))
    return post


def acknowledged(twilio: FakeTwilio) -> list[str]:
    """Return the messages whose deliveries were answered with success, one for each answer."""
    taken = (p for p in twilio.posts if p.kind == "inbound" and p.status == _TAKEN)
    return [posted.fields["MessageSid"] for posted in taken]
