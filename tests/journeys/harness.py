"""Replaying a journey: the real store, desk and doors; only time and chance are ours."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, cast
from urllib.parse import urlencode

import httpx
from litestar import Litestar
from twilio.request_validator import RequestValidator

from app.composition import Assistant, compose
from app.conversation import Conversation, Screen, Talk
from app.server import build_server
from app.settings import Settings, load_settings
from app.store import Store, open_store
from app.telegram_door import Bots
from consent.decisions import CustomerId, Decision, DecisionId
from consent.desk import ConsentDesk
from consent.ports import Address, AddressKind, Inbound, Ledger
from consent.replies import Reply
from consent.verdicts import Question
from locales import ROOT
from locales.catalogue_source import load_catalogue
from marketing.checking import check
from storage.ids import uuid7
from storage.memory import MemoryLedger
from tests.journeys.set_clock import SetClock
from tests.journeys.telegram_phone import BOT_TOKEN, SECRET, TelegramPhone
from tests.telegram.fake_api import FakeTelegram
from tests.telegram.virtual_time import VirtualTime

NUMBER = "+37120000000"
TOKEN = "journey-token"


class SetEntropy:
    """Ids in order and a code everybody knows."""

    def __init__(self) -> None:
        """Start counting."""
        self._numbers = count(1)
        self._cases = count(2)

    def customer_id(self, at: datetime) -> CustomerId:
        """Return a real id: nothing shown depends on it."""
        return CustomerId(uuid7(at))

    def decision_id(self, at: datetime) -> DecisionId:
        """Return a real id: nothing shown depends on it."""
        return DecisionId(uuid7(at))

    def case_id(self) -> str:
        """Return cases in order."""
        return f"K7M2-94Q{next(self._cases)}"

    def pin(self) -> str:
        """Return the code by SMS that everybody knows."""
        return "4711"

    def salt(self) -> str:
        """Return a salt that differs each time."""
        return f"{next(self._numbers):032x}"

    def code(self) -> str:
        """Return the same two digits each time."""
        return "47"


class Recorder(ConsentDesk):
    """A desk that keeps its last reply for the test to look at."""

    last: Reply | None = None

    async def handle(self, inbound: Inbound) -> Reply:
        """Answer as the desk does, and remember it."""
        self.last = await super().handle(inbound)
        return self.last


class AppClient(httpx.AsyncClient):
    """A client of an application in the same loop, alive while the client is open."""

    def __init__(self, app: Litestar) -> None:
        """Talk to this application."""
        transport = httpx.ASGITransport(cast("Any", app))
        super().__init__(transport=transport, base_url="http://testserver.local")
        self._app = app
        self._left = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start the application in a task of its own: fixtures come and go in different ones."""
        begun = asyncio.get_running_loop().create_future()
        self._life = asyncio.create_task(self._live(begun))
        await begun
        return await super().__aenter__()

    async def _live(self, begun: asyncio.Future[None]) -> None:
        async with self._app.lifespan():
            begun.set_result(None)
            await self._left.wait()

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        value: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        """Stop the application."""
        await super().__aexit__(kind, value, trace)
        self._left.set()
        if self._life is not None:
            await self._life


class Phone(Protocol):
    """A customer's chat, at whatever door; each call returns what is then to be read."""

    async def open(self) -> str:
        """Begin the conversation, the number proven."""
        ...

    async def type(self, text: str) -> str:
        """Write a message."""
        ...

    async def press(self, wanted: dict[str, str]) -> str:
        """Press the button that matches a description."""
        ...


class TerminalPhone:
    """The terminal, shown as a messenger."""

    def __init__(self, conversation: Conversation) -> None:
        """Sit down before it."""
        self._conversation = conversation

    async def open(self) -> str:
        """Begin the conversation."""
        return _page(await self._conversation.open())

    async def type(self, text: str) -> str:
        """Type a line."""
        return _page(await self._conversation.say(text))

    async def press(self, wanted: dict[str, str]) -> str:
        """Type the number of a button."""
        for index, option in enumerate(self._conversation.options, 1):
            shown = dataclasses.asdict(option)
            if all(shown[key] == value for key, value in wanted.items()):
                return await self.type(f":{index}")
        raise AssertionError(f"no button {wanted} among {self._conversation.options}")


