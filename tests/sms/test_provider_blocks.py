"""What a provider does by itself: it answers STOP, blocks what we send, and says so, or does not.

A block is a matter of delivery. What the customer decided is written beside it, and neither
changes the other.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from consent.ports import Address, AddressKind, Inbound
from consent.replies import Option
from storage import schema
from tests.builders import PURPOSES
from tests.sms.fake_twilio_api import Fate, Fault, Filtering
from tests.sms.sms_stage import AMIGO, ANNA, BERTA, ENOUGH, LMT, MINUTE, SmsStage, open_stage
from tests.store.stores import in_chat, share

_MODES = [pytest.param(mode, id=mode.value) for mode in Filtering]
_SILENT = [pytest.param(m, id=m.value) for m in (Filtering.DEFAULT, Filtering.ADVANCED)]
_EVERYTHING = [f"{purpose} refused" for purpose in PURPOSES]
#: Numbers that no answer goes to: it would be dear, or could not arrive.
_NOT_ANSWERED = [
    pytest.param("+37060000000", id="another-country"),
    pytest.param("+14155550100", id="overseas"),
    pytest.param("+37190000000", id="premium"),
    pytest.param("+37167000000", id="landline"),
]


@pytest.fixture
async def stage(tmp_path: Path, filtering: Filtering) -> AsyncIterator[SmsStage]:
    """Return the doors, with senders of the mode that a test asks for."""
    async with open_stage(tmp_path, filtering) as found:
        yield found


@pytest.fixture
def filtering() -> Filtering:
    """Return the mode of tests that name none: the provider filters nothing."""
    return Filtering.OFF


async def _blocks(stage: SmsStage) -> set[str]:
    """Return the channels that are noted as blocked, of all customers together."""
    found = [json.loads(row.blocks) for row in await stage.rows(schema.customers)]
    return {channel for words in found for channel, word in words.items() if word["blocks"]}


@pytest.mark.parametrize("filtering", _MODES)
async def test_a_stop_gets_exactly_one_confirmation(stage: SmsStage, filtering: Filtering) -> None:
    """Either the provider confirms it or we do; what is written is the same."""
    await stage.allows_offers()
    (said,) = await stage.says("STOP")
    assert ("STOP ALL" in said) == (filtering is Filtering.OFF)
    expected = ["offers withdrawn", "loyalty_offers refused", "sms unset"]
    assert expected == (await stage.ledger())[3:]
    assert "withdrawn" == await stage.reason("offers sms")
    assert [] == await stage.carries()
    assert [] == stage.twilio.alerts


@pytest.mark.parametrize("filtering", _MODES)
async def test_a_stop_of_a_stranger_is_a_refusal(stage: SmsStage) -> None:
    """Who was never seen gets the same one confirmation, and the no is kept."""
    assert 1 == len(await stage.says("stop "))
    assert ["offers refused", "loyalty_offers refused"] == await stage.ledger()


@pytest.mark.parametrize("filtering", _MODES)
async def test_what_the_provider_does_not_know_is_confirmed_by_us(stage: SmsStage) -> None:
    """Two words are none of the provider's: all eight end, and our own text says so."""
    (said,) = await stage.says("STOP ALL")
    assert said.startswith("LMT: ")
    assert _EVERYTHING == await stage.ledger()


@pytest.mark.parametrize("filtering", _SILENT)
async def test_after_a_silent_stop_nothing_more_is_sent(stage: SmsStage) -> None:
    """Whatever is written afterwards, nothing arrives, and a yes to what was not seen is none."""
    await stage.allows_offers()
    await stage.says("STOP")
    assert [] == await stage.says("STATUS", "AGREE 2", "AGREE")
    assert {"sms"} == await _blocks(stage)
    await stage.loses("AGREE 8", "AGREE")
    await stage.catches_up()
    assert [] == await stage.carries()
    assert {"traffic given", "research given"}.isdisjoint(await stage.ledger())


@pytest.mark.parametrize("filtering", _SILENT)
async def test_what_was_queued_before_a_silent_stop_does_not_arrive(stage: SmsStage) -> None:
    """An answer overtaken by the STOP is given up, not tried for ever."""
    await stage.loses("STATUS")
    await stage.catches_up()
    assert 1 == len(await stage.says("STOP"))
    assert [] == await stage.carries()
    stage.clock.move(MINUTE)
    assert [] == await stage.carries()
    assert (["blocked"], 1) == (await stage.outcomes(), stage.asked())


async def _learn(stage: SmsStage, mishap: Fate | Fault) -> None:
    """Let the provider block the next answer, whichever way it leaves."""
    if isinstance(mishap, Fault):
        await stage.loses("STATUS")
        await stage.catches_up()
        stage.twilio.fail_next(mishap)
        assert [] == await stage.carries()
        return
    stage.twilio.fail_next(mishap)
    assert [] == await stage.says("STATUS")


@pytest.mark.parametrize(
    "mishap",
    [
        pytest.param(Fault.unsubscribed(), id="21610-when-sending"),
        pytest.param(Fate(code=21610, final="failed"), id="21610-in-a-report"),
        pytest.param(Fate(code=30004), id="30004-in-a-report"),
    ],
)
async def test_a_block_is_no_withdrawal(stage: SmsStage, mishap: Fate | Fault) -> None:
    """The verdict on SMS is blocked; nothing is decided, and other channels are as they were."""
    await stage.allows_offers()
    await stage.says("STATUS", phone=BERTA)
    before = await stage.ledger()
    await _learn(stage, mishap)
    assert "channel_blocked" == await stage.reason("offers sms")
    assert ["allowed", "channel_unset"] == [
        await stage.reason(words) for words in ("offers", "offers email")
    ]
    assert before == await stage.ledger()


