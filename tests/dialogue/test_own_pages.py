"""One's own pages in a chat: channels and topics, and what is on file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.choices import intent_of
from consent.decisions import Action
from consent.dialogue.scene import OnFile, Scene, Turn
from consent.dialogue.step import resume, step
from consent.intents import Intent, IntentName, Page
from consent.notices import Form
from consent.replies import Option
from tests.builders import (
    AMIGO,
    CHANNELS,
    DAY,
    START,
    TOPICS,
    Outcome,
    given,
    intent,
    lens,
    notice,
    outcome,
    said,
    scene,
    session,
    shelf,
)

SWITCHES = Intent(name=IntentName.STATUS, page=Page.SWITCHES)
MY_DATA = Intent(name=IntentName.EXPLAIN, page=Page.MY_DATA)
COPY = Intent(name=IntentName.HUMAN, page=Page.COPY)
MENU = Option(name="menu")
UNLINKED = scene(linked=False, proof_level=0)
OFFERS = given("offers")
ALL_PAGES = [
    pytest.param(SWITCHES, id="switches"),
    pytest.param(MY_DATA, id="my-data"),
    pytest.param(COPY, id="copy"),
]


def _states(turn: Turn, message: str) -> dict[str, str]:
    rows = next(m.params["all"] for m in turn.messages if m.id == message)
    assert isinstance(rows, list)
    return {row["id"]: row["state"] for row in rows}


def test_the_page_of_switches_shows_every_channel_and_topic() -> None:
    """A channel nobody chose is off until switched on; a topic nobody touched is on."""
    seen = scene(*OFFERS, *given("sms"), said("call", Action.OFF), said("news", Action.OFF))
    turn = step(seen, session(), SWITCHES)
    assert ("switches", "switches.topics") == turn.reply().ids
    assert {"email": "unset", "sms": "on", "call": "off"} == _states(turn, "switches")
    expected = {topic: "off" if topic == "news" else "on" for topic in TOPICS}
    assert expected == _states(turn, "switches.topics")


def test_each_switch_offers_its_other_side() -> None:
    """One tap for every channel and topic, to what it is not."""
    seen = scene(*OFFERS, *given("sms", "surveys"), said("news", Action.OFF))
    turn = step(seen, session(), SWITCHES)
    channels = [
        Option(name="channel_off" if c == "sms" else "channel_on", channel=c) for c in CHANNELS
    ]
    topics = [Option(name="topic_on" if t == "news" else "topic_off", topic=t) for t in TOPICS]
    assert [*channels, *topics, MENU] == turn.options


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(scene(), id="never-given"),
        pytest.param(scene(*OFFERS, said("offers", Action.WITHDRAWN)), id="withdrawn"),
        pytest.param(
            scene(*OFFERS, *given("sms"), through=lens(on=shelf(notice(major=2)))), id="outdated"
        ),
    ],
)
def test_without_offers_there_is_nothing_to_switch(seen: Scene) -> None:
    """Channels and topics belong to consent 1, which is one tap away."""
    turn = step(seen, session(), SWITCHES)
    assert (("switches.none",), (), None) == outcome(turn)
    assert [Option(name="explain", purpose="offers"), MENU] == turn.options


def test_loyalty_offers_have_switches_too() -> None:
    """A former customer's offers use the same channels."""
    turn = step(scene(*given("loyalty_offers")), session(), SWITCHES)
    assert ("switches", "switches.topics") == turn.reply().ids


BACK = [Option(name="switches"), MENU]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        pytest.param(
            Option(name="channel_on", channel="sms"),
            (("channel.on",), ("sms on",), None),
            id="channel-on",
        ),
        pytest.param(
            Option(name="channel_off", channel="email"),
            (("channel.off",), ("email off",), None),
            id="channel-off",
        ),
        pytest.param(
            Option(name="topic_on", topic="news"),
            (("topic.on",), ("news on",), None),
            id="topic-on",
        ),
        pytest.param(
            Option(name="topic_off", topic="surveys"),
            (("topic.off",), ("surveys off",), None),
            id="topic-off",
        ),
        pytest.param(
            Option(name="channel_on", channel="email"),
            (("already.channel.on",), (), None),
            id="on-already",
        ),
    ],
)
def test_after_a_switch_the_page_is_one_tap_away(option: Option, expected: Outcome) -> None:
    """A channel or topic changed in a chat leads back to all of them."""
    seen = scene(*OFFERS, *given("email", "call"), said("news", Action.OFF))
    turn = step(seen, session(), intent_of(option))
    assert expected == outcome(turn)
    assert BACK == turn.options


