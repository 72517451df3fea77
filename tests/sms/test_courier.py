"""What waits in the outbox leaves at most once, and how that ended is noted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from consent.errors import StoreUnavailable
from consent.notices import Form
from sms.carrier import Sent, Sms
from sms.courier import Courier
from sms.render import Speaker
from sms.twilio_carrier import TwilioCarrier
from sms.webhook import DOOR
from storage import schema
from tests.sms.fake_twilio_api import Fault, Slip
from tests.sms.sms_stage import AMIGO, ANNA, BERTA, LMT, MINUTE, NUMBERS, SmsStage, open_stage

_SECOND = timedelta(seconds=1)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SmsStage]:
    """Return both brands' doors; Anna is owed an answer by LMT, for almost four minutes yet."""
    async with open_stage(tmp_path) as found:
        await found.loses("STATUS")
        await found.catches_up()
        yield found


def _twilio(courier: Courier) -> TwilioCarrier:
    assert isinstance(courier.carrier, TwilioCarrier)
    return courier.carrier


class _Watched(TwilioCarrier):
    """Twilio, with something happening before or after a message is handed over."""

    def __init__(
        self,
        courier: Courier,
        *,
        before: Callable[[Sms], float] = lambda _sms: 0.0,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        """Speak for the account of a courier; `before` says how long to wait."""
        super().__init__(_twilio(courier)._account)
        self._before, self._after = before, after

    async def send(self, sms: Sms) -> Sent:
        await asyncio.sleep(self._before(sms))
        sent = await super().send(sms)
        self._after()
        return sent


async def test_an_answer_that_waited_leaves_once(stage: SmsStage) -> None:
    """It is sent at the next round, and not at those after it."""
    (said,) = await stage.carries()
    assert "1- 2- 3-" in said
    stage.clock.move(2 * MINUTE)
    assert [] == await stage.carries()
    assert (1, ["sent"]) == (stage.asked(), await stage.outcomes())


async def test_what_the_provider_is_told(stage: SmsStage) -> None:
    """From our number, to be given up when it is no news, and where to report about it."""
    await stage.carries()
    (row,) = await stage.rows(schema.outbox)
    params = stage.twilio.calls[-1].params
    assert (NUMBERS[LMT], ANNA, "false") == tuple(
        params[name] for name in ("From", "To", "SmartEncoded")
    )
    assert "239" == params["ValidityPeriod"]
    (asked,) = [m.sid for m in stage.accounts[LMT].of("inbound")]
    expected = f"https://piekrisana.lv/sms/lmt/status?out={row.outgoing_id}&about={asked}"
    assert expected == params["StatusCallback"]


async def test_each_brand_carries_its_own(stage: SmsStage) -> None:
    """Amigo's courier takes nothing of LMT's, and speaks from its own number (law 7)."""
    assert [] == await stage.carries(AMIGO)
    await stage.loses("STATUS", brand=AMIGO)
    await stage.catches_up(AMIGO)
    await stage.carries(AMIGO)
    assert [NUMBERS[AMIGO]] == [text.sender for text in stage.anna.texts]
    await stage.carries()
    assert NUMBERS[LMT] == stage.anna.texts[-1].sender


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        pytest.param(Fault.too_many(), 5, id="too-many"),
        pytest.param(Fault.broken(503), 5, id="not-serving"),
        pytest.param(Fault.refused(21611), 5, id="queue-full"),
        pytest.param(Fault.refused(21659), 30, id="not-our-sender"),
        pytest.param(Fault.refused(20003), 30, id="not-our-password"),
    ],
)
async def test_what_was_not_accepted_leaves_later(
    stage: SmsStage, fault: Fault, pause: int
) -> None:
    """Put back for a while, it is sent once; for what is ours to mend the pause is longer."""
    stage.twilio.fail_next(fault)
    assert [] == await stage.carries()
    stage.clock.move(pause * _SECOND)
    assert [] == await stage.carries()
    assert 1 == stage.asked()
    stage.clock.move(_SECOND)
    assert 1 == len(await stage.carries())
    assert (2, ["sent"]) == (stage.asked(), await stage.outcomes())


