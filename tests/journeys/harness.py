"""Replaying a journey: the real store, desk and doors; only time and chance are ours."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from litestar.testing import AsyncTestClient
from twilio.request_validator import RequestValidator

from app.composition import Assistant, compose
from app.conversation import Conversation, Screen, Talk
from app.server import build_server
from app.settings import Settings, load_settings
from app.store import Store, open_store
from consent.decisions import CustomerId, Decision, DecisionId
from consent.desk import ConsentDesk
from consent.ports import Address, AddressKind, Inbound
from consent.replies import Reply
from consent.verdicts import Question
from locales import ROOT
from locales.catalogue_source import load_catalogue
from marketing.checking import check
from storage.ids import uuid7

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NUMBER = "+37120000000"
TOKEN = "journey-token"


class SetClock:
    """A clock that goes when told."""

    def __init__(self) -> None:
        """Start on a Sunday at noon in Riga."""
        self.moment = START

    def now(self) -> datetime:
        """Return the moment set."""
        return self.moment

    def wait(self, hours: float) -> None:
        """Let time pass."""
        self.moment += timedelta(hours=hours)


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


@dataclass(kw_only=True)
class House:
    """Everything one journey needs."""

    assistant: Assistant
    desk: Recorder
    store: Store
    settings: Settings
    clock: SetClock
    brand: str
    client: AsyncTestClient[Any]
    terminal: Conversation

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
        said = re.search(r"<Message>(.*)</Message>", answer.text, re.DOTALL)
        return unescape(said[1]) if said else ""

    async def open_terminal(self) -> str:
        """Begin a conversation in the terminal, shown as a messenger; return the screen."""
        return _page(await self.terminal.open())

    async def type(self, line: str) -> str:
        """Type a line in the terminal; return the screen."""
        return _page(await self.terminal.say(line))

    async def press(self, wanted: dict[str, str]) -> str:
        """Press the button that matches a description; return the screen."""
        for index, option in enumerate(self.terminal.options, 1):
            shown = dataclasses.asdict(option)
            if all(shown[key] == value for key, value in wanted.items()):
                return await self.type(f":{index}")
        raise AssertionError(f"no button {wanted} among {self.terminal.options}")

    async def decisions(self) -> tuple[Decision, ...]:
        """Return the customer's ledger."""
        number = Address(AddressKind.MSISDN, NUMBER)
        customer = await self.store.ledger.customer_of(self.brand, number)
        return () if customer is None else await self.store.ledger.history(customer)

    async def verdict(self, words: str) -> str:
        """Return the reason for a question like `offers sms`, as marketing would get it."""
        purpose, _, channel = words.partition(" ")
        lens = self.assistant.house.lens(self.brand, self.clock.now())
        question = Question(brand=self.brand, purpose=purpose, channel=channel or None)
        address = Address(AddressKind.MSISDN, NUMBER)
        found = await check(self.store.ledger, lens, question, address, "journey")
        return found.reason.value


def open_house(folder: Path, brand: str, via: str = "telegram", opt_out: str = "off") -> House:
    """Put a whole assistant together on a store of its own."""
    environment = {
        "CONSENT_DATABASE_URL": f"sqlite:///{folder}/journey.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
        "CONSENT_PUBLIC_URL": "https://piekrisana.lv",
        f"CONSENT_{brand.upper()}_TWILIO_AUTH_TOKEN": TOKEN,
        f"CONSENT_{brand.upper()}_TWILIO_OPT_OUT": opt_out,
    }
    settings = load_settings(load_catalogue(ROOT), environment, folder / "no.env")
    store = open_store(settings)
    clock = SetClock()
    plain = compose(ROOT, store.ledger, settings.link_base, clock)
    desk = Recorder(plain.house, store.ledger, clock, SetEntropy())
    assistant = dataclasses.replace(plain, desk=desk)
    talk = Talk(brand=brand, number=NUMBER, via=via, language=None, store=False)
    return House(
        assistant=assistant,
        desk=desk,
        store=store,
        settings=settings,
        clock=clock,
        brand=brand,
        client=AsyncTestClient(build_server(assistant, store, settings)),
        terminal=Conversation(assistant, store.ledger, talk),
    )


def _page(screen: Screen) -> str:
    return "\n".join([screen.text, *(f"[{label}]" for label in screen.buttons), *screen.notes])
