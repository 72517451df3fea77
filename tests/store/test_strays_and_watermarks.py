"""What belongs to no customer: messages of nobody, and up to when all messages were handled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.delivery import Stray
from consent.errors import SealBroken, StoreUnavailable
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.sqlite import SqliteDatabase
from storage.strays import SqlStrays
from storage.vault import RootKeyUnknown, Vault
from storage.watermarks import SqlWatermarks
from tests.store.stores import VAULT, rows
from tests.store.test_ledger import CLOCK

NOW = CLOCK.now()
MINUTE, TICK = timedelta(minutes=1), timedelta(microseconds=1)
STRAY = Stray(
    brand="lmt",
    door="sms",
    message_id="SM1",
    sender="Anna Banka",
    text="Jūsu kods: 1234",
    received_at=NOW,
)


async def _keep(database: Database, *strays: Stray) -> None:
    for stray in strays:
        await SqlStrays(database, VAULT).keep(stray)


async def test_a_stray_is_kept_as_it_came(database: Database) -> None:
    """A person can look at it later: who wrote, what, when, and to whom."""
    await _keep(database, STRAY)
    (row,) = rows(database, schema.strays)
    said = msgspec.json.decode(VAULT.strays.open(row.sealed_stray, "stray:SM1"))
    assert {"sender": STRAY.sender, "text": STRAY.text} == said
    assert ("lmt", "sms", "SM1", to_store(NOW)) == tuple(row)[:4]


async def test_a_stray_is_sealed(database: Database) -> None:
    """It can name people too: on disk neither sender nor words can be read."""
    await _keep(database, STRAY)
    (row,) = rows(database, schema.strays)
    readable = str(tuple(row)[:4]).encode() + row.sealed_stray
    assert not [w for w in ("Anna", "Banka", "kods", "1234") if w.encode() in readable]


@pytest.mark.parametrize(
    ("vault", "place"),
    [
        pytest.param(Vault(b"x" * 32), "stray:SM1", id="another-key"),
        pytest.param(VAULT, "stray:SM2", id="another-place"),
    ],
)
async def test_a_stray_opens_at_its_place_alone(
    database: Database, vault: Vault, place: str
) -> None:
    """Neither another store nor another row makes sense of it."""
    await _keep(database, STRAY)
    (row,) = rows(database, schema.strays)
    with pytest.raises((SealBroken, RootKeyUnknown)):
        vault.strays.open(row.sealed_stray, place)


async def test_the_same_stray_is_kept_once(database: Database) -> None:
    """Delivered and fetched again, with whatever words, the first one stands (law 5)."""
    await _keep(database, STRAY)
    (first,) = rows(database, schema.strays)
    await _keep(database, STRAY, replace(STRAY, text="something else", sender="X"))
    assert [first] == rows(database, schema.strays)


async def test_the_same_stray_at_once_is_kept_once(database: Database) -> None:
    """The door and the list may bring it at the same moment."""
    await asyncio.gather(*(_keep(database, STRAY) for _ in range(5)))
    assert 1 == len(rows(database, schema.strays))


async def test_strays_are_told_apart(database: Database) -> None:
    """An id counts within its brand and door alone."""
    others = (
        replace(STRAY, message_id="SM2"),
        replace(STRAY, brand="amigo"),
        replace(STRAY, door="gateway"),
    )
    await _keep(database, STRAY, *others)
    assert 4 == len(rows(database, schema.strays))


async def test_nobody_becomes_a_customer_by_a_stray(database: Database) -> None:
    """It is kept, and nothing else is written."""
    await _keep(database, STRAY)
    tables = (schema.customers, schema.addresses, schema.inbound, schema.outbox)
    assert [[]] * 4 == [rows(database, table) for table in tables]


async def test_a_store_that_is_gone_keeps_no_stray(file_database: SqliteDatabase) -> None:
    """The provider must deliver it again."""
    file_database.file.unlink()
    with pytest.raises(StoreUnavailable):
        await _keep(file_database, STRAY)


async def _marks(database: Database, *moments: datetime) -> datetime | None:
    """Note these moments; return what is read then."""
    watermarks = SqlWatermarks(database)
    for moment in moments:
        await watermarks.raise_to("lmt", "sms", moment)
    return await watermarks.read("lmt", "sms")


async def test_at_first_there_is_no_watermark(database: Database) -> None:
    """Who has never looked is told so."""
    assert await _marks(database) is None


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(TICK, NOW + TICK, id="an-instant-later"),
        pytest.param(timedelta(0), NOW, id="the-same"),
        pytest.param(-TICK, NOW, id="an-instant-earlier"),
        pytest.param(-999 * MINUTE, NOW, id="a-clock-that-ran-backwards"),
    ],
)
async def test_a_watermark_only_rises(
    database: Database, later: timedelta, expected: datetime
) -> None:
    """What was handled stays handled, to the microsecond."""
    assert expected == await _marks(database, NOW, NOW + later)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=6))
async def test_the_highest_watermark_stands(database: Database, steps: list[int]) -> None:
    """Two workers may note theirs in any order."""
    before = await SqlWatermarks(database).read("lmt", "sms")
    moments = [NOW + step * MINUTE for step in steps]
    highest = max([*moments, *([before] if before else [])])
    assert highest == await _marks(database, *moments)


async def test_watermarks_noted_at_once_keep_the_highest(database: Database) -> None:
    """Whoever comes last, the latest moment stands."""
    watermarks = SqlWatermarks(database)
    notes = (watermarks.raise_to("lmt", "sms", NOW + n * MINUTE) for n in (3, 1, 4, 2))
    await asyncio.gather(*notes)
    assert NOW + 4 * MINUTE == await watermarks.read("lmt", "sms")


async def test_each_brand_and_door_has_its_own(database: Database) -> None:
    """One provider's list says nothing about another's."""
    await _marks(database, NOW)
    watermarks = SqlWatermarks(database)
    others = [await watermarks.read(*key) for key in (("amigo", "sms"), ("lmt", "gateway"))]
    await watermarks.raise_to("amigo", "sms", NOW - MINUTE)
    assert [None, None] == others
    assert [NOW - MINUTE, NOW] == [await watermarks.read(b, "sms") for b in ("amigo", "lmt")]


async def test_a_moment_of_another_zone_is_the_same_moment(database: Database) -> None:
    """It is compared as a moment, and read in UTC."""
    riga = timezone(timedelta(hours=2))
    found = await _marks(database, NOW, (NOW + MINUTE).astimezone(riga))
    assert NOW + MINUTE == found
    assert found is not None
    assert UTC is found.tzinfo


async def test_a_store_that_is_gone_has_no_watermark(file_database: SqliteDatabase) -> None:
    """Neither read nor noted: nobody takes silence for "all handled"."""
    await _marks(file_database, NOW)
    file_database.file.unlink()
    with pytest.raises(StoreUnavailable):
        await SqlWatermarks(file_database).raise_to("lmt", "sms", NOW + MINUTE)
    with pytest.raises(StoreUnavailable):
        await SqlWatermarks(file_database).read("lmt", "sms")