async def test_without_a_connection_it_leaves_later(stage: SmsStage) -> None:
    """What never left this machine was certainly not sent."""
    courier = stage.lines[LMT].courier
    nowhere = TwilioCarrier(replace(_twilio(courier)._account, api_url="http://127.0.0.1:9"))
    await replace(courier, carrier=nowhere).carry()
    await nowhere.aclose()
    assert [None] == await stage.outcomes()
    stage.clock.move(6 * _SECOND)
    assert 1 == len(await stage.carries())


async def test_broken_settings_are_an_alarm(
    stage: SmsStage, caplog: pytest.LogCaptureFixture
) -> None:
    """What only the operator can mend is logged as critical, and names nobody."""
    stage.twilio.fail_next(Fault.refused(20003))
    await stage.carries()
    assert ["CRITICAL"] == [record.levelname for record in caplog.records if record.levelno > 30]
    assert ANNA not in caplog.text


@pytest.mark.parametrize(
    ("fault", "outcome", "arrives"),
    [
        pytest.param(Fault.unsubscribed(), "blocked", 0, id="blocked"),
        pytest.param(Fault.refused(21614), "unreachable", 0, id="unreachable"),
        pytest.param(Fault.refused(21617), "refused", 0, id="refused"),
        pytest.param(Fault.lost(), "unsure", 1, id="unsure-and-sent"),
        pytest.param(Fault.cut(), "unsure", 1, id="cut-and-sent"),
        pytest.param(Fault.broken(), "unsure", 0, id="unsure-and-not-sent"),
        pytest.param(Fault.reset(), "unsure", 0, id="cut-and-not-sent"),
    ],
)
async def test_what_was_settled_never_leaves_again(
    stage: SmsStage, fault: Fault, outcome: str, arrives: int
) -> None:
    """Refused or perhaps sent, it is asked for once, and how it ended is noted."""
    stage.twilio.fail_next(fault)
    assert arrives == len(await stage.carries())
    for _ in range(2):
        stage.clock.move(MINUTE + _SECOND)
        assert [] == await stage.carries()
    assert (1, [outcome]) == (stage.asked(), await stage.outcomes())


@pytest.mark.parametrize(
    ("fault", "blocked", "unreachable"),
    [
        pytest.param(Fault.unsubscribed(), True, False, id="blocked"),
        pytest.param(Fault.refused(21635), False, True, id="unreachable"),
        pytest.param(Fault.refused(21617), False, False, id="refused"),
        pytest.param(Fault.lost(), False, False, id="unsure"),
    ],
)
async def test_why_it_never_arrives_is_noted(
    stage: SmsStage, fault: Fault, *, blocked: bool, unreachable: bool
) -> None:
    """A block belongs to the channel, being out of reach to the number."""
    stage.twilio.fail_next(fault)
    await stage.carries()
    (owner,) = await stage.rows(schema.customers)
    (address,) = await stage.rows(schema.addresses)
    assert blocked == ("sms" in owner.blocks)
    assert unreachable == (address.unreachable_since is not None)


@pytest.mark.parametrize(
    ("after", "logged"),
    [
        pytest.param(timedelta(seconds=239), True, id="at-its-end"),
        pytest.param(timedelta(hours=9), True, id="long-after"),
        pytest.param(timedelta(seconds=238.5), True, id="with-no-time-left"),
    ],
)
async def test_what_is_no_news_any_more_is_dropped(
    stage: SmsStage, after: timedelta, caplog: pytest.LogCaptureFixture, *, logged: bool
) -> None:
    """Five minutes after the question nobody waits for the answer; that it was dropped is said."""
    stage.clock.move(after)
    assert [] == await stage.carries()
    assert (0, ["late"]) == (stage.asked(), await stage.outcomes())
    assert not logged or "too late to be sent: brand=lmt" in caplog.text


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [pytest.param(Fault.swallowed(), 1, id="sent"), pytest.param(Fault.hang(), 0, id="not-sent")],
)
async def test_a_process_that_dies_while_sending(
    stage: SmsStage, fault: Fault, arrives: int
) -> None:
    """Departed, it is never sent again: whoever got it gets it once."""
    stage.twilio.fail_next(fault)
    dying = asyncio.create_task(stage.lines[LMT].courier.carry())
    async with asyncio.timeout(10):
        while not stage.asked():
            await asyncio.sleep(0.01)
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    stage.clock.move(2 * MINUTE)
    async with stage.another() as lines:
        await lines[LMT].courier.carry()
    await stage.twilio.settled()
    assert (1, arrives, [None]) == (
        stage.asked(),
        len(stage.anna.received),
        await stage.outcomes(),
    )


