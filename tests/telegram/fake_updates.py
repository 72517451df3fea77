"""Updates as Telegram writes them: users, chats, and what can happen in a chat, as plain JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.telegram.fake_html import units

Json = dict[str, Any]
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?")

STICKER: Json = {
    "sticker": {
        "file_id": "S1",
        "file_unique_id": "s1",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "👍",
    }
}
PHOTO: Json = {"photo": [{"file_id": "P1", "file_unique_id": "p1", "width": 90, "height": 60}]}
VOICE: Json = {"voice": {"file_id": "V1", "file_unique_id": "v1", "duration": 3}}


@dataclass(frozen=True, slots=True)
class FakeUser:
    """A customer; the same person at every bot."""

    id: int
    first_name: str = "Anna"
    language_code: str | None = "lv"
    last_name: str | None = None
    username: str | None = None

    def as_json(self) -> Json:
        """Return the user as updates name them."""
        found: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        extra = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
        }
        return found | {k: v for k, v in extra.items() if v is not None}


def private(user: FakeUser) -> Json:
    """Return the chat of one customer with a bot: it has the customer's own id."""
    named = {k: v for k, v in user.as_json().items() if k in {"id", "first_name", "username"}}
    return named | {"type": "private"}


def message(number: int, chat: Json, date: int, sender: Json | None, content: Json) -> Json:
    """Return a message; a channel's has no sender."""
    head: Json = {"message_id": number, "date": date, "chat": chat}
    if sender is not None:
        head["from"] = sender
    return head | content


def words(text: str) -> Json:
    """Return a text, its commands marked."""
    found = [
        {"type": "bot_command", "offset": units(text[: m.start()]), "length": units(m[0])}
        for m in _COMMAND.finditer(text)
    ]
    return {"text": text} | ({"entities": found} if found else {})


def contact(phone: str, owner: int | None, first_name: str) -> Json:
    """Return a contact; without an owner if Telegram does not know the number."""
    found: Json = {"phone_number": phone, "first_name": first_name}
    return {"contact": found | ({} if owner is None else {"user_id": owner})}


def forwarded_from(author: FakeUser, date: int) -> Json:
    """Return what marks a message as somebody's forwarded one."""
    return {"forward_origin": {"type": "user", "date": date, "sender_user": author.as_json()}}


def press(number: str, user: FakeUser, data: str, under: Json) -> Json:
    """Return a press of an inline button."""
    return {
        "id": number,
        "from": user.as_json(),
        "chat_instance": str(user.id * 7919),
        "data": data,
        "message": under,
    }


def membership(user: FakeUser, bot: Json, date: int, *, kicked: bool) -> Json:
    """Return that a customer blocked the bot, or opened it again."""
    member: Json = {"status": "member", "user": bot}
    banned: Json = {"status": "kicked", "user": bot, "until_date": 0}
    return {
        "chat": private(user),
        "from": user.as_json(),
        "date": date,
        "old_chat_member": member if kicked else banned,
        "new_chat_member": banned if kicked else member,
    }
