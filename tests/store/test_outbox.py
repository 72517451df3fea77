"""What must leave the house: claimed by one worker, settled once, forgotten with its customer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.errors import StoreUnavailable
from consent.ports import Address, AddressKind, Outgoing, Remark, Snapshot, Writing
from consent.replies import Message, Option, Reply
from storage import schema
from storage.database import Database
from storage.ledger import SqlLedger
from storage.moments import to_store
from storage.outbox import SqlOutbox
from storage.sqlite import SqliteDatabase
from tests.store.stores import NEW, OLD, VAULT, in_chat, outgoing, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, OTHER, desk, message

NOW = CLOCK.now()
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)


def _item(name: str, **changes: object) -> Outgoing:
    fields: dict[str, object] = {
        "id": name,
        "brand": "lmt",
        "kind": "telegram",
        "to": OLD,
        "reply": Reply(language="lv", messages=(Message("link.ended"),)),
    }
    return Outgoing(**(fields | changes))  # type: ignore[arg-type]


async def _queue(database: Database, *items: Outgoing, minutes: int = 0) -> None:
    """Queue these with one message."""
    ledger: SqlLedger = sql_ledger(database)
    moment = NOW + timedelta(minutes=minutes)
    inbound = replace(message(f"q{items[0].id}"), received_at=moment)

    def work(snapshot: Snapshot) -> Writing:
        return replace(desk(ledger)._work(inbound, snapshot), outgoing=items)

    await ledger.turn(inbound, work)


async def _claim(
    database: Database,
    *,
    kind: str = "telegram",
    brand: str = "lmt",
    after: timedelta = MINUTE,
) -> list[str]:
    found = await SqlOutbox(database, VAULT).claim(kind, brand, NOW + after)
    return [item.id for item in found]


async def test_what_was_queued_is_claimed_as_it_was(database: Database) -> None:
    """Sealed on disk, it comes out word for word."""
    wanted = _item("a", not_after=NOW + timedelta(days=1))
    await _queue(database, wanted)
    assert (wanted,) == await SqlOutbox(database, VAULT).claim("telegram", "lmt", NOW)


async def test_the_oldest_comes_first(database: Database) -> None:
    """What has waited longest is carried out first."""
    await _queue(database, _item("second"), minutes=1)
    await _queue(database, _item("first"))
    assert ["first", "second"] == await _claim(database)


async def test_a_claim_takes_at_most_a_hundred(database: Database) -> None:
    """The rest waits for the next claim, and is not lost."""
    await _queue(database, *(_item(f"{number:03}") for number in range(101)))
    first, rest = await _claim(database), await _claim(database)
    assert (100, 1) == (len(first), len(rest))
    assert set(first).isdisjoint(rest)


@pytest.mark.parametrize(
    ("kind", "brand", "expected"),
    [
        pytest.param("telegram", "lmt", ["a"], id="its-own"),
        pytest.param("sms", "lmt", [], id="another-door"),
        pytest.param("telegram", "amigo", [], id="another-brand"),
    ],
)
async def test_each_door_and_brand_has_its_own(
    database: Database, kind: str, brand: str, expected: list[str]
) -> None:
    """A worker gets what its door carries for its brand alone (law 7)."""
    await _queue(database, _item("a"))
    assert expected == await _claim(database, kind=kind, brand=brand)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(timedelta(0), [], id="at-once"),
        pytest.param(MINUTE, [], id="at-the-last-instant"),
        pytest.param(MINUTE + TICK, ["a"], id="a-minute-later"),
    ],
)
async def test_nobody_else_gets_it_for_a_minute(
    database: Database, later: timedelta, expected: list[str]
) -> None:
    """Two workers do not send the same; one that died loses its claim by the clock."""
    await _queue(database, _item("a"))
    await _claim(database, after=timedelta(0))
    assert expected == await _claim(database, after=later)


async def test_workers_at_once_share_what_waits(database: Database) -> None:
    """However many ask at the same moment, each item goes to one."""
    await _queue(database, *(_item(f"{number}") for number in range(9)))
    found = await asyncio.gather(*(_claim(database) for _ in range(4)))
    assert sorted(str(number) for number in range(9)) == sorted(x for one in found for x in one)


async def test_what_is_settled_is_never_claimed_again(database: Database) -> None:
    """Sent is sent; what else waits is not touched by it."""
    await _queue(database, _item("a"), _item("b"))
    outbox = SqlOutbox(database, VAULT)
    done = next(i for i in await outbox.claim("telegram", "lmt", NOW) if i.id == "a")
    await outbox.settle(done, NOW)
    assert ["b"] == await _claim(database, after=2 * MINUTE)
    expected = {"a": to_store(NOW), "b": None}
    assert expected == {r.outgoing_id: r.sent_at for r in outgoing(database)}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(timedelta(days=1) - TICK, ["a", "b"], id="in-time"),
        pytest.param(timedelta(days=1), ["b"], id="too-late"),
    ],
)
async def test_what_is_too_late_is_not_sent_any_more(
    database: Database, after: timedelta, expected: list[str]
) -> None:
    """After its end an item is no news; one without an end waits for ever."""
    await _queue(database, _item("a", not_after=NOW + timedelta(days=1)), _item("b"))
    assert expected == await _claim(database, after=after)


async def test_nothing_is_sent_of_a_customer_who_was_forgotten(database: Database) -> None:
    """Without the customer's key nothing opens, and nothing else is held up by it."""
    await _queue(database, _item("a"))
    table = schema.customers
    database.write_now(lambda c: c.execute(table.update().values(wrapped_key=None)).rowcount)
    other = replace(message("o"), address=OTHER)

    def work(snapshot: Snapshot) -> Writing:
        written = desk(sql_ledger(database))._work(other, snapshot)
        return replace(written, outgoing=(_item("b"),))

    await sql_ledger(database).turn(other, work)
    assert ["b"] == await _claim(database)


