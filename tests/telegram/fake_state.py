"""What the fake Telegram knows of one bot: its calls, chats, presses, profile and webhook."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.fake_chats import Chat, Shown
from tests.telegram.fake_faults import Fault, RateMeter
from tests.telegram.fake_queue import UpdateQueue
from tests.telegram.fake_updates import FakeUser, Json, private

#: Carries one update to a webhook: address, body, headers; returns the status, 0 for no answer.
Post = Callable[[str, bytes, dict[str, str]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a bot, with what was done to it."""

    method: str
    params: dict[str, Any]
    at: float = 0.0
    fault: Fault | None = None


@dataclass(slots=True)
class Press:
    """One press of an inline button, and what the bot answered."""

    id: str
    user: FakeUser
    data: str
    answered: bool = False
    expired: bool = False
    text: str = ""
    alert: bool = False


@dataclass(slots=True)
class Webhook:
    """Where a bot wants its updates sent; nowhere if the address is empty."""

    url: str = ""
    secret_token: str | None = None
    allowed_updates: list[str] | None = None
    max_connections: int = 40
    last_error_date: int | None = None
    last_error_message: str = ""


@dataclass(slots=True)
class Profile:
    """What a bot says about itself: by language, commands by scope and language."""

    commands: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)

    def seen(self, language: str) -> dict[str, str]:
        """Return the commands a customer of that language is offered in a private chat."""
        for scope in ("all_private_chats", "default"):
            for code in (language, ""):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return {}


@dataclass(eq=False)
class BotState:
    """One bot as Telegram sees it."""

    token: str
    id: int
    username: str
    first_name: str
    queue: UpdateQueue
    meter: RateMeter
    post: Post
    #: Seconds since 1970, as messages are dated.
    wall: Callable[[], float]
    calls: list[Call] = field(default_factory=list)
    #: Everything a careful bot would not have sent.
    violations: list[str] = field(default_factory=list)
    chats: dict[int, Chat] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
    webhook: Webhook = field(default_factory=Webhook)
    planned: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def as_json(self) -> Json:
        """Return the bot as messages name it."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
        }

    def now(self) -> int:
        """Return the date of what happens now."""
        return int(self.wall())

    def fail_next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, one after the other."""
        self.planned[method].extend(faults)

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of each call of a method, oldest first."""
        return [c.params for c in self.calls if c.method == method]

    def opens(self, user: FakeUser) -> Chat:
        """Return the chat of a customer, opened if it was not."""
        return self.chats.setdefault(user.id, Chat(private(user)))

    def chat(self, user_id: int) -> Chat:
        """Return a chat that is open."""
        return self.chats[user_id]

    def screens(self, user_id: int) -> list[Shown]:
        """Return the bot's messages as the customer sees them now, oldest first."""
        return self.chats[user_id].standing() if user_id in self.chats else []

    def last_message(self, user_id: int) -> Shown:
        """Return the bot's newest message the customer still sees."""
        found = self.screens(user_id)
        if not found:
            raise LookupError(f"{self.username} shows nothing to {user_id}")
        return found[-1]

    def history(self, user_id: int) -> list[Shown]:
        """Return everything ever shown in a chat, the customer's own and deleted ones too."""
        return list(self.chats[user_id].messages.values()) if user_id in self.chats else []

    def keyboard(self, user_id: int) -> str | None:
        """Return the label of the button that shares the contact; none if there is none."""
        return self.chats[user_id].share if user_id in self.chats else None

    def commands(self, language: str = "") -> dict[str, str]:
        """Return the commands a customer of that language is offered."""
        return self.profile.seen(language)

    def description(self, language: str = "") -> str:
        """Return what an empty chat says to a customer of that language."""
        found = self.profile.descriptions
        return found.get(language, found.get("", ""))

    def short_description(self, language: str = "") -> str:
        """Return what the bot's page says to a customer of that language."""
        found = self.profile.short_descriptions
        return found.get(language, found.get("", ""))
