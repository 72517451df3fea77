"""A served assistant with real bots, a fake Telegram around it, and customers who do things.

What goes in goes through the real webhook or real polling, and what comes out through the real
client; only time and chance are ours. Each deed takes five seconds unless a test says otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from app.composition import Assistant, compose
from app.server import build_server
from app.settings import load_settings
from app.store import Store, open_store
from app.telegram_door import Bots
from bot.callbacks import unpack
from consent.decisions import Decision
from consent.ports import Address, AddressKind
from consent.verdicts import Question
from locales import ROOT
from marketing.checking import check
from storage import schema
from storage.memory import MemoryLedger
from tests.journeys.harness import NUMBER, TOKEN, AppClient, Recorder, SetEntropy
from tests.journeys.set_clock import START, SetClock
from tests.telegram.fake_api import FakeBot, FakeTelegram, FakeUser, Json, Shown, accepted
from tests.telegram.virtual_time import VirtualTime

TOKENS = {"lmt": "123456:lmt-bot-token-of-the-tests", "amigo": "654321:amigo-bot-token-of-tests"}
SECRETS = {"lmt": "lmt-secret-of-the-tests", "amigo": "amigo-secret-of-the-tests"}
PUBLIC_URL = "https://piekrisana.lv"
_SECONDS = 5 / 3600


@dataclass(repr=False)
class Times:
    """The clock of the assistant and that of its pace."""

    clock: SetClock = field(default_factory=SetClock)
    pace: VirtualTime = field(default_factory=VirtualTime)
    entropy: SetEntropy = field(default_factory=SetEntropy)


@dataclass(frozen=True, kw_only=True, repr=False)
class Served:
    """One life of the process."""

    assistant: Assistant
    desk: Recorder
    store: Store
    bots: Bots
    client: AppClient

    async def sms(self, text: str, message_id: str, number: str = NUMBER) -> str:
        """Deliver an SMS to LMT as the provider does; return what was answered."""
        form = {"MessageSid": message_id, "From": number, "To": "", "Body": text}
        signed = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/sms/lmt/inbound", form)
        kind = "application/x-www-form-urlencoded"
        headers = {"content-type": kind, "x-twilio-signature": signed}
        answer = await self.client.post(
            "/sms/lmt/inbound", content=urlencode(form), headers=headers
        )
        assert 200 == answer.status_code
        return answer.text


@dataclass(kw_only=True, repr=False)
class DoorStage:
    """Everything a test of the door needs; Anna has the number, nobody has shared it yet."""

    folder: Path
    telegram: FakeTelegram
    brands: tuple[str, ...]
    times: Times
    fakes: dict[str, FakeBot]
    anna: FakeUser
    public: bool = True
    _served: Served | None = None
    _seen: dict[tuple[str, int], dict[int, object]] = field(default_factory=dict)
    _end: asyncio.Event = field(default_factory=asyncio.Event)
    _life: asyncio.Task[None] | None = None

    @property
    def bot(self) -> FakeBot:
        """The first brand's bot, as Telegram sees it."""
        return self.fakes[self.brands[0]]

    @property
    def house(self) -> Served:
        """What is served just now."""
        assert self._served is not None
        return self._served

    def environment(self) -> dict[str, str]:
        """Return the settings."""
        found = {
            "CONSENT_DATABASE_URL": f"sqlite:///{self.folder}/journey.db",
            "CONSENT_ROOT_KEY_FILE": f"{self.folder}/root.key",
            "CONSENT_PUBLIC_URL": PUBLIC_URL if self.public else "",
            "CONSENT_TELEGRAM_API_URL": self.telegram.url,
            "CONSENT_LMT_TWILIO_AUTH_TOKEN": TOKEN,
            "CONSENT_LMT_TWILIO_OPT_OUT": "off",
        }
        for brand in self.brands:
            found[f"CONSENT_{brand.upper()}_TELEGRAM_TOKEN"] = TOKENS[brand]
            found[f"CONSENT_{brand.upper()}_TELEGRAM_SECRET"] = SECRETS[brand]
        return found

    async def deliver(self, update: Json, brand: str | None = None) -> int:
        """Deliver an update once, after five seconds; return the status."""
        self.times.clock.wait(_SECONDS)
        return await self.fakes[brand or self.brands[0]].deliver(update)

    async def does(self, update: Json, brand: str | None = None) -> str:
        """Deliver an update that is accepted at once; return what is then new to read."""
        assert 200 == await self.deliver(update, brand)
        return self.fresh(int(_user_of(update)), brand)

    async def says(self, text: str, user: FakeUser | None = None, brand: str | None = None) -> str:
        """Let a customer write; return what is then new to read."""
        who = user or self.anna
        return await self.does(self.fakes[brand or self.brands[0]].text(who, text), brand)

    async def shares(
        self, user: FakeUser | None = None, number: str = NUMBER, brand: str | None = None
    ) -> str:
        """Let a customer share their number; return what is then new to read."""
        update = self.fakes[brand or self.brands[0]].share_contact(user or self.anna, number)
        return await self.does(update, brand)

    async def presses(
        self, name: str, user: FakeUser | None = None, brand: str | None = None, **about: str
    ) -> str:
        """Let a customer press the newest such button; return what is then new to read."""
        return await self.does(self.press(name, user, brand, **about), brand)

    def press(
        self, name: str, user: FakeUser | None = None, brand: str | None = None, **about: str
    ) -> Json:
        """Let a customer press the newest such button; the update waits."""
        who, bot = user or self.anna, self.fakes[brand or self.brands[0]]
        wanted = {"name": name, **about}
        for shown in reversed(bot.screens(who.id)):
            for data in shown.buttons.values():
                option = carried(data)
                if all(getattr(option, k) == v for k, v in wanted.items()):
                    return bot.press(who, shown.id, data)
        raise AssertionError(f"no button {wanted} in {[s.labels for s in bot.screens(who.id)]}")

    def fresh(self, user: int, brand: str | None = None) -> str:
        """Return what is new or changed in a chat since it was last looked at."""
        name = brand or self.brands[0]
        screens = self.fakes[name].screens(user)
        seen = self._seen.get((name, user), {})
        now = {s.id: s.html for s in screens}
        self._seen[name, user] = dict(now)
        return "\n\n".join(s.text for s in screens if seen.get(s.id) != now[s.id])

    def live(self, user: FakeUser | None = None) -> list[Shown]:
        """Return the messages that have buttons."""
        return [s for s in self.bot.screens((user or self.anna).id) if s.rows]

    def texts(self, user: FakeUser | None = None) -> list[str]:
        """Return all the bot's messages as the customer reads them."""
        return [s.text for s in self.bot.screens((user or self.anna).id)]

    async def restart(self) -> None:
        """End the process and begin another on the same store."""
        await self.close()
        await self.open()

    async def open(self) -> None:
        """Serve, on what the store holds."""
        self._served = _serve(self)
        for bot in self.fakes.values():
            bot.post = _poster(self.house.client)
        await self.house.bots.introduce()
        self._end, ready = asyncio.Event(), asyncio.Event()
        self._life = asyncio.create_task(_live(self.house.client, ready, self._end))
        await ready.wait()

    async def close(self) -> None:
        """End the process."""
        await _close_lines(self.house.bots)
        self._end.set()
        if self._life:
            await self._life

    async def states(self, number: str = NUMBER, brand: str | None = None) -> dict[str, str]:
        """Return what each subject was last decided to be."""
        return {d.subject.id: d.action.value for d in await self.decisions(number, brand)}

    async def decisions(
        self, number: str = NUMBER, brand: str | None = None
    ) -> tuple[Decision, ...]:
        """Return the ledger of the customer with this number."""
        ledger = self.house.store.ledger
        address = Address(AddressKind.MSISDN, number)
        customer = await ledger.customer_of(brand or self.brands[0], address)
        return () if customer is None else await ledger.history(customer)

    async def reason(self, purpose: str, number: str = NUMBER) -> str:
        """Return the verdict's reason for a purpose."""
        brand = self.brands[0]
        lens = self.house.assistant.house.lens(brand, self.times.clock.now())
        question = Question(brand=brand, purpose=purpose, channel=None)
        address = Address(AddressKind.MSISDN, number)
        found = await check(self.house.store.ledger, lens, question, address, "test")
        return found.reason.value

    async def unreachable(self) -> int:
        """Return how many addresses cannot be reached."""
        column = schema.addresses.c.unreachable_since
        query = select(column).where(column.is_not(None))
        return await self.house.store.database.read(lambda c: len(c.execute(query).all()))

    async def written(self) -> int:
        """Return how many messages the store has answered."""
        query = select(schema.inbound.c.message_id)
        return await self.house.store.database.read(lambda c: len(c.execute(query).all()))

    def lose_store(self) -> Callable[[], None]:
        """Move the database away; return what brings it back."""
        moved = [(f, f.with_name(f"away-{f.name}")) for f in self.folder.glob("journey.db*")]
        for here, there in moved:
            here.rename(there)

        def bring_back() -> None:
            for here, there in moved:
                there.rename(here)

        return bring_back


