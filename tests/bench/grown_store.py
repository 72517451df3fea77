"""Stores of any size, grown within minutes: a few real customers among copies of one of them.

Real customers come by the product's own way, by SMS. What one of them has left in the tables is
then copied in SQL under fresh ids and hashes: as many rows, as long, indexed alike. Nobody could
open what is sealed in the copies, or verify their chains; they are there to be in the way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    case,
    cast,
    func,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import create_async_engine

from consent.desk import ConsentDesk, House
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from locales.notice_lock import read_lock
from storage import schema
from storage.bulk import insert_rows
from storage.database import Database, open_database
from storage.ids import SystemEntropy, uuid7
from storage.ledger import SqlLedger
from storage.relay import FeedRelay
from storage.vault import Vault
from tests.builders import MovableClock

#: Real customers: one to be copied, others to be asked about, spread over the store's life.
ASKED = 20
_CHUNK = 20_000
_LIFE = timedelta(days=365)
_SAID = ("AGREE 1", "AGREE", "SMS", "STATUS")
_COPIED = (
    schema.customers,
    schema.addresses,
    schema.decisions,
    schema.standing,
    schema.sessions,
    schema.inbound,
    schema.outbox,
    schema.read_log,
    schema.feed,
)
_copies = Table(
    "copies_to_be",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("id", Text),
    Column("digest", Text),
    prefixes=["TEMPORARY"],
)


@dataclass(slots=True, kw_only=True)
class GrownStore:
    """A store and those of its customers who are real."""

    database: Database
    desk: ConsentDesk
    house: House
    ledger: SqlLedger
    clock: MovableClock
    size: int

    def message(self, who: int, words: str) -> Inbound:
        """Return an SMS of a real customer."""
        return Inbound(
            brand="lmt",
            door="sms",
            channel="sms",
            address=address(who),
            message_id=f"SM{who:016x}{hashlib.sha256(words.encode()).hexdigest()[:16]}",
            received_at=self.clock.now(),
            proof=Proof(kind="sms", level=1),
            form=Form.SMS,
            text=words,
        )


def address(who: int) -> Address:
    """Return the number of a real customer."""
    return Address(AddressKind.MSISDN, f"+3712{who:07}")


async def grow(url: str, size: int, tick: Callable[[int], None] = lambda _n: None) -> GrownStore:
    """Fill an empty store, which has its tables, with so many customers.

    :param tick: told how many customers more there are.
    """
    database, clock = open_database(url), MovableClock()
    catalogue = load_catalogue(ROOT)
    house = House(
        catalogue=catalogue,
        notices=read_lock(ROOT),
        lexicon=load_lexicon(ROOT, catalogue),
    )
    ledger = SqlLedger(database, Vault(b"k" * 32))
    found = GrownStore(
        database=database,
        desk=ConsentDesk(house, ledger, clock, SystemEntropy()),
        house=house,
        ledger=ledger,
        clock=clock,
        size=size,
    )
    await _meet(found, 0)
    await FeedRelay(database, ["lmt"], "growing").move(clock.now())
    begun, steps = clock.now(), sorted({*range(0, size, _CHUNK), size})
    for start, stop in pairwise(steps):
        await database.write(partial(_copy, begun, size, start, stop))
        tick(stop - start)
    for who in range(1, ASKED + 1):
        # Their ids lie among those of the copies.
        clock.at = begun + _LIFE * who / (ASKED + 1)
        await _meet(found, who)
    clock.at = begun + _LIFE
    await _settle_down(database, url)
    return found


async def _meet(store: GrownStore, who: int) -> None:
    for words in _SAID:
        store.clock.move(timedelta(minutes=1))
        await store.desk.handle(store.message(who, words))


def _copy(begun: datetime, size: int, start: int, stop: int, connection: Connection) -> None:
    """Copy the first customer, for each number of a range."""
    _copies.create(connection)
    rows = [
        {
            "number": n,
            "id": uuid7(begun + _LIFE * n / size),
            "digest": hashlib.sha256(f"{size} {n}".encode()).hexdigest(),
        }
        for n in range(start, stop)
    ]
    insert_rows(connection, _copies.insert(), rows)
    owners = schema.customers.c
    model = connection.execute(
        select(owners.customer_id).order_by(owners.created_at).limit(1)
    ).scalar_one()
    entries = connection.execute(
        select(func.count()).where(schema.feed.c.customer_id == model)
    ).scalar_one()
    for table in _COPIED:
        taken = [_taken(column, int(entries)) for column in table.c]
        each = select(*taken).select_from(table.join(_copies, true()))
        both = each.where(table.c.customer_id == model).order_by(_copies.c.number)
        connection.execute(table.insert().from_select(list(table.c.keys()), both))
    _copies.drop(connection)


def _taken(column: Column[Any], entries: int) -> ColumnElement[Any]:
    """Return what a copy has in a column: its own where the model's must not be there twice."""
    mine, name, table = _copies.c, column.name, column.table
    if name == "customer_id":
        return mine.id
    if name == "address_hash":
        return case((column == "", ""), else_=mine.digest)
    if name in {"hash", "head"} and table is not schema.customers:
        # As many different ones as there are decisions.
        place = table.c.position
        return func.substr(mine.digest, place + 1).concat(func.substr(mine.digest, 1, place))
    if name == "event_id":
        return mine.id.concat("-").concat(cast(table.c.position, Text))
    if name == "position" and table is schema.feed:
        return column + (mine.number + 1) * entries
    return column


async def _settle_down(database: Database, url: str) -> None:
    """Let the database do what it does by itself sooner or later."""
    await database.scrub()
    if url.startswith("postgresql"):
        address_ = url.replace("postgresql://", "postgresql+asyncpg://", 1)
        engine = create_async_engine(address_, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text("VACUUM ANALYZE"))
        await engine.dispose()
