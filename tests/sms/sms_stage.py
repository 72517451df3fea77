"""The whole assistant behind a Twilio of our own, driven step by step.

Customers' words come in by signed webhooks, answers go out as TwiML or through the real carriers
over real HTTP; only time and chance are ours. Nothing runs by itself: a test says when the
courier carries and when the assistant catches up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from litestar import Litestar
from sqlalchemy import Row, Table, select

from app.composition import Assistant, compose, register_notices
from app.newcomers import Newcomers
from app.server import build_server
from app.settings import Settings, load_settings
from app.sms_lines import SmsLine, open_lines
from app.store import Store, open_store
from consent.desk import ConsentDesk
from consent.feed import FEED
from consent.ports import Address, AddressKind
from consent.verdicts import Question
from locales import ROOT
from marketing.checking import check
from sms.catch_up import GRACE, CatchUp
from storage import schema
from storage.memory import MemoryLedger
from tests.builders import MovableClock
from tests.journeys.harness import SetEntropy
from tests.journeys.set_clock import START
from tests.sms.fake_twilio_api import Account, FakeTwilio, Filtering, Handset, Inside, Sender, Slip
from tests.sms.fake_twilio_carrier import Answer, Headers
from tests.sms.fake_twilio_signing import signed_headers

PUBLIC_URL = "https://piekrisana.lv"
LMT, AMIGO = "lmt", "amigo"
NUMBERS = {LMT: "+37129202010", AMIGO: "+37129202011"}
ANNA, BERTA = "+37120000000", "+37120000001"
MINUTE = timedelta(minutes=1)
#: After this a message is no longer left to the webhook.
ENOUGH = GRACE + timedelta(seconds=1)
_FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(slots=True)
class Overheard(Inside):
    """Carries calls into the assistant, and keeps what it answers."""

    answers: list[Answer] = field(default_factory=list)
    _first: tuple[str, bytes, Headers] | None = None

    async def post(self, url: str, body: bytes, headers: Headers) -> Answer:
        """Return the answer, as it was kept."""
        self._first = self._first or (url, body, headers)
        self.answers.append(await Inside.post(self, url, body, headers))
        return self.answers[-1]

    async def repeats_first(self) -> Answer:
        """Return what the first call of all is answered when it comes again."""
        assert self._first is not None
        return await self.post(*self._first)


@dataclass(kw_only=True, repr=False)
class SmsStage:
    """Everything a test of the SMS door needs; Anna and Berta have never written yet."""

    folder: Path
    clock: MovableClock
    twilio: FakeTwilio
    accounts: dict[str, Account]
    settings: Settings
    store: Store
    assistant: Assistant
    lines: dict[str, SmsLine]
    network: Overheard

    @property
    def anna(self) -> Handset:
        """The phone of most tests."""
        return self.twilio.customer(ANNA)

    def sender(self, brand: str = LMT) -> Sender:
        """Return a brand's number, as Twilio knows it."""
        return self.accounts[brand].senders[NUMBERS[brand]]

    def catcher(self, brand: str = LMT) -> CatchUp:
        """Return what fetches a brand's messages."""
        found = self.lines[brand].catch_up
        assert found is not None
        return found

    async def says(
        self, *texts: str, slip: Slip | None = None, phone: str = ANNA, brand: str = LMT
    ) -> list[str]:
        """Let a customer write these, a second apart; return what they then got to read."""
        handset = self.twilio.customer(phone)
        before = len(handset.texts)
        for text in texts:
            self.clock.move(timedelta(seconds=1))
            handset.writes(text, to=self.sender(brand), slip=slip)
            await self.twilio.settled()
        return handset.received[before:]

    async def loses(self, *texts: str, phone: str = ANNA, brand: str = LMT) -> None:
        """Let a customer write these, in vain; then wait until they can be fetched."""
        await self.says(*texts, slip=Slip(lost=True), phone=phone, brand=brand)
        self.clock.move(ENOUGH)

    async def catches_up(self, brand: str = LMT) -> int:
        """Fetch what was missed; return how many messages were new."""
        return await self.catcher(brand).catch_up()

    async def carries(self, brand: str = LMT, *, phone: str = ANNA) -> list[str]:
        """Send what waits, and let it arrive; return what a customer then got to read."""
        handset = self.twilio.customer(phone)
        before = len(handset.texts)
        await self.lines[brand].courier.carry()
        await self.twilio.settled()
        return handset.received[before:]

    async def allows_offers(self) -> None:
        """Let Anna agree to offers by SMS; marketing may then write to her."""
        await self.says("AGREE 1", "AGREE", "SMS")
        assert "allowed" == await self.reason("offers sms")

    async def ledger(self, phone: str = ANNA, brand: str = LMT) -> list[str]:
        """Return what was decided, in short and in order: `offers given`."""
        number = Address(AddressKind.MSISDN, phone)
        customer = await self.store.ledger.customer_of(brand, number)
        found = await self.store.ledger.history(customer) if customer else ()
        return [f"{d.subject.id} {d.action.value}" for d in found]

    async def reason(self, words: str, phone: str = ANNA, brand: str = LMT) -> str:
        """Return the verdict's reason for a question like `offers sms`."""
        purpose, _, channel = words.partition(" ")
        question = Question(brand=brand, purpose=purpose, channel=channel or None)
        lens = self.assistant.house.lens(brand, self.clock.now())
        number = Address(AddressKind.MSISDN, phone)
        return (await check(self.store.ledger, lens, question, number, "test")).reason.value

    async def rows(self, table: Table) -> list[Row[Any]]:
        """Return all rows of a table."""
        return await self.store.database.read(lambda c: list(c.execute(select(table)).all()))

    async def outcomes(self) -> list[str | None]:
        """Return how everything that was to leave the house has ended, oldest first."""
        found = sorted(await self.rows(schema.outbox), key=lambda row: int(row.created_at))
        # Decisions wait beside it, for the feed.
        return [row.outcome for row in found if row.kind != FEED]

    def asked(self) -> int:
        """Return how often Twilio was asked to send something."""
        return sum(call.operation != "list" for call in self.twilio.calls)

    async def reports(
        self, fields: Mapping[str, str], query: str, *, token: str | None = None, brand: str = LMT
    ) -> int:
        """Deliver a report about a message to Anna, signed with a token; return the status."""
        url = f"{PUBLIC_URL}/sms/{brand}/status?{query}"
        form = {"To": ANNA, "MessageSid": "SM1", **fields}
        secret = self.accounts[brand].auth_token if token is None else token
        headers = _FORM | signed_headers(url, form.items(), secret)
        return (await self.network.post(url, urlencode(form).encode(), headers)).status

    def lose_store(self) -> Callable[[], None]:
        """Move the database away; return what brings it back."""
        moved = [(f, f.with_name(f"away-{f.name}")) for f in self.folder.glob("sms.db*")]
        for here, there in moved:
            here.rename(there)

        def bring_back() -> None:
            for here, there in moved:
                there.rename(here)

        return bring_back

    @asynccontextmanager
    async def another(self) -> AsyncIterator[dict[str, SmsLine]]:
        """Return the lines of another process on the same store."""
        store = open_store(self.settings)
        lines = _lines(_assistant(store, self.settings, self.clock), store, self.settings)
        try:
            yield lines
        finally:
            await _close(store, lines)


