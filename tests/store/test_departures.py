"""Sent at most once: what departs is noted first, and put back only if it certainly did not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.delivery import Outcome
from consent.desk import ConsentDesk
from consent.errors import StoreUnavailable
from consent.notices import Form
from consent.ports import Address, Outgoing
from consent.replies import Option
from storage import schema
from storage.database import Database
from storage.ids import SystemEntropy
from storage.moments import to_store
from storage.outbox import SqlOutbox
from storage.sqlite import SqliteDatabase
from tests.store.stores import OLD, VAULT, in_chat, outgoing, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, HOUSE, NUMBER, OTHER, STOP, desk, message

NOW = CLOCK.now()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TICK = timedelta(microseconds=1)
#: Until when the answers queued here are news.
NEWS = NOW + 5 * MINUTE


async def _queue(
    database: Database, *names: str, brand: str = "lmt", address: Address = NUMBER
) -> None:
    """Let a customer's messages be fetched late: each leaves its answer in the outbox."""
    for number, name in enumerate(names):
        fetched = message(name, Option(name="menu"), brand=brand, address=address, channel="sms")
        at = NOW + number * TICK
        await desk(sql_ledger(database)).handle(
            replace(fetched, received_at=at, deferred_until=NEWS)
        )


async def _claim(
    database: Database, after: timedelta = timedelta(0), *, brand: str = "lmt"
) -> tuple[Outgoing, ...]:
    return await SqlOutbox(database, VAULT).claim("sms", brand, NOW + after)


def _state(database: Database) -> list[tuple[int | None, int | None, str | None]]:
    """Return of each item, oldest first, when it departed, when it was settled, and how."""
    found = sorted(rows(database, schema.outbox), key=lambda row: row.created_at)
    return [(row.departed_at, row.sent_at, row.outcome) for row in found]


async def test_what_has_departed_is_never_claimed_again(database: Database) -> None:
    """Whoever was about to send it may have died before telling: it is not sent twice."""
    await _queue(database, "a", "b")
    outbox = SqlOutbox(database, VAULT)
    first, second = await _claim(database)
    assert await outbox.depart(first, NOW)
    assert [second] == list(await _claim(database, 2 * MINUTE))
    assert [(to_store(NOW), None, None), (None, None, None)] == _state(database)


async def test_only_one_of_two_workers_may_send(database: Database) -> None:
    """The first notes the departure; whoever held an old claim is told to let it be."""
    await _queue(database, "a")
    outbox = SqlOutbox(database, VAULT)
    (item,) = await _claim(database)
    (again,) = await _claim(database, 2 * MINUTE)
    assert item == again
    went = await asyncio.gather(*(outbox.depart(one, NOW) for one in (item, again, item)))
    assert [False, False, True] == sorted(went)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(MINUTE, 0, id="at-that-moment"),
        pytest.param(MINUTE + TICK, 1, id="after-it"),
    ],
)
async def test_what_was_put_back_waits_until_then(
    database: Database, after: timedelta, expected: int
) -> None:
    """Certainly not sent, it is claimed once its time has come, not by its first claim's."""
    await _queue(database, "a")
    outbox = SqlOutbox(database, VAULT)
    (item,) = await _claim(database)
    await outbox.depart(item, NOW)
    await outbox.put_back(item, NOW + MINUTE)
    assert expected == len(await _claim(database, after))


async def test_what_was_put_back_can_be_claimed_before_its_claim_runs_out(
    database: Database,
) -> None:
    """A pause shorter than a claim is as short as it says."""
    await _queue(database, "a")
    outbox = SqlOutbox(database, VAULT)
    (item,) = await _claim(database)
    await outbox.depart(item, NOW)
    await outbox.put_back(item, NOW + timedelta(seconds=5))
    assert [item] == list(await _claim(database, timedelta(seconds=6)))
    assert await outbox.depart(item, NOW)


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_how_it_ended_is_noted_once(database: Database, outcome: Outcome) -> None:
    """The first end stands: no later word, no putting back and no departure changes it."""
    await _queue(database, "a")
    outbox = SqlOutbox(database, VAULT)
    (item,) = await _claim(database)
    await outbox.depart(item, NOW)
    await outbox.settle(item, NOW + MINUTE, outcome)
    expected = [(to_store(NOW), to_store(NOW + MINUTE), outcome.value)]
    assert expected == _state(database)
    await outbox.settle(item, NOW + DAY, Outcome.UNREACHABLE)
    await outbox.put_back(item, NOW)
    assert not await outbox.depart(item, NOW + DAY)
    assert expected == _state(database)
    assert () == await _claim(database, 2 * MINUTE)


