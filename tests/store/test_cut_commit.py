"""The connection breaks at the commit: nobody can tell whether it was carried out.

The message is refused then, tried by nobody but its provider, and done once, whichever it was.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest

from consent.errors import StoreUnavailable
from consent.ports import Inbound
from consent.replies import Option
from storage.postgres import PostgresDatabase
from storage.relay import FeedRelay
from tests.soak.aftermath import examine, handled_on
from tests.store.feeds import NOW, number
from tests.store.servers import Server
from tests.store.stores import sql_ledger
from tests.store.test_ledger import desk, message

_SEED = 20261122
_PORT = 5432
_COMMIT = b"COMMIT;"


class Cut(Enum):
    """When a connection breaks."""

    #: The server never hears of the commit.
    UNSENT = auto()
    #: The server has it, and whether it can still say so nobody waits to hear.
    SENT = auto()
    #: The server has said that it is done.
    DONE = auto()


@dataclass(eq=False, slots=True)
class Road:
    """The way to a server, which breaks where it is told to."""

    #: Where the server listens.
    socket: str
    #: What becomes of the next commit.
    plan: Callable[[], Cut | None] = lambda: None
    port: int = 0
    cuts: Counter[Cut] = field(default_factory=Counter)
    _listening: asyncio.Server | None = None
    _travellers: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        """Begin to carry."""
        self._listening = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Carry nothing any more."""
        assert self._listening is not None
        self._listening.close()
        for traveller in self._travellers:
            traveller.cancel()
        await asyncio.gather(*self._travellers, return_exceptions=True)

    def _begin(self, hither: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._carry(hither, back))
        self._travellers.add(task)
        task.add_done_callback(self._travellers.discard)

    async def _carry(self, hither: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        thence, thither = await asyncio.open_unix_connection(self.socket)
        silent = asyncio.Event()
        answers = asyncio.create_task(_answers(thence, back, silent))
        try:
            while said := await hither.read(1 << 16):
                cut = self.plan() if _COMMIT in said else None
                if cut:
                    self.cuts[cut] += 1
                    await self._break(cut, said, thither, silent, answers)
                    return
                thither.write(said)
                await thither.drain()
        except ConnectionError:
            pass
        finally:
            answers.cancel()
            for end in (back, thither):
                end.transport.abort()

    async def _break(
        self,
        cut: Cut,
        said: bytes,
        thither: asyncio.StreamWriter,
        silent: asyncio.Event,
        answers: asyncio.Task[None],
    ) -> None:
        if cut is Cut.UNSENT:
            return
        silent.set()
        thither.write(said)
        await thither.drain()
        if cut is Cut.DONE:
            # It ends with the answer that is not passed on.
            await answers


async def _answers(
    thence: asyncio.StreamReader, back: asyncio.StreamWriter, silent: asyncio.Event
) -> None:
    with suppress(ConnectionError):
        while said := await thence.read(1 << 16):
            if silent.is_set():
                return
            back.write(said)
            await back.drain()
    # Who says goodbye waits until the other end has hung up.
    back.close()


@pytest.fixture
def url(postgres: Server) -> str:
    """Return a fresh database."""
    return postgres.fresh()


@pytest.fixture
async def road(url: str) -> AsyncIterator[Road]:
    """Return the way to it."""
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    found = Road(f"{folder}/.s.PGSQL.{_PORT}")
    await found.open()
    yield found
    await found.close()


@pytest.fixture
async def distant(url: str, road: Road) -> AsyncIterator[PostgresDatabase]:
    """Return the database at the end of the road."""
    name = urlsplit(url).path
    found = PostgresDatabase(f"postgresql://postgres@127.0.0.1:{road.port}{name}")
    yield found
    await found.close()


@pytest.fixture
async def near(url: str) -> AsyncIterator[PostgresDatabase]:
    """Return the same database, reached by no road that breaks."""
    found = PostgresDatabase(url)
    yield found
    await found.close()


def _once(cut: Cut) -> Callable[[], Cut | None]:
    """Return a plan that breaks at the next commit, and never again."""
    left = [cut]
    return lambda: left.pop() if left else None


@pytest.mark.parametrize(
    ("cut", "done"),
    [
        pytest.param(Cut.UNSENT, set[str](), id="the-commit-never-arrived"),
        pytest.param(Cut.DONE, {"m1"}, id="its-answer-never-arrived"),
    ],
)
async def test_a_message_whose_commit_was_cut_is_done_once(
    road: Road, distant: PostgresDatabase, near: PostgresDatabase, cut: Cut, done: set[str]
) -> None:
    """Refused, whole or absent, and once after the provider has delivered it again."""
    office = desk(sql_ledger(distant))
    road.plan = _once(cut)
    with pytest.raises(StoreUnavailable):
        await office.handle(message("m1"))
    assert {cut: 1} == road.cuts
    assert done == await handled_on(near)
    again = await office.handle(message("m1"))
    assert ("withdrawn.marketing", "stop.rest") == again.ids
    assert bool(done) == (again.repeated is not None)
    assert 2 == await _examined(near)


async def test_a_connection_cut_before_the_commit_is_tried_again_unnoticed(
    road: Road, distant: PostgresDatabase, near: PostgresDatabase
) -> None:
    """The customer hears nothing of a line that broke while it was idle."""
    office = desk(sql_ledger(distant))
    await office.handle(message("m1"))
    for traveller in road._travellers:
        traveller.cancel()
    await asyncio.gather(*road._travellers, return_exceptions=True)
    assert ("already.marketing", "stop.rest") == (await office.handle(message("m2"))).ids
    assert {"m1", "m2"} == await handled_on(near)


async def test_a_road_that_breaks_again_and_again(
    road: Road, distant: PostgresDatabase, near: PostgresDatabase
) -> None:
    """Many customers at once, half of all commits cut: each message once, in its chain."""
    dice = Random(_SEED)  # noqa: S311 - nothing secret: a repeatable run
    first = [*Cut]
    road.plan = lambda: (
        first.pop() if first else dice.choice([*Cut]) if dice.random() < 1 / 2 else None
    )
    office, refusals = desk(sql_ledger(distant)), Counter[str]()

    async def delivered(said: Inbound) -> None:
        while True:
            try:
                await office.handle(said)
            except StoreUnavailable:
                refusals[said.message_id] += 1
                await asyncio.sleep(dice.random() / 100)
            else:
                return

    async def customer(who: int) -> None:
        for place, choice in enumerate(_WORDS):
            await delivered(message(f"{who}-{place}", choice, address=number(who)))

    await asyncio.gather(*map(customer, range(_CROWD)))
    assert _CROWD * len(_WORDS) == len(await handled_on(near))
    assert set(Cut) == set(road.cuts)
    # Messages that were cut together are tried again, each alone, before anybody is refused.
    assert road.cuts.total() >= refusals.total() > 0
    assert road.cuts.total() > 8
    # Asked and given, then all eight ended; what is ended already is not ended again.
    assert _CROWD * 10 == await _examined(near)


_CROWD = 24


_WORDS = (
    Option(name="grant", purpose="traffic"),
    Option(name="agree"),
    Option(name="withdraw_all", scope="all"),
    Option(name="status"),
    Option(name="withdraw", purpose="traffic"),
    Option(name="human"),
)


async def _examined(database: PostgresDatabase) -> int:
    while await FeedRelay(database, ["lmt"], "examiner").move(NOW):
        pass
    return await examine(database, sql_ledger(database))
