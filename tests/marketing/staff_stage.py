"""The staff's door on a store of its own: browsers without a browser, and accounts to use."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, cast

import httpx
from litestar import Litestar, Response, get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy import Row, select

from app.composition import Assistant, compose
from app.marketing.opening import staff_routes
from app.marketing.session import Staff, StaffDoor, needs
from app.settings import Settings, load_settings
from app.store import Store, open_store
from consent.access import digest_of
from consent.staff import INVITED_FOR, Account, Entry, Role, word_of
from locales import ROOT
from marketing.access import Right
from storage import schema
from storage.ids import uuid7
from storage.memory import MemoryLedger
from storage.passwords import Cost
from storage.staff import SqlStaff
from storage.staff_sessions import SqlStaffSessions
from tests.journeys.set_clock import SetClock

HERE = "http://127.0.0.1:8000"
PUBLIC = "https://piekrisana.lv"
LOGIN, CHOOSE, LOGOUT = "/marketing/login", "/marketing/login/password", "/marketing/logout"
WORD, PASSWORD = "K7M2-94QX-ACDE-RTVW", "three plain words"
#: The least that argon2 takes: the tests are about who gets in, not about the price.
CHEAP = Cost(passes=1, kibibytes=8, lanes=1)
NOTHING: Mapping[str, str] = {}
_CSRF = re.compile(r'name="csrf" value="([^"]*)"')
_FAULT = re.compile(r'role="alert"[^>]*>([^<]*)<')


@cache
def spoken() -> Assistant:
    """Load all words once for all tests."""
    return compose(ROOT, MemoryLedger(), PUBLIC, SetClock())


@dataclass(slots=True)
class Browser:
    """Somebody's browser: keeps cookies, and says where a form comes from."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return await self.client.get(path, headers=self.headers)

    async def csrf(self, path: str = LOGIN) -> str:
        """Return what a page's form carries."""
        found = _CSRF.search((await self.get(path)).text)
        assert found
        return found[1]

    async def post(
        self, path: str, headers: Mapping[str, str] = NOTHING, /, **fields: str
    ) -> httpx.Response:
        """Send a form as its page would."""
        origin = {"origin": str(self.client.base_url).rstrip("/")}
        said = self.headers | origin | dict(headers)
        return await self.client.post(path, data=fields, headers=said)

    async def log_in(
        self, login: str = "anna", word: str = PASSWORD, **fields: str
    ) -> httpx.Response:
        """Fill in the log-in."""
        return await self.post(LOGIN, csrf=await self.csrf(), login=login, word=word, **fields)

    async def choose(self, password: str, login: str = "anna", word: str = WORD) -> httpx.Response:
        """Fill in the choice of a password."""
        csrf = await self.csrf()
        return await self.post(CHOOSE, csrf=csrf, login=login, word=word, password=password)

    @property
    def secret(self) -> str:
        """What the session's cookie carries."""
        names = ("consent_staff", "__Host-consent_staff")
        return next(c.value or "" for c in self.client.cookies.jar if c.name in names)


def fault(answer: httpx.Response) -> str:
    """Return what a page says went wrong."""
    found = _FAULT.search(answer.text)
    return unescape(found[1]) if found else ""


