"""What customers write reaches a webhook as Twilio brings it, and the answer goes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from socket import create_server

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from tests.journeys.harness import TOKEN as HOUSE_TOKEN
from tests.journeys.harness import open_house
from tests.sms.fake_twilio_api import (
    FakeTwilio,
    Filtering,
    Inside,
    Network,
    Patience,
    Sender,
    SharedKey,
    Slip,
)
from tests.sms.fake_twilio_signing import sign
from tests.sms.fake_twilio_stage import (
    OLD_WAYS,
    OURS,
    THEIRS,
    TOKEN,
    Saying,
    Stage,
    listening,
    open_stage,
    spoken,
)

pytestmark = OLD_WAYS
_BLANK = {f"{side}{place}" for side in ("From", "To") for place in ("City", "State", "Zip")}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Twilio whose sender is in the default mode and has a webhook."""
    async with open_stage() as found:
        yield found


async def _writes(stage: Stage, text: str) -> None:
    stage.anna.writes(text)
    await stage.twilio.settled()


async def test_the_form_is_twilio_s(stage: Stage) -> None:
    """The form has all of Twilio's fields, blank ones too, and the words as they were written."""
    written = stage.anna.writes(" Стоп & 3+ \n")
    await stage.twilio.settled()
    (heard,) = stage.listener.heard
    assert {
        "MessageSid": written.sid,
        "SmsSid": written.sid,
        "SmsMessageSid": written.sid,
        "AccountSid": stage.account.sid,
        "From": THEIRS,
        "To": OURS,
        "Body": " Стоп & 3+ \n",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    } == {name: value for name, value in heard.form.items() if value}
    assert {name for name, value in heard.form.items() if not value} >= _BLANK
    assert heard.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert heard.headers["I-Twilio-Idempotency-Token"]


@pytest.mark.parametrize("key", [None, SharedKey("a shared secret")], ids=["token", "shared key"])
async def test_twilio_s_own_library_takes_the_signature(
    stage: Stage, key: SharedKey | None
) -> None:
    """Twilio's helper lets in what is signed, by either scheme, and with no other secret."""
    stage.account.shared_key = key
    await _writes(stage, "Стоп ")
    (heard,) = stage.listener.heard
    assert heard.is_signed(key.secret if key else TOKEN)
    assert not heard.is_signed(TOKEN if key else "a shared secret")


def test_vectors_of_the_provider() -> None:
    """The signatures are those of the examples Twilio publishes."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    doubled = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
    fields = [("CallSid", "CA1234567890ABCDE"), ("Digits", "1234"), ("From", "+14158675309")]
    fields += [("To", "+18005551212"), ("Caller", "+14158675309")]
    assert "RSOYDt4T1cUTdK1PDd93/VVr8B8=" == sign(url, fields, "12345", "HMAC_SHA1")
    assert "IK+Dwps556ElfBT0I3Rgjkr1wJU=" == sign(url, doubled, "12345", "HMAC_SHA1")


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9)), st.text(max_size=9))
def test_any_form_is_signed_as_the_library_signs(fields: dict[str, str], secret: str) -> None:
    """Whatever the form is, our signature and that of Twilio's library are the same."""
    for algorithm in ("HMAC_SHA1", "HMAC_SHA256"):
        expected = RequestValidator(secret).compute_signature("https://x.lv/a", fields, algorithm)
        assert expected == sign("https://x.lv/a", fields.items(), secret, algorithm)


async def test_an_answer_becomes_a_message(stage: Stage) -> None:
    """What the webhook says goes to the customer, and its callbacks are called about it."""
    stage.listener.says(
        "<Response><Message action='/acted' statusCallback='told'>a &lt; b &amp; ž</Message>"
        "<Message><Body>otrs</Body></Message></Response>"
    )
    await _writes(stage, "Labdien")
    assert ["a < b & ž", "otrs"] == stage.anna.received
    first, _ = stage.account.of("outbound-reply")
    assert [first.sid] == stage.listener.fields("MessageSid", "/acted")
    assert ["sent", "delivered"] == stage.listener.fields("MessageStatus", "/told")
    assert {first.sid} == set(stage.listener.fields("MessageSid", "/told"))
    assert all(heard.is_signed(TOKEN) for heard in stage.listener.heard)


@pytest.mark.parametrize(
    ("saying", "code"),
    [
        pytest.param(Saying(body="<Response>"), 12100, id="cut off"),
        pytest.param(Saying(body=""), 12100, id="empty"),
        pytest.param(Saying(body="<Answer/>"), 12200, id="another document"),
        pytest.param(Saying(body="<Response><Say>a</Say></Response>"), 12200, id="another verb"),
        pytest.param(Saying(body="{}", kind="application/json"), 12300, id="JSON"),
        pytest.param(Saying(body=spoken("")), 14103, id="no words"),
        pytest.param(Saying(body=spoken("a" * 1601)), 21617, id="too long"),
        pytest.param(Saying(body=spoken("a"), status=403), 11200, id="refused"),
    ],
)
async def test_an_answer_nobody_understands(stage: Stage, saying: Saying, code: int) -> None:
    """What is no TwiML sends nothing, is not asked for again, and is in the error log."""
    stage.listener.says(saying)
    await _writes(stage, "Labdien")
    assert [] == stage.anna.received
    assert [code] == [alert.code for alert in stage.twilio.alerts]
    assert 1 == len(stage.listener.heard)


