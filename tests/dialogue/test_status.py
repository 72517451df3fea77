"""The status: what stands, since when, until when and through whom."""

from __future__ import annotations

import pytest

from consent.decisions import Action
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.step import step
from consent.intents import IntentName
from tests.builders import (
    DAY,
    HOUR,
    START,
    given,
    intent,
    lens,
    notice,
    said,
    scene,
    session,
    shelf,
)

STATUS = IntentName.STATUS


def _overview(turn: Turn, message: str, name: str) -> object:
    return next(m.params[name] for m in turn.messages if m.id == message)


PAUSE = said("location", Action.PAUSED, at=START - HOUR, until=START + HOUR, actor="crm")


def test_the_status_says_since_when_until_when_and_through_whom() -> None:
    """Each consent: its state, since when, until when, and the source of the change."""
    seen = scene(*given("offers", "location"), PAUSE)
    lines = _overview(step(seen, session(), intent(STATUS)), "status", "states")
    assert isinstance(lines, list)
    by_purpose = {line["purpose"]: line for line in lines}
    assert {
        "purpose": "offers",
        "state": "given",
        "since": "2025-03-09T09:00:00.000000Z",
        "until": None,
        "source": "telegram",
    } == by_purpose["offers"]
    assert {
        "purpose": "location",
        "state": "paused",
        "since": "2025-03-10T08:00:00.000000Z",
        "until": "2025-03-10T10:00:00.000000Z",
        "source": "crm",
    } == by_purpose["location"]
    assert {
        "purpose": "credit",
        "state": "never_asked",
        "since": None,
        "until": None,
        "source": None,
    } == by_purpose["credit"]


LEFT = said("service", Action.ENDED, at=START - 3 * 365 * DAY)
NEWER = shelf(notice("offers", major=2))


@pytest.mark.parametrize(
    ("seen", "purpose", "expected"),
    [
        pytest.param(
            scene(LEFT, *given("loyalty", at=LEFT.said_at - DAY)),
            "loyalty",
            ("expired", "2024-03-11T22:00:00.000000Z", "system"),
            id="expired-since-its-end",
        ),
        pytest.param(
            scene(*given("offers"), through=lens(on=NEWER)),
            "offers",
            ("outdated", None, "telegram"),
            id="outdated-nobody-knows-since-when",
        ),
    ],
)
def test_the_status_does_not_call_an_old_yes_the_beginning_of_its_end(
    seen: Scene, purpose: str, expected: tuple[str, str | None, str | None]
) -> None:
    """What ran out did so by itself at its end; since when a text is outdated nobody knows."""
    lines = _overview(step(seen, session(), intent(STATUS)), "status", "states")
    assert isinstance(lines, list)
    line = next(x for x in lines if x["purpose"] == purpose)
    assert expected == (line["state"], line["since"], line["source"])


@pytest.mark.parametrize(
    ("seen", "ids", "count"),
    [
        pytest.param(scene(), ("status",), 0, id="nothing"),
        pytest.param(scene(*given("traffic")), ("status",), 1, id="use-alone"),
        pytest.param(
            scene(*given("offers")), ("status", "status.no_channels"), 1, id="offers-no-channel"
        ),
        pytest.param(
            scene(*given("offers", "sms")), ("status", "status.channels"), 1, id="a-channel-on"
        ),
        pytest.param(
            scene(said("sms", Action.OFF)), ("status", "status.no_channels"), 0, id="a-channel-off"
        ),
        pytest.param(
            scene(said("sms", Action.UNSET)), ("status",), 0, id="a-channel-back-to-unset"
        ),
    ],
)
def test_the_status_counts_and_names_channels(
    seen: Scene, ids: tuple[str, ...], count: int
) -> None:
    """The status counts what is given and says whether any channel is on."""
    turn = step(seen, session(), intent(STATUS))
    assert (ids, count) == (turn.reply().ids, turn.messages[0].params["given"])


def test_the_status_lists_channels_and_only_topics_that_are_off() -> None:
    """A topic that is on needs no line; one that is off has one."""
    entries = (*given("offers", "sms", "surveys"), said("news", Action.OFF))
    lines = _overview(
        step(scene(*entries), session(), intent(STATUS)), "status.channels", "switches"
    )
    expected = [
        {
            "kind": "channel",
            "id": "sms",
            "state": "on",
            "since": "2025-03-09T09:00:00.000000Z",
            "source": "telegram",
        },
        {
            "kind": "topic",
            "id": "news",
            "state": "off",
            "since": "2025-03-10T09:00:00.000000Z",
            "source": "telegram",
        },
    ]
    assert expected == lines
