"""The clock is set while something waits: in the outbox, for the feed, at the provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from consent.ports import Outgoing, Snapshot, Writing
from consent.replies import Message, Reply
from storage.database import Database
from storage.outbox import SqlOutbox
from storage.relay import FeedRelay
from tests.builders import MovableClock
from tests.sms.fake_twilio_api import Slip
from tests.sms.sms_stage import ENOUGH, SmsStage, open_stage
from tests.store.stores import OLD, VAULT, sql_ledger
from tests.store.test_clock_jumps import (
    AGREE,
    DAY,
    FORTH_AND_BACK,
    GRANT,
    HOUR,
    MINUTE,
    STOP,
    Talk,
)


async def _queued(database: Database, clock: MovableClock) -> Outgoing:
    """Queue something that is news for five minutes."""
    talk = Talk(sql_ledger(database), clock)
    reply = Reply(language="lv", messages=(Message("link.ended"),))
    until = clock.now() + 5 * MINUTE
    item = Outgoing(id="o1", brand="lmt", kind="sms", to=OLD, reply=reply, not_after=until)
    inbound = talk.inbound(STOP)

    def work(snapshot: Snapshot) -> Writing:
        return replace(talk.desk._work(inbound, snapshot), outgoing=(item,))

    await sql_ledger(database).turn(inbound, work)
    return item


async def test_what_was_claimed_in_the_future_is_sent_all_the_same(database: Database) -> None:
    """A worker died with it, and the clock was set back: it does not wait until it is too late."""
    clock, outbox = MovableClock(), SqlOutbox(database, VAULT)
    clock.move(DAY)
    item = await _queued(database, clock)
    assert (item,) == await outbox.claim("sms", "lmt", clock.now())
    assert () == await outbox.claim("sms", "lmt", clock.now())
    clock.move(-DAY)
    assert (item,) == await outbox.claim("sms", "lmt", clock.now())
    assert () == await outbox.claim("sms", "lmt", clock.now())


@FORTH_AND_BACK
async def test_what_has_departed_never_departs_again(database: Database, by: timedelta) -> None:
    """However the clock jumps, at most once stays at most once."""
    clock, outbox = MovableClock(), SqlOutbox(database, VAULT)
    item = await _queued(database, clock)
    await outbox.claim("sms", "lmt", clock.now())
    assert await outbox.depart(item, clock.now())
    clock.move(by)
    assert () == await outbox.claim("sms", "lmt", clock.now())
    assert not await outbox.depart(item, clock.now())


async def test_news_of_a_day_ago_by_the_clock_is_dropped(database: Database) -> None:
    """Set forwards, what waits is too late and is not sent; set back, it stays unsent."""
    clock, outbox = MovableClock(), SqlOutbox(database, VAULT)
    item = await _queued(database, clock)
    clock.move(DAY)
    assert () == await outbox.claim("sms", "lmt", clock.now())
    assert (item,) == await outbox.drop_late("sms", "lmt", clock.now())
    clock.move(-DAY)
    assert () == await outbox.claim("sms", "lmt", clock.now())


async def test_the_feed_keeps_the_order_of_the_chain(database: Database) -> None:
    """Jumps between messages and between rounds of the relay move nothing and hold up nothing."""
    talk = Talk(sql_ledger(database))
    relay = FeedRelay(database, ["lmt"], "first")
    moved = 0
    for by in (timedelta(0), DAY, -HOUR, -DAY, -HOUR, 2 * DAY):
        talk.clock.move(by)
        await talk.says(GRANT, AGREE, STOP)
        moved += await relay.move(talk.clock.now())
    # Another process finds the lease of one that saw the future.
    talk.clock.move(-5 * DAY)
    await talk.says(GRANT)
    moved += await FeedRelay(database, ["lmt"], "second").move(talk.clock.now())
    assert len(await talk.history()) == moved


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SmsStage]:
    """Return the SMS door on real carriers, with a clock of its own."""
    async with open_stage(tmp_path) as found:
        yield found


@pytest.mark.parametrize("by", [pytest.param(DAY, id="a-day"), pytest.param(HOUR, id="an-hour")])
async def test_a_stop_missed_before_the_clock_was_set_back_is_fetched(
    stage: SmsStage, by: timedelta
) -> None:
    """The watermark was noted by a clock that ran ahead: it must not hide what was missed."""
    await stage.says("AGREE 1", "AGREE")
    stage.clock.move(by)
    assert 0 == await stage.catches_up()
    stage.clock.move(-by)
    # Missed while the store was away, an hour ago.
    await stage.says("STOP", slip=Slip(lost=True))
    stage.clock.move(min(HOUR, by / 2) + ENOUGH)
    assert 1 == await stage.catches_up()
    assert ["offers withdrawn", "loyalty_offers refused"] == (await stage.ledger())[-2:]


async def test_a_clock_that_jumps_ahead_misses_nothing(stage: SmsStage) -> None:
    """What waits at the provider is old by the clock, and is fetched in order, once."""
    await stage.says("AGREE 1", "AGREE")
    await stage.loses("STOP")
    stage.clock.move(DAY - HOUR)
    assert 1 == await stage.catches_up()
    assert 0 == await stage.catches_up()
    assert ["offers withdrawn", "loyalty_offers refused"] == (await stage.ledger())[-2:]
