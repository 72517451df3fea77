"""What Telegram delivers, raw, as events of one customer's private chat.

Only the fields that decide something are read; all others are ignored, so that a new kind of
media or button never makes a batch of updates unreadable. Groups, channels, other bots,
inline queries and payments are none of our business and become no event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from bot.events import Edited, Event, Pressed, Reach, Said, Shared, Wordless

#: The kinds of updates the product asks Telegram for.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")

#: Telegram promises ids of at most 52 significant bits; a group's is negative.
_MOST = 2**52
_Id = Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
_Any_Id = Annotated[int, msgspec.Meta(ge=-_MOST, le=_MOST)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
_Press_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Traces of a forward, today's and those of older Bot API servers; `via_bot` means that
#: another bot put the message into the customer's mouth.
_FOREIGN = (
    "forward_origin",
    "forward_from",
    "forward_from_chat",
    "forward_sender_name",
    "forward_date",
    "via_bot",
)
#: What messages contain that nobody wrote. Telegram names what happened in the chat by a past
#: participle; the other names are older.
_HAPPENED = re.compile(
    r"\w+_(added|allowed|approved|changed|closed|completed|created|declined|deleted|done|edited|"
    r"ended|failed|hidden|invited|joined|left|paid|refunded|removed|reopened|scheduled|sent|"
    r"set|shared|started|triggered|unhidden)|"
    r"new_chat_\w+|left_chat_member|delete_chat_photo|migrate_\w+|pinned_message|"
    r"(successful|refunded)_payment|(unique_)?gift|connected_website|passport_data|web_app_data"
)
_GONE = frozenset({"kicked", "left"})


class Unreadable(ValueError):
    """This is no update as Telegram documents it; the reason holds nothing of what was sent."""


class _Part(msgspec.Struct, rename={"sender": "from"}):
    """A part of an update; unknown fields are ignored."""


class _Update(_Part):
    update_id: _Count


class _User(_Part):
    id: _Id
    is_bot: bool = False
    language_code: Any = None


class _Chat(_Part):
    id: _Any_Id
    type: str


class _Contact(_Part):
    phone_number: str
    user_id: _Id | None = None


class _Message(_Part):
    message_id: _Count
    chat: _Chat
    date: _Count
    sender: _User | None = None
    edit_date: _Count | None = None
    text: str | None = None
    caption: str | None = None
    contact: _Contact | None = None


class _Under(_Part):
    """The message under which a button stands; without a date it can no longer be read."""

    message_id: _Count
    chat: _Chat
    date: _Count


class _Press(_Part):
    id: _Press_Id
    sender: _User
    message: _Under | None = None
    inline_message_id: Any = None
    data: str | None = None


class _Membership(_Part):
    status: str


class _Member(_Part):
    chat: _Chat
    sender: _User
    date: _Count
    new_chat_member: _Membership


_T = TypeVar("_T")


def parse(raw: Mapping[str, Any]) -> Event | None:
    """Return what a customer did in their private chat; none for everything else.

    :raises Unreadable: a field that decides something is missing or has a senseless value.
    """
    update = _read(raw, _Update).update_id
    kind = next((k for k in KINDS if raw.get(k) is not None), None)
    match kind:
        case "message":
            return _message(update, raw[kind])
        case "edited_message":
            return _edited(update, raw[kind])
        case "callback_query":
            return _pressed(update, _read(raw[kind], _Press))
        case "my_chat_member":
            return _reach(update, _read(raw[kind], _Member))
    return None


def press_id_of(raw: Mapping[str, Any]) -> str | None:
    """Return the id by which the press in an update can be answered; never raises.

    Any press has one, also one that is no event: its button turns until it is answered.
    """
    try:
        press: str = msgspec.convert(raw["callback_query"]["id"], _Press_Id)
    except (LookupError, TypeError, UnicodeError, msgspec.ValidationError):
        return None
    return None if _SURROGATE.search(press) else press


def _message(update: int, raw: Mapping[str, Any]) -> Event | None:
    message = _read(raw, _Message)
    user = _customer(message.chat, message.sender)
    if user is None:
        return None
    same: dict[str, Any] = {
        "update": update,
        "user": user.id,
        "reference": f"m{message.message_id}",
        "language": _language(user),
    }
    if words := message.text or message.caption:
        text, foreign = _readable(words), _is_foreign(raw)
        return Said(**same, text=text, forwarded=foreign, album=_album(raw))
    if message.contact is not None:
        return Shared(
            **same,
            number=_readable(message.contact.phone_number),
            owner=message.contact.user_id,
            forwarded=_is_foreign(raw),
        )
    return None if _nobody_wrote(raw) else Wordless(**same, album=_album(raw))


def _album(raw: Mapping[str, Any]) -> str:
    album = raw.get("media_group_id")
    return _readable(album) if isinstance(album, str) else ""


def _edited(update: int, raw: Mapping[str, Any]) -> Event | None:
    message = _read(raw, _Message)
    user = _customer(message.chat, message.sender)
    # A live place moves by itself; without a date of its own, no customer changed anything.
    moved = raw.get("location") is not None
    if user is None or moved or message.edit_date is None or _nobody_wrote(raw):
        return None
    return Edited(
        update=update,
        user=user.id,
        reference=f"e{message.message_id}.{message.edit_date}",
        language=_language(user),
    )


def _pressed(update: int, press: _Press) -> Event | None:
    under = press.message
    if press.sender.is_bot or press.data is None or press.inline_message_id is not None:
        return None
    if under is not None and _customer(under.chat, press.sender) is None:
        return None
    return Pressed(
        update=update,
        user=press.sender.id,
        reference=f"c{_readable(press.id)}",
        language=_language(press.sender),
        press=_readable(press.id),
        data=_readable(press.data),
        message=under.message_id if under is not None and under.date else None,
    )


def _reach(update: int, member: _Member) -> Event | None:
    user = _customer(member.chat, member.sender)
    if user is None:
        return None
    return Reach(
        update=update,
        user=user.id,
        reference=f"r{member.date}",
        language=_language(user),
        reachable=member.new_chat_member.status not in _GONE,
        at=member.date,
    )


def _customer(chat: _Chat, sender: _User | None) -> _User | None:
    """Return the person whose private chat this is; none in any other chat.

    :raises Unreadable: a private chat names nobody.
    """
    if chat.type != "private":
        return None
    if sender is None:
        raise Unreadable("a private chat without a sender")
    return None if sender.is_bot or sender.id != chat.id else sender


def _is_foreign(raw: Mapping[str, Any]) -> bool:
    return any(raw.get(name) is not None for name in _FOREIGN)


def _nobody_wrote(raw: Mapping[str, Any]) -> bool:
    return any(value is not None and _HAPPENED.fullmatch(name) for name, value in raw.items())


def _language(user: _User) -> str:
    code = user.language_code
    return code if isinstance(code, str) and _LANGUAGE.fullmatch(code) else ""


def _readable(text: str) -> str:
    """Return text that can be stored; halves of characters become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def _read(raw: object, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as fault:
        # Names our own fields and types, never a value.
        reason = str(fault)
    except UnicodeError:
        reason = "half a character"
    raise Unreadable(reason)
