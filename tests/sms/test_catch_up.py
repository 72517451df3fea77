"""What customers wrote while nobody here could take it is fetched and handled, once (law 4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from consent.errors import StoreUnavailable
from consent.ports import Inbound
from consent.replies import Reply
from sms.carrier import Busy
from sms.catch_up import GRACE
from sms.webhook import DOOR
from storage import schema
from tests.sms.fake_twilio_api import Fate, Fault, Filtering, Sender, Slip
from tests.sms.sms_stage import AMIGO, BERTA, ENOUGH, LMT, MINUTE, SmsStage, open_stage

_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)
_LOST, _OVERTAKEN = Slip(lost=True), Slip(overtaken=True)


@pytest.fixture
async def stage(tmp_path: Path, filtering: Filtering) -> AsyncIterator[SmsStage]:
    """Return both brands' doors, with senders of the mode that a test asks for."""
    async with open_stage(tmp_path, filtering) as found:
        yield found


@pytest.fixture
def filtering() -> Filtering:
    """Return the mode of tests that name none: the provider filters nothing."""
    return Filtering.OFF


async def _outage(stage: SmsStage, text: str) -> None:
    """Let Anna write while the store is away: the provider gives up after a try or two."""
    bring_back = stage.lose_store()
    assert [] == await stage.says(text)
    bring_back()
    assert [503, 503] == [answer.status for answer in stage.network.answers]
    stage.clock.move(ENOUGH)


@pytest.mark.parametrize(
    "missed", [pytest.param(_outage, id="503"), pytest.param(SmsStage.loses, id="never-delivered")]
)
async def test_what_was_missed_is_handled_once(
    stage: SmsStage, missed: Callable[[SmsStage, str], Awaitable[None]]
) -> None:
    """It is carried out and answered, once, however often we look."""
    await missed(stage, "STOP 3")
    assert [] == await stage.ledger()
    assert [1, 0] == [await stage.catches_up() for _ in range(2)]
    assert ["profiling refused"] == await stage.ledger()
    (said,) = await stage.carries()
    assert "JA 3" in said
    stage.clock.move(MINUTE)
    assert (0, []) == (await stage.catches_up(), await stage.carries())


@pytest.mark.parametrize("seconds", [0, 1])
async def test_messages_are_handled_in_their_order(stage: SmsStage, seconds: int) -> None:
    """Those of one second too, although the provider lists the newest first."""
    for text in ("STOP 5", "STOP 3", "STOP 4"):
        stage.anna.writes(text, to=stage.sender(), slip=_LOST)
        stage.clock.move(seconds * _SECOND)
    stage.clock.move(ENOUGH)
    assert 3 == await stage.catches_up()
    expected = ["location refused", "profiling refused", "credit refused"]
    assert expected == await stage.ledger()


@pytest.mark.parametrize(
    ("filtering", "answers"),
    [
        pytest.param(Filtering.DEFAULT, 0, id="default"),
        pytest.param(Filtering.ADVANCED, 0, id="advanced"),
        pytest.param(Filtering.OFF, 1, id="off"),
    ],
)
async def test_a_late_stop_is_carried_out(stage: SmsStage, answers: int) -> None:
    """Hours later too; who has confirmed it then is who confirms it otherwise."""
    await stage.allows_offers()
    await stage.loses("STOP")
    assert 1 == await stage.catches_up()
    assert "withdrawn" == await stage.reason("offers sms")
    assert answers == len(await stage.carries()) == stage.asked()
    assert 1 == len(stage.anna.received) - 3


async def test_a_late_yes_only_gets_the_notice_again(stage: SmsStage) -> None:
    """A yes to what is then shown gives (law 4)."""
    await stage.says("AGREE 2")
    await stage.loses("AGREE")
    await stage.catches_up()
    (said,) = await stage.carries()
    assert "LMT consent 2" in said
    assert ["traffic asked"] == await stage.ledger()
    await stage.says("AGREE")
    assert ["traffic asked", "traffic given"] == await stage.ledger()


async def test_a_late_no_counts(stage: SmsStage) -> None:
    """Lowering permission is always accepted."""
    await stage.says("AGREE 2")
    await stage.loses("NO")
    await stage.catches_up()
    assert ["traffic asked", "traffic refused"] == await stage.ledger()


@pytest.mark.parametrize("answer", ["AGREE", "NO"])
async def test_an_answer_from_before_a_question_is_none_to_it(
    stage: SmsStage, answer: str
) -> None:
    """Fetched after the question was asked, it was said to something else."""
    await stage.loses(answer)
    await stage.says("AGREE 2")
    await stage.catches_up()
    assert ["traffic asked"] == await stage.ledger()


