"""How long a turn of the dialogue takes in this process: no door, no disk, nothing sent.

Customers write by SMS, each in one language, each from a new number: the message is read, one step
of the dialogue taken, decisions chained, the answer put into words. All is kept in memory.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Iterator
from time import perf_counter_ns

from app.bench_figures import US, Aim, Figure
from app.bench_scope import Scope
from app.composition import Assistant, compose
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from locales import ROOT
from sms.render import render
from storage.memory import MemoryLedger

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
_AIM = Aim(most=300 * US)
_ROUNDS = 7
#: Customers of each language in a round.
_CUSTOMERS = 20


def turn(scope: Scope) -> Iterator[Figure]:
    """The median turn of each round, and the slowest message of all."""
    assistant = compose(ROOT, MemoryLedger(), "https://consent.example")
    rounds = [
        asyncio.run(_round(assistant, at * 1_000)) for at in range((scope.rounds or _ROUNDS) + 1)
    ]
    by_text: dict[str, list[float]] = {}
    for one in rounds[1:]:
        for text, took in one:
            by_text.setdefault(text, []).append(took)
    each = {text: statistics.median(took) for text, took in by_text.items()}
    slowest = max(each, key=each.__getitem__)
    yield Figure(
        row="dialogue turn, in process",
        tries=tuple(statistics.median(took for _, took in one) for one in rounds[1:]),
        aim=_AIM,
        note=f"{len(each)} messages in three languages, read, decided, chained and worded",
        details=(f"slowest: {each[slowest] / US:.0f} µs, “{slowest}”",),
    )


async def _round(assistant: Assistant, first: int) -> list[tuple[str, float]]:
    """Let some customers talk; return what each message took, in nanoseconds."""
    here = assistant.on(MemoryLedger())
    found: list[tuple[str, float]] = []
    gc.collect()
    gc.disable()
    try:
        for customer in range(first, first + _CUSTOMERS * len(CONVERSATIONS)):
            for place, text in enumerate(CONVERSATIONS[customer % len(CONVERSATIONS)]):
                message = _message(here, customer, place, text)
                begun = perf_counter_ns()
                await _answered(here, message)
                found.append((text, float(perf_counter_ns() - begun)))
    finally:
        gc.enable()
    return found


async def _answered(assistant: Assistant, message: Inbound) -> str:
    reply = await assistant.desk.handle(message)
    voice = assistant.wording(message.brand, reply.language, message.form)
    return render(reply, voice, message.form)


def _message(assistant: Assistant, customer: int, place: int, text: str) -> Inbound:
    return Inbound(
        brand="lmt",
        door="sms",
        channel="sms",
        address=Address(AddressKind.MSISDN, f"+371{20_000_000 + customer}"),
        message_id=f"SM{customer:024x}{place:08x}",
        received_at=assistant.clock.now(),
        proof=Proof(kind="sms", level=1),
        form=Form.SMS_PLAIN,
        text=text,
    )
