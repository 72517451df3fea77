"""A crowd of customers on Telegram who do whatever comes to their minds, all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.telegram.fake_api import FakeBot, FakeTelegram, FakeUser

_WORDS = (
    "/start",
    "/stop",
    "/status",
    "/start traffic",
    "STOP",
    "Стоп!",
    "stop visu",
    "JĀ 2",
    "да 6",
    "agree 8",
    "JĀ",
    "нет",
    "statuss",
    "kanāli",
    "мои данные",
    "sms",
    "без звонков",
    "RU",
    "LV",
    "что это",
    "спасибо",
)
_LANGUAGES = ("lv", "ru", "en", "de", "")
#: Of ten deeds: so many are buttons, and of these so many old ones.
_BUTTONS, _OLD = 0.65, 0.15


@dataclass(slots=True)
class Customer:
    """One of the crowd."""

    user: FakeUser
    number: str
    deeds: int = 0
    #: Buttons that stood somewhere once: message and data.
    old: list[tuple[int, str]] = field(default_factory=list)


class Crowd:
    """Everybody, and the dice that decide what they do; alike for the same seed."""

    def __init__(self, telegram: FakeTelegram, bot: FakeBot, size: int, seed: int) -> None:
        """Gather so many customers, each with a number of their own."""
        self._bot = bot
        self._dice = Random(seed)  # noqa: S311 - nothing secret: a repeatable run
        self.customers = [
            Customer(
                user=telegram.user(10_000 + n, language_code=self._dice.choice(_LANGUAGES)),
                number=f"+371{20_000_000 + n}",
            )
            for n in range(size)
        ]

    def act(self) -> None:
        """Let one customer do one thing."""
        customer = self._dice.choice(self.customers)
        customer.deeds += 1
        if customer.deeds == 1 or self._dice.random() < 0.02:
            self._bot.share_contact(customer.user, customer.number)
        elif self._dice.random() < _BUTTONS and self._press(customer):
            return
        else:
            self._bot.text(customer.user, self._dice.choice(_WORDS))

    def _press(self, customer: Customer) -> bool:
        if customer.old and self._dice.random() < _OLD:
            message, data = self._dice.choice(customer.old)
            self._bot.press(customer.user, message, data, stale=True)
            return True
        live = [
            (shown.id, str(data))
            for shown in self._bot.screens(customer.user.id)
            for data in shown.buttons.values()
        ]
        if not live:
            return False
        message, data = self._dice.choice(live)
        customer.old = [*customer.old[-5:], (message, data)]
        self._bot.press(customer.user, message, data)
        if self._dice.random() < 0.1:
            # A double tap.
            self._bot.press(customer.user, message, data, stale=True)
        return True

    def finish(self) -> None:
        """Let those who never did anything greet."""
        for customer in self.customers:
            if not customer.deeds:
                customer.deeds = 1
                self._bot.share_contact(customer.user, customer.number)
