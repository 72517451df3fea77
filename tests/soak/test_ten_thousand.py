"""Ten thousand texts while everything goes wrong: no stop is lost, nobody is told twice.

`make soak` plays the ten thousand; the ordinary run plays a hundred and twenty.
"""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from app.composition import compose, register_notices
from app.settings import load_settings
from app.store import open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
from tests.sms.fake_twilio_api import FakeTwilio, Fate, Fault, Filtering, Patience, Sender, Slip
from tests.soak.judging import Court, Figures
from tests.soak.served import PUBLIC, Road, Served, free_port, open_process
from tests.soak.sms_evidence import acknowledged, ids_on_disk, papers_of, post_of, unfinished
from tests.soak.texters import Texters

TEXTS = int(os.environ.get("CONSENT_SOAK_TEXTS", "120"))
SEED = int(os.environ.get("CONSENT_SOAK_SEED", "20261122"))
KILLS = max(2, TEXTS // 1000)
#: Twilio's clock is behind, so that what is missed is old enough to be fetched at the next start
#: (`sms.catch_up.GRACE`), and young enough for an answer to be news.
BEHIND = 90.0
#: Texts that nobody waits for before the process is killed, and texts written when it is dead.
_BURST, _UNHEARD = 20, 10
#: Seconds between two texts at most, and how many may be on their way.
_PAUSE, _AT_ONCE = 0.05, 24
_AWAY = 503
NUMBERS = {"lmt": "+37129202010", "amigo": "+37129202011"}
MODES = {"lmt": Filtering.OFF, "amigo": Filtering.DEFAULT}
#: Seconds Twilio waits for an answer.
PATIENCE = 2.0
_STORM: dict[Fault | Slip | Fate, float] = {
    Fault.too_many(): 0.03,
    Fault.broken(500): 0.01,
    Fault.broken(503): 0.02,
    Fault.lost(): 0.02,
    Fault.cut(): 0.02,
    Fault.reset(): 0.02,
    Fault.swallowed(): 0.01,
    Slip(again=1): 0.03,
    Slip(again=2, at_once=True): 0.03,
    Slip(late=0.3): 0.04,
    Slip(late=1.5): 0.02,
    Slip(overtaken=True): 0.04,
    Slip(cut=True): 0.04,
    Slip(unheard=True): 0.05,
    Slip(forged=True): 0.02,
    Slip(lost=True): 0.05,
    Fate(code=30003): 0.01,
    Fate(code=30004): 0.005,
    Fate(backwards=True, again=1): 0.05,
    Fate(strangers=1): 0.02,
}


async def test_texts_in_a_storm(tmp_path: Path) -> None:
    """Every stop is in the ledger, once; every text read is the answer to one message, once."""
    started, port = time.monotonic(), free_port()
    road = Road({PUBLIC: f"http://127.0.0.1:{port}"})
    async with FakeTwilio(wall=lambda: time.time() - BEHIND, carrier=road) as twilio:
        accounts = {brand: twilio.add_account(f"token of {brand}") for brand in NUMBERS}
        senders = {brand: account.add(_sender(brand)) for brand, account in accounts.items()}
        lines = {b: (a, NUMBERS[b], MODES[b].value) for b, a in accounts.items()}
        served = open_process(tmp_path, port, twilio, lines)
        crowd = Texters(twilio, senders, max(20, TEXTS // 8), SEED)
        twilio.misbehave(SEED, _STORM, on={"create", "list"})
        await _storm(served, road, twilio, crowd)
        twilio.behave()
        async with served.alive():
            await twilio.settled(within=120)
            await _finished(served, crowd)
            # On a slow machine hardly a question has reached anybody in the storm itself.
            crowd.answer()
            await twilio.settled(within=120)
            await _finished(served, crowd)
            await twilio.settled(within=120)
        assert [] == twilio.violations
        figures = await _judge(twilio, crowd, served)
        print(f"\n{_summary(twilio, figures, time.monotonic() - started)}")  # noqa: T201


def _sender(brand: str) -> Sender:
    return Sender(
        number=NUMBERS[brand],
        webhook=f"{PUBLIC}/sms/{brand}/inbound",
        filtering=MODES[brand],
        patience=Patience(seconds=PATIENCE),
    )


async def _storm(served: Served, road: Road, twilio: FakeTwilio, crowd: Texters) -> None:
    """Let the crowd write, killing the process again and again in the middle of it."""
    dice = Random(f"{SEED} storm")  # noqa: S311 - nothing secret: a repeatable run
    goodbyes = len(crowd.everybody) // 3
    a_life = (TEXTS - goodbyes) // KILLS
    for life in range(KILLS):
        async with served.alive():
            weather = asyncio.create_task(_weather(served, dice, life))
            for _ in range(a_life - _BURST - _UNHEARD):
                crowd.write()
                await asyncio.sleep(dice.random() * _PAUSE)
                while road.busy > _AT_ONCE:
                    await asyncio.sleep(0.01)
            await weather
            for _ in range(_BURST):
                crowd.write()
            await asyncio.sleep(dice.random() / 2)
            if life == KILLS - 1:
                for _ in range(goodbyes // 2):
                    crowd.say_goodbye()
                await asyncio.sleep(dice.random() / 2)
        assert set(acknowledged(twilio)) <= ids_on_disk(served.store)
        for _ in range(_UNHEARD):
            crowd.write()
    while crowd.written < TEXTS:
        crowd.say_goodbye()


async def _weather(served: Served, dice: Random, life: int) -> None:
    """Let one thing more go wrong: the store is gone for a while, or the process hangs."""
    await asyncio.sleep(dice.random())
    if life % 2:
        await served.freeze(PATIENCE + 0.5)
    else:
        await served.lose_the_store(1 + dice.random())


async def _finished(served: Served, crowd: Texters) -> None:
    """Wait until every message is handled and everything has left."""
    written = {said.sms.sid for texter in crowd.everybody for said in texter.said}
    until = time.monotonic() + 120
    while any(left := unfinished(served.ledger, written, datetime.now(UTC))):
        assert time.monotonic() < until, left
        await asyncio.sleep(0.2)


async def _judge(twilio: FakeTwilio, crowd: Texters, served: Served) -> Figures:
    settings = load_settings(load_catalogue(ROOT), served.environment, Path("no.env"))
    store = open_store(settings)
    assert settings.root_key_file is not None
    assistant = compose(ROOT, store.ledger, settings.link_base)
    await register_notices(assistant, store.ledger)
    papers, post = await papers_of(store, store.vault), post_of(twilio)
    court = Court(store=store, assistant=assistant, papers=papers, post=post)
    gone = set(crowd.gone)
    try:
        for texter in crowd.everybody:
            if texter.said:
                await court.judge(texter, gone=texter in gone)
    finally:
        await store.database.close()
    return court.figures


def _summary(twilio: FakeTwilio, figures: Figures, seconds: float) -> str:
    calls = [posted for posted in twilio.posts if posted.kind == "inbound"]
    refused = sum(1 for posted in calls if posted.status == _AWAY)
    again = len(calls) - len({posted.fields["MessageSid"] for posted in calls})
    assert min(refused, again, figures.caught_up, figures.given, figures.confirmations) > 0
    return (
        f"{TEXTS} texts in {seconds:.0f} s ({TEXTS / seconds:.0f} a second), {KILLS} kills, "
        f"{refused} refused while the store was gone, {again} redeliveries, "
        f"{figures.caught_up} caught up; {figures.decisions} decisions ({figures.given} yes), "
        f"{figures.confirmations} confirmations: none lost, none twice "
        f"({figures.again} texts said again where Twilio asked again)"
    )