async def test_sent_is_what_an_end_means_if_nothing_else_is_said(
    database: Database,
) -> None:
    """A door that only knows success need not name it, nor note a departure."""
    await _queue(database, "a", "b")
    outbox = SqlOutbox(database, VAULT)
    first, _second = await _claim(database)
    await outbox.settle(first, NOW)
    assert [(None, to_store(NOW), "sent"), (None, None, None)] == _state(database)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(-TICK, 0, id="in-time"),
        pytest.param(timedelta(0), 2, id="at-the-end-of-its-time"),
        pytest.param(DAY, 2, id="long-after"),
    ],
)
async def test_what_is_too_late_is_dropped_and_counted(
    database: Database, after: timedelta, expected: int
) -> None:
    """It is settled as late, once; what is claimed no more is what is dropped."""
    await _queue(database, "a", "b")
    outbox, moment = SqlOutbox(database, VAULT), NEWS + after
    assert expected == len(await outbox.drop_late("sms", "lmt", moment))
    assert () == await outbox.drop_late("sms", "lmt", moment)
    late = (None, to_store(moment), "late")
    assert [late if expected else (None, None, None)] * 2 == _state(database)
    assert 2 - expected == len(await outbox.claim("sms", "lmt", moment))


async def test_what_was_dropped_is_told_as_it_was(database: Database) -> None:
    """Whoever drops it learns whom it was for and what it answered: that was never asked."""
    await _queue(database, "a")
    (item,) = await _claim(database)
    assert (item,) == await SqlOutbox(database, VAULT).drop_late("sms", "lmt", NEWS)
    assert (NUMBER, "a") == (item.to, item.answers)


async def test_at_most_a_hundred_are_dropped_at_once(database: Database) -> None:
    """The rest is dropped the next time, and none of it is sent."""
    for number in range(101):
        await _queue(database, "a", address=Address(NUMBER.kind, f"+3712000{number:04}"))
    outbox = SqlOutbox(database, VAULT)
    assert [100, 1, 0] == [len(await outbox.drop_late("sms", "lmt", NEWS)) for _ in range(3)]
    assert {"late"} == {outcome for _, _, outcome in _state(database)}


async def test_what_was_dropped_does_not_depart(database: Database) -> None:
    """A worker who claimed it in time, but was slow, does not send it any more."""
    await _queue(database, "a")
    outbox = SqlOutbox(database, VAULT)
    (item,) = await _claim(database)
    await outbox.drop_late("sms", "lmt", NEWS)
    assert not await outbox.depart(item, NEWS)


async def test_what_has_departed_or_ended_is_not_dropped(database: Database) -> None:
    """How it ended is told by whoever sent it."""
    await _queue(database, "a", "b")
    outbox = SqlOutbox(database, VAULT)
    first, second = await _claim(database)
    await outbox.depart(first, NOW)
    await outbox.settle(second, NOW, Outcome.REFUSED)
    assert () == await outbox.drop_late("sms", "lmt", NEWS + DAY)
    assert [None, "refused"] == [outcome for _, _, outcome in _state(database)]


async def test_each_door_and_brand_drops_its_own(database: Database) -> None:
    """Whoever cleans up one brand's SMS touches nobody else's (law 7)."""
    await _queue(database, "a")
    await _queue(database, "b", brand="amigo", address=OTHER)
    outbox = SqlOutbox(database, VAULT)
    assert () == await outbox.drop_late("telegram", "lmt", NEWS)
    assert [NUMBER] == [late.to for late in await outbox.drop_late("sms", "lmt", NEWS)]
    assert 1 == len(await _claim(database, brand="amigo"))