@cache
def _words() -> Assistant:
    """Return an assistant whose words are loaded; loading takes longer than a test."""
    return compose(ROOT, MemoryLedger(), PUBLIC_URL)


def _environment(folder: Path, twilio: FakeTwilio, accounts: dict[str, Account]) -> dict[str, str]:
    found = {
        "CONSENT_DATABASE_URL": f"sqlite:///{folder}/sms.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
        "CONSENT_PUBLIC_URL": PUBLIC_URL,
        "CONSENT_TWILIO_API_URL": twilio.url,
    }
    for brand, account in accounts.items():
        prefix = f"CONSENT_{brand.upper()}_TWILIO"
        found[f"{prefix}_ACCOUNT_SID"] = account.sid
        found[f"{prefix}_AUTH_TOKEN"] = account.auth_token
        found[f"{prefix}_SENDER"] = NUMBERS[brand]
        found[f"{prefix}_OPT_OUT"] = account.senders[NUMBERS[brand]].filtering.value
    return found


def _accounts(twilio: FakeTwilio, filtering: Filtering) -> dict[str, Account]:
    accounts = {brand: twilio.add_account(f"token of {brand}") for brand in NUMBERS}
    for brand, account in accounts.items():
        webhook = f"{PUBLIC_URL}/sms/{brand}/inbound"
        account.add(Sender(number=NUMBERS[brand], webhook=webhook, filtering=filtering))
    return accounts


def _assistant(store: Store, settings: Settings, clock: MovableClock) -> Assistant:
    plain = _words()
    house = replace(plain.house, texting=settings.texting)
    allowance = Newcomers(clock.now)
    desk = ConsentDesk(house, store.ledger, clock, SetEntropy(), allowance)
    return replace(plain, house=house, desk=desk, clock=clock)


def _lines(assistant: Assistant, store: Store, settings: Settings) -> dict[str, SmsLine]:
    return {line.courier.brand: line for line in open_lines(assistant, store, settings)}


def _client(app: Litestar) -> httpx.AsyncClient:
    """Return a client of an application that is never started: nothing of it runs by itself."""
    transport: Any = httpx.ASGITransport(app)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)


async def _close(store: Store, lines: dict[str, SmsLine]) -> None:
    for line in lines.values():
        await line.carrier.aclose()
    await store.database.close()


@asynccontextmanager
async def open_stage(
    folder: Path, filtering: Filtering = Filtering.OFF
) -> AsyncIterator[SmsStage]:
    """Open both brands' doors; in the end nothing careless was asked of Twilio."""
    clock = MovableClock(START)
    async with FakeTwilio(wall=lambda: clock.now().timestamp()) as twilio:
        accounts = _accounts(twilio, filtering)
        environment = _environment(folder, twilio, accounts)
        settings = load_settings(_words().catalogue, environment, folder / "no.env")
        store = open_store(settings)
        assistant = _assistant(store, settings, clock)
        await register_notices(assistant, store.ledger)
        lines = _lines(assistant, store, settings)
        async with _client(build_server(assistant, store, settings)) as client:
            twilio.carrier = network = Overheard(client)
            stage = SmsStage(
                folder=folder,
                clock=clock,
                twilio=twilio,
                accounts=accounts,
                settings=settings,
                store=store,
                assistant=assistant,
                lines=lines,
                network=network,
            )
            try:
                yield stage
                await twilio.settled()
            finally:
                await _close(store, lines)
        assert [] == twilio.violations
