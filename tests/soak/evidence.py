"""What the store says after the storm, to be held against what customers were shown."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, select

from app.composition import Assistant
from app.store import Store
from bot.presenting import bubbles
from bot.render import render
from consent.chain import verify
from consent.decisions import CustomerId, Decision
from consent.notices import Form, code_of
from consent.ports import Address, AddressKind
from consent.replies import Reply
from storage import schema
from storage.rows import open_reply
from storage.vault import Vault

BRAND = "lmt"


async def last_word(store: Store, vault: Vault, user: int) -> Reply:
    """Return the reply to the newest message that was answered."""
    digest = vault.address_hash(BRAND, Address(AddressKind.TELEGRAM, str(user)))
    seen, owners = schema.inbound, schema.customers

    def read(connection: Connection) -> tuple[Any, Any]:
        newest = (
            select(seen, owners.c.wrapped_key)
            .join(owners, owners.c.customer_id == seen.c.customer_id)
            .where(seen.c.address_hash == digest)
            .order_by(seen.c.received_at.desc())
            .limit(1)
        )
        row = connection.execute(newest).one()
        return row, row.wrapped_key

    row, wrapped = await store.database.read(read)
    customer = CustomerId(row.customer_id)
    return open_reply(row.sealed_reply, vault.data_key(customer, wrapped), customer)


def shown_for(assistant: Assistant, reply: Reply) -> str:
    """Return the message that ends a reply, as it is sent."""
    parts = render(reply, assistant.wording(BRAND, reply.language, Form.CHAT))
    return bubbles(parts[-1], BRAND)[-1].html


async def history_of(store: Store, user: int) -> tuple[Decision, ...]:
    """Return a customer's decisions, after checking their chain."""
    address = Address(AddressKind.TELEGRAM, str(user))
    customer = await store.ledger.customer_of(BRAND, address)
    assert customer is not None
    decisions = await store.ledger.history(customer)
    assert len(decisions) == verify(decisions, await store.ledger.head_of(customer))
    return decisions


def receipts(decisions: tuple[Decision, ...]) -> set[str]:
    """Return the numbers of all receipts that could have been given."""
    return {code_of(decision.hash) for decision in decisions}


def decided_twice(decisions: tuple[Decision, ...]) -> list[tuple[str, str]]:
    """Return what one message decided more than once."""
    said = Counter(
        (decision.evidence.message_id, str(decision.subject), decision.action.value)
        for decision in decisions
        if decision.evidence
    )
    return [key[:2] for key, times in said.items() if times > 1]
