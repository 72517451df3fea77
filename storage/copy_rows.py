"""Giving out links to copies of one's own data, and ending them; `storage.copies` opens them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from consent.copy_links import CopyLink
from consent.decisions import CustomerId
from storage import schema
from storage.moments import to_store


def keep_links(
    connection: Connection, customer: CustomerId, brand: str, links: Sequence[CopyLink]
) -> None:
    """Keep links that an answer gives out; those whose time is over go."""
    table = schema.copies
    for link in links:
        past = table.c.expires_at <= to_store(link.created_at)
        connection.execute(table.delete().where(table.c.customer_id == customer, past))
        row = {
            "customer_id": customer,
            "digest": link.digest,
            "brand": brand,
            "language": link.language,
            "created_at": to_store(link.created_at),
            "expires_at": to_store(link.expires_at),
            "opens": 0,
        }
        connection.execute(table.insert(), row)


def end_links(connection: Connection, customer: CustomerId) -> None:
    """End every link to a customer's copy at once."""
    table = schema.copies
    connection.execute(table.delete().where(table.c.customer_id == customer))
