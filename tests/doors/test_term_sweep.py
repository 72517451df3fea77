"""The sweep as servers and workers run it: beside everything else, outliving what goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app import term_sweep
from app.composition import Assistant, compose
from app.term_sweep import sweeping
from consent.decisions import Action
from consent.errors import StoreUnavailable
from locales import ROOT
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from storage.terms import Portion, TermSweep
from tests.store.term_stage import OVER, World


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Return an embedded store, and a sweep that does not rest for long."""
    monkeypatch.setattr(term_sweep, "_LOOK", 0.01)
    database = SqliteDatabase(f"sqlite:///{tmp_path}/life.db")
    migrate(database)
    yield World(database)
    await database.close()


def _assistant(world: World) -> Assistant:
    return compose(ROOT, world.ledger, "http://127.0.0.1", world.clock)


async def _told(world: World) -> list[str]:
    for _ in range(200):
        if found := await world.told():
            return [event["data"]["action"] for event in found]
        await asyncio.sleep(0.02)
    return []


async def test_it_is_told_while_the_server_runs(world: World) -> None:
    """By the injected clock; what was taken is let go of at the end."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.at = OVER
    async with sweeping(world.database, _assistant(world)):
        assert ["expired"] == await _told(world)


@pytest.mark.parametrize("fault", [StoreUnavailable("(away)"), RuntimeError("secret")])
async def test_it_outlives_what_goes_wrong(
    world: World,
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is said in the log, without the fault's own words, and tried again."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.at = OVER
    faults, step = [fault], TermSweep.step

    async def shaky(self: TermSweep, *given: Any) -> Portion:  # noqa: ANN401
        if faults:
            raise faults.pop()
        return await step(self, *given)

    monkeypatch.setattr(TermSweep, "step", shaky)
    with caplog.at_level(logging.WARNING):
        async with sweeping(world.database, _assistant(world)):
            assert ["expired"] == await _told(world)
    assert "terms" in caplog.text
    assert "secret" not in caplog.text


async def test_a_store_that_is_gone_at_the_end_stops_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is told to stop stops; the others wait until the lease is over."""

    async def away(*_given: Any) -> None:  # noqa: ANN401
        raise StoreUnavailable("(away)")

    monkeypatch.setattr(TermSweep, "release", away)
    async with sweeping(world.database, _assistant(world)):
        await asyncio.sleep(0)
