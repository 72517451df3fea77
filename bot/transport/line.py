"""One bot's line to Telegram: everything the application needs, so that it needs no library."""

from __future__ import annotations

from bot.pacing import Pace, Time
from bot.profile import Profile
from bot.transport.client import TelegramMessenger
from bot.transport.polling import Accept, Poller
from bot.transport.profile import introduce, open_webhook
from bot.transport.requests import close_bot, open_bot


class Line:
    """A client for one token; nothing is sent before it is asked to."""

    def __init__(self, token: str, api_url: str | None, clock: Time) -> None:
        """Prepare to speak.

        :param api_url: the Bot API server, if not Telegram's own.
        :raises TokenRefused: no token looks like this.
        """
        self._bot = open_bot(token, api_url)
        self._time = clock
        self.messenger = TelegramMessenger(self._bot, Pace(clock), clock)

    async def introduce(self, profile: Profile) -> str:
        """See `bot.transport.profile.introduce`."""
        return await introduce(self._bot, profile)

    async def open_webhook(self, url: str, secret: str) -> None:
        """See `bot.transport.profile.open_webhook`."""
        await open_webhook(self._bot, url, secret)

    async def poll(self, accept: Accept) -> None:
        """See `bot.transport.polling.Poller`."""
        await Poller(self._bot, accept, self._time).run()

    async def close(self) -> None:
        """Close the connections."""
        await close_bot(self._bot)
