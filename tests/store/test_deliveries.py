"""What became of what was sent: reports only move forward, and a block is channel state."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from consent.delivery import Report
from consent.errors import StoreUnavailable
from consent.ports import Address, Circumstances, Inbound, Ledger, Look, Snapshot, Writing
from consent.replies import Option
from consent.standing import Standing
from consent.verdicts import Question, Verdict, unknown
from storage import schema
from storage.database import Database
from storage.deliveries import SqlDeliveries
from storage.moments import to_store
from storage.outbox import SqlOutbox
from storage.sqlite import SqliteDatabase
from tests.store.stores import NEW, OLD, VAULT, in_chat, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, OTHER, STOP, desk, message

NOW = CLOCK.now()
MINUTE = timedelta(minutes=1)
MENU = Option(name="menu")
#: As far along as providers name them.
SENT, FAILED, DELIVERED, READ = ("sent", 3), ("failed", 5), ("delivered", 5), ("read", 6)


def _report(word: tuple[str, int] = DELIVERED, **changes: Any) -> Report:  # noqa: ANN401
    status, stage = word
    fields: dict[str, Any] = {
        "brand": "lmt",
        "to": NUMBER,
        "reference": "m1",
        "provider_id": "SM1",
        "status": status,
        "stage": stage,
        "error": "",
        "at": NOW,
    }
    return Report(**(fields | changes))


async def _note(database: Database, *reports: Report) -> list[bool]:
    """Note these one after the other; return which of them were news."""
    deliveries = SqlDeliveries(database, VAULT)
    return [await deliveries.note(report) for report in reports]


async def _met(database: Database, *addresses: Address, brand: str = "lmt") -> None:
    """Let these numbers be known to a brand."""
    for number, address in enumerate(addresses):
        met = message(f"met{number}", MENU, address=address, brand=brand)
        await desk(sql_ledger(database)).handle(met)


async def test_a_report_is_kept_as_it_came(database: Database) -> None:
    """Beside our own name of the message stand the provider's, its word and its error."""
    await _met(database, NUMBER)
    assert [True] == await _note(database, _report(FAILED, error="30003"))
    (row,) = rows(database, schema.deliveries)
    assert ("m1", "lmt", "SM1", "failed", 5, "30003", to_store(NOW)) == tuple(row)[1:]
    assert NUMBER.value not in str(tuple(row))


@pytest.mark.parametrize("order", list(permutations((SENT, DELIVERED, READ))))
async def test_reports_in_any_order_end_the_same(
    database: Database, order: tuple[tuple[str, int], ...]
) -> None:
    """Providers report twice and in any order: the latest stage stands."""
    await _met(database, NUMBER)
    await _note(database, *(_report(word, at=NOW + n * MINUTE) for n, word in enumerate(order)))
    (row,) = rows(database, schema.deliveries)
    assert ("read", 6) == (row.status, row.stage)
    assert to_store(NOW + order.index(READ) * MINUTE) == row.reported_at


@pytest.mark.parametrize(
    ("first", "second", "news"),
    [
        pytest.param(SENT, DELIVERED, True, id="farther"),
        pytest.param(DELIVERED, SENT, False, id="back"),
        pytest.param(DELIVERED, DELIVERED, False, id="the-same-again"),
        pytest.param(FAILED, DELIVERED, False, id="an-end-after-an-end"),
    ],
)
async def test_only_what_is_farther_along_is_news(
    database: Database, first: tuple[str, int], second: tuple[str, int], *, news: bool
) -> None:
    """A report that tells nothing later leaves the one before as it is."""
    await _met(database, NUMBER)
    later = _report(second, error="30008", at=NOW + MINUTE)
    assert [True, news] == await _note(database, _report(first), later)
    (row,) = rows(database, schema.deliveries)
    expected = (
        (second[0], "30008", to_store(NOW + MINUTE)) if news else (first[0], "", to_store(NOW))
    )
    assert expected == (row.status, row.error, row.reported_at)


async def test_a_report_that_comes_twice_at_once_is_news_once(database: Database) -> None:
    """However many workers get it, one of them has it first."""
    await _met(database, NUMBER)
    deliveries = SqlDeliveries(database, VAULT)
    news = await asyncio.gather(*(deliveries.note(_report()) for _ in range(5)))
    assert 1 == news.count(True)


async def test_each_message_of_each_customer_is_reported_by_itself(
    database: Database,
) -> None:
    """The same name of a message at another customer's is another message."""
    await _met(database, NUMBER, OTHER)
    reports = (_report(), _report(SENT, reference="m2"), _report(FAILED, to=OTHER))
    assert [True] * 3 == await _note(database, *reports)
    found = rows(database, schema.deliveries)
    expected = [("m1", "delivered"), ("m1", "failed"), ("m2", "sent")]
    assert expected == sorted((row.reference, row.status) for row in found)
    assert 2 == len({row.customer_id for row in found})


