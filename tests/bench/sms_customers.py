"""Customers who write SMS: what each of them says, signed as a provider delivers it.

Whoever writes waits for each answer before the next message; numbers are never used twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from app.bench_turn import CONVERSATIONS
from tests.bench.http_load import Said, Talks, request
from tests.sms.fake_twilio_signing import signed_headers

TOKEN = "bench-auth-token-of-the-tests"
OURS = "+37120009999"
PUBLIC = "https://consent.example"
PATH = "/sms/lmt/inbound"
CALLERS = 16
#: What is signed beforehand: more than any server here answers.
_MOST_A_SECOND = 2_500
_FIRST_NUMBER = 20_000_000
_FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Call:
    """One message as the provider delivers it."""

    said: str
    body: bytes
    headers: dict[str, str]


def conversation(customer: int) -> tuple[Call, ...]:
    """Return everything that the n-th customer writes, signed."""
    texts = CONVERSATIONS[customer % len(CONVERSATIONS)]
    return tuple(_call(customer, place, text) for place, text in enumerate(texts))


def _call(customer: int, place: int, text: str) -> Call:
    message = f"SM{customer:024x}{place:08x}"
    form = {
        "ToCountry": "LV",
        "ToState": "",
        "SmsMessageSid": message,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": message,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "FromCountry": "LV",
        "To": OURS,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": message,
        "AccountSid": f"AC{'0' * 32}",
        "From": f"+371{_FIRST_NUMBER + customer}",
        "ApiVersion": "2010-04-01",
    }
    proof = signed_headers(f"{PUBLIC}{PATH}", form.items(), TOKEN)
    body = urlencode(form).encode("ascii")
    return Call(said=text, body=body, headers={"Content-Type": _FORM_TYPE} | proof)


def talks(first: int, seconds: float) -> Talks:
    """Return what customers write from the n-th on, more than any server answers in that time."""
    most = int(seconds * _MOST_A_SECOND / len(CONVERSATIONS[0])) + CALLERS
    held = [_talk(conversation(n)) for n in range(first, first + most)]
    return Talks(talks=held, marker=b"<Message")


def _talk(calls: tuple[Call, ...]) -> list[Said]:
    return [Said(one.said, request(PATH, one.body, one.headers)) for one in calls]


def strangers(many: int, last: int) -> Talks:
    """Return first messages alone, of customers before the n-th."""
    return Talks(talks=[_talk(conversation(n)[:1]) for n in range(last - many, last)])