def test_by_sms_a_switch_leads_to_the_list_alone() -> None:
    """There is no page of switches by SMS."""
    seen = scene(*OFFERS, form=Form.SMS)
    turn = step(seen, session(), intent_of(Option(name="channel_on", channel="sms")))
    assert [MENU] == turn.options


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(scene(), [MENU], id="nothing-to-switch"),
        pytest.param(scene(*OFFERS), BACK, id="in-a-chat-the-page"),
        pytest.param(
            scene(*OFFERS, form=Form.SMS),
            [*(Option(name="channel_on", channel=c) for c in CHANNELS), MENU],
            id="by-sms-each-channel",
        ),
    ],
)
def test_the_status_leads_to_the_switches(seen: Scene, expected: list[Option]) -> None:
    """Whoever may be contacted finds the channels behind the status."""
    assert expected == step(seen, session(), intent(IntentName.STATUS)).options


ON_FILE = OnFile(number_end="0001", linked_at=START - DAY, decisions=5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(
            replace(ON_FILE, looks=2, last_look=START),
            [
                (
                    "my_data",
                    {
                        "number_end": "0001",
                        "decisions": 5,
                        "since": "2025-03-09T09:00:00.000000Z",
                    },
                ),
                ("my_data.looks", {"looks": 2, "since": "2025-03-10T09:00:00.000000Z"}),
            ],
            id="looked-at",
        ),
        pytest.param(
            ON_FILE,
            [
                (
                    "my_data",
                    {
                        "number_end": "0001",
                        "decisions": 5,
                        "since": "2025-03-09T09:00:00.000000Z",
                    },
                ),
                ("my_data.no_looks", {}),
            ],
            id="never-looked-at",
        ),
    ],
)
def test_what_is_on_file_can_be_seen(
    found: OnFile, expected: list[tuple[str, dict[str, object]]]
) -> None:
    """The number's end, since when, how many records, and who looked how often (law 9)."""
    turn = step(replace(scene(), on_file=lambda: found), session(), MY_DATA)
    assert expected == [(m.id, m.params) for m in turn.messages]
    names = ("copy", "correction", "privacy")
    assert [*(Option(name=name) for name in names), MENU] == turn.options


def test_with_nothing_on_file_nothing_is_made_up() -> None:
    """A store that knows nothing else says so."""
    turn = step(scene(), session(), MY_DATA)
    expected = {"number_end": "", "decisions": 0, "since": None}
    assert expected == turn.messages[0].params


def test_what_is_on_file_is_read_only_for_those_who_ask() -> None:
    """No other page looks into the files."""

    def nobody_asked() -> OnFile:
        raise AssertionError

    seen = replace(scene(*OFFERS), on_file=nobody_asked)
    wishes = (SWITCHES, COPY, intent(IntentName.STATUS), Intent(name=IntentName.HELP))
    assert all(step(seen, session(), wish).messages for wish in wishes)


def test_a_copy_is_a_case_of_its_own() -> None:
    """Asking for a copy notes a request for access; asked twice in a day it is one."""
    first = step(scene(), session(), COPY)
    again = step(scene(), first.session, COPY)
    person = step(scene(), again.session, intent(IntentName.HUMAN))
    assert ("human.copy",) == first.reply().ids == again.reply().ids
    assert [("access", None)] == [(c.kind, c.purpose) for c in first.cases]
    assert [] == again.cases
    assert ["contact"] == [c.kind for c in person.cases]
    expected = {"case": "K7M2-94QX", "due": "2025-04-10T20:59:59.999999Z"}
    assert expected == first.messages[0].params == again.messages[0].params
    assert [MENU] == first.options


@pytest.mark.parametrize("wish", ALL_PAGES)
def test_own_pages_need_the_number(wish: Intent) -> None:
    """Before the number is known nothing of it is shown; it is asked for, the page kept."""
    turn = step(UNLINKED, session(), wish)
    assert (("link.ask",), (), "link") == outcome(turn)
    shared = resume(scene(*OFFERS), turn.session).reply().ids
    assert ("link.done", *step(scene(*OFFERS), session(), wish).reply().ids) == shared


@pytest.mark.parametrize("wish", ALL_PAGES)
def test_own_pages_of_the_other_brand_are_not_shown_here(wish: Intent) -> None:
    """Asked for Amigo's, LMT shows nothing and says how to reach Amigo (law 7)."""
    turn = step(scene(*OFFERS), session(), replace(wish, brand=AMIGO))
    assert (("brand.other",), (), None) == outcome(turn)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(SWITCHES, ("status", "status.no_channels"), id="switches-are-the-status"),
        pytest.param(MY_DATA, ("privacy",), id="data-are-the-rights"),
        pytest.param(COPY, ("human.copy",), id="a-copy-all-the-same"),
    ],
)
def test_by_sms_there_are_no_such_pages(wish: Intent, expected: tuple[str, ...]) -> None:
    """By SMS the nearest answer that fits one message is given."""
    assert expected == step(scene(*OFFERS, form=Form.SMS), session(), wish).reply().ids
