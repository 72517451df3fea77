"""Events of decisions: CloudEvents by the published schema, without anybody's number; cursors."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.chain import stamp
from consent.decisions import Action, Decision
from consent.feed import Entry, cursor_of, event_of, position_of, with_numbers
from tests.builders import START, chained, said

DECISIONS = chained(
    [
        said("offers", Action.GIVEN),
        said("sms", Action.ON),
        said("news", Action.OFF),
        said("location", Action.PAUSED, until=START + timedelta(days=1)),
        said("service", Action.ENDED),
    ]
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
#: CloudEvents 1.0: names of attributes are lower-case letters and digits.
_NAME = re.compile(r"[a-z0-9]{1,20}", re.ASCII)
BRANDS = st.sampled_from(["lmt", "amigo"])
POSITIONS = st.integers(min_value=0, max_value=2**63 - 1)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda d: d.subject.id)
def test_an_event_is_a_cloud_event(decision: Decision) -> None:
    """It has what the specification asks for, in its own forms, and is JSON."""
    event = event_of(decision)
    assert {"id", "source", "specversion", "type"} <= event.keys()
    assert ("1.0", "application/json") == (event["specversion"], event["datacontenttype"])
    assert all(event[name] for name in ("id", "source", "type", "subject"))
    assert all(map(_NAME.fullmatch, event))
    assert _MOMENT.fullmatch(event["time"])
    assert event == json.loads(json.dumps(event))


def test_an_event_says_what_was_decided() -> None:
    """What, about what, when, until when, by which notice, where and by whom, and its place."""
    pause = DECISIONS[3]
    event = event_of(pause)
    assert (pause.id, pause.customer) == (event["id"], event["subject"])
    assert "lv.consentassistant.v1.purpose.paused" == event["type"]
    assert {
        "brand": "lmt",
        "customer": pause.customer,
        "position": 4,
        "about": {"kind": "purpose", "id": "location"},
        "action": "paused",
        "said_at": stamp(START),
        "until": stamp(START + timedelta(days=1)),
        "notice": None,
        "door": "telegram",
        "actor": "customer",
    } == event["data"]
    grant = event_of(DECISIONS[0])
    assert (None, DECISIONS[0].notice) == (grant["data"]["until"], grant["data"]["notice"])


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda d: d.subject.id)
def test_an_event_holds_no_evidence(decision: Decision) -> None:
    """Neither the customer's words nor the provider's name of the message is in it."""
    assert decision.evidence is not None
    text = json.dumps(event_of(decision))
    for secret in (decision.evidence.words, decision.evidence.message_id, decision.salt):
        assert f'"{secret}"' not in text


def test_numbers_are_added_when_it_is_shown() -> None:
    """The event as it is kept stays as it was."""
    kept = event_of(DECISIONS[0])
    shown = with_numbers(kept, ["+37120000001"])
    assert ["+37120000001"] == shown["data"]["numbers"]
    assert "numbers" not in kept["data"]
    entry = Entry(position=1, customer=DECISIONS[0].customer, event=shown)
    assert DECISIONS[0].id == entry.id


@given(BRANDS, POSITIONS)
def test_a_cursor_names_its_place(brand: str, position: int) -> None:
    """It leads back to where it was made, at its own brand alone, and needs no escaping."""
    cursor = cursor_of(brand, position)
    assert position == position_of(brand, cursor)
    assert position_of("amigo" if brand == "lmt" else "lmt", cursor) is None
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor)


@given(st.text() | POSITIONS.map(str) | st.builds(cursor_of, BRANDS, st.integers()))
def test_what_is_no_cursor_names_no_place(text: str) -> None:
    """Whatever is sent: a place that was given out, or none."""
    position = position_of("lmt", text)
    assert position is None or cursor_of("lmt", position) == text


@pytest.mark.parametrize("position", [-1, 2**63])
def test_a_place_no_feed_has_is_none(position: int) -> None:
    """Before the beginning and after what a database can count to there is nothing."""
    assert position_of("lmt", cursor_of("lmt", position)) is None