@pytest.mark.parametrize("wish", ["SMS", "SMS+"])
async def test_a_late_wish_switches_nothing_on(stage: SmsStage, wish: str) -> None:
    """What raises permission waits for a word of now."""
    await stage.says("AGREE 1", "AGREE")
    await stage.loses(wish)
    await stage.catches_up()
    assert 1 == len(await stage.carries())
    assert "channel_unset" == await stage.reason("offers sms")
    await stage.says("SMS+")
    assert "allowed" == await stage.reason("offers sms")


@pytest.mark.parametrize("late", ["SMS", "INFO 3"])
async def test_a_late_word_leaves_the_open_question_to_those_of_now(
    stage: SmsStage, late: str
) -> None:
    """Which channels may be used was asked and seen: a timely answer counts."""
    await stage.says("AGREE 1", "AGREE")
    await stage.loses(late)
    await stage.catches_up()
    await stage.carries()
    await stage.says("SMS")
    assert "allowed" == await stage.reason("offers sms")


@pytest.mark.parametrize("first", ["webhook", "list", "both"])
async def test_an_answer_goes_one_way(stage: SmsStage, first: str) -> None:
    """Whether it is fetched or delivered first, or both at once: one text, one decision."""
    stage.anna.writes("STOP 3", to=stage.sender(), slip=_OVERTAKEN)
    stage.clock.move(ENOUGH)
    if first == "webhook":
        await stage.twilio.settled()
        assert 0 == await stage.catches_up()
    elif first == "list":
        assert 1 == await stage.catches_up()
        await stage.lines[LMT].courier.carry()
    else:
        await asyncio.gather(stage.catches_up(), stage.twilio.settled())
    await stage.carries()
    assert 1 == len(stage.anna.received)
    assert ["profiling refused"] == await stage.ledger()


async def test_an_answer_later_than_five_minutes_is_dropped(stage: SmsStage) -> None:
    """What was wished is done all the same (messaging.md, 1.1)."""
    await stage.loses("STOP 3")
    stage.clock.move(5 * MINUTE)
    assert 1 == await stage.catches_up()
    assert [] == await stage.carries()
    assert (["late"], 0) == (await stage.outcomes(), stage.asked())
    assert ["profiling refused"] == await stage.ledger()


@pytest.mark.parametrize(
    ("late", "mishap"),
    [
        pytest.param(5 * MINUTE, None, id="dropped"),
        pytest.param(0 * MINUTE, Fault.refused(21617), id="refused"),
        pytest.param(0 * MINUTE, Fault.refused(21614), id="unreachable"),
        pytest.param(0 * MINUTE, Fate(code=30008), id="undelivered"),
    ],
)
async def test_a_question_nobody_saw_was_not_asked(
    stage: SmsStage, late: timedelta, mishap: Fault | Fate | None
) -> None:
    """A yes to a notice that never left, or never arrived, gives nothing (law 1)."""
    await stage.loses("AGREE 2")
    stage.clock.move(late)
    await stage.catches_up()
    if mishap:
        stage.twilio.fail_next(mishap)
    assert [] == await stage.carries()
    await stage.says("AGREE")
    assert "traffic given" not in await stage.ledger()


async def test_what_is_young_is_left_to_the_webhook(stage: SmsStage) -> None:
    """For a minute the provider may still deliver it itself; a look in between skips nothing."""
    await stage.says("STOP 3", slip=_LOST)
    stage.clock.move(59 * _SECOND)
    assert 0 == await stage.catches_up()
    stage.clock.move(_SECOND)
    assert 1 == await stage.catches_up()


async def test_what_is_listed_late_is_found(stage: SmsStage) -> None:
    """A message can show up after the look that should have seen it."""
    await stage.says("STOP 3", slip=_LOST)
    hidden = stage.accounts[LMT].messages.pop()
    stage.clock.move(ENOUGH)
    assert 0 == await stage.catches_up()
    stage.accounts[LMT].messages.append(hidden)
    assert 1 == await stage.catches_up()


@pytest.mark.parametrize(
    ("looked", "hours", "found"),
    [
        pytest.param(False, 23, 1, id="the-first-look-goes-back-a-day"),
        pytest.param(False, 25, 0, id="and-no-further"),
        pytest.param(True, 96, 1, id="however-long-the-outage"),
    ],
)
async def test_how_far_back_a_look_goes(
    stage: SmsStage, hours: int, found: int, *, looked: bool
) -> None:
    """To where the last one ended, or a day."""
    if looked:
        await stage.catches_up()
    await stage.loses("STOP 3")
    stage.clock.move(hours * _HOUR)
    assert found == await stage.catches_up()