@pytest.mark.parametrize(
    "unknown_one",
    [
        pytest.param({"to": OTHER}, id="number"),
        pytest.param({"brand": "amigo"}, id="brand"),
        pytest.param({"to": NEW}, id="account"),
    ],
)
async def test_a_report_about_nobody_known_is_none(
    database: Database, unknown_one: dict[str, Any]
) -> None:
    """Nobody becomes a customer by being reported about (law 7)."""
    await _met(database, NUMBER)
    assert [False] == await _note(database, _report(**unknown_one))
    assert [] == rows(database, schema.deliveries)
    assert 1 == len(rows(database, schema.customers))


async def test_a_report_decides_nothing(database: Database) -> None:
    """That a phone is off is no withdrawal; the ledger and the standing stay as they are."""
    await desk(sql_ledger(database)).handle(message("m1"))
    tables = (schema.decisions, schema.standing, schema.sessions)
    before = [rows(database, table) for table in tables]
    await _note(database, _report(FAILED, error="21610"))
    assert before == [rows(database, table) for table in tables]


async def test_a_store_that_is_gone_notes_no_report(file_database: SqliteDatabase) -> None:
    """The provider must report again."""
    await _met(file_database, NUMBER)
    file_database.file.unlink()
    with pytest.raises(StoreUnavailable):
        await _note(file_database, _report())


async def _seen(ledger: Ledger, inbound: Inbound) -> tuple[frozenset[str], Address | None]:
    """Answer a message; return the blocks and the number that it was answered from."""
    seen: list[tuple[frozenset[str], Address | None]] = []

    def work(snapshot: Snapshot) -> Writing:
        seen.append((frozenset(snapshot.blocked), snapshot.number()))
        return desk(ledger)._work(inbound, snapshot)

    await ledger.turn(inbound, work)
    return seen[0]


async def _blocked(ledger: Ledger, address: Address = NUMBER, brand: str = "lmt") -> set[str]:
    """Return which channels marketing is told are blocked."""
    told: set[str] = set()
    look = Look(brand=brand, address=address, viewer="t", purpose_of_look="t", at=NOW)

    def note(_standing: Standing | None, around: Circumstances) -> Verdict:
        told.update(around.blocked)
        return unknown(Question(brand=brand, purpose="offers"))

    await ledger.consult(look, note)
    return told


def _by_sms(message_id: str, choice: Option = MENU, **changes: Any) -> Inbound:  # noqa: ANN401
    return message(message_id, choice, **({"channel": "sms"} | changes))


async def test_a_block_that_a_message_tells_of_is_kept(ledger: Ledger) -> None:
    """The next message, at whatever door, and marketing find it; nothing but START ends it."""
    office = desk(ledger)
    await office.handle(share("s"))
    await office.handle(_by_sms("stop", STOP, silent=True))
    in_between = [
        (await _seen(ledger, _by_sms("menu")))[0],
        (await _seen(ledger, in_chat("chat", MENU)))[0],
    ]
    told = await _blocked(ledger)
    await office.handle(_by_sms("start", reopened=True))
    assert [{"sms"}] * 2 == in_between
    assert ({"sms"}, set()) == (told, await _blocked(ledger))
    assert frozenset() == (await _seen(ledger, _by_sms("after")))[0]


async def test_a_block_is_one_customer_s(ledger: Ledger) -> None:
    """Neither another number nor the same number at another brand has it (law 7)."""
    office = desk(ledger)
    for other in (_by_sms("o", address=OTHER), _by_sms("a", brand="amigo")):
        await office.handle(other)
    await office.handle(_by_sms("stop", STOP, silent=True))
    assert {"sms"} == await _blocked(ledger)
    assert set() == await _blocked(ledger, OTHER) == await _blocked(ledger, brand="amigo")


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(MINUTE, set(), id="start-after-the-stop"),
        pytest.param(timedelta(0), set(), id="at-the-same-moment"),
        pytest.param(-MINUTE, {"sms"}, id="start-before-the-stop-fetched-later"),
    ],
)
async def test_the_provider_s_last_word_stands(
    ledger: Ledger, later: timedelta, expected: set[str]
) -> None:
    """STOP and START count in the order in which they were sent (law 6)."""
    office = desk(ledger)
    await office.handle(_by_sms("stop", STOP, silent=True))
    start = _by_sms("start", reopened=True)
    await office.handle(replace(start, received_at=NOW + later))
    assert expected == await _blocked(ledger)


