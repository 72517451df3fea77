"""The SMS journeys once more, through a Twilio that signs, delivers twice and reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.harness import NUMBER, TOKEN, open_house
from tests.journeys.test_journeys import FOLDER, _journeys
from tests.sms.fake_twilio_api import FakeTwilio, Filtering, Handset, Sender, Slip
from tests.sms.fake_twilio_carrier import Inside

OURS = "+37129202010"
#: What goes wrong on the way, in turn: nothing, a lost answer, a broken connection.
_SLIPS = (None, Slip(unheard=True), Slip(cut=True))


@pytest.mark.parametrize("name", sorted({n for n, door in _journeys() if door == "sms"}))
async def test_a_journey_reads_the_same_on_a_phone(name: str, tmp_path: Path) -> None:
    """What arrives on the customer's phone is what was reviewed, each answer once."""
    journey = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    house = open_house(tmp_path, journey["brand"])
    url = f"{house.settings.link_base}/sms/{journey['brand']}/inbound"
    said: list[str] = []
    async with house.client, FakeTwilio(carrier=Inside(house.client)) as twilio:
        account = twilio.add_account(TOKEN)
        account.add(Sender(number=OURS, webhook=url, filtering=Filtering.OFF))
        phone = twilio.customer(NUMBER)
        for number, step in enumerate(journey["steps"]):
            house.clock.wait(step.get("wait", 1 / 60))
            text = await _text(twilio, phone, step, _SLIPS[number % len(_SLIPS)])
            said.append(_shown(step, text, house.desk.last))
        assert [] == twilio.violations
    expected = (FOLDER / "said" / f"{name}.sms.txt").read_text(encoding="utf-8")
    assert expected == "\n".join(said)


async def _text(
    twilio: FakeTwilio, phone: Handset, step: dict[str, Any], slip: Slip | None
) -> str:
    """Write what a step says; return the one text that comes back, or nothing."""
    before = len(phone.received)
    phone.writes(step["say"], to=OURS, slip=slip)
    await twilio.settled()
    fresh = phone.received[before:]
    assert len(fresh) <= 1
    return fresh[0] if fresh else ""


def _shown(step: dict[str, Any], text: str, reply: Any) -> str:  # noqa: ANN401
    for message in reply.messages:
        # A receipt's number is the hash of a chain with random ids in it.
        text = text.replace(str(message.params.get("receipt")), "7Q2MZK4XNB")
    return f"> {step['say']}\n{text}\n"
