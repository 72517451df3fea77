"""Raw updates become events of private chats; nothing Telegram sends makes reading fail."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Edited, Event, Pressed, Reach, Said, Shared, Wordless
from bot.updates import Unreadable, parse, press_id_of

_USER = {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": "lv"}
_CHAT = {"id": 7, "type": "private", "first_name": "Anna"}
_HEAD = {"message_id": 5, "date": 1_800_000_000, "chat": _CHAT, "from": _USER}
_GROUP = {"chat": {"id": -1001, "type": "supergroup", "title": "Kaimiņi"}}
_BOT = {"id": 99, "is_bot": True, "first_name": "LMT"}
_UNDER = {"message_id": 4, "date": 1_800_000_000, "chat": _CHAT, "from": _BOT, "text": "?"}
_PRESS = {"id": "p1", "from": _USER, "chat_instance": "1", "data": "g:3", "message": _UNDER}
_SAME: dict[str, Any] = {"update": 10, "user": 7, "reference": "m5", "language": "lv"}
_CONTACT = {"phone_number": "37120000000", "first_name": "Anna", "user_id": 7}


def _message(**content: object) -> Event | None:
    return parse({"update_id": 10, "message": _HEAD | content})


def _press(**content: object) -> Event | None:
    return parse({"update_id": 10, "callback_query": _PRESS | content})


@pytest.mark.parametrize(
    "content",
    [
        {"text": "STOP"},
        {"photo": [{"file_id": "P"}], "caption": "STOP"},
        {"text": "STOP", "hologram": {"depth": 3}},
        {"text": "STOP", "reply_to_message": {"message_id": "?"}, "entities": 5},
    ],
)
def test_words_are_said(content: dict[str, object]) -> None:
    """Text, and the words under a photo, are what the customer said, whatever else is there."""
    assert Said(**_SAME, text="STOP") == _message(**content)


@pytest.mark.parametrize("content", [{"via_bot": _BOT}, {"forward_origin": {"type": "user"}}])
def test_words_passed_on_are_somebody_elses(content: dict[str, object]) -> None:
    """What was forwarded, or put into the chat by another bot, is told from own words."""
    assert Said(**_SAME, text="STOP", forwarded=True) == _message(text="STOP", **content)


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "S"}},
        {"voice": {"file_id": "V"}},
        {"location": {"latitude": 57, "longitude": 24}},
        {"hologram": {"depth": 3}},
        {"photo": [], "caption": ""},
        {"text": None, "dice": {"value": 6}},
        {},
    ],
)
def test_what_has_no_words_is_wordless(content: dict[str, object]) -> None:
    """Media known and unknown, and messages the server leaves empty, are wordless."""
    assert Wordless(**_SAME) == _message(**content)


@pytest.mark.parametrize(
    "name",
    [
        "pinned_message",
        "message_auto_delete_timer_changed",
        "write_access_allowed",
        "chat_background_set",
        "successful_payment",
        "users_shared",
        "gift",
        "boost_added",
        "forum_topic_created",
        "somebody_danced_and_left",
    ],
)
def test_what_nobody_wrote_is_no_event(name: str) -> None:
    """Notes of Telegram's own about the chat are ignored, those yet unknown too."""
    assert _message(**{name: {"x": 1}}) is None


@pytest.mark.parametrize(
    ("change", "owner", "forwarded"),
    [
        ({}, 7, False),
        ({"contact": _CONTACT | {"user_id": 8}}, 8, False),
        ({"contact": {"phone_number": "37120000000"}}, None, False),
        ({"forward_origin": {"type": "hidden_user"}}, 7, True),
        ({"forward_date": 1_700_000_000}, 7, True),
        ({"forward_sender_name": "Anna"}, 7, True),
        ({"via_bot": _BOT}, 7, True),
    ],
)
def test_a_contact_says_whose_it_is(
    change: dict[str, object], owner: int | None, *, forwarded: bool
) -> None:
    """A contact names its owner if Telegram does, and whether it came by way of others."""
    expected = Shared(**_SAME, number="37120000000", owner=owner, forwarded=forwarded)
    assert expected == _message(**({"contact": _CONTACT} | change))


