"""The staff's pages on a store of their own, with people who have logged in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path

import httpx
from litestar import Litestar

from app.list_check_keeping import open_list_desk
from app.marketing.forms import token_of
from app.marketing.pages import staff_pages
from app.marketing.session import StaffDoor, fresh
from app.settings import load_settings
from app.store import open_store
from consent.access import digest_of
from consent.batches import Naming
from consent.decisions import Action
from consent.desk import ConsentDesk
from consent.ports import Address, AddressKind
from consent.staff import Account, Entry, Role
from storage import schema
from storage.ids import SystemEntropy
from storage.staff import SqlStaff
from storage.staff_sessions import SqlStaffSessions
from tests.journeys.harness import AppClient
from tests.journeys.set_clock import SetClock
from tests.marketing.stage import DAY, Stage, _spoken, number

#: One login for each role, by its name, at LMT; and `both`, who has all roles at both brands.
ROLES = ("marketing", "care", "privacy", "admin")
PATHS = {
    "overview": "/marketing/overview",
    "number": "/marketing/number",
    "customer": "/marketing/customer",
    "list": "/marketing/list",
    "texts": "/marketing/texts",
    "cases": "/marketing/cases",
    "log": "/marketing/log",
    "staff_log": "/marketing/staff-log",
}


@dataclass(eq=False, slots=True, kw_only=True)
class Pages:
    """What a test of the pages needs."""

    stage: Stage
    app: Litestar
    door: StaffDoor
    client: httpx.AsyncClient
    #: The secrets of sessions, by login.
    secrets: dict[str, str] = field(default_factory=dict)

    async def seat(self, login: str, roles: Mapping[str, tuple[str, ...]]) -> str:
        """Let somebody in with these roles by brand; return the secret of their session."""
        now, store = self.stage.clock.now(), self.stage.store
        account = Account(
            id=f"id-{login}",
            login=login,
            created_at=now,
            roles={brand: frozenset(map(Role, names)) for brand, names in roles.items()},
        )
        entry = Entry(now, "test", "test", login)
        assert await SqlStaff(store.database).add(account, entry)
        secret = fresh()
        password = "$argon2id$none"
        column = schema.staff
        chosen = column.update().where(column.c.staff_id == account.id).values(password=password)
        await store.database.write(lambda c: c.execute(chosen))
        known = replace(account, password=password)
        assert await SqlStaffSessions(store.database).begin(digest_of(secret), known, entry)
        self.secrets[login] = secret
        return secret

    def csrf(self, login: str) -> str:
        """Return what the forms of somebody carry."""
        return token_of(self.secrets[login])

    def headers(self, login: str) -> dict[str, str]:
        """Return what the browser of somebody sends along."""
        return {
            "cookie": f"{self.door.cookie}={self.secrets[login]}",
            "accept-language": "en",
            "sec-fetch-site": "same-origin",
        }

    async def get(self, login: str, path: str, **query: str) -> httpx.Response:
        """Open a page as somebody."""
        return await self.client.get(path, params=query or None, headers=self.headers(login))

    async def post(
        self, login: str, path: str, fields: Mapping[str, object], **query: str
    ) -> httpx.Response:
        """Send a form of theirs."""
        said = {"csrf": token_of(self.secrets[login])} | dict(fields)
        return await self.client.post(
            path, data=said, params=query or None, headers=self.headers(login)
        )

    async def check(self, login: str, **fields: object) -> httpx.Response:
        """Fill in the form of a number."""
        asked = {"address": number(), "purpose": "offers", "channel": "sms", "reason": "a call"}
        return await self.post(login, PATHS["number"], asked | fields)


@asynccontextmanager
async def paged(folder: Path, database_url: str | None = None) -> AsyncIterator[Pages]:
    """Return the pages, with somebody of each role logged in, until left.

    :param database_url: of a database in its newest shape; none: SQLite in the folder.
    """
    if database_url:
        # Only an embedded store makes its key by itself.
        (folder / "root.key").write_text("6b" * 32)
        (folder / "root.key").chmod(0o600)
    environment = {
        "CONSENT_DATABASE_URL": database_url or f"sqlite:///{folder}/pages.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
    }
    plain, clock = _spoken(), SetClock()
    settings = load_settings(plain.catalogue, environment, folder / "no.env")
    store = open_store(settings)
    desk = ConsentDesk(plain.house, store.ledger, clock, SystemEntropy(), batches=store.batches)
    assistant = replace(plain, clock=clock, desk=desk)
    door = StaffDoor(assistant, SqlStaffSessions(store.database), settings)
    lists = open_list_desk(assistant, store, settings)
    app = Litestar(
        [door.frame.asset_route(), door.router(*staff_pages(door, assistant, store, lists))]
    )
    try:
        async with AppClient(app) as client:
            stage = Stage(assistant=assistant, store=store, clock=clock, client=client)
            pages = Pages(stage=stage, app=app, door=door, client=client)
            for role in ROLES:
                await pages.seat(role, {"lmt": (role,)})
            await pages.seat("both", {"lmt": ROLES, "amigo": ROLES})
            await pages.seat("amigo", {"amigo": ROLES})
            yield pages
    finally:
        await store.database.close()


async def named(stage: Stage, who: str, crm_id: str, email: str = "") -> None:
    """Let the customer of a number be found by a CRM id, and by an e-mail address, too."""
    names = [Address(AddressKind.CRM_ID, crm_id)]
    names += [Address(AddressKind.EMAIL, email)] if email else []
    naming = Naming(
        brand="lmt",
        address=Address(AddressKind.MSISDN, who),
        names=tuple(names),
        said_at=stage.clock.now(),
        actor="crm",
        door="import",
    )
    (fate,) = await stage.assistant.desk.record_batch([naming])
    assert fate.refusal is None


async def peopled(stage: Stage) -> None:
    """Let enough customers decide that charts have something to show; one has a case."""
    for index in range(40):
        channels = ("sms", "email") if index % 2 else ("sms",)
        ago = (1 + index % 3) * DAY
        await stage.give(number(index), "offers", "traffic", *channels, ago=ago)
    for index in range(12):
        withdrawn = {"offers": Action.WITHDRAWN}
        await stage.decide(number(index), withdrawn, ago=DAY / 2)
    for index in range(40, 55):
        await stage.says(number(index), "STOP", f"stop-{index}")


def words(response: httpx.Response) -> str:
    """Return what stands on a page, without its markup, in one line."""
    body = re.sub(r"<(style|script|head)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
