"""The pages of administrators on a store of their own: people of two brands, and their forms."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from consent.access import Token, TokenScope, digest_of
from consent.staff import Entry, Role
from storage.staff_changes import SqlStaffChanges
from storage.token_changes import SqlTokenChanges
from tests.marketing.staff_stage import PASSWORD, Browser, StaffStage, staffed

ACCOUNTS, TOKENS = "/marketing/accounts", "/marketing/tokens"
ADMIN, CARE = frozenset({Role.ADMIN}), frozenset({Role.CARE})
#: Everybody has chosen the password of all tests.
PEOPLE: Mapping[str, Mapping[str, frozenset[Role]]] = {
    "anna": {"lmt": ADMIN},
    "berta": {"lmt": ADMIN | CARE},
    "cilda": {"lmt": CARE, "amigo": CARE},
    "dace": {"amigo": ADMIN},
    "eva": {"amigo": CARE},
    "fanija": {"lmt": ADMIN, "amigo": ADMIN},
    "guna": {"lmt": frozenset(Role) - ADMIN},
}
_SEEN = re.compile(r'name="seen" value="([^"]*)"')
_FAULT = re.compile(r'role="alert"[^>]*>\s*<p>([^<]*)<')
_SECRET = re.compile(r'<code id="secret">([^<]*)</code>')


@dataclass(eq=False, slots=True, kw_only=True)
class Admins:
    """What a test of these pages needs."""

    stage: StaffStage
    changes: SqlStaffChanges
    tokens: SqlTokenChanges

    @asynccontextmanager
    async def browser(self, login: str = "anna") -> AsyncIterator[Desk]:
        """Open a browser in which somebody has logged in."""
        async with self.stage.logged_in(login) as browser:
            yield Desk(browser, await browser.csrf("/marketing/texts"))

    async def roles(self, login: str, brand: str = "lmt") -> set[str]:
        """Return the roles that somebody has at a brand."""
        account = await self.stage.staff.find(login)
        return set(account.roles.get(brand, ())) if account else set()

    async def log(self) -> list[tuple[str, str, str]]:
        """Return what was done since everybody was let in; their tries and log-ins left out."""
        seen = {"added", "granted", "revoked", "disabled", "reset"}
        rows = [r for r in await self.stage.log() if r[1] in seen or r[1].endswith("token")]
        return [row for row in rows if row[0].startswith("staff:")]

    async def token(self, name: str, brand: str = "lmt", days: int = 90) -> Token:
        """Issue a token at once; its secret is its name."""
        now = self.stage.clock.now()
        token = Token(
            id=name,
            brand=brand,
            holder=f"tool {name}",
            scopes=frozenset({TokenScope.CHECK}),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        entry = Entry(now, "cli:test", "issued a token", "")
        assert await self.tokens.issue(token, digest_of(name), entry)
        return token


@dataclass(eq=False, slots=True)
class Desk:
    """Somebody's browser on these pages."""

    browser: Browser
    csrf: str

    async def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return await self.browser.get(path)

    async def send(
        self,
        path: str,
        fields: Mapping[str, str | list[str]] | None = None,
        password: str = PASSWORD,
    ) -> httpx.Response:
        """Send a form as its page would, with their password."""
        said = {"csrf": self.csrf, "password": password} | dict(fields or {})
        headers = self.browser.headers | {"origin": str(self.browser.client.base_url)}
        return await self.browser.client.post(path, data=said, headers=headers)

    async def change(
        self, login: str, act: str, roles: tuple[str, ...] = (), password: str = PASSWORD
    ) -> httpx.Response:
        """Open an account and send one of its forms."""
        path = f"{ACCOUNTS}/{login}"
        found = _SEEN.search((await self.get(path)).text)
        fields: dict[str, str | list[str]] = {"seen": found[1] if found else ""}
        return await self.send(f"{path}/{act}", fields | {"role": list(roles)}, password)


def fault(answer: httpx.Response) -> str:
    """Return what a page says went wrong."""
    found = _FAULT.search(answer.text)
    return found[1] if found else ""


def secret(answer: httpx.Response) -> str:
    """Return what a page shows once."""
    found = _SECRET.search(answer.text)
    return found[1] if found else ""


@asynccontextmanager
async def administered(folder: Path) -> AsyncIterator[Admins]:
    """Return the pages with people of both brands, until left."""
    async with staffed(folder) as stage:
        for login, roles in PEOPLE.items():
            await stage.account(login, roles)
        database = stage.store.database
        yield Admins(
            stage=stage, changes=SqlStaffChanges(database), tokens=SqlTokenChanges(database)
        )
