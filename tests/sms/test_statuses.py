"""What becomes of answers: asked for with each, noted only forward, and heeded where it matters.

A yes to what never arrived would be none (law 1).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sms.statuses import STAGES
from storage import schema
from tests.sms.fake_twilio_api import Fate, Slip
from tests.sms.sms_stage import AMIGO, LMT, SmsStage, open_stage

_SID = re.compile(r'statusCallback="https://piekrisana\.lv/sms/lmt/status\?about=(SM\w+)"')


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SmsStage]:
    """Return both brands' doors, on senders that filter nothing."""
    async with open_stage(tmp_path) as found:
        yield found


async def _noted(stage: SmsStage) -> dict[str, str]:
    """Return what has become of each message, by our own name for it."""
    return {row.reference: row.status for row in await stage.rows(schema.deliveries)}


async def _report(
    stage: SmsStage, status: str, query: str = "about=SM9", code: str = "", brand: str = LMT
) -> int:
    fields = {"MessageStatus": status, "ErrorCode": code} if code else {"MessageStatus": status}
    return await stage.reports(fields, query, brand=brand)


async def _unreachable(stage: SmsStage) -> int:
    found = await stage.rows(schema.addresses)
    return sum(row.unreachable_since is not None for row in found)


async def test_an_answer_asks_for_a_report_about_itself(stage: SmsStage) -> None:
    """Its address names the customer's message, and is called with the right brand's signature."""
    await stage.says("STATUS")
    (message,) = stage.accounts[LMT].of("inbound")
    found = _SID.search(stage.network.answers[0].body.decode())
    assert found is not None
    assert message.sid == found[1]
    assert {message.sid: "delivered"} == await _noted(stage)


@pytest.mark.parametrize("text", ["STATUS", "AGREE 2", "STOP"])
async def test_a_webhook_that_comes_again_gets_the_same_answer(stage: SmsStage, text: str) -> None:
    """Word for word, address for reports included, and nothing is decided twice (law 5)."""
    stage.twilio.fail_next(*[Fate(silent=True)] * 3)
    await stage.says(text, slip=Slip(again=2))
    answers = [a.body for a in stage.network.answers if b"<Message" in a.body]
    assert (3, 1) == (len(answers), len(set(answers)))
    ledger = await stage.ledger()
    assert sorted(set(ledger)) == sorted(ledger)


async def test_an_answer_the_provider_has_reported_is_not_said_again(stage: SmsStage) -> None:
    """It has it: said again it would arrive twice."""
    assert 1 == len(await stage.says("STOP"))
    ledger = await stage.ledger()
    again = await stage.network.repeats_first()
    assert (200, False) == (again.status, b"<Message" in again.body)
    assert ledger == await stage.ledger()


@pytest.mark.parametrize(
    "slip",
    [pytest.param(Slip(unheard=True), id="unheard"), pytest.param(Slip(cut=True), id="cut")],
)
async def test_an_answer_the_provider_did_not_hear_is_given_again(
    stage: SmsStage, slip: Slip
) -> None:
    """The provider tries again by itself: one text arrives, one decision is made."""
    assert 1 == len(await stage.says("AGREE 2", slip=slip))
    assert ["traffic asked"] == await stage.ledger()


@pytest.mark.parametrize(
    "fate",
    [
        pytest.param(Fate(), id="in-order"),
        pytest.param(Fate(again=2), id="each-three-times"),
        pytest.param(Fate(backwards=True), id="the-last-one-first"),
        pytest.param(Fate(backwards=True, again=1), id="backwards-and-twice"),
        pytest.param(Fate(strangers=1), id="one-of-a-message-nobody-sent"),
    ],
)
async def test_reports_in_any_order(stage: SmsStage, fate: Fate) -> None:
    """However they come, what arrived has arrived, and its question stands."""
    stage.twilio.fail_next(fate)
    await stage.says("AGREE 2")
    assert ["delivered"] == list((await _noted(stage)).values())
    await stage.says("AGREE")
    assert "traffic given" in await stage.ledger()


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        pytest.param(["queued", "sent", "delivered"], "delivered", id="forward"),
        pytest.param(["sent", "queued", "accepted"], "sent", id="back"),
        pytest.param(["undelivered", "sent"], "undelivered", id="back-from-the-end"),
        pytest.param(["delivered", "undelivered"], "delivered", id="the-first-end-stands"),
        pytest.param(["failed", "delivered"], "failed", id="a-failure-that-is-taken-back"),
        pytest.param(["delivered", "read", "delivered"], "read", id="read"),
        pytest.param(["sent", "sent"], "sent", id="twice"),
    ],
)
async def test_a_status_only_moves_forward(
    stage: SmsStage, statuses: list[str], expected: str
) -> None:
    """A report from earlier on the way changes nothing."""
    await stage.says("STATUS")
    for status in statuses:
        assert 200 == await _report(stage, status)
    assert expected == (await _noted(stage))["SM9"]