def test_an_edit() -> None:
    """A changed message is an event of its own, with the time of the change."""
    raw = {"update_id": 10, "edited_message": _HEAD | {"edit_date": 9, "text": "NĒ"}}
    assert Edited(update=10, user=7, reference="e5.9", language="lv") == parse(raw)


@pytest.mark.parametrize("change", [{}, {"edit_date": 9, "location": {"latitude": 57}}])
def test_no_edit_of_a_customer(change: dict[str, object]) -> None:
    """A live place that moves, and changes Telegram makes by itself, are no edits."""
    assert parse({"update_id": 10, "edited_message": _HEAD | change}) is None


@pytest.mark.parametrize(
    ("message", "under"),
    [(_UNDER, 4), ({"message_id": 4, "date": 0, "chat": _CHAT}, None), (None, None)],
)
def test_a_press(message: object, under: int | None) -> None:
    """A press says what it carries, and where its button stands if that can still be read."""
    expected = Pressed(
        update=10, user=7, reference="cp1", language="lv", press="p1", data="g:3", message=under
    )
    assert expected == _press(message=message)


@pytest.mark.parametrize(
    "change",
    [
        {"message": _UNDER | _GROUP},
        {"message": _UNDER | {"chat": _CHAT | {"id": 8}}},
        {"message": None, "inline_message_id": "i1"},
        {"data": None, "game_short_name": "chess"},
        {"from": _USER | {"is_bot": True}},
    ],
)
def test_a_press_that_is_no_event_can_be_answered(change: dict[str, object]) -> None:
    """Presses in groups, in others' chats, of games and by bots do nothing but have an id."""
    assert _press(**change) is None
    assert "p1" == press_id_of({"callback_query": _PRESS | change})


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"callback_query": None},
        {"callback_query": []},
        {"callback_query": {"id": 5}},
        {"callback_query": {"id": ""}},
        {"callback_query": {"id": "\ud800"}},
        {"message": {"text": "p1"}},
    ],
)
def test_no_press_has_no_id(raw: dict[str, Any]) -> None:
    """What is no press, or none that can be named, has no id to be answered by."""
    assert press_id_of(raw) is None


@pytest.mark.parametrize(
    ("status", "reachable"),
    [("member", True), ("kicked", False), ("left", False), ("promoted", True)],
)
def test_blocking_and_opening(status: str, *, reachable: bool) -> None:
    """Who blocks the bot is out of reach until they open it again."""
    change = {"chat": _CHAT, "from": _USER, "date": 3, "new_chat_member": {"status": status}}
    expected = Reach(update=10, user=7, reference="r3", language="lv", at=3, reachable=reachable)
    assert expected == parse({"update_id": 10, "my_chat_member": change})


@pytest.mark.parametrize(
    "raw",
    [
        {"message": _HEAD | _GROUP | {"text": "STOP"}},
        {"message": _HEAD | {"text": "STOP", "from": _USER | {"is_bot": True}}},
        {"message": _HEAD | {"text": "STOP", "from": _USER | {"id": 8}}},
        {"edited_message": _HEAD | _GROUP | {"edit_date": 9, "text": "STOP"}},
        {"channel_post": {"message_id": 1, "text": "STOP"}},
        {"inline_query": {"id": "1", "from": _USER, "query": "STOP"}},
        {"pre_checkout_query": {"id": "1", "from": _USER}},
        {"poll_answer": {"poll_id": "1", "user": _USER}},
        {"my_chat_member": _HEAD | _GROUP | {"new_chat_member": {"status": "kicked"}}},
        {"telepathy": {"text": "STOP"}},
        {},
    ],
)
def test_none_of_our_business(raw: dict[str, Any]) -> None:
    """Groups, channels, bots, payments, and kinds yet unknown are no event."""
    assert parse({"update_id": 10} | raw) is None