async def test_a_block_is_of_one_customer_and_brand(stage: SmsStage) -> None:
    """Neither the other brand nor anybody else is blocked with them (law 7)."""
    for brand, phone in ((LMT, ANNA), (AMIGO, ANNA), (LMT, BERTA)):
        await stage.says("AGREE 1", "AGREE", "SMS", phone=phone, brand=brand)
    await _learn(stage, Fate(code=21610, final="failed"))
    assert "channel_blocked" == await stage.reason("offers sms")
    assert "allowed" == await stage.reason("offers sms", brand=AMIGO)
    assert "allowed" == await stage.reason("offers sms", phone=BERTA)


@pytest.mark.parametrize("filtering", _MODES)
async def test_a_start_after_a_stop_shows_the_notice_and_gives_nothing(stage: SmsStage) -> None:
    """The way is open again; only a yes to what is shown then gives (law 1)."""
    await stage.allows_offers()
    await stage.says("STOP")
    said = await stage.says("START")
    assert "LMT consent 1, offers" in said[-1]
    assert set() == await _blocks(stage)
    assert "withdrawn" == await stage.reason("offers")
    await stage.says("AGREE", "SMS")
    assert "allowed" == await stage.reason("offers sms")


@pytest.mark.parametrize(
    "filtering",
    [
        *_SILENT,
        pytest.param(Filtering.OFF, id="off"),
    ],
)
@pytest.mark.parametrize("code", [21610, 30004])
async def test_a_start_ends_a_block_that_was_reported(stage: SmsStage, code: int) -> None:
    """However the block became known, the customer's own start word ends it (meaning.md)."""
    await stage.allows_offers()
    await _learn(stage, Fate(code=code, final="failed"))
    assert [] != await stage.says("START")
    assert "allowed" == await stage.reason("offers sms")


@pytest.mark.parametrize("filtering", _SILENT)
@pytest.mark.parametrize(
    ("lost", "heard", "expected"),
    [
        pytest.param("START", "STOP", {"sms"}, id="a-start-from-before-the-stop"),
        pytest.param("STOP", "START", set[str](), id="a-stop-from-before-the-start"),
    ],
)
async def test_the_customer_s_last_word_decides_the_block(
    stage: SmsStage, lost: str, heard: str, expected: set[str]
) -> None:
    """What is fetched late is older: the provider goes by what was said after it."""
    await stage.says(heard)
    await stage.loses(lost)
    await stage.says(heard)
    stage.clock.move(ENOUGH)
    await stage.catches_up()
    assert (ANNA in stage.sender().blocked) == bool(expected)
    assert expected == await _blocks(stage)


def _now(stage: SmsStage, message: Inbound) -> Inbound:
    return replace(message, received_at=stage.clock.now())


async def _asks_for_a_code(stage: SmsStage) -> tuple[str, ...]:
    """Let Anna agree to profiling in a chat; return what she is told there."""
    office, number = stage.assistant.desk, Address(AddressKind.MSISDN, ANNA)
    await office.handle(_now(stage, share("s", number=number)))
    wish = Option(name="grant", purpose="profiling")
    page = await office.handle(_now(stage, in_chat("g", wish)))
    agree = next((o for o in page.options if o.name == "agree.automated"), None)
    if agree is None:
        return page.ids
    return (await office.handle(_now(stage, in_chat("a", agree)))).ids


async def test_a_code_asked_for_in_a_chat_comes_by_sms(stage: SmsStage) -> None:
    """The courier carries what another door has queued, once."""
    await stage.says("EN")
    assert "code.sent" in await _asks_for_a_code(stage)
    (said,) = await stage.carries()
    assert "4711" in said
    assert [] == await stage.carries()


async def test_no_code_is_sent_where_the_provider_blocks(stage: SmsStage) -> None:
    """It would not arrive: the chat names another way, and nothing is queued."""
    await stage.says("EN")
    await _learn(stage, Fate(code=21610, final="failed"))
    assert "proof.needed" in await _asks_for_a_code(stage)
    assert [] == await stage.outcomes()


@pytest.mark.parametrize("number", _NOT_ANSWERED)
@pytest.mark.parametrize("filtering", _MODES)
async def test_numbers_not_worth_an_answer_can_still_stop(stage: SmsStage, number: str) -> None:
    """The withdrawal is carried out; we send nothing, nor ask the provider to."""
    assert [] == await stage.says("STOP ALL", phone=number)
    assert _EVERYTHING == await stage.ledger(number)
    assert (0, []) == (stage.asked(), stage.twilio.alerts)


@pytest.mark.parametrize("number", _NOT_ANSWERED)
async def test_numbers_not_worth_an_answer_get_none_later_either(
    stage: SmsStage, number: str
) -> None:
    """Fetched after an outage it is the same: carried out, and nothing is queued."""
    await stage.loses("AGREE 2", "AGREE", "STOP ALL", phone=number)
    assert 3 == await stage.catches_up()
    assert _EVERYTHING == await stage.ledger(number)
    assert [] == await stage.outcomes()
