"""A thousand customers at once, while everything goes wrong: nothing is lost, nothing is a lie.

`make soak` plays the thousand and kills five times; the ordinary run plays a dozen, and twice.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.composition import compose
from app.settings import load_settings
from app.store import open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
from tests.soak.crowd import Crowd
from tests.soak.evidence import decided_twice, history_of, last_word, receipts, shown_for
from tests.telegram.fake_api import Call, FakeBot, FakeTelegram, Fault
from tests.telegram.fake_faults import Kind

CUSTOMERS = int(os.environ.get("CONSENT_SOAK_CUSTOMERS", "12"))
DEEDS, SEED = 8, 20261122
KILLS = max(2, CUSTOMERS // 200)
TOKEN = "123456:soak-bot-token-of-the-tests"
#: No code of a receipt begins otherwise; words before it differ by language.
_RECEIPT = re.compile(r"\b[A-Z2-7]{10}$", re.MULTILINE)
_STORM = {
    Fault.too_many(1): 0.02,
    Fault.broken(502, html=True): 0.01,
    Fault.lost(): 0.01,
    Fault.cut(): 0.01,
    Fault.reset(): 0.01,
    Fault.repeat(): 0.05,
    Fault.shuffle(): 0.05,
}


@dataclass(slots=True)
class Figures:
    """What was found in the ledger and in the chats."""

    decisions: int = 0
    receipts: int = 0


def _environment(folder: Path, url: str) -> dict[str, str]:
    return {
        "CONSENT_DATABASE_URL": f"sqlite:///{folder}/soak.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
        "CONSENT_LMT_TELEGRAM_TOKEN": TOKEN,
        "CONSENT_TELEGRAM_API_URL": url,
    }


@asynccontextmanager
async def _process(environment: dict[str, str], folder: Path) -> AsyncIterator[None]:
    """Run the door in a process of its own; kill -9 it in the end."""
    with (folder / "served.log").open("ab") as log:
        served = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.telegram.served",
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        served.send_signal(signal.SIGKILL)
        await served.wait()


async def _quiet(bot: FakeBot) -> None:
    """Wait until every update was confirmed."""
    async with asyncio.timeout(300):
        while bot.queue.pending:
            await asyncio.sleep(0.05)


async def _storm(bot: FakeBot, crowd: Crowd, environment: dict[str, str], folder: Path) -> None:
    """Let the crowd do everything, killing the process again and again in the middle of it."""
    dice = Random(SEED)  # noqa: S311 - nothing secret: a repeatable run
    deeds = len(crowd.customers) * DEEDS
    for _ in range(KILLS):
        async with _process(environment, folder):
            for _ in range(deeds // KILLS):
                crowd.act()
                while len(bot.queue.pending) > 200:
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0)
            await asyncio.sleep(dice.random() * 2)


async def test_a_crowd_in_a_storm(tmp_path: Path) -> None:
    """Every receipt shown is in the ledger, nothing is there twice, the last word is the truth."""
    started = time.monotonic()
    async with FakeTelegram() as telegram:
        bot = telegram.add_bot(TOKEN)
        environment = _environment(tmp_path, telegram.url)
        crowd = Crowd(telegram, bot, CUSTOMERS, SEED)
        telegram.misbehave(SEED, _STORM)
        await _storm(bot, crowd, environment, tmp_path)
        crowd.finish()
        async with _process(environment, tmp_path):
            await _quiet(bot)
            telegram.behave()
            await asyncio.sleep(1)
            await _quiet(bot)
        assert [] == bot.violations
        figures = await _judge(bot, crowd, environment)
        print(f"\n{_summary(bot, crowd, figures, time.monotonic() - started)}")  # noqa: T201


async def _judge(bot: FakeBot, crowd: Crowd, environment: dict[str, str]) -> Figures:
    settings = load_settings(load_catalogue(ROOT), environment, Path("no.env"))
    store = open_store(settings)
    assert settings.root_key_file is not None
    assistant = compose(ROOT, store.ledger, settings.link_base)
    newest = _newest(bot)
    figures = Figures()
    try:
        for customer in crowd.customers:
            user = customer.user.id
            decisions = await history_of(store, user)
            assert [] == decided_twice(decisions)
            promised = _promised(bot, user)
            assert promised <= receipts(decisions)
            figures.decisions += len(decisions)
            figures.receipts += len(promised)
            expected = shown_for(assistant, await last_word(store, store.vault, user))
            assert expected == newest[user], f"customer {user}"
    finally:
        await store.database.close()
    return figures


def _summary(bot: FakeBot, crowd: Crowd, figures: Figures, seconds: float) -> str:
    updates = len(bot.queue.confirmed)
    broken = sum(1 for call in bot.calls if call.fault is not None)
    return (
        f"{len(crowd.customers)} customers, {updates} updates in {seconds:.0f} s "
        f"({updates / seconds:.0f} a second), {KILLS} kills, {broken} calls of "
        f"{len(bot.calls)} went wrong; {figures.decisions} decisions, "
        f"{figures.receipts} receipts shown: all in the ledger, none twice"
    )


def _promised(bot: FakeBot, user: int) -> set[str]:
    """Return the numbers of all receipts a customer was shown."""
    told = (shown.text for shown in bot.history(user) if shown.by_bot)
    return {number for text in told for number in _RECEIPT.findall(text)}


def _newest(bot: FakeBot) -> dict[int, str]:
    """Return what each customer was shown last, sent or edited."""
    found: dict[int, str] = {}
    for call in bot.calls:
        if call.method in {"sendMessage", "editMessageText"} and _took_effect(call):
            found[int(call.params["chat_id"])] = str(call.params["text"])
    return found


def _took_effect(call: Call) -> bool:
    return call.fault is None or call.fault.kind in {Kind.LOSE, Kind.CUT}
