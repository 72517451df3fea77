"""Killed at any moment under load: what was answered stays, once; the rest is whole or absent.

`make soak` kills the app 300 times on SQLite and 150 times on PostgreSQL, and PostgreSQL itself 50
times; the ordinary run kills five times in all. The app is `consent serve` with all its doors,
clocks and workers; a nursery that has read the words spares each life the loading.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from app.composition import Assistant, compose, register_notices
from app.settings import load_settings
from app.store import Store, open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
from tests.sms.fake_twilio_api import FakeTwilio, Fate, Fault, Filtering, Patience, Sender, Slip
from tests.soak.aftermath import examine, handled_on, proven, unfinished_on
from tests.soak.judging import Court, Figures
from tests.soak.mortal_postgres import MortalServer, mortal_server
from tests.soak.reborn import Reborn, reborn
from tests.soak.served import PUBLIC, Road, Served, free_port, open_process
from tests.soak.sms_evidence import acknowledged, ids_on_disk, papers_of, post_of
from tests.soak.texters import Texters

SQLITE = int(os.environ.get("CONSENT_SOAK_KILLS_SQLITE", "3"))
POSTGRES = int(os.environ.get("CONSENT_SOAK_KILLS_POSTGRES", "1"))
SERVER = int(os.environ.get("CONSENT_SOAK_KILLS_SERVER", "1"))
SEED = int(os.environ.get("CONSENT_SOAK_SEED", "20261122"))
#: See `test_ten_thousand`: what was missed is old enough to be fetched at the next start.
BEHIND = 90.0
PATIENCE = 2.0
NUMBERS = {"lmt": "+37129202010", "amigo": "+37129202011"}
MODES = {"lmt": Filtering.OFF, "amigo": Filtering.DEFAULT}
#: Texts written in a life at most, seconds between two of them at most, and texts for the dead.
_TEXTS, _PAUSE, _UNHEARD = 14, 0.04, 2
#: Of so many lives one goes on until what was missed is fetched and sent; one ends in its birth.
_LONG, _STILLBORN = 0.1, 0.08
_STORM: dict[Fault | Slip | Fate, float] = {
    Fault.too_many(): 0.03,
    Fault.lost(): 0.03,
    Fault.reset(): 0.02,
    Slip(again=1): 0.04,
    Slip(again=2, at_once=True): 0.04,
    Slip(overtaken=True): 0.03,
    Slip(unheard=True): 0.04,
    Slip(lost=True): 0.06,
}


@dataclass(slots=True, kw_only=True)
class Stage:
    """Customers, their provider, the server that is killed, and its store."""

    twilio: FakeTwilio
    crowd: Texters
    app: Reborn
    store: Store
    served: Served
    dice: Random
    begun: float = field(default_factory=time.monotonic)

    async def chatter(self) -> None:
        """Let customers write, several at once."""
        for _ in range(self.dice.randint(2, _TEXTS)):
            self.crowd.write()
            await asyncio.sleep(self.dice.random() * _PAUSE)

    async def on_disk(self) -> set[str]:
        """Return the messages that are in the ledger now; a dead app's file stays untouched."""
        if self.served.store.exists():
            return await asyncio.to_thread(ids_on_disk, self.served.store)
        return await handled_on(self.store.database)

    async def nothing_lost(self) -> None:
        """What was answered is there, now, before anybody could do it again."""
        assert set(acknowledged(self.twilio)) <= await self.on_disk()


@asynccontextmanager
async def _stage(
    folder: Path, name: str, lives: int, url: str | None = None
) -> AsyncIterator[Stage]:
    port = free_port()
    road = Road({PUBLIC: f"http://127.0.0.1:{port}"})
    async with FakeTwilio(wall=lambda: time.time() - BEHIND, carrier=road) as twilio:
        accounts = {brand: twilio.add_account(f"token of {brand}") for brand in NUMBERS}
        senders = {brand: account.add(_sender(brand)) for brand, account in accounts.items()}
        lines = {b: (a, NUMBERS[b], MODES[b].value) for b, a in accounts.items()}
        served = open_process(folder, port, twilio, lines)
        served.environment |= {"CONSENT_DATABASE_URL": url} if url else {}
        async with reborn(served) as app:
            stage = Stage(
                twilio=twilio,
                crowd=Texters(twilio, senders, max(20, lives), SEED),
                app=app,
                store=_opened(served),
                served=served,
                dice=Random(f"{SEED} {name}"),  # noqa: S311 - nothing secret: a repeatable run
            )
            twilio.misbehave(SEED, _STORM, on={"create"})
            try:
                yield stage
            finally:
                await stage.store.database.close()


def _opened(served: Served) -> Store:
    return open_store(load_settings(load_catalogue(ROOT), served.environment, Path("no.env")))


def _sender(brand: str) -> Sender:
    return Sender(
        number=NUMBERS[brand],
        webhook=f"{PUBLIC}/sms/{brand}/inbound",
        filtering=MODES[brand],
        patience=Patience(seconds=PATIENCE),
    )