async def test_a_farewell_waits_for_the_old_account(database: Database) -> None:
    """Linking elsewhere queues what the parted account is to be told, sealed."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    await office.handle(in_chat("l", Option(name="language", language="en")))
    await office.handle(share("n", account=NEW))
    (sent,) = await SqlOutbox(database, VAULT).claim("telegram", "lmt", NOW)
    assert (OLD, "en", ("link.ended",)) == (sent.to, sent.reply.language, sent.reply.ids)
    assert NOW + timedelta(days=1) == sent.not_after
    (row,) = rows(database, schema.outbox)
    assert OLD.value.encode() not in row.sealed_payload


async def _told(database: Database, *, brand: str = "lmt", after: timedelta = MINUTE) -> list[str]:
    """Return the accounts that a worker would tell now."""
    found = await SqlOutbox(database, VAULT).claim("telegram", brand, NOW + after)
    return [item.to.value for item in found]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        pytest.param((OLD, NEW), [OLD.value], id="lost"),
        pytest.param((OLD, NEW, OLD), [NEW.value], id="lost-and-back"),
        pytest.param((OLD, NEW, OLD, NEW), [OLD.value], id="lost-and-back-and-lost"),
    ],
)
async def test_a_farewell_is_called_back_when_the_account_links_again(
    database: Database, shares: tuple[Address, ...], expected: list[str]
) -> None:
    """Nobody is told that they lost the number which they have again."""
    office = desk(sql_ledger(database))
    for number, account in enumerate(shares):
        await office.handle(share(f"s{number}", account=account))
    assert expected == await _told(database)


async def test_a_farewell_in_a_worker_s_hands_is_not_handed_out_again(
    database: Database,
) -> None:
    """Claimed when the account links again, it is not claimed a second time."""
    office = desk(sql_ledger(database))
    for number, account in enumerate((OLD, NEW)):
        await office.handle(share(f"s{number}", account=account))
    first = await _told(database)
    await office.handle(share("back"))
    assert ([OLD.value], [NEW.value]) == (first, await _told(database, after=3 * MINUTE))


async def test_linking_at_one_brand_calls_nothing_back_at_the_other(
    database: Database,
) -> None:
    """What one brand has to tell an account is not the other's to take back (law 7)."""
    office = desk(sql_ledger(database))
    for number, account in enumerate((OLD, NEW)):
        await office.handle(share(f"s{number}", account=account))
    await office.handle(replace(share("a"), brand="amigo"))
    assert [OLD.value] == await _told(database)