async def test_a_stop_from_before_a_start_blocks_nothing(ledger: Ledger) -> None:
    """Fetched after the START that followed it, it ends consents, not the channel."""
    office = desk(ledger)
    await office.handle(_by_sms("start", reopened=True))
    stop = _by_sms("stop", STOP, silent=True)
    await office.handle(replace(stop, received_at=NOW - MINUTE))
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    assert 2 == len(await ledger.history(customer))
    assert set() == await _blocked(ledger)


async def test_a_door_that_speaks_through_no_channel_blocks_none(ledger: Ledger) -> None:
    """Silence alone names no channel."""
    await desk(ledger).handle(message("stop", STOP, silent=True))
    assert set() == await _blocked(ledger)


async def test_codes_go_to_the_number_that_was_linked(ledger: Ledger) -> None:
    """A chat knows its customer's number, after a change the new one; nobody's has none."""
    office = desk(ledger)
    _, before = await _seen(ledger, in_chat("b", MENU))
    await office.handle(share("s"))
    _, first = await _seen(ledger, in_chat("f", MENU))
    await office.handle(share("n", number=OTHER))
    _, second = await _seen(ledger, in_chat("c", MENU))
    _, by_sms = await _seen(ledger, _by_sms("sms"))
    assert [None, NUMBER, OTHER, NUMBER] == [before, first, second, by_sms]


async def test_how_often_somebody_was_answered_is_kept(ledger: Ledger) -> None:
    """Whichever process answers, it knows an echo when it hears one."""
    echo = [replace(_by_sms(f"e{n}"), choice=None, text="status") for n in range(5)]
    answers = [(await desk(ledger).handle(said)).ids for said in echo]
    assert all(answers[:3])
    assert [(), ()] == answers[3:]


def _since(database: Database) -> dict[str, int]:
    """Return since when channels are blocked, of all customers together."""
    return {
        channel: word["since"]
        for row in rows(database, schema.customers)
        for channel, word in json.loads(row.blocks).items()
        if word["blocks"]
    }


async def test_a_block_that_sending_tells_of_is_kept(database: Database) -> None:
    """Refused by the provider, a channel is blocked since the first time that was noted."""
    ledger, outbox = sql_ledger(database), SqlOutbox(database, VAULT)
    await desk(ledger).handle(share("s"))
    for minute in range(3):
        await outbox.note_block("lmt", NUMBER, "sms", NOW + minute * MINUTE)
    silent = _by_sms("stop", STOP, silent=True)
    await desk(ledger).handle(replace(silent, received_at=NOW + 9 * MINUTE))
    assert {"sms": to_store(NOW)} == _since(database)
    assert {"sms"} == await _blocked(ledger, OLD)


async def test_after_start_a_block_begins_anew(database: Database) -> None:
    """What ended is forgotten; other channels keep theirs."""
    ledger, outbox = sql_ledger(database), SqlOutbox(database, VAULT)
    await _met(database, NUMBER)
    for channel in ("sms", "call"):
        await outbox.note_block("lmt", NUMBER, channel, NOW)
    await desk(ledger).handle(_by_sms("start", reopened=True))
    assert {"call": to_store(NOW)} == _since(database)
    await outbox.note_block("lmt", NUMBER, "sms", NOW + MINUTE)
    assert {"call": to_store(NOW), "sms": to_store(NOW + MINUTE)} == _since(database)


async def test_a_block_from_before_a_start_is_none(database: Database) -> None:
    """What sending told of earlier is overtaken by the customer's START."""
    await desk(sql_ledger(database)).handle(_by_sms("start", reopened=True))
    outbox = SqlOutbox(database, VAULT)
    await outbox.note_block("lmt", NUMBER, "sms", NOW - MINUTE)
    assert {} == _since(database)
    await outbox.note_block("lmt", NUMBER, "sms", NOW + MINUTE)
    assert {"sms": to_store(NOW + MINUTE)} == _since(database)


async def test_a_block_of_nobody_known_is_none(database: Database) -> None:
    """An address that is not known is left alone, and the other brand's is not known here."""
    await _met(database, NUMBER)
    outbox = SqlOutbox(database, VAULT)
    await outbox.note_block("lmt", OTHER, "sms", NOW)
    await outbox.note_block("amigo", NUMBER, "sms", NOW)
    assert {} == _since(database)
    assert 1 == len(rows(database, schema.customers))


async def test_a_block_is_no_withdrawal(database: Database) -> None:
    """What was decided stands, and nothing is added to it (law 10)."""
    await desk(sql_ledger(database)).handle(message("m1"))
    before = rows(database, schema.standing), rows(database, schema.decisions)
    await SqlOutbox(database, VAULT).note_block("lmt", NUMBER, "sms", NOW)
    assert before == (rows(database, schema.standing), rows(database, schema.decisions))