@dataclass(eq=False, slots=True, kw_only=True)
class StaffStage:
    """Everything a test of this door needs."""

    assistant: Assistant
    store: Store
    clock: SetClock
    staff: SqlStaff
    app: Litestar
    base_url: str

    @asynccontextmanager
    async def browsing(self, base_url: str = "", **headers: str) -> AsyncIterator[Browser]:
        """Open a browser that was never here."""
        transport = httpx.ASGITransport(cast("Any", self.app))
        where = base_url or self.base_url
        async with httpx.AsyncClient(transport=transport, base_url=where) as client:
            said = {name.replace("_", "-"): value for name, value in headers.items()}
            yield Browser(client, {"accept-language": "en"} | said)

    @asynccontextmanager
    async def logged_in(self, login: str = "anna") -> AsyncIterator[Browser]:
        """Open a browser in which somebody has logged in."""
        async with self.browsing() as browser:
            assert (await browser.log_in(login)).headers["location"] == "/marketing"
            yield browser

    def entry(self, action: str = "test") -> Entry:
        """Return a line for the log."""
        return Entry(self.clock.now(), "cli:test", action, "anna")

    async def invite(
        self, login: str = "anna", roles: Mapping[str, frozenset[Role]] | None = None
    ) -> Account:
        """Make an account with an invitation."""
        now = self.clock.now()
        account = Account(
            id=uuid7(now),
            login=login,
            created_at=now,
            invitation=digest_of(word_of(WORD)),
            invited_until=now + INVITED_FOR,
            roles={"lmt": frozenset({Role.MARKETING})} if roles is None else roles,
        )
        assert await self.staff.add(account, replace(self.entry("added"), about=login))
        return account

    async def account(
        self, login: str = "anna", roles: Mapping[str, frozenset[Role]] | None = None
    ) -> Account:
        """Make an account whose owner has chosen the password of all tests."""
        account = await self.invite(login, roles)
        async with self.browsing() as browser:
            assert (await browser.choose(PASSWORD, login)).status_code == 303
        return account

    async def rows(self, name: str) -> list[Row[Any]]:
        """Return a table."""
        query = select(schema.metadata.tables[name])
        return list(await self.store.database.read(lambda c: c.execute(query).all()))

    async def log(self) -> list[tuple[str, str, str]]:
        """Return the staff log, oldest first."""
        return [(r.actor, r.action, r.about) for r in await self.rows("staff_log")]

    def later(self, time: timedelta) -> None:
        """Let time pass."""
        self.clock.moment += time


def probes(door: StaffDoor) -> ControllerRouterHandler:
    """Return a page for each right, to look at and to send a form to."""
    handlers: list[ControllerRouterHandler] = []
    for right in Right:

        @get(f"/marketing/probe/{right}", guards=[needs(right)])
        async def look(staff: Staff) -> Response[str]:
            return Response(f"{staff.login} at {staff.brand}")

        @post(f"/marketing/probe/{right}", guards=[needs(right)], status_code=200)
        async def send(staff: Staff) -> Response[str]:
            return Response(f"{staff.login} at {staff.brand}")

        handlers += [look, send]
    return door.router(*handlers)


def settings_of(folder: Path, public_url: str, database_url: str | None = None) -> Settings:
    """Return settings with nothing real but, perhaps, an address."""
    if database_url:
        # Only an embedded store makes its key by itself.
        (folder / "root.key").write_text("6b" * 32)
        (folder / "root.key").chmod(0o600)
    environment = {
        "CONSENT_DATABASE_URL": database_url or f"sqlite:///{folder}/staff.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
        "CONSENT_PUBLIC_URL": public_url,
    }
    return load_settings(spoken().catalogue, environment, folder / "no.env")


@asynccontextmanager
async def staffed(
    folder: Path,
    *,
    public_url: str = "",
    cost: Cost = CHEAP,
    database_url: str | None = None,
) -> AsyncIterator[StaffStage]:
    """Return a served door until left; on this machine unless there is a public address."""
    clock = SetClock()
    assistant = replace(spoken(), clock=clock)
    settings = settings_of(folder, public_url, database_url)
    store = open_store(settings)
    door = StaffDoor(assistant, SqlStaffSessions(store.database), settings)
    routes = [*staff_routes(assistant, store, settings, cost=cost), probes(door)]
    try:
        yield StaffStage(
            assistant=assistant,
            store=store,
            clock=clock,
            staff=SqlStaff(store.database),
            app=Litestar(routes, openapi_config=None),
            base_url=public_url or HERE,
        )
    finally:
        await store.database.close()
