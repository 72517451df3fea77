"""Customers who write to a bot: what each of them says, as Telegram delivers it to a webhook."""

from __future__ import annotations

import json
from typing import Any

from app.bench_turn import CONVERSATIONS
from tests.bench.http_load import Said, Talks, request
from tests.telegram.fake_updates import FakeUser, contact, message, private, words

TOKEN = "123456:bench-bot-token-of-the-tests"
SECRET = "bench-secret-of-the-tests"
PATH = "/telegram/lmt"
CALLERS = 16
CONTACT = "contact"
_LANGUAGES = ("en", "lv", "ru")
_HEADERS = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
_FIRST_CHAT, _FIRST_NUMBER = 1_000_000, 20_000_000
_DATE = 1_790_000_000
#: Updates of one customer at most.
_EACH = 16
#: What is made beforehand: more than any server here answers.
_MOST_A_SECOND = 2_500


def conversation(customer: int) -> list[tuple[str, bytes]]:
    """Return everything that the n-th customer does, each with its name."""
    kind = customer % len(CONVERSATIONS)
    user = FakeUser(_FIRST_CHAT + customer, "Anna", _LANGUAGES[kind])
    number = f"+371{_FIRST_NUMBER + customer}"
    start: tuple[str, dict[str, Any]] = ("/start", words("/start"))
    shared = (CONTACT, contact(number, user.id, user.first_name))
    said = [(text, words(text)) for text in CONVERSATIONS[kind]]
    return [
        (name, _update(customer, user, place, content))
        for place, (name, content) in enumerate([start, shared, *said])
    ]


def _update(customer: int, user: FakeUser, place: int, content: dict[str, Any]) -> bytes:
    number = customer * _EACH + place + 1
    head = message(place + 1, private(user), _DATE + place, user.as_json(), content)
    return json.dumps({"update_id": number, "message": head}).encode()


def call(name: str, body: bytes) -> Said:
    """Return an update as it goes over the line."""
    return Said(name, request(PATH, body, _HEADERS))


def talks(first: int, seconds: float) -> Talks:
    """Return what customers do from the n-th on, more than any server answers in that time."""
    most = int(seconds * _MOST_A_SECOND / len(conversation(first))) + CALLERS
    held = [[call(*one) for one in conversation(n)] for n in range(first, first + most)]
    return Talks(talks=held)
