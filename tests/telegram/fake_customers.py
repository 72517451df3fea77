"""What customers do at a bot; each act becomes an update that waits for the bot.

Every act returns its update, so that a test can deliver it again, late, or out of order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.telegram import fake_updates as updates
from tests.telegram.fake_chats import Chat, Shown
from tests.telegram.fake_state import BotState, Press
from tests.telegram.fake_updates import FakeUser, Json

_STRANGER = FakeUser(999_000_111, "Fremder", None)


@dataclass(eq=False)
class Customers(BotState):
    """The customers' side of one bot."""

    def text(self, user: FakeUser, text: str) -> Json:
        """Let a customer write words or a command."""
        return self.message(user, updates.words(text))

    def message(self, user: FakeUser, content: Json) -> Json:
        """Let a customer send anything a message can hold."""
        return self._said(self.opens(user), user, content)

    def sticker(self, user: FakeUser) -> Json:
        """Let a customer send a sticker."""
        return self.message(user, updates.STICKER)

    def photo(self, user: FakeUser, caption: str = "") -> Json:
        """Let a customer send a photo, with or without words under it."""
        return self.message(user, updates.PHOTO | ({"caption": caption} if caption else {}))

    def voice(self, user: FakeUser) -> Json:
        """Let a customer send a voice message."""
        return self.message(user, updates.VOICE)

    def share_contact(
        self,
        user: FakeUser,
        phone: str,
        *,
        owner: int | None = None,
        forwarded: bool = False,
        omit_owner: bool = False,
    ) -> Json:
        """Let a customer send a contact: their own unless another owner, or none, is named."""
        chat = self.opens(user)
        owned = None if omit_owner else (user.id if owner is None else owner)
        content = updates.contact(phone, owned, user.first_name)
        if forwarded:
            content |= updates.forwarded_from(_STRANGER, self.now())
        if chat.one_time and not forwarded:
            chat.hide_keys()
        return self._said(chat, user, content)

    def edited_text(self, user: FakeUser, text: str, message_id: int | None = None) -> Json:
        """Let a customer change a text of theirs: the last, unless another is named."""
        chat = self.opens(user)
        mine = [m for m in chat.messages.values() if not m.by_bot and m.text]
        found = chat.messages[message_id] if message_id else mine[-1]
        found.text, found.html, found.edit_date = text, text, self.now()
        found.content = updates.words(text)
        return self.queue.add("edited_message", found.as_json(chat.head, user.as_json()))

    def group_text(self, user: FakeUser, text: str, group: int = -1001) -> Json:
        """Let a customer write in a group the bot is in."""
        chat = self._room(group, "supergroup")
        return self._said(chat, user, updates.words(text))

    def channel_post(self, text: str, channel: int = -1002) -> Json:
        """Let a channel the bot is in publish something."""
        chat = self._room(channel, "channel")
        content = updates.words(text)
        post = updates.message(chat.number(), chat.head, self.now(), None, content)
        return self.queue.add("channel_post", post)

    def press(  # noqa: PLR0913 - the ways a press can be odd
        self,
        user: FakeUser,
        message_id: int | None = None,
        data: str | None = None,
        *,
        label: str | None = None,
        inaccessible: bool = False,
        stale: bool = False,
    ) -> Json:
        """Let a customer press a button, named by its data or by its label.

        Without a message the newest one that has the button. `stale` presses a button that is
        no longer, or was never, there; `inaccessible` does not tell the bot what it stood under.
        """
        chat = self.opens(user)
        shown, found = self._button(chat, message_id, data, label, stale=stale)
        press = Press(f"{self.id}{len(self.presses) + 1:06}", user, found)
        self.presses[press.id] = press
        under: Json = shown.as_json(chat.head, self.as_json())
        if inaccessible:
            under = {"chat": chat.head, "message_id": shown.id, "date": 0}
        return self.queue.add("callback_query", updates.press(press.id, user, found, under))

    def expire(self, update: Json) -> None:
        """Let a press become too old to be answered."""
        self.presses[update["callback_query"]["id"]].expired = True

    def blocks(self, user: FakeUser) -> Json:
        """Let a customer block the bot."""
        return self._reach(user, blocked=True)

    def unblocks(self, user: FakeUser) -> Json:
        """Let a customer open a blocked bot again."""
        return self._reach(user, blocked=False)

    def erase(self, user: FakeUser, message_id: int) -> None:
        """Let a customer delete a message for both sides; the bot is not told."""
        self.chat(user.id).messages[message_id].deleted = True

    def freeze(self, user: FakeUser, message_id: int) -> None:
        """Let a message become too old to be edited."""
        self.chat(user.id).messages[message_id].frozen = True

    def raw(self, update: dict[str, Any]) -> Json:
        """Let anything happen; a missing number is given."""
        if "update_id" not in update:
            self.queue.last += 1
            update = {"update_id": self.queue.last, **update}
        self.queue.push(update)
        return update

    def _said(self, chat: Chat, user: FakeUser, content: Json) -> Json:
        number, date, text = chat.number(), self.now(), content.get("text", "")
        chat.put(Shown(id=number, date=date, by_bot=False, html=text, text=text, content=content))
        found = updates.message(number, chat.head, date, user.as_json(), content)
        return self.queue.add("message", found)

    def _room(self, number: int, kind: str) -> Chat:
        head: Json = {"id": number, "type": kind, "title": kind}
        return self.chats.setdefault(number, Chat(head))

    def _reach(self, user: FakeUser, *, blocked: bool) -> Json:
        self.opens(user).blocked = blocked
        change = updates.membership(user, self.as_json(), self.now(), kicked=blocked)
        return self.queue.add("my_chat_member", change)

    def _button(
        self, chat: Chat, number: int | None, data: str | None, label: str | None, *, stale: bool
    ) -> tuple[Shown, str]:
        where = reversed(chat.standing()) if number is None else [chat.messages[number]]
        for shown in where:
            if stale and data is not None:
                return shown, data
            for name, sent in shown.buttons.items():
                wanted = name == label if data is None else sent == data
                if sent is not None and wanted and not shown.deleted:
                    return shown, sent
        raise LookupError(f"no button {label or data!r} in {[m.labels for m in chat.standing()]}")