@pytest.mark.parametrize(
    "slip", [pytest.param(Slip(), id="delivered"), pytest.param(_LOST, id="lost")]
)
@pytest.mark.parametrize("sender", ["1618", "Latvijas TV", "LMT"])
async def test_a_sender_that_is_no_number_is_kept_and_not_answered(
    stage: SmsStage, sender: str, slip: Slip
) -> None:
    """Once, whichever way it came; nobody becomes a customer by it."""
    assert [] == await stage.says("STOP", phone=sender, slip=slip)
    assert (0 if slip.lost else 1) == len(await stage.rows(schema.strays))
    stage.clock.move(ENOUGH)
    assert [0, 0] == [await stage.catches_up() for _ in range(2)]
    assert 1 == len(await stage.rows(schema.strays))
    assert [] == await stage.rows(schema.customers)
    assert ([], []) == (await stage.rows(schema.outbox), stage.twilio.alerts)


async def test_each_brand_fetches_its_own(stage: SmsStage) -> None:
    """What was sent to Amigo, or to another number of the account, is not LMT's (law 7)."""
    elsewhere = stage.accounts[LMT].add(Sender(number="+37129202012"))
    stage.anna.writes("STOP 3", to=elsewhere)
    await stage.loses("STOP 4", brand=AMIGO)
    assert 0 == await stage.catches_up(LMT)
    assert ([], []) == (await stage.ledger(), await stage.ledger(brand=AMIGO))
    assert 1 == await stage.catches_up(AMIGO)
    assert ([], ["credit refused"]) == (await stage.ledger(), await stage.ledger(brand=AMIGO))
    assert [] == await stage.carries(LMT)
    assert 1 == len(await stage.carries(AMIGO))


async def test_a_store_that_goes_in_the_middle(stage: SmsStage) -> None:
    """The rest is handled when it is back, and what was handled is not handled again."""
    await stage.loses("STOP 3", "STOP 4", "STOP 5")
    back: list[Callable[[], None]] = []

    async def handle(inbound: Inbound) -> Reply:
        if inbound.text == "STOP 4":
            back.append(stage.lose_store())
        return await stage.assistant.desk.handle(inbound)

    with pytest.raises(StoreUnavailable):
        await replace(stage.catcher(), handle=handle).catch_up()
    back[0]()
    assert ["profiling refused"] == await stage.ledger()
    assert await stage.store.watermarks.read(LMT, DOOR) is None
    assert 2 == await stage.catches_up()
    assert ["profiling refused", "credit refused", "location refused"] == await stage.ledger()
    assert 3 == len(await stage.carries())


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.broken(), id="broken"),
        pytest.param(Fault.broken(502), id="a-proxy-s-page"),
        pytest.param(Fault.too_many(), id="too-many"),
        pytest.param(Fault.refused(20003), id="not-our-password"),
    ],
)
async def test_a_list_that_cannot_be_read_is_read_another_time(
    stage: SmsStage, fault: Fault
) -> None:
    """How far we are stays where it was, so that nothing is skipped."""
    await stage.catches_up()
    mark = await stage.store.watermarks.read(LMT, DOOR)
    await stage.loses("STOP 3")
    stage.twilio.fail_next(fault, on="list")
    with pytest.raises(Busy):
        await stage.catches_up()
    assert ([], mark) == (await stage.ledger(), await stage.store.watermarks.read(LMT, DOOR))
    assert 1 == await stage.catches_up()
    assert stage.clock.now() - GRACE == await stage.store.watermarks.read(LMT, DOOR)


async def test_two_processes_catch_up_at_once(stage: SmsStage) -> None:
    """Each message is one message, and has one answer (law 5)."""
    await stage.loses("STOP 3", "STOP 4", "STOP 5")
    async with stage.another() as lines:
        other = lines[LMT].catch_up
        assert other is not None
        assert 3 == sum(await asyncio.gather(stage.catches_up(), other.catch_up()))
    assert 3 == len(await stage.ledger())
    assert 3 == len(await stage.carries())


async def test_half_a_character_keeps_nobody_waiting(stage: SmsStage) -> None:
    """Lists can break an emoji in two: whatever that says, the next message is handled."""
    await stage.loses("labi")
    stage.accounts[LMT].messages[-1].body = "labi \ud83d"
    await stage.loses("STOP 3", phone=BERTA)
    assert 2 == await stage.catches_up()
    assert ["profiling refused"] == await stage.ledger(BERTA)


async def test_one_that_cannot_be_handled_keeps_nobody_waiting(stage: SmsStage) -> None:
    """Another customer's STOP is carried out, whatever one message did (law 2)."""
    await stage.loses("STATUS")
    await stage.loses("STOP 3", phone=BERTA)

    async def handle(inbound: Inbound) -> Reply:
        if inbound.text == "STATUS":
            raise KeyError(inbound.text)
        return await stage.assistant.desk.handle(inbound)

    with suppress(KeyError):
        await replace(stage.catcher(), handle=handle).catch_up()
    assert ["profiling refused"] == await stage.ledger(BERTA)