@dataclass(kw_only=True)
class House:
    """Everything one journey needs."""

    assistant: Assistant
    desk: Recorder
    store: Store
    settings: Settings
    clock: SetClock
    brand: str
    ledger: Ledger
    client: AppClient
    terminal: TerminalPhone
    bots: Bots | None

    async def sms(self, text: str, message_id: str) -> str:
        """Deliver an SMS as the provider does; return what the customer reads."""
        form = {"MessageSid": message_id, "From": NUMBER, "To": "", "Body": text, "FromCity": ""}
        path = f"/sms/{self.brand}/inbound"
        url = f"{self.settings.link_base}{path}"
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        answer = await self.client.post(
            path,
            content=urlencode(form),
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "x-twilio-signature": signature,
            },
        )
        assert answer.status_code == 200, answer.text
        said = re.search(r"<Message[^>]*>(.*)</Message>", answer.text, re.DOTALL)
        return unescape(said[1]) if said else ""

    async def decisions(self) -> tuple[Decision, ...]:
        """Return the customer's ledger."""
        number = Address(AddressKind.MSISDN, NUMBER)
        customer = await self.ledger.customer_of(self.brand, number)
        return () if customer is None else await self.ledger.history(customer)

    async def verdict(self, words: str) -> str:
        """Return the reason for a question like `offers sms`, as marketing would get it."""
        purpose, _, channel = words.partition(" ")
        lens = self.assistant.house.lens(self.brand, self.clock.now())
        question = Question(brand=self.brand, purpose=purpose, channel=channel or None)
        address = Address(AddressKind.MSISDN, NUMBER)
        found = await check(self.ledger, lens, question, address, "journey")
        return found.reason.value


def open_house(  # noqa: PLR0913
    folder: Path,
    brand: str,
    via: str = "telegram",
    opt_out: str = "off",
    *,
    memory: bool = False,
    telegram: FakeTelegram | None = None,
) -> House:
    """Put a whole assistant together on a store of its own; `memory`: without a database."""
    prefix = f"CONSENT_{brand.upper()}"
    environment = {
        "CONSENT_DATABASE_URL": f"sqlite:///{folder}/journey.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
        "CONSENT_PUBLIC_URL": "https://piekrisana.lv",
        f"{prefix}_TWILIO_AUTH_TOKEN": TOKEN,
        f"{prefix}_TWILIO_OPT_OUT": opt_out,
        f"{prefix}_TELEGRAM_TOKEN": BOT_TOKEN if telegram else "",
        f"{prefix}_TELEGRAM_SECRET": SECRET if telegram else "",
        "CONSENT_TELEGRAM_API_URL": telegram.url if telegram else "",
    }
    settings = load_settings(load_catalogue(ROOT), environment, folder / "no.env")
    store = open_store(settings)
    ledger: Ledger = MemoryLedger() if memory else store.ledger
    clock = SetClock()
    plain = compose(ROOT, ledger, settings.link_base, clock)
    batches = None if memory else store.batches
    desk = Recorder(plain.house, ledger, clock, SetEntropy(), batches=batches)
    assistant = dataclasses.replace(plain, desk=desk)
    talk = Talk(brand=brand, number=NUMBER, via=via, language=None, store=False)
    bots = Bots(assistant, store, settings, VirtualTime()) if telegram else None
    return House(
        assistant=assistant,
        desk=desk,
        store=store,
        settings=settings,
        clock=clock,
        brand=brand,
        ledger=ledger,
        client=AppClient(build_server(assistant, store, settings, bots)),
        terminal=TerminalPhone(Conversation(assistant, ledger, talk)),
        bots=bots,
    )


async def open_phone(house: House, telegram: FakeTelegram) -> TelegramPhone:
    """Return a customer's Telegram, connected to the assistant."""
    assert house.bots is not None
    phone = TelegramPhone(telegram, NUMBER)
    await phone.connect(house.bots, house.client)
    return phone


def _page(screen: Screen) -> str:
    return "\n".join([screen.text, *(f"[{label}]" for label in screen.buttons), *screen.notes])
