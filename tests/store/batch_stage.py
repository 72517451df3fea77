"""Entries of other systems for the tests of batches, on real words and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from consent.batches import Entry, Fate, Item, Refusal, Release
from consent.decisions import Action, Decision, Subject
from consent.desk import ConsentDesk, rebuild
from consent.notices import Form
from consent.ports import Address, AddressKind
from consent.standing import Standing
from storage.batches import SqlBatches
from storage.database import Database
from storage.holdings import read_holdings
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger
from tests.store.stores import VAULT
from tests.store.test_ledger import CLOCK, HOUSE, NUMBER

DAY = timedelta(days=1)
NOW = CLOCK.now()
OFFERS, SMS = Subject.purpose("offers"), Subject.channel("sms")
SEEN = HOUSE.notices.current("lmt", "offers", "lv", Form.CHAT).fingerprint


def number(count: int) -> Address:
    """Return one of many numbers."""
    return Address(AddressKind.MSISDN, f"+3712{count:07d}")


def yes(days_ago: float = 1, *, address: Address = NUMBER, about: Subject = OFFERS) -> Entry:
    """Return a proven yes."""
    return Entry(
        brand="lmt",
        address=address,
        subject=about,
        action=Action.GIVEN if about == OFFERS else Action.ON,
        said_at=NOW - days_ago * DAY,
        notice=SEEN,
        language="lv",
        actor="staff 12",
        door="import",
        method="paper",
        document=f"form of {address.value[-4:]}",
    )


def no(days_ago: float = 1, *, address: Address = NUMBER, about: Subject = OFFERS) -> Entry:
    """Return a no."""
    action = Action.WITHDRAWN if about == OFFERS else Action.OFF
    return replace(yes(days_ago, address=address, about=about), action=action, notice=None)


def freed(days_ago: float = 1, *, address: Address = NUMBER) -> Release:
    """Return the news that a number has changed hands."""
    said_at = NOW - days_ago * DAY
    return Release(brand="lmt", address=address, said_at=said_at, actor="billing", door="import")


def office(database: Database, batches: SqlBatches | None = None) -> ConsentDesk:
    """Return a desk that takes messages and batches."""
    ledger = SqlLedger(database, VAULT)
    found = batches or SqlBatches(database, VAULT)
    return ConsentDesk(HOUSE, ledger, CLOCK, SystemEntropy(), batches=found)


async def bring(database: Database, *entries: Item) -> list[Refusal | str | None]:
    """Record entries; return of each why it was refused, or that it was there already."""
    return told(await office(database).record_batch(entries))


def told(fates: Sequence[Fate]) -> list[Refusal | str | None]:
    """Return fates in short: a refusal, `again`, or none for recorded."""
    return ["again" if fate.again else fate.refusal for fate in fates]


async def history(
    database: Database, address: Address = NUMBER, brand: str = "lmt"
) -> tuple[Decision, ...]:
    """Return what is in the ledger of whoever has an address; nothing of nobody."""
    ledger = SqlLedger(database, VAULT)
    customer = await ledger.customer_of(brand, address)
    return () if customer is None else await ledger.history(customer)


async def kept_standing(database: Database, address: Address = NUMBER) -> Standing:
    """Return what the store keeps as standing, which must equal its rebuild (law 3)."""
    digest = VAULT.address_hash("lmt", address)
    found = await database.read(lambda c: read_holdings(c, VAULT, {digest}, {"import"}))
    (held,) = found.held.values()
    assert dict(rebuild(await history(database, address)).records) == dict(held.standing.records)
    return held.standing