async def test_what_was_sent_is_not_called_back(database: Database) -> None:
    """When a farewell was sent stays noted as it was."""
    office, outbox = desk(sql_ledger(database)), SqlOutbox(database, VAULT)
    for number, account in enumerate((OLD, NEW)):
        await office.handle(share(f"s{number}", account=account))
    (sent,) = await outbox.claim("telegram", "lmt", NOW)
    await outbox.settle(sent, NOW)
    later = replace(share("back"), received_at=NOW + MINUTE)
    await office.handle(later)
    found = {r.outgoing_id: r.sent_at for r in rows(database, schema.outbox)}
    assert to_store(NOW) == found.pop(sent.id)
    assert [None] == list(found.values())


async def test_a_store_that_is_gone_claims_nothing(file_database: SqliteDatabase) -> None:
    """Without the file a worker is told so, and claims again later."""
    file_database.file.unlink()
    outbox = SqlOutbox(file_database, VAULT)
    with pytest.raises(StoreUnavailable):
        await outbox.claim("telegram", "lmt", NOW)
    with pytest.raises(StoreUnavailable):
        await outbox.settle(_item("a"), NOW)
    with pytest.raises(StoreUnavailable):
        await outbox.note_reach("lmt", NUMBER, NOW)


async def _unreachable(database: Database) -> dict[str, int | None]:
    found = rows(database, schema.addresses)
    return {f"{r.brand}/{r.kind}": r.unreachable_since for r in found}


async def test_an_account_that_cannot_be_reached_is_noted(database: Database) -> None:
    """A blocked bot is a matter of delivery: of that address and brand alone, and it passes."""
    office, outbox = desk(sql_ledger(database)), SqlOutbox(database, VAULT)
    await office.handle(share("s"))
    await office.handle(replace(share("a"), brand="amigo"))
    await outbox.note_reach("lmt", OLD, NOW)
    expected: dict[str, int | None] = {
        f"{brand}/{kind.value}": None
        for brand in ("lmt", "amigo")
        for kind in (AddressKind.MSISDN, AddressKind.TELEGRAM)
    }
    assert expected | {"lmt/telegram": to_store(NOW)} == await _unreachable(database)
    await outbox.note_reach("lmt", OLD, None)
    assert expected == await _unreachable(database)


async def test_who_writes_can_be_reached_again(database: Database) -> None:
    """A message of the account itself ends its being out of reach; no other one's does."""
    office, outbox = desk(sql_ledger(database)), SqlOutbox(database, VAULT)
    await office.handle(share("s"))
    await outbox.note_reach("lmt", OLD, NOW)
    await office.handle(message("m", Option(name="menu")))
    elsewhere = await _unreachable(database)
    await office.handle(in_chat("c", Option(name="menu")))
    assert to_store(NOW) == elsewhere["lmt/telegram"]
    assert {None} == set((await _unreachable(database)).values())


async def test_an_answer_nobody_saw_is_no_sign_of_life(database: Database) -> None:
    """The door says that nothing was delivered: the account stays out of reach."""
    office, outbox = desk(sql_ledger(database)), SqlOutbox(database, VAULT)
    await office.handle(share("s"))
    await outbox.note_reach("lmt", OLD, NOW)
    unseen = replace(in_chat("s:unseen", Option(name="menu")), choice=None, remark=Remark.UNSEEN)
    await office.handle(unseen)
    assert to_store(NOW) == (await _unreachable(database))["lmt/telegram"]


async def test_an_address_not_known_is_left_alone(database: Database) -> None:
    """Nobody is made a customer by being out of reach."""
    await SqlOutbox(database, VAULT).note_reach("lmt", NEW, NOW)
    assert {} == await _unreachable(database)


async def test_out_of_reach_is_no_withdrawal(database: Database) -> None:
    """What was decided stands, and nothing is added to it."""
    office, outbox = desk(sql_ledger(database)), SqlOutbox(database, VAULT)
    await office.handle(message("m1"))
    before = rows(database, schema.standing), rows(database, schema.decisions)
    await outbox.note_reach("lmt", NUMBER, NOW)
    assert before == (rows(database, schema.standing), rows(database, schema.decisions))