@pytest.mark.parametrize("status", list(STAGES))
async def test_every_status_of_the_provider_is_known(stage: SmsStage, status: str) -> None:
    """What our messages can be, of the description's words, can be noted."""
    await stage.says("STATUS")
    await _report(stage, status)
    assert status == (await _noted(stage))["SM9"]


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        pytest.param({"MessageStatus": "teleported"}, "about=SM9", id="an-unknown-status"),
        pytest.param({}, "about=SM9", id="no-status"),
        pytest.param({"MessageStatus": "receiving"}, "about=SM9", id="a-status-of-their-messages"),
        pytest.param({"MessageStatus": "failed"}, "about=", id="about-nothing"),
        pytest.param({"MessageStatus": "failed"}, "about=../SM9", id="about-no-id"),
        pytest.param({"MessageStatus": "failed", "MessageSid": ""}, "about=SM9", id="of-no-id"),
        pytest.param({"MessageStatus": "failed", "To": "LMT"}, "about=SM9", id="to-no-number"),
    ],
)
async def test_a_report_that_cannot_be_one_is_passed_over(
    stage: SmsStage, fields: dict[str, str], query: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is accepted, so that it does not come again; nothing is noted, one line is logged."""
    await stage.says("STATUS")
    before = await _noted(stage)
    assert 200 == await stage.reports(fields, query)
    assert before == await _noted(stage)
    assert "cannot be read: brand=lmt" in caplog.text


@pytest.mark.parametrize(
    ("token", "brand"),
    [
        pytest.param("not the token", LMT, id="of-nobody"),
        pytest.param("token of amigo", LMT, id="of-the-other-brand"),
        pytest.param("token of lmt", AMIGO, id="at-the-other-brand"),
    ],
)
async def test_a_forged_report_changes_nothing(stage: SmsStage, token: str, brand: str) -> None:
    """Without this brand's signature: 403, nothing noted, and the question stands."""
    await stage.says("AGREE 2")
    before, (asked,) = await _noted(stage), stage.accounts[LMT].of("inbound")
    fields = {"MessageStatus": "undelivered", "ErrorCode": "21610"}
    query = f"about={asked.sid}"
    assert 403 == await stage.reports(fields, query, token=token, brand=brand)
    assert before == await _noted(stage)
    await stage.says("AGREE")
    assert "traffic given" in await stage.ledger()


async def test_the_other_brand_s_report_is_about_its_own_messages(stage: SmsStage) -> None:
    """Amigo's provider can say what it likes about LMT's message: it is not there (law 7)."""
    await stage.says("STATUS", brand=AMIGO)
    await stage.says("AGREE 2")
    (asked,) = stage.accounts[LMT].of("inbound")
    await _report(stage, "failed", f"about={asked.sid}", "21610", brand=AMIGO)
    found = {(r.brand, r.reference): r.status for r in await stage.rows(schema.deliveries)}
    assert "delivered" == found[LMT, asked.sid]
    await stage.says("AGREE")
    assert "traffic given" in await stage.ledger()


@pytest.mark.parametrize(
    "fate",
    [
        pytest.param(Fate(code=30003), id="unreachable"),
        pytest.param(Fate(code=30004), id="blocked"),
        pytest.param(Fate(code=30008), id="unknown"),
        pytest.param(Fate(final="undelivered"), id="no-code"),
        pytest.param(Fate(code=30007, final="failed", again=1, backwards=True), id="failed-twice"),
    ],
)
async def test_a_question_that_never_arrived_was_not_asked(stage: SmsStage, fate: Fate) -> None:
    """A yes afterwards is a yes to nothing; asked anew, it counts (law 1)."""
    stage.twilio.fail_next(fate)
    assert [] == await stage.says("AGREE 2")
    await stage.says("AGREE")
    assert ["traffic asked"] == await stage.ledger()


async def test_only_the_question_that_never_arrived_is_dropped(stage: SmsStage) -> None:
    """What was asked since, and arrived, can be answered."""
    await stage.says("AGREE 2")
    (first,) = stage.accounts[LMT].of("inbound")
    await stage.says("AGREE 8")
    await _report(stage, "undelivered", f"about={first.sid}", "30008")
    await stage.says("AGREE")
    assert ["traffic asked", "research asked", "research given"] == await stage.ledger()


async def test_who_cannot_be_reached_is_noted_until_they_write(stage: SmsStage) -> None:
    """A matter of delivery that ends with a sign of life; nothing is decided by it."""
    await stage.allows_offers()
    before = await stage.ledger()
    stage.twilio.fail_next(Fate(code=30003))
    await stage.says("STATUS")
    assert (1, "allowed") == (await _unreachable(stage), await stage.reason("offers sms"))
    assert before == await stage.ledger()
    await stage.says("INFO 2")
    assert 0 == await _unreachable(stage)


async def test_what_left_by_the_outbox_is_noted_under_its_own_name(stage: SmsStage) -> None:
    """What was sent of our own accord is reported too, and can turn out unreachable."""
    await stage.loses("STATUS")
    await stage.catches_up()
    stage.twilio.fail_next(Fate(code=30003))
    await stage.carries()
    (sent,) = await stage.rows(schema.outbox)
    assert {sent.outgoing_id: "undelivered"} == await _noted(stage)
    assert 1 == await _unreachable(stage)


async def test_a_report_the_store_missed_counts_when_it_comes_again(stage: SmsStage) -> None:
    """While the store is away it is not accepted; told again, it is noted and heeded."""
    await stage.says("AGREE 2")
    (asked,) = stage.accounts[LMT].of("inbound")
    bring_back = stage.lose_store()
    assert 503 == await _report(stage, "failed", f"about={asked.sid}")
    bring_back()
    assert 200 == await _report(stage, "failed", f"about={asked.sid}")
    await stage.says("AGREE")
    assert ["traffic asked"] == await stage.ledger()


async def test_a_report_about_a_stranger_notes_nothing(stage: SmsStage) -> None:
    """One about an address that is not known is none."""
    assert 200 == await _report(stage, "undelivered", "out=01a", "30003")
    assert ([], []) == (await stage.rows(schema.deliveries), await stage.rows(schema.customers))


async def test_a_report_makes_nobody_a_customer(stage: SmsStage) -> None:
    """An answer that never arrived, to an address not known, is left alone as any report is."""
    assert 200 == await _report(stage, "undelivered", "about=SM9", "30003")
    assert [] == await stage.rows(schema.customers)