async def test_a_process_that_dies_before_sending(stage: SmsStage) -> None:
    """Claimed and no more, it is taken over after a minute."""
    assert 1 == len(await stage.store.outbox.claim(DOOR, LMT, stage.clock.now()))
    async with stage.another() as lines:
        await lines[LMT].courier.carry()
        assert 0 == stage.asked()
        stage.clock.move(MINUTE + _SECOND)
        await lines[LMT].courier.carry()
    await stage.twilio.settled()
    assert (1, ["sent"]) == (len(stage.anna.received), await stage.outcomes())


async def test_a_store_that_goes_while_sending(stage: SmsStage) -> None:
    """That it was sent cannot be noted; it is not sent again all the same."""
    courier, back = stage.lines[LMT].courier, list[Callable[[], None]]()
    leaving = _Watched(courier, after=lambda: back.append(stage.lose_store()))
    await replace(courier, carrier=leaving).carry()
    await leaving.aclose()
    with pytest.raises(StoreUnavailable):
        await courier.carry()
    back[0]()
    stage.clock.move(2 * MINUTE)
    await stage.carries()
    assert (1, 1) == (stage.asked(), len(stage.anna.received))


async def test_a_store_that_goes_before_sending(stage: SmsStage) -> None:
    """What cannot be noted as departed does not leave; it does when the store is back."""
    courier, back = stage.lines[LMT].courier, list[Callable[[], None]]()

    def voices(language: str, form: Form) -> Speaker:
        back.append(stage.lose_store())
        return courier.voices(language, form)

    await replace(courier, voices=voices).carry()
    assert 0 == stage.asked()
    back[0]()
    stage.clock.move(MINUTE + _SECOND)
    assert 1 == len(await stage.carries())


async def test_one_that_cannot_be_said_keeps_nobody_waiting(
    stage: SmsStage, caplog: pytest.LogCaptureFixture
) -> None:
    """It is given up and logged without a word of it; the others get theirs."""
    courier = stage.lines[LMT].courier
    await stage.loses("СТАТУС", phone=BERTA)
    await stage.catches_up()

    def voices(language: str, form: Form) -> Speaker:
        if language == "ru":
            raise KeyError("СТАТУС")
        return courier.voices(language, form)

    await replace(courier, voices=voices).carry()
    await stage.twilio.settled()
    assert ["sent", "refused"] == await stage.outcomes()
    assert "not said: brand=lmt, KeyError" in caplog.text
    assert "СТАТУС" not in caplog.text


async def test_two_processes_share_what_waits(stage: SmsStage) -> None:
    """However many ask at the same moment, everybody gets one answer."""
    phones = [f"+3712000010{number}" for number in range(9)]
    for phone in phones:
        await stage.says("STATUS", slip=Slip(lost=True), phone=phone)
    stage.clock.move(MINUTE + _SECOND)
    await stage.catches_up()
    async with stage.another() as lines:
        mine, others = stage.lines[LMT].courier, lines[LMT].courier
        await asyncio.gather(mine.carry(), others.carry(), mine.carry(), others.carry())
    await stage.twilio.settled()
    assert [1] * 10 == [len(stage.twilio.customer(p).received) for p in (ANNA, *phones)]
    assert 10 == stage.asked()


async def test_one_customer_s_texts_leave_in_order(stage: SmsStage) -> None:
    """The notice that arrives last is the one a yes is taken to be about (law 1)."""
    await stage.loses("AGREE 2", "AGREE 8")
    await stage.catches_up()
    courier = stage.lines[LMT].courier
    slow = _Watched(courier, before=lambda sms: 0.2 if "consent 2" in sms.text else 0.0)
    await replace(courier, carrier=slow).carry()
    await slow.aclose()
    await stage.twilio.settled()
    shown = [text for text in stage.anna.received if "LMT consent" in text]
    assert ["LMT consent 2", "LMT consent 8"] == [text[:13] for text in shown]
