"""Customers who write SMS, sixteen at a time, in a process of their own.

`python -m tests.bench.sms_customers URL --seconds N --first N`: signs everything, says so, waits
for a line, calls as a provider would, and prints what was answered as one line of JSON. Who writes
waits for each answer before the next message; numbers are never used twice.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
import msgspec

from tests.sms.fake_twilio_signing import signed_headers

TOKEN = "bench-auth-token-of-the-tests"
OURS = "+37120009999"
PUBLIC = "https://consent.example"
PATH = "/sms/lmt/inbound"
CALLERS = 16
#: What one customer writes, in this order; every text belongs to one language alone, so that it
#: says what an answer to it writes.
CONVERSATIONS = (
    (
        *("STOP", "STATUS", "INFO 3", "AGREE 2", "AGREE"),
        *("Please stop ringing me with your offers", "How long is call data stored?"),
    ),
    (
        *("ATTEIKTIES", "STATUSS", "PAR 3", "JĀ 2", "JĀ"),
        *("Nezvaniet man vairs ar saviem piedāvājumiem", "Vai mans sarunu saraksts ir pie jums?"),
    ),
    (
        *("СТОП", "СТАТУС", "ИНФО 3", "ДА 2", "ДА"),
        *("Не звоните мне больше с вашими акциями", "Сколько хранятся данные о моих звонках?"),
    ),
)
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


@dataclass(slots=True, kw_only=True)
class Answers:
    """What was answered."""

    #: By message.
    answered: dict[str, int] = field(default_factory=Counter)
    #: Without a word: newcomers beyond so many a minute.
    silent: int = 0
    #: Statuses other than 200, and connections that broke.
    refused: dict[str, int] = field(default_factory=Counter)
    #: From the first call to the last answer.
    seconds: float = 0.0
    #: The share of that time for which this process was busy.
    busy: float = 0.0

    @property
    def turns(self) -> int:
        """How many messages were answered."""
        return sum(self.answered.values())


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


async def call(
    url: str, seconds: float, conversations: list[tuple[Call, ...]], callers: int = CALLERS
) -> Answers:
    """Let so many customers at a time write until the time or their words are over."""
    found = Answers()
    waiting = iter(conversations)
    connections = aiohttp.TCPConnector(limit=callers)
    async with aiohttp.ClientSession(connector=connections) as session:
        begun, busy = time.perf_counter(), time.process_time()
        until = begun + seconds
        tasks = [_customers(session, url, waiting, until, found) for _ in range(callers)]
        await asyncio.gather(*tasks)
        found.seconds = time.perf_counter() - begun
        found.busy = (time.process_time() - busy) / found.seconds
    return found


async def _customers(
    session: aiohttp.ClientSession,
    url: str,
    waiting: Iterator[tuple[Call, ...]],
    until: float,
    found: Answers,
) -> None:
    """Be one customer after the other."""
    for calls in waiting:
        for one in calls:
            if time.perf_counter() >= until:
                return
            try:
                async with session.post(url, data=one.body, headers=one.headers) as answer:
                    said, status = await answer.read(), answer.status
            except aiohttp.ClientError as fault:
                found.refused[type(fault).__name__] += 1
                return
            if status != 200:
                found.refused[str(status)] += 1
                return
            found.answered[one.said] += 1
            found.silent += b"<Message" not in said


def main() -> None:
    """Sign, wait, call, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sms_customers")
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--first", type=int, required=True, help="the first customer's number")
    chosen = parser.parse_args()
    most = int(chosen.seconds * _MOST_A_SECOND / len(CONVERSATIONS[0])) + CALLERS
    signed = [conversation(n) for n in range(chosen.first, chosen.first + most)]
    # What was signed is not to be walked again and again while calling.
    gc.freeze()
    print("signed", flush=True)  # noqa: T201
    sys.stdin.readline()
    answers = asyncio.run(call(f"{chosen.url}{PATH}", chosen.seconds, signed))
    print(msgspec.json.encode(answers).decode())  # noqa: T201


if __name__ == "__main__":
    main()