def carried(data: str | None) -> Any:  # noqa: ANN401 - an option, or none
    """Return the option a button carries."""
    found = unpack(str(data))
    return found.option if found else None


def _user_of(update: Json) -> int:
    kind = next(v for k, v in update.items() if k != "update_id")
    return int(kind["from"]["id"]) if "from" in kind else 0


def _poster(client: httpx.AsyncClient) -> Callable[[str, bytes, dict[str, str]], Any]:
    async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        path = httpx.URL(url).path
        return (await client.post(path, content=body, headers=headers)).status_code

    return post


@cache
def _words() -> Assistant:
    """Return an assistant whose words are loaded; loading takes longer than a test."""
    return compose(ROOT, MemoryLedger(), PUBLIC_URL)


@cache
def _empty_store() -> tuple[bytes, bytes]:
    """Return a database without customers, and its key; making them takes longer than a test."""
    with TemporaryDirectory() as folder:
        database, key = Path(folder) / "empty.db", Path(folder) / "root.key"
        names = {
            "CONSENT_DATABASE_URL": f"sqlite:///{database}",
            "CONSENT_ROOT_KEY_FILE": str(key),
        }
        store = open_store(load_settings(_words().catalogue, names, Path("no.env")))
        store.database.close_now()
        return database.read_bytes(), key.read_bytes()