async def test_what_has_no_end_is_never_too_late(database: Database) -> None:
    """Without a moment after which it is no news, an item waits."""
    await _queue(database, "a")
    table = schema.outbox
    database.write_now(lambda c: c.execute(table.update().values(not_after=None)).rowcount)
    assert () == await SqlOutbox(database, VAULT).drop_late("sms", "lmt", NOW + 999 * DAY)
    assert 1 == len(await _claim(database, 999 * DAY))


async def test_nothing_is_sent_of_who_was_forgotten(database: Database) -> None:
    """It can be neither opened nor claimed; forgetting has removed it."""
    await _queue(database, "a")
    table = schema.customers
    database.write_now(lambda c: c.execute(table.update().values(wrapped_key=None)).rowcount)
    outbox = SqlOutbox(database, VAULT)
    assert () == await _claim(database)
    assert () == await outbox.drop_late("sms", "lmt", NEWS)


async def test_an_answer_comes_out_as_it_was_given(database: Database) -> None:
    """Fetched late, a STOP is answered word for word by the outbox, in the form chosen."""
    office = desk(sql_ledger(database))
    spelling = Option(name="language", language="plain")
    await office.handle(message("s", spelling, channel="sms"))
    await office.handle(message("m", STOP, channel="sms", deferred_until=NEWS))
    (sent,) = await _claim(database)
    assert (NUMBER, NEWS, Form.SMS_PLAIN) == (sent.to, sent.not_after, sent.reply.form)
    assert ("withdrawn.marketing", "stop.rest", "m") == (*sent.reply.ids, sent.answers)
    assert sent.reply.messages[0].params["receipt"]
    (row,) = outgoing(database)
    assert NUMBER.value.encode() not in row.sealed_payload


async def test_a_message_fetched_twice_leaves_one_answer(database: Database) -> None:
    """Whatever comes again, the door's or the list's, nothing more is queued (law 5)."""
    for _ in range(3):
        await _queue(database, "a")
    assert 1 == len(await _claim(database))


async def test_a_code_goes_to_the_number_and_no_farther(database: Database) -> None:
    """Asked for in a chat, it is queued for SMS, sealed, and not for the chat's courier."""
    house = replace(HOUSE, texting=frozenset({"lmt"}))
    office = ConsentDesk(house, sql_ledger(database), CLOCK, SystemEntropy())
    await office.handle(share("s"))
    page = await office.handle(in_chat("p", Option(name="explain", purpose="credit")))
    agree = next(option for option in page.options if option.name == "agree")
    await office.handle(in_chat("a", agree))
    assert () == await SqlOutbox(database, VAULT).claim("telegram", "lmt", NOW)
    (sent,) = await _claim(database)
    assert (NUMBER, ("code.text",)) == (sent.to, sent.reply.ids)
    assert sent.not_after is not None
    assert 5 * MINUTE >= sent.not_after - NOW - TICK
    (row,) = outgoing(database)
    code = str(sent.reply.messages[0].params["code"])
    assert code.encode() not in row.sealed_payload
    typed = replace(in_chat("c", agree), choice=None, text=code)
    assert ("granted",) == (await office.handle(typed)).ids


async def test_a_store_that_is_gone_lets_nothing_depart(file_database: SqliteDatabase) -> None:
    """Without the file nothing is noted, so nothing may be sent."""
    await _queue(file_database, "a")
    (item,) = await _claim(file_database)
    outbox = SqlOutbox(file_database, VAULT)
    file_database.file.unlink()
    with pytest.raises(StoreUnavailable):
        await outbox.depart(item, NOW)
    with pytest.raises(StoreUnavailable):
        await outbox.put_back(item, NOW)
    with pytest.raises(StoreUnavailable):
        await outbox.drop_late("sms", "lmt", NOW)
    with pytest.raises(StoreUnavailable):
        await outbox.note_block("lmt", OLD, "sms", NOW)