@pytest.mark.parametrize("saying", [Saying(body="Labi", kind="text/plain"), Saying(status=204)])
async def test_an_answer_without_twiml(stage: Stage, saying: Saying) -> None:
    """Plain text is said as it is; no content says nothing, without an error."""
    stage.listener.says(saying)
    await _writes(stage, "Labdien")
    assert (["Labi"] if saying.status == 200 else []) == stage.anna.received
    assert [] == stage.twilio.alerts


async def test_a_machine_is_not_answered(stage: Stage) -> None:
    """What is said to a short code or a name is dropped: nothing can reach them."""
    stage.listener.says(spoken("Labi"), spoken("Labi"))
    for number in ("1618", "INFOSMS"):
        stage.twilio.customer(number).writes("Jūsu rēķins", to=OURS)
    await stage.twilio.settled()
    assert [21211, 21211] == [alert.code for alert in stage.twilio.alerts]


@pytest.mark.parametrize("retries", [0, 1, 3])
@pytest.mark.parametrize("saying", [Saying(status=503), Saying(after=5)], ids=["503", "slow"])
async def test_a_failed_delivery_is_tried_again(
    stage: Stage, saying: Saying, retries: int
) -> None:
    """A 5xx or silence is tried again as often as set, by the same SID and token."""
    stage.sender.patience = Patience(seconds=0.2 if saying.after else 5.0, retries=retries)
    stage.listener.says(*[saying] * (retries + 1), spoken("never asked"))
    await _writes(stage, "Labdien")
    assert retries + 1 == len(stage.listener.heard)
    assert 1 == len(set(stage.listener.fields("MessageSid")))
    assert 1 == len({h.headers["I-Twilio-Idempotency-Token"] for h in stage.listener.heard})
    assert [] == stage.anna.received
    assert [11205 if saying.after else 11200] == [alert.code for alert in stage.twilio.alerts]


async def test_the_answer_of_the_last_try_counts(stage: Stage) -> None:
    """After a failure the second answer is said, once."""
    stage.listener.says(Saying(status=500, body=spoken("no")), spoken("Labi"))
    await _writes(stage, "Labdien")
    assert ["Labi"] == stage.anna.received
    assert [] == stage.twilio.alerts


async def test_a_retry_policy_can_be_narrow(stage: Stage) -> None:
    """Twilio can be told to try again on broken connections alone."""
    stage.sender.patience = Patience(retries=3, retry_on=frozenset({"ct"}))
    stage.listener.says(Saying(status=503))
    await _writes(stage, "Labdien")
    assert 1 == len(stage.listener.heard)


async def test_nobody_listens(stage: Stage) -> None:
    """Where no program is, the message stays in the list and the error log says why."""
    with closing(create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    stage.sender.webhook = f"http://127.0.0.1:{port}/inbound"
    await _writes(stage, "Labdien")
    assert [0, 0] == [posted.status for posted in stage.twilio.posts]
    assert [11205] == [alert.code for alert in stage.twilio.alerts]
    assert ["Labdien"] == [m.body for m in await stage.api.messages.list_async()]


async def test_a_public_address_is_signed_wherever_it_is() -> None:
    """The address that is called is not the one behind it, as with any proxy."""
    public = "https://piekrisana.lv"
    async with listening() as listener, FakeTwilio() as twilio:
        twilio.carrier = Network({public: listener.url})
        webhook = f"{public}/inbound"
        twilio.add_account(TOKEN).add(Sender(number=OURS, webhook=webhook))
        twilio.customer(THEIRS).writes("Labdien")
        await twilio.settled()
    (heard,) = listener.heard
    assert not heard.is_signed(TOKEN)
    signature = heard.headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(webhook, heard.form, signature)


async def test_messages_of_one_customer_come_in_order(stage: Stage) -> None:
    """One customer's texts wait for each other, different customers' do not."""
    gate = asyncio.Event()
    stage.listener.says(Saying(gate=gate), Saying(gate=gate))
    stage.anna.writes("a")
    stage.anna.writes("b")
    stage.twilio.customer("+37120000001").writes("c")
    await stage.listener.hears(2)
    assert {"a", "c"} == set(stage.listener.fields("Body"))
    gate.set()
    await stage.twilio.settled()
    assert "b" == stage.listener.fields("Body")[-1]


@pytest.mark.parametrize("cut", [False, True], ids=["heard", "cut"])
async def test_our_own_door_opens(tmp_path: Path, *, cut: bool) -> None:
    """The served assistant takes what comes as Twilio's, and its answer reaches the customer."""
    house = open_house(tmp_path, "lmt")
    url = f"{house.settings.link_base}/sms/lmt/inbound"
    async with house.client, FakeTwilio(carrier=Inside(house.client)) as twilio:
        account = twilio.add_account(HOUSE_TOKEN)
        account.add(Sender(number=OURS, webhook=url, filtering=Filtering.OFF))
        anna = twilio.customer(THEIRS)
        anna.writes("Стоп!", slip=Slip(cut=cut))
        await twilio.settled()
    (received,) = anna.received
    assert "СТОП ВСЁ" in received
    inbound = [posted.status for posted in twilio.posts if posted.kind == "inbound"]
    assert ([0, 200] if cut else [200]) == inbound
    reports = [posted for posted in twilio.posts if posted.kind == "status"]
    assert {"200"} == {str(posted.status) for posted in reports}
    assert "delivered" in {posted.fields["MessageStatus"] for posted in reports}
