"""What the scenarios are played with: tokens, customers, the request and its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from app.camara_routes import Bearer, Bearers
from consent.access import Token, TokenScope
from consent.decisions import Action
from tests.marketing.stage import CALLBACK, DAY, LINK_BASE, YEAR, Stage, number

PATH = "/consent-info/v0.2/retrieve"
#: One customer for each state that the feature asks for.
KNOWN, UNKNOWN, LANDLINE = number(1), number(999), "+37167000000"
ALLOWED, DENIED, ENDING, EXPIRED, PENDING = (number(n) for n in range(2, 7))
THREE_LEGGED = "three-legged"
OFFERS = (["marketing-offers:sms"], "dpv:DirectMarketing")
LOYALTY = (["loyalty-data:profile"], "dpv:PersonalisedBenefits")


class IdentityProvider:
    """Stands in for the operator's: it knows one token that identifies a number."""

    def __init__(self, own: Bearers | None = None) -> None:
        """Leave all other tokens to our own."""
        self.own = own

    async def find(self, secret: str) -> Bearer | None:
        """See `app.camara_routes.Bearers.find`."""
        assert self.own is not None
        if secret != THREE_LEGGED:
            return await self.own.find(secret)
        token = await self.own.find("cst_crm")
        assert token is not None
        return Bearer(token=token.token, number=KNOWN)


@dataclass(eq=False, slots=True)
class World:
    """One scenario while it is played."""

    stage: Stage
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    response: httpx.Response | None = None
    #: Where the customer was sent in the end.
    redirection: str = ""
    state: str | None = None
    page: str = ""

    async def settle(self) -> None:
        """Let every customer come to where the feature needs them."""
        stage = self.stage
        await stage.token("crm", TokenScope.CHECK, days=365)
        await stage.token("other", *(set(TokenScope) - {TokenScope.CHECK}))
        await stage.token("expired", days=-0.5)
        await stage.give(KNOWN, "research")
        await stage.give(ALLOWED, "offers", "sms")
        await stage.give(DENIED, "offers", "sms", ago=2 * DAY)
        await stage.decide(DENIED, {"offers": Action.WITHDRAWN})
        await stage.give(ENDING, "loyalty", ago=2 * DAY)
        await stage.decide(ENDING, {"service": Action.ENDED})
        await stage.give(EXPIRED, "loyalty", ago=4 * YEAR)
        await stage.decide(EXPIRED, {"service": Action.ENDED}, ago=3 * YEAR)
        await stage.give(PENDING, "research")

    def ask_about(self, who: str, asked: tuple[list[str], str] = OFFERS) -> None:
        """Ask about a customer."""
        scopes, purpose = asked
        self.body = (self.body or {}) | {
            "phoneNumber": who,
            "scopes": scopes,
            "purpose": purpose,
        }

    async def send(self) -> None:
        """Send the request as it stands."""
        sent: dict[str, Any] = {} if self.body is None else {"json": self.body}
        client = self.stage.client
        self.response = await client.post(self.path, headers=self.headers, **sent)

    def answered(self) -> httpx.Response:
        """Return the answer."""
        assert self.response is not None, "nothing was sent"
        return self.response

    def values(self, path: str) -> list[Any]:
        """Return all values of the answer at a path like `$.statusInfo[*].scopes`."""
        found: list[Any] = [self.answered().json()]
        for name, each in re.findall(r"\.(\w+)(\[\*\])?", path):
            found = [one[name] for one in found if name in one]
            found = [item for one in found for item in one] if each else found
        return found

    async def open_capture(self, state: str | None) -> None:
        """Go where the system sends the customer."""
        url = self.values("$.captureUrl")[0]
        assert url.startswith(LINK_BASE)
        params = {} if state is None else {"state": state}
        self.state = state
        shown = await self.stage.client.get(url.removeprefix(LINK_BASE), params=params)
        assert 200 == shown.status_code
        self.page = shown.text

    async def finish_capture(self) -> None:
        """Answer by SMS, as the page says, and go on from it."""
        assert self.body is not None
        who = self.body["phoneNumber"]
        for index, words in enumerate(("JA 1", "JA", "SMS")):
            await self.stage.says(who, words, f"capture-{index}")
        (onward,) = re.findall(r'href="(/capture/[^"]+/done[^"]*)"', self.page)
        left = await self.stage.client.get(onward.replace("&amp;", "&"))
        assert 302 == left.status_code
        self.redirection = left.headers["location"]

    def returned(self) -> dict[str, list[str]]:
        """Return what the customer brings back, having come to the right place."""
        parts = urlsplit(self.redirection)
        assert CALLBACK == f"{parts.scheme}://{parts.netloc}{parts.path}"
        return parse_qs(parts.query)


def token_of(stage: Stage) -> Token:
    """Return a token for tests that need no store."""
    now = stage.clock.now()
    return Token(
        id="crm",
        brand="lmt",
        holder="crm",
        scopes=frozenset({TokenScope.CHECK}),
        created_at=now,
        expires_at=now + DAY,
    )
