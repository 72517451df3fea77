"""A store whose root key is replaced, and everything that is sealed under one."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from itertools import count

from consent.batches import Entry, Fate
from consent.chain import verify
from consent.delivery import Stray
from consent.ports import Address
from storage import schema
from storage.batches import SqlBatches
from storage.database import Database
from storage.hooks import SqlHooks
from storage.keys import recognise
from storage.ledger import SqlLedger
from storage.rotation import Found, Rotation, Tally
from storage.strays import SqlStrays
from storage.vault import Vault
from tests.store.batch_stage import number, office
from tests.store.stores import rows
from tests.store.test_ledger import CLOCK, desk, message

OLD, NEW, NEWER = b"o" * 32, b"n" * 32, b"r" * 32
PEOPLE = 7
STRAY = Stray(
    brand="lmt",
    door="sms",
    message_id="SM0",
    sender="Banka",
    text="Jūsu kods ir 1234",
    received_at=CLOCK.now(),
)
_ids = count(1)


def opened(database: Database, *keys: bytes, complete: bool = True) -> Vault:
    """Return what seals a store, as a process that was given these keys opens it."""
    known = partial(recognise, Vault(*keys).roots, complete=complete)
    usual, index = database.write_now(known)
    return Vault(*keys, usual=usual, index=index)


async def stop(database: Database, vault: Vault, who: Address) -> None:
    """Let somebody send STOP."""
    inbound = replace(message(f"k{next(_ids)}"), address=who)
    await desk(SqlLedger(database, vault)).handle(inbound)


async def bring_with(database: Database, vault: Vault, *entries: Entry) -> tuple[Fate, ...]:
    """Record entries of other systems."""
    return await office(database, SqlBatches(database, vault)).record_batch(entries)


async def filled(database: Database, vault: Vault, people: int = PEOPLE) -> None:
    """Put into a store some customers, three strays and two hooks."""
    for index in range(people):
        await stop(database, vault, number(index))
    for index in range(3):
        await SqlStrays(database, vault).keep(replace(STRAY, message_id=f"SM{index}"))
    for url in ("https://crm.lmt.lv/a", "https://crm.lmt.lv/b"):
        await SqlHooks(database, vault).add("lmt", url, CLOCK.now())


async def read_all(database: Database, vault: Vault, people: int = PEOPLE) -> list[str]:
    """Return everything that is sealed, opened; chains were verified."""
    ledger, found = SqlLedger(database, vault), []
    for index in range(people):
        customer = await ledger.customer_of("lmt", number(index))
        assert customer is not None
        decisions = await ledger.history(customer)
        assert len(decisions) == verify(decisions, await ledger.head_of(customer))
        found += [str(d.evidence and d.evidence.as_json()) for d in decisions]
    for row in rows(database, schema.strays):
        found.append(vault.strays.open(row.sealed_stray, f"stray:{row.message_id}").decode())
    for row in rows(database, schema.hooks):
        found.append(vault.strays.open(row.sealed_secret, f"hook:{row.hook_id}").decode())
    assert people * 2 + 5 <= len(found)
    return sorted(found)


async def rotated(database: Database, vault: Vault, pages: int = 1000, page: int = 2) -> Tally:
    """Let the newest key wrap, and go so many pages; then the process is gone."""
    rotation = Rotation(database, vault, page)
    await rotation.begin()
    return await tallied(rotation.rewrap(), pages)


async def tallied(found: AsyncIterator[Found], pages: int = 1000) -> Tally:
    """Count what the first pages of a walk hold."""
    tally = Tally(Counter())
    async for page in found:
        tally.add(page)
        pages -= 1
        if not pages:
            break
    return tally