@pytest.mark.parametrize(
    ("code", "language"),
    [("en-GB", "en-GB"), ("zh-hans", "zh-hans"), ("", ""), (None, ""), (5, ""), ("<b>", "")],
)
def test_the_language_is_a_tag_or_nothing(code: object, language: str) -> None:
    """A language that is no tag is no language, and no reason to overhear the customer."""
    event = _message(text="STOP", **{"from": _USER | {"language_code": code}})
    assert Said(**_SAME | {"language": language}, text="STOP") == event


def test_half_characters_are_replaced() -> None:
    """Text that could not be stored loses only the part of it that is no character."""
    assert Said(**_SAME, text="STOP \ufffd") == _message(text="STOP \ud83d")


@pytest.mark.parametrize(
    "raw",
    [
        [],
        None,
        "STOP",
        {"message": _HEAD},
        {"update_id": True, "message": _HEAD},
        {"update_id": 2**53, "message": _HEAD},
        {"update_id": 10**30, "message": _HEAD},
        {"update_id": 10, "message": []},
        {"update_id": 10, "message": {"chat": _CHAT, "from": _USER, "date": 1}},
        {"update_id": 10, "message": _HEAD | {"from": None}},
        {"update_id": 10, "message": _HEAD | {"from": _USER | {"id": 2**53}}},
        {"update_id": 10, "message": _HEAD | {"message_id": -1}},
        {"update_id": 10, "message": _HEAD | {"text": ["STOP"]}},
        {"update_id": 10, "message": _HEAD | {"contact": {"phone_number": 37120000000}}},
        {"update_id": 10, "message": _HEAD | {"contact": _CONTACT | {"user_id": "7"}}},
        {"update_id": 10, "edited_message": _HEAD | {"edit_date": "9"}},
        {"update_id": 10, "callback_query": _PRESS | {"id": "p" * 129}},
        {"update_id": 10, "callback_query": _PRESS | {"message": {"message_id": 4}}},
        {"update_id": 10, "my_chat_member": {"chat": _CHAT, "from": _USER, "date": 3}},
    ],
)
def test_rubbish_is_unreadable(raw: Any) -> None:  # noqa: ANN401 - anything
    """Missing ids, wrong types and senseless numbers are refused, not guessed."""
    with pytest.raises(Unreadable):
        parse(raw)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.just("hunter2\ud800")
    | st.sampled_from(["private", "kicked", "hunter2"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "chat", "from", "text", "data", "hunter2"]), inner
        )
    ),
    max_leaves=8,
)
_PARTS = st.sampled_from(
    [*_HEAD, *_PRESS, "text", "caption", "contact", "edit_date", "hunter2", "pinned_message"]
)
_KINDS: dict[str, dict[str, Any]] = {
    "message": _HEAD,
    "edited_message": _HEAD,
    "callback_query": _PRESS,
}


def _outcome(raw: dict[str, Any]) -> tuple[Event | None, Unreadable | None]:
    try:
        return parse(raw), None
    except Unreadable as fault:
        return None, fault


@given(st.sampled_from(list(_KINDS)), st.dictionaries(_PARTS, _JSON, max_size=4), _JSON)
def test_no_update_breaks_the_reader(
    kind: str, changes: dict[str, object], number: object
) -> None:
    """Whatever is sent is a storable event, none, or unreadable for a reason quoting nothing."""
    raw: dict[str, Any] = {"update_id": 10, kind: {**_KINDS[kind], **changes}}
    press_id_of(raw)
    for update in (raw, raw | {"update_id": number}):
        event, fault = _outcome(update)
        assert "".join(map(str, astuple(event) if event else ())).encode() is not None
        assert "hunter2" not in str(fault)
        assert fault is None or fault.__context__ is None
