"""A customer with Telegram: the fake Bot API delivers to the real webhook and shows what came."""

from __future__ import annotations

from typing import Any

import httpx

from app.telegram_door import Bots
from bot.callbacks import unpack
from tests.telegram.fake_api import FakeBot, FakeTelegram, FakeUser, Shown

BOT_TOKEN = "123456:journey-bot-token-of-the-tests"
SECRET = "journey-secret-of-the-tests"


class TelegramPhone:
    """One customer of one brand's bot."""

    def __init__(self, telegram: FakeTelegram, number: str) -> None:
        """Own a phone with this number; the assistant is connected later."""
        self.bot: FakeBot = telegram.add_bot(BOT_TOKEN, username="journey_bot")
        self._number = number
        self._user: FakeUser = telegram.user(4242, language_code="")
        self._seen: dict[int, object] = {}

    async def connect(self, bots: Bots, client: httpx.AsyncClient) -> None:
        """Let the bot set its webhook, and deliver to the application under test."""

        async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
            path = httpx.URL(url).path
            return (await client.post(path, content=body, headers=headers)).status_code

        self.bot.post = post
        await bots.introduce()

    async def open(self) -> str:
        """Share the number, as a newcomer is asked to; return what is shown."""
        return await self._deliver(self.bot.share_contact(self._user, self._number))

    async def type(self, text: str) -> str:
        """Write a message; return what is shown."""
        return await self._deliver(self.bot.text(self._user, text))

    async def press(self, wanted: dict[str, str]) -> str:
        """Press the newest button that matches a description; return what is shown."""
        for shown in reversed(self.bot.screens(self._user.id)):
            for data in shown.buttons.values():
                carried = unpack(str(data))
                if carried and all(getattr(carried.option, k) == v for k, v in wanted.items()):
                    update = self.bot.press(self._user, shown.id, str(data))
                    return await self._deliver(update)
        raise AssertionError(f"no button {wanted}")

    async def _deliver(self, update: dict[str, Any]) -> str:
        assert [200] == await self.bot.deliver_until_accepted(update)
        assert [] == self.bot.violations
        # Files come when they come; what is told is what was said.
        said = [s for s in self.bot.screens(self._user.id) if not s.file]
        fresh = [s for s in said if self._seen.get(s.id) != _face(s)]
        self._seen = {s.id: _face(s) for s in said}
        return "\n\n".join(_page(shown) for shown in fresh if shown.rows or not shown.edited)


def _face(shown: Shown) -> object:
    return shown.html, shown.rows


def _page(shown: Shown) -> str:
    rows = ["".join(f"[{button.label}]" for button in row) for row in shown.rows]
    return "\n".join([f"({'changed' if shown.edited else 'new'})", shown.text, *rows])