def _serve(stage: DoorStage) -> Served:
    settings = load_settings(_words().catalogue, stage.environment(), stage.folder / "no.env")
    if not (stage.folder / "journey.db").exists():
        for name, content in zip(("journey.db", "root.key"), _empty_store(), strict=True):
            (stage.folder / name).touch(mode=0o600)
            (stage.folder / name).write_bytes(content)
    store = open_store(settings)
    plain, clock = _words(), stage.times.clock
    desk = Recorder(plain.house, store.ledger, clock, stage.times.entropy)
    assistant = replace(plain, desk=desk, clock=clock)
    bots = Bots(assistant, store, settings, stage.times.pace)
    client = AppClient(build_server(assistant, store, settings, bots))
    return Served(assistant=assistant, desk=desk, store=store, bots=bots, client=client)


async def _live(client: AppClient, ready: asyncio.Event, end: asyncio.Event) -> None:
    """Live in one task: fixtures are entered and left in different ones."""
    async with client:
        ready.set()
        await end.wait()


async def _close_lines(bots: Bots) -> None:
    """Close the clients without the pause they make for TLS."""
    for bot in bots._bots.values():
        session = getattr(bot.line._bot.session, "_session", None)
        if session is not None:
            await session.close()


@asynccontextmanager
async def open_door(
    folder: Path, brands: tuple[str, ...] = ("lmt",), *, public: bool = True, language: str = "en"
) -> AsyncIterator[DoorStage]:
    """Serve these brands; Anna's Telegram is in this language."""
    times = Times()
    telegram = FakeTelegram(clock=times.pace.now, wall=lambda: times.clock.now().timestamp())
    async with telegram:
        fakes = {b: telegram.add_bot(TOKENS[b], username=f"{b}_bot") for b in brands}
        stage = DoorStage(
            folder=folder,
            telegram=telegram,
            brands=brands,
            times=times,
            fakes=fakes,
            anna=telegram.user(4242, language_code=language),
            public=public,
        )
        await stage.open()
        try:
            yield stage
        finally:
            await stage.close()


__all__ = ["NUMBER", "START", "DoorStage", "accepted", "carried", "open_door"]
