"""The access log, on every database: newest first, a part at a time, one brand's alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from consent.decisions import CustomerId
from consent.forgetting import Forgetting, parting
from consent.verdicts import Question
from storage import schema
from storage.database import Database
from storage.ids import uuid7
from storage.list_checks import SqlListChecks
from storage.list_looks import Begun
from storage.looks import LookQuery, NotedLook, SqlLooks
from storage.moments import to_store
from tests.builders import AMIGO, CountedEntropy
from tests.store.batch_stage import NOW
from tests.store.stores import VAULT, sql_ledger
from tests.store.test_ledger import NUMBER, OTHER, desk, message

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


async def _customer(database: Database, brand: str = "lmt") -> CustomerId:
    address = NUMBER if brand == "lmt" else OTHER
    ledger = sql_ledger(database)
    customer = await ledger.customer_of(brand, address)
    if customer is None:
        await desk(ledger).handle(message(f"m-{brand}", address=address, brand=brand))
        customer = await ledger.customer_of(brand, address)
    assert customer is not None
    return customer


async def _note(
    database: Database, moments: Iterable[datetime], viewer: str = "staff:anna", brand: str = "lmt"
) -> None:
    """Let somebody look at these moments."""
    customer = await _customer(database, brand)
    rows = [
        {
            "customer_id": customer,
            "look_id": uuid7(at),
            "at": to_store(at),
            "viewer": viewer,
            "reason_of_look": "a call",
            "question": "offers",
            "answer": "allowed",
        }
        for at in moments
    ]
    await database.write(lambda c: c.execute(insert(schema.read_log), rows))


async def _list(database: Database, at: datetime, brand: str = "lmt") -> None:
    """Let somebody check a list."""
    question = Question(brand=brand, purpose="offers")
    begun = Begun(
        id=uuid7(at),
        brand=brand,
        viewer="staff:lists",
        reason="spring",
        question=question,
        at=at,
        valid_until=at + DAY,
    )
    await SqlListChecks(database, VAULT).begin(begun)


async def _all(database: Database, wanted: LookQuery) -> list[NotedLook]:
    """Go through the log page by page."""
    looks, found = SqlLooks(database, VAULT), list[NotedLook]()
    while True:
        before = (found[-1].at, found[-1].id) if found else None
        page = await looks.newest(
            LookQuery(
                brand=wanted.brand,
                viewer=wanted.viewer,
                since=wanted.since,
                until=wanted.until,
                before=before,
                most=3,
            )
        )
        found += page
        if len(page) < 3:
            return found


async def test_every_look_once_and_newest_first(database: Database) -> None:
    """However many are of the same moment, and lists among them; a page at a time."""
    await _note(database, [NOW - SECOND * (n // 4) for n in range(10)])
    await _list(database, NOW - SECOND)
    found = await _all(database, LookQuery(brand="lmt"))
    assert 11 == len({look.id for look in found}) == len(found)
    assert found == sorted(found, key=lambda look: (look.at, look.id), reverse=True)
    assert [""] == [look.number for look in found if look.of_list]
    assert {NUMBER.value} == {look.number for look in found if not look.of_list}


async def test_a_part_is_bounded_on_both_sides(database: Database) -> None:
    """From a moment on, and before another; the first belongs to it, the last does not."""
    await _note(database, [NOW - DAY, NOW - SECOND, NOW, NOW + SECOND])
    await _list(database, NOW - DAY)
    part = LookQuery(brand="lmt", since=NOW - SECOND, until=NOW + SECOND)
    assert [NOW, NOW - SECOND] == [look.at for look in await _all(database, part)]


async def test_before_a_part_something_may_be(database: Database) -> None:
    """When somebody last looked before a moment, at a customer or a list; another brand is not."""
    looks = SqlLooks(database, VAULT)
    await _note(database, [NOW - DAY * 90], brand=AMIGO)
    await _list(database, NOW - DAY * 80, brand=AMIGO)
    assert await looks.last_before("lmt", NOW) is None
    await _note(database, [NOW, NOW - DAY * 40, NOW - DAY * 50])
    assert NOW - DAY * 40 == await looks.last_before("lmt", NOW)
    await _list(database, NOW - DAY * 35)
    assert NOW - DAY * 35 == await looks.last_before("lmt", NOW)
    assert NOW - DAY * 50 == await looks.last_before("lmt", NOW - DAY * 40)
    assert await looks.last_before("lmt", NOW - DAY * 50) is None


@pytest.mark.parametrize(
    ("viewer", "count"),
    [
        pytest.param("ANNA", 2, id="a part, in any case"),
        pytest.param("staff:", 3, id="of both"),
        pytest.param("%", 0, id="a sign of searching is a sign"),
        pytest.param("_", 0, id="another one"),
        pytest.param("' OR 1=1 --", 0, id="no statement"),
    ],
)
async def test_whoever_looked(database: Database, viewer: str, count: int) -> None:
    """By a part of the name, taken as it is typed."""
    await _note(database, [NOW, NOW - SECOND])
    await _note(database, [NOW], viewer="staff:ilze")
    found = await _all(database, LookQuery(brand="lmt", viewer=viewer))
    assert count == len(found)


async def test_the_forgotten_have_no_number_and_brands_no_window(database: Database) -> None:
    """Looks stay when the person goes; nobody sees the other brand's (law 7)."""
    await _note(database, [NOW])
    await _note(database, [NOW], brand=AMIGO)
    wanted = Forgetting(brand="lmt", address=NUMBER, reason="x", actor="cli:x", at=NOW + DAY)
    await sql_ledger(database).forget(wanted, parting(wanted, CountedEntropy()))
    assert [""] == [look.number for look in await _all(database, LookQuery(brand="lmt"))]
    assert [OTHER.value] == [x.number for x in await _all(database, LookQuery(brand=AMIGO))]