async def test_the_app_is_killed_on_sqlite(tmp_path: Path) -> None:
    """SIGKILL at any moment, even of its birth: nothing answered is lost, nothing done twice."""
    async with _stage(tmp_path, "sqlite", SQLITE) as stage:
        # What is open here would be kept alive by more than the app.
        await stage.store.database.close()
        for _ in range(SQLITE):
            await _life(stage)
        stage.store = _opened(stage.served)
        await _judged(stage, f"{SQLITE} kills of the app on SQLite")


async def test_the_app_and_the_server_are_killed_on_postgresql(tmp_path: Path) -> None:
    """The same on a server, which is killed with all its backends under a living app, too."""
    with mortal_server() as postgres:
        url = postgres.server.empty()
        async with _stage(tmp_path, "postgres", POSTGRES, url) as stage:
            doomed = set(stage.dice.sample(range(POSTGRES), SERVER))
            for life in range(POSTGRES):
                await _life(stage, postgres if life in doomed else None)
            shown = f"{POSTGRES} kills of the app and {SERVER} of the server on PostgreSQL"
            await _judged(stage, shown)


async def _life(stage: Stage, postgres: MortalServer | None = None) -> None:
    """Let the app live for a moment; under load, the server may be killed first."""
    await stage.app.born()
    thrown = stage.dice.random()
    if thrown < _STILLBORN and postgres is None:
        await asyncio.sleep(stage.dice.random() * 0.2)
    else:
        await stage.app.ready()
        if postgres:
            await _recovery(stage, postgres)
        await stage.chatter()
        is_long = thrown > 1 - _LONG
        await asyncio.sleep(stage.dice.random() * (2.5 if is_long else 0.2))
    await stage.app.killed()
    await stage.nothing_lost()
    for _ in range(_UNHEARD):
        stage.crowd.write()


async def _recovery(stage: Stage, postgres: MortalServer) -> None:
    """Kill the server under load; start it again; wait until the app can work again."""
    await stage.chatter()
    await asyncio.sleep(stage.dice.random() * 0.2)
    await asyncio.to_thread(postgres.kill)
    for _ in range(_UNHEARD):
        stage.crowd.write()
    await asyncio.sleep(stage.dice.random() * 0.2)
    await asyncio.to_thread(postgres.start)
    await stage.app.ready()
    await stage.nothing_lost()


async def _judged(stage: Stage, shown: str) -> None:
    """Let everything come to its end, then hold the store against what customers saw."""
    stage.twilio.behave()
    await stage.app.born()
    await stage.app.ready()
    await stage.twilio.settled(within=120)
    await _finished(stage)
    await stage.twilio.settled(within=120)
    await stage.app.killed()
    await stage.nothing_lost()
    assert [] == stage.twilio.violations
    decisions = await examine(stage.store.database, stage.store.ledger)
    figures = await _figures(stage)
    assert decisions == figures.decisions
    said = await proven(stage.store.database, stage.served.folder)
    assert said.startswith("whole: "), said
    print(f"\n{_summary(stage, shown, figures)}")  # noqa: T201


async def _finished(stage: Stage) -> None:
    """Wait until every message is handled, everything has left, and the feed has it all."""
    written = {said.sms.sid for texter in stage.crowd.everybody for said in texter.said}
    until = time.monotonic() + 300
    while any(left := await unfinished_on(stage.store.database, written, datetime.now(UTC))):
        assert time.monotonic() < until, f"{left}\n{stage.app.log()[-4_000:]}"
        await asyncio.sleep(0.2)


async def _figures(stage: Stage) -> Figures:
    """Judge every customer (see `judging`)."""
    papers = await papers_of(stage.store, stage.store.batches.vault)
    court = Court(
        store=stage.store,
        assistant=await _assistant(stage),
        papers=papers,
        post=post_of(stage.twilio),
    )
    for texter in stage.crowd.everybody:
        if texter.said:
            await court.judge(texter, gone=False)
    return court.figures


async def _assistant(stage: Stage) -> Assistant:
    assistant = compose(ROOT, stage.store.ledger, PUBLIC)
    await register_notices(assistant, stage.store.ledger)
    return assistant


def _summary(stage: Stage, shown: str, figures: Figures) -> str:
    calls = Counter(p.status for p in stage.twilio.posts if p.kind == "inbound")
    answered, refused = calls.pop(200, 0), calls.pop(503, 0)
    letters = [one for sent in post_of(stage.twilio).sent.values() for one in sent if one.out]
    seconds = time.monotonic() - stage.begun
    return (
        f"{shown} in {seconds:.0f} s, seed {SEED}: "
        f"{stage.crowd.written} texts, {answered} answered, {refused} refused (503), "
        f"{calls.total()} unanswered, {figures.caught_up} caught up, "
        f"{figures.decisions} decisions ({figures.given} yes), "
        f"{len(letters)} letters from the outbox: none lost, none twice"
    )
