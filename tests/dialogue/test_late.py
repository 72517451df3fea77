"""Messages in another order than they were said: a late one may only lower permission."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.dialogue.scene import Scene
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Wish
from consent.replies import Option
from tests.builders import (
    CHAT,
    DAY,
    HOUR,
    NUMBER,
    Outcome,
    given,
    intent,
    outcome,
    scene,
    session,
)
from tests.dialogue.talks import Talk

GRANT, WITHDRAW = IntentName.GRANT, IntentName.WITHDRAW
OFFERS = given("offers")
SWITCHES = ("switches", "switches.topics")


@pytest.mark.parametrize(
    ("seen", "wish", "expected"),
    [
        pytest.param(
            scene(*OFFERS),
            Intent(name=GRANT, channels=("sms",)),
            (SWITCHES, (), None),
            id="a-channel-on",
        ),
        pytest.param(
            scene(*OFFERS),
            Intent(name=GRANT, topics=("news",)),
            (SWITCHES, (), None),
            id="a-topic-on",
        ),
        pytest.param(
            scene(),
            Intent(name=GRANT, channels=("sms",)),
            (("switches.none",), (), None),
            id="a-channel-without-a-consent",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms", "email")),
            Intent(name=WITHDRAW, channels=("sms",)),
            (("channel.off",), ("sms off",), None),
            id="a-channel-off",
        ),
        pytest.param(
            scene(*OFFERS),
            intent(WITHDRAW, "offers"),
            (("withdrawn",), ("offers withdrawn",), None),
            id="a-withdrawal",
        ),
        pytest.param(
            scene(*given("location")),
            intent(IntentName.PAUSE, "location"),
            (("paused",), ("location paused",), None),
            id="a-pause",
        ),
        pytest.param(
            scene(),
            intent(GRANT, "traffic"),
            (("page.state", "notice", "ask.grant"), ("traffic asked",), "grant"),
            id="a-grant-only-shows-its-notice",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            Intent(
                name=WITHDRAW,
                actions=(
                    Wish(name=WITHDRAW, channels=("sms",)),
                    Wish(name=GRANT, channels=("email",)),
                ),
            ),
            ((*SWITCHES, "channel.off", "channel.last_off"), ("sms off",), "withdraw"),
            id="one-off-and-another-on",
        ),
    ],
)
def test_a_late_message_may_only_lower_permission(
    seen: Scene, wish: Intent, expected: Outcome
) -> None:
    """What raises permission is shown, to be done by a word of now; what lowers it is done."""
    assert expected == outcome(step(replace(seen, late=True), session(), wish))


async def _talk() -> Talk:
    """Return a talk in whose chat offers were agreed to, as messages 1 to 3."""
    talk = Talk()
    await talk.say(choice=Option(name="contact"), address=CHAT, contact=NUMBER, order=1)
    await talk.say("START", address=CHAT, order=2)
    await talk.say("JĀ", address=CHAT, order=3)
    return talk


async def test_a_yes_that_arrives_after_another_notice_was_shown_gives_nothing() -> None:
    """Said to what was shown before, it is no yes to what is shown now (law 1)."""
    talk = await _talk()
    await talk.say("dot 8", address=CHAT, order=4)
    await talk.say("dot 2", address=CHAT, order=6)
    late = await talk.say("JĀ", address=CHAT, order=5)
    after = await talk.say("JĀ", address=CHAT, order=7)
    assert [("yes.nothing",)] * 2 == [late.ids, after.ids]
    assert {"research given", "traffic given"}.isdisjoint(await talk.ledgered())


async def test_a_no_that_arrives_late_answers_nothing() -> None:
    """It was said to another question; nothing it could mean stands."""
    talk = await _talk()
    await talk.say("dot 8", address=CHAT, order=5)
    late = await talk.say("NĒ", address=CHAT, order=4)
    assert ("no.nothing",) == late.ids
    assert "research refused" not in await talk.ledgered()


async def test_a_stop_that_arrives_late_still_counts() -> None:
    """Withdrawing works in whatever order the messages come (law 2)."""
    talk = await _talk()
    await talk.say("dot 8", address=CHAT, order=5)
    late = await talk.say("STOP", address=CHAT, order=4)
    assert ("withdrawn.marketing", "stop.rest") == late.ids
    assert not (await talk.may("offers")).allowed


async def test_a_late_press_does_not_undo_a_stop_of_its_channel() -> None:
    """On and off, arriving as off and on, is off."""
    talk = await _talk()
    await talk.say("atsaukt sms", address=CHAT, order=5)
    press = Option(name="channel_on", channel="sms")
    late = await talk.say(choice=press, address=CHAT, order=4)
    assert SWITCHES == late.ids
    assert "sms on" not in await talk.ledgered()
    await talk.say(choice=press, address=CHAT, order=6)
    assert "sms on" in await talk.ledgered()


async def test_a_number_of_another_day_says_nothing() -> None:
    """The provider may begin to count anew: what comes a day later is in time."""
    talk = await _talk()
    talk.clock.move(DAY)
    await talk.say(choice=Option(name="channel_on", channel="sms"), address=CHAT, order=1)
    assert "sms on" in await talk.ledgered()


async def test_each_door_counts_for_itself() -> None:
    """A low number at one door is not late for what was said at another."""
    talk = await _talk()
    await talk.say(choice=Option(name="channel_on", channel="sms"), order=1)
    assert "sms on" in await talk.ledgered()


async def test_messages_without_a_number_are_never_late() -> None:
    """A door that cannot count takes messages as they come."""
    talk = await _talk()
    talk.clock.move(-HOUR)
    await talk.say(choice=Option(name="channel_on", channel="sms"), address=CHAT)
    assert "sms on" in await talk.ledgered()
