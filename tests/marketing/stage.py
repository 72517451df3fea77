"""The door for systems of marketing on a store of its own, with tokens and customers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar
from sqlalchemy import Row, select

from app.api_document import OPENAPI, StrictBodies
from app.camara_routes import Bearers
from app.composition import Assistant, compose
from app.marketing_door import marketing_routes
from app.rate_limits import Quotas
from app.server import build_server
from app.settings import Settings, load_settings
from app.store import Store, open_store
from app.system_door import system_routes
from consent.access import Token, TokenScope, digest_of
from consent.batches import Entry
from consent.decisions import SERVICE, YES, Action, Kind, Subject
from consent.desk import ConsentDesk
from consent.forgetting import Forgetting, parting
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from locales import ROOT
from storage import schema
from storage.ids import SystemEntropy
from storage.memory import MemoryLedger
from storage.reach import block
from tests.builders import CHANNELS, TOPICS
from tests.journeys.harness import AppClient
from tests.journeys.set_clock import SetClock

LINK_BASE = "https://piekrisana.lv"
CALLBACK = "https://shop.example.com/consent/callback"
DAY = timedelta(days=1)
YEAR = 365 * DAY


@cache
def _spoken() -> Assistant:
    """Load all words once for all tests."""
    return compose(ROOT, MemoryLedger(), LINK_BASE, SetClock())


def number(index: int = 0) -> str:
    """Return one of many numbers."""
    return f"+3712{index:07}"


def subject(name: str) -> Subject:
    """Return what a name in a test is about."""
    if name == "service":
        return SERVICE
    return Subject(
        Kind.CHANNEL if name in CHANNELS else Kind.TOPIC if name in TOPICS else Kind.PURPOSE, name
    )


@dataclass(eq=False, slots=True, kw_only=True)
class Stage:
    """Everything a test of this door needs."""

    assistant: Assistant
    store: Store
    clock: SetClock
    client: httpx.AsyncClient

    async def token(
        self,
        name: str = "crm",
        *scopes: TokenScope,
        brand: str = "lmt",
        days: float = 1,
        revoked: bool = False,
        holder: str | None = None,
    ) -> dict[str, str]:
        """Make a token; return the headers that show it."""
        now = self.clock.now()
        token = Token(
            id=name,
            brand=brand,
            holder=holder or name,
            scopes=frozenset(scopes or TokenScope),
            created_at=now - DAY,
            expires_at=now + days * DAY,
        )
        await self.store.tokens.add(token, digest_of(f"cst_{name}"))
        if revoked:
            assert await self.store.tokens.revoke(name, now)
        return {"authorization": f"Bearer cst_{name}"}

    async def decide(
        self,
        who: str,
        decisions: Mapping[str, Action],
        *,
        brand: str = "lmt",
        ago: timedelta = DAY,
    ) -> None:
        """Record what a customer decided elsewhere, some time ago."""
        at = self.clock.now() - ago
        entries = [self._entry(who, brand, name, action, at) for name, action in decisions.items()]
        fates = await self.assistant.desk.record_batch(entries)
        assert [None] * len(entries) == [fate.refusal for fate in fates]

    async def give(self, who: str, *names: str, brand: str = "lmt", ago: timedelta = DAY) -> None:
        """Record a yes to consents, and channels switched on."""
        switches = {*CHANNELS, *TOPICS}
        said = {n: Action.ON if n in switches else Action.GIVEN for n in names}
        await self.decide(who, said, brand=brand, ago=ago)

    def _entry(self, who: str, brand: str, name: str, action: Action, at: datetime) -> Entry:
        notices, about = self.assistant.texts.notices, subject(name)
        shown = None
        if action in YES:
            # A channel is switched on under the text that names it.
            purpose = name if about.kind is Kind.PURPOSE else "offers"
            shown = notices.current(brand, purpose, "lv", Form.CHAT).fingerprint
        return Entry(
            brand=brand,
            address=Address(AddressKind.MSISDN, who),
            subject=about,
            action=action,
            said_at=at,
            notice=shown,
            language="lv",
            actor="staff 12",
            door="import",
            method="paper",
            document="form",
            until=self.clock.now() + DAY if action is Action.PAUSED else None,
        )

    async def says(self, who: str, text: str, message_id: str, *, brand: str = "lmt") -> None:
        """Let a customer write an SMS, answered when this returns."""
        await self.assistant.desk.handle(
            Inbound(
                brand=brand,
                door="sms",
                address=Address(AddressKind.MSISDN, who),
                message_id=message_id,
                received_at=self.clock.now(),
                proof=Proof(kind="sms", level=1),
                form=Form.SMS_PLAIN,
                text=text,
            )
        )

    async def forget(self, who: str, brand: str = "lmt") -> None:
        """Forget a customer."""
        wanted = Forgetting(
            brand=brand,
            address=Address(AddressKind.MSISDN, who),
            reason="their wish",
            actor="cli:dpo",
            at=self.clock.now(),
        )
        await self.store.ledger.forget(wanted, parting(wanted, SystemEntropy()))

    async def block(self, who: str, channel: str, brand: str = "lmt") -> None:
        """Let a provider block a channel to a customer."""
        address = Address(AddressKind.MSISDN, who)
        digest = self.store.vault.address_hash(brand, address)
        at = int(self.clock.now().timestamp() * 1_000_000)
        await self.store.database.write(partial(block, digest, channel, at))

    async def looks(self) -> list[Row[Any]]:
        """Return the read log, oldest first."""
        query = select(schema.read_log).order_by(schema.read_log.c.look_id)
        return list(await self.store.database.read(lambda c: c.execute(query).all()))

    async def check(self, headers: Mapping[str, str], **asked: object) -> httpx.Response:
        """Ask one question; by default whether offers may be sent by SMS to the first number."""
        fields = {"number": number(), "purposes": ["offers"], "channel": "sms"} | asked
        body = {key: value for key, value in fields.items() if value is not ...}
        return await self.client.post("/api/v1/check", json=body, headers=dict(headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    assistant: Assistant
    store: Store
    settings: Settings
    clock: SetClock


def _parts(folder: Path, database_url: str | None = None, callbacks: str = CALLBACK) -> _Parts:
    environment = {
        "CONSENT_DATABASE_URL": database_url or f"sqlite:///{folder}/marketing.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
        "CONSENT_PUBLIC_URL": LINK_BASE,
        "CONSENT_LMT_CALLBACKS": callbacks,
        "CONSENT_LMT_TWILIO_AUTH_TOKEN": "tok",
        "CONSENT_LMT_TWILIO_SENDER": "+37120009999",
    }
    plain, clock = _spoken(), SetClock()
    settings = load_settings(plain.catalogue, environment, folder / "no.env")
    if database_url:
        (folder / "root.key").write_text("6b" * 32)
        (folder / "root.key").chmod(0o600)
    store = open_store(settings)
    desk = ConsentDesk(plain.house, store.ledger, clock, SystemEntropy(), batches=store.batches)
    assistant = replace(plain, clock=clock, desk=desk)
    return _Parts(assistant=assistant, store=store, settings=settings, clock=clock)


@asynccontextmanager
async def _on_stage(app: Litestar, parts: _Parts) -> AsyncIterator[Stage]:
    try:
        async with AppClient(app) as client:
            yield Stage(
                assistant=parts.assistant, store=parts.store, clock=parts.clock, client=client
            )
    finally:
        await parts.store.database.close()


@asynccontextmanager
async def staged(
    folder: Path,
    *,
    database_url: str | None = None,
    quotas: Quotas | None = None,
    bearers: Bearers | None = None,
    callbacks: str = CALLBACK,
) -> AsyncIterator[Stage]:
    """Return a served door until left."""
    parts = _parts(folder, database_url, callbacks)
    known = (parts.assistant, parts.store, parts.settings)
    routes = [
        *system_routes(*known, quotas=quotas),
        *marketing_routes(*known, quotas=quotas, bearers=bearers),
    ]
    app = Litestar(routes, openapi_config=OPENAPI, plugins=[StrictBodies()])
    async with _on_stage(app, parts) as stage:
        yield stage


@asynccontextmanager
async def whole(folder: Path) -> AsyncIterator[Stage]:
    """Return the server as it is, with all its doors and what it does of its own accord."""
    parts = _parts(folder)
    app = build_server(parts.assistant, parts.store, parts.settings)
    async with _on_stage(app, parts) as stage:
        yield stage
