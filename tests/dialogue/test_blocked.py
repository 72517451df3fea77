"""Where the provider blocks what we send: withdrawals are written, and no yes is asked for."""

from __future__ import annotations

from dataclasses import replace

from consent.dialogue.step import step
from consent.intents import IntentName
from consent.notices import Form
from consent.replies import SILENCE, Option
from tests.builders import grant_pending, inbound, intent, outcome, scene, session
from tests.dialogue.talks import Talk

STOP = Option(name="withdraw_all", scope="marketing")


def test_a_text_that_is_not_delivered_asks_for_nothing() -> None:
    """A yes to what nobody could read would be none, so no question waits for it (law 1)."""
    muted = replace(scene(form=Form.SMS), muted=True)
    turn = step(muted, session(grant_pending()), intent(IntentName.GRANT, "traffic"))
    assert (("notice",), (), None) == outcome(turn)


async def test_while_blocked_a_yes_is_a_yes_to_nothing() -> None:
    """After the provider's STOP neither START nor a number opens a question."""
    talk = Talk()
    assert SILENCE == await talk.sms(choice=STOP, silent=True)
    await talk.sms("dot 8")
    assert ("yes.nothing",) == (await talk.sms("jā")).ids
    assert "research given" not in await talk.ledgered()


async def test_once_the_block_is_lifted_all_goes_on() -> None:
    """The provider's START opens the way: the text is read again, and the yes counts."""
    talk = Talk()
    await talk.sms(choice=STOP, silent=True)
    reopened = replace(inbound("dot 8", message_id="start"), reopened=True, channel="sms")
    assert ("notice", "ask.grant") == (await talk.send(reopened)).ids
    await talk.sms("jā")
    assert "research given" in await talk.ledgered()
