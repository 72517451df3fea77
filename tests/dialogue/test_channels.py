"""Channels and topics: one explicit word each, off at once (meaning.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.catalogue import Channel, ChannelId
from consent.decisions import Action
from consent.dialogue.scene import Scene
from consent.dialogue.session import Awaiting, Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Wish
from consent.replies import Option
from tests.builders import (
    CATALOGUE,
    DAY,
    START,
    Outcome,
    given,
    grant_pending,
    intent,
    lens,
    outcome,
    pending,
    said,
    scene,
    session,
)

GRANT, WITHDRAW = IntentName.GRANT, IntentName.WITHDRAW
ASKED = session(pending(Awaiting.CHANNELS))
OFFERS = given("offers")
MENU = Option(name="menu")


def _on(*channels: str) -> Intent:
    return Intent(name=GRANT, channels=channels)


def _off(*channels: str) -> Intent:
    return Intent(name=WITHDRAW, channels=channels)


@pytest.mark.parametrize(
    ("seen", "before", "wish", "expected"),
    [
        pytest.param(
            scene(*OFFERS), ASKED, _on("sms"), (("channel.on",), ("sms on",), "channels"), id="one"
        ),
        pytest.param(
            scene(*OFFERS),
            session(),
            _on("sms", "email"),
            (("channel.on.several",), ("sms on", "email on"), None),
            id="two-unasked",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            session(),
            _on("sms"),
            (("already.channel.on",), (), None),
            id="on-already",
        ),
        pytest.param(
            scene(*OFFERS, said("sms", Action.OFF)),
            session(),
            _on("sms"),
            (("channel.on",), ("sms on",), None),
            id="off-before",
        ),
        pytest.param(
            scene(*OFFERS, said("news", Action.OFF)),
            session(),
            Intent(name=GRANT, topics=("news",)),
            (("topic.on",), ("news on",), None),
            id="a-topic",
        ),
        pytest.param(
            scene(*OFFERS),
            session(),
            Intent(name=GRANT, channels=("sms",), topics=("news",)),
            (("channel.on", "topic.on"), ("sms on", "news on"), None),
            id="channel-and-topic",
        ),
        pytest.param(
            scene(*given("loyalty_offers")),
            session(),
            _on("sms"),
            (("channel.on",), ("sms on",), None),
            id="under-loyalty-offers",
        ),
        pytest.param(
            scene(),
            session(),
            _on("sms"),
            (
                ("channel.needs_consent", "page.state", "notice", "ask.grant"),
                ("offers asked",),
                "grant",
            ),
            id="without-a-consent-its-notice-comes-first",
        ),
        pytest.param(
            scene(*OFFERS, said("offers", Action.WITHDRAWN)),
            session(),
            _on("sms"),
            (("channel.needs_consent", "page.state", "notice", "ask.grant"), (), "grant"),
            id="after-a-withdrawal-too",
        ),
        pytest.param(
            scene(*OFFERS),
            ASKED,
            replace(_on("sms"), certain=False),
            (("unclear",), (), "channels"),
            id="not-in-doubt",
        ),
        pytest.param(
            scene(*OFFERS, said("news", Action.OFF), said("surveys", Action.OFF)),
            session(),
            Intent(name=GRANT, topics=("news", "surveys")),
            (("topic.on.several",), ("news on", "surveys on"), None),
            id="two-topics",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            session(),
            _on("sms", "email"),
            (("already.channel.on", "channel.on"), ("email on",), None),
            id="one-of-two-on-already",
        ),
    ],
)
def test_a_channel_comes_on_by_one_explicit_word(
    seen: Scene, before: Session, wish: Intent, expected: Outcome
) -> None:
    """Switching on takes one word, and a consent that stands."""
    assert expected == outcome(step(seen, before, wish))


@pytest.mark.parametrize(
    ("seen", "wish", "expected"),
    [
        pytest.param(
            scene(*OFFERS, *given("sms", "email")),
            _off("sms"),
            (("channel.off",), ("sms off",), None),
            id="one-of-two",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            _off("sms"),
            (("channel.off", "channel.last_off"), ("sms off",), "withdraw"),
            id="the-last-one-asks-afterwards",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms", "email")),
            _off("sms", "email", "call"),
            (
                ("channel.off.several", "channel.last_off"),
                ("sms off", "email off", "call off"),
                "withdraw",
            ),
            id="all-at-once",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            _off("call"),
            (("channel.off",), ("call off",), None),
            id="one-never-on",
        ),
        pytest.param(
            scene(*OFFERS),
            _off("sms"),
            (("channel.off",), ("sms off",), None),
            id="none-was-on",
        ),
        pytest.param(
            scene(*OFFERS, said("sms", Action.OFF)),
            _off("sms"),
            (("already.channel.off",), (), None),
            id="off-already",
        ),
        pytest.param(
            scene(), _off("sms"), (("channel.off",), ("sms off",), None), id="without-a-consent"
        ),
        pytest.param(
            scene(*given("sms")),
            _off("sms"),
            (("channel.off",), ("sms off",), None),
            id="the-last-one-without-a-consent",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            Intent(name=WITHDRAW, topics=("news",)),
            (("topic.off",), ("news off",), None),
            id="a-topic-is-no-channel",
        ),
        pytest.param(
            scene(*OFFERS, said("news", Action.OFF)),
            Intent(name=WITHDRAW, topics=("news",)),
            (("already.topic.off",), (), None),
            id="a-topic-off-already",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            Intent(name=WITHDRAW, topics=("news", "surveys")),
            (("topic.off.several",), ("news off", "surveys off"), None),
            id="two-topics",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms", "email")),
            replace(_off("sms"), unknown_number=12),
            (("channel.off", "unknown.number"), ("sms off",), None),
            id="beside-a-number-nobody-has",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms", "traffic")),
            Intent(name=WITHDRAW, purposes=("traffic",), channels=("sms",)),
            (
                ("withdrawn", "channel.off", "channel.last_off"),
                ("traffic withdrawn", "sms off"),
                "withdraw",
            ),
            id="with-a-consent",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            Intent(name=WITHDRAW, purposes=("offers",), channels=("sms",)),
            (("withdrawn", "channel.off"), ("offers withdrawn", "sms unset", "sms off"), None),
            id="with-the-consent-it-stands-on",
        ),
        pytest.param(
            scene(*OFFERS, *given("sms")),
            replace(_off("sms"), certain=False),
            (("ask.channel.off",), (), "withdraw"),
            id="not-in-doubt",
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
            (("channel.on", "channel.off"), ("email on", "sms off"), None),
            id="one-for-another-is-not-the-last",
        ),
    ],
)
def test_off_works_at_once(seen: Scene, wish: Intent, expected: Outcome) -> None:
    """A channel or topic goes off in the step that answers; `offers` stays given."""
    assert expected == outcome(step(seen, session(), wish))


def test_the_last_channel_off_asks_whether_the_consents_should_end() -> None:
    """A yes to that question ends what stood on it; a no keeps it."""
    seen = scene(*given("offers", "loyalty_offers", "sms"))
    turn = step(seen, session(), _off("sms"))
    ended = step(seen, turn.session, intent(IntentName.YES))
    kept = step(seen, turn.session, intent(IntentName.NO))
    expected = {"purposes": ["offers", "loyalty_offers"]}
    assert expected == turn.messages[-1].params
    assert [
        Option(name="withdraw", purpose="offers"),
        Option(name="withdraw", purpose="loyalty_offers"),
        MENU,
    ] == turn.options
    assert ("offers withdrawn", "loyalty_offers withdrawn", "sms unset") == outcome(ended)[1]
    assert (("kept",), (), None) == outcome(kept)


def test_while_channels_are_asked_the_others_are_offered() -> None:
    """After one channel the remaining ones are still one tap away."""
    turn = step(scene(*OFFERS, *given("email")), ASKED, _on("sms"))
    assert [Option(name="channel_on", channel="call"), MENU] == turn.options


def test_asked_again_a_channel_that_is_on_can_be_switched_off() -> None:
    """The question offers for each channel what would change it."""
    turn = step(scene(*OFFERS, *given("sms")), ASKED, intent(IntentName.YES))
    assert [
        Option(name="channel_on", channel="email"),
        Option(name="channel_off", channel="sms"),
        Option(name="channel_on", channel="call"),
        MENU,
    ] == turn.options


def test_a_switch_in_force_says_since_when() -> None:
    """What is on already says since when."""
    seen = scene(*OFFERS, *given("sms", at=START - DAY))
    turn = step(seen, session(), _on("sms"))
    expected = {"channel": "sms", "since": "2025-03-09T09:00:00.000000Z"}
    assert expected == turn.messages[0].params


def test_a_fourth_channel_is_data_alone() -> None:
    """A channel added to the catalogue is asked for and switched on like the others."""
    post = Channel(id=ChannelId("post"), camara_scope="marketing-offers:post")
    wider = replace(CATALOGUE, channels=(*CATALOGUE.channels, post))
    seen = scene(through=lens(catalogue=wider))
    asked = step(seen, session(grant_pending()), intent(IntentName.YES))
    turn = step(scene(*OFFERS, through=lens(catalogue=wider)), asked.session, _on("post"))
    assert Option(name="channel_on", channel="post") in asked.options
    assert (("channel.on",), ("post on",), "channels") == outcome(turn)


def test_a_channel_does_not_come_on_for_what_the_same_message_ends() -> None:
    """A message that ends the last consent to contact and names a channel leaves it off."""
    wishes = (
        Wish(name=IntentName.WITHDRAW, purposes=("offers",)),
        Wish(name=IntentName.GRANT, channels=("sms",)),
    )
    turn = step(scene(*given("offers")), session(), Intent(name=wishes[0].name, actions=wishes))
    assert ("offers withdrawn",) == outcome(turn)[1]


def test_two_channels_asked_for_before_any_consent_show_one_notice() -> None:
    """Channels wait for the consent they serve, whose notice is shown once."""
    wishes = (
        Wish(name=IntentName.GRANT, channels=("sms",)),
        Wish(name=IntentName.GRANT, channels=("email",)),
    )
    turn = step(scene(), session(), Intent(name=IntentName.GRANT, actions=wishes))
    assert ("channel.needs_consent", "page.state", "notice", "ask.grant") == outcome(turn)[0]
