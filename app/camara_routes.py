"""`POST /consent-info/v0.2/retrieve`: CAMARA ConsentInfo r2.3, to the letter.

The path answers every method itself, since CAMARA wants its own error body and `x-correlator` on
every answer (Commonalities r3.4). Our tokens name a system and a brand, never a customer: they are
two-legged. Three-legged ones come from the operator's identity provider; `Bearers` is where it
would be asked. Two-legged tokens are allowed by ConsentInfo, but are not the public profile (ICM
r3.3), which is for systems outside the house.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import msgspec
from litestar import Request
from litestar.handlers import asgi
from litestar.response.base import ASGIResponse

from app.camara_body import Refused, RetrieveBody, parse, read_body
from app.problems import place_of
from app.rate_limits import Quota, RateLimits
from consent.access import Token, Tokens, TokenScope, digest_of
from consent.errors import StoreUnavailable
from consent.ports import Clock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from litestar.types import Receive, Scope, Send

_log = logging.getLogger("consent.camara")
PATH = "/consent-info/v0.2/retrieve"
_SCHEME = "bearer "
_JSON = "application/json"
_CORRELATOR = re.compile(r"[a-zA-Z0-9\-_:;./<>{}]{0,256}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A good token, and the customer's number where it identifies one (three-legged)."""

    token: Token
    number: str | None = field(default=None, repr=False)


class Bearers(Protocol):
    """Who can tell whose a token is."""

    async def find(self, secret: str) -> Bearer | None:
        """Return what a token stands for, if it is good.

        :raises StoreUnavailable: nobody can be let in now.
        """
        ...


class OwnTokens:
    """`Bearers` of `consent token add`: two-legged, they identify no customer."""

    def __init__(self, tokens: Tokens, clock: Clock) -> None:
        """Look them up here."""
        self._tokens = tokens
        self._clock = clock

    async def find(self, secret: str) -> Bearer | None:
        """See `Bearers.find`."""
        token, now = await self._tokens.find(digest_of(secret)), self._clock.now()
        if token is None or not token.is_good(now):
            return None
        if TokenScope.CHECK in token.scopes:
            await self._tokens.used(token, now)
        return Bearer(token=token)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    content: object
    headers: dict[str, str]


class CamaraDoor:
    """Lets systems in, reads what they ask, and says everything in CAMARA's form."""

    def __init__(
        self,
        bearers: Bearers,
        limits: RateLimits,
        quota: Quota,
        retrieve: Callable[[Bearer, RetrieveBody], Awaitable[dict[str, Any]]],
    ) -> None:
        """Stand before the one who answers."""
        self._bearers = bearers
        self._limits = limits
        self._quota = quota
        self._retrieve = retrieve

    def routes(self) -> list[asgi]:
        """Return the route."""

        @asgi(PATH, copy_scope=True)
        async def retrieve_status(scope: Scope, receive: Receive, send: Send) -> None:
            request: Request[Any, Any, Any] = Request(scope, receive, send)
            said = request.headers.get("x-correlator", "")
            is_good = bool(_CORRELATOR.fullmatch(said))
            answer = await self._answer(request, correlated=is_good)
            own = {"x-correlator": said if said and is_good else str(uuid4())}
            response = ASGIResponse(
                body=msgspec.json.encode(answer.content),
                status_code=answer.status,
                headers={"cache-control": "no-store"} | own | answer.headers,
                media_type=_JSON,
                # A charset is not part of this type (RFC 8259), and CAMARA names it without.
                encoding="",
            )
            await response(scope, receive, send)

        return [retrieve_status]

    async def _answer(self, request: Request[Any, Any, Any], *, correlated: bool) -> _Answer:
        headers: dict[str, str] = {}
        try:
            return await self._let_in(request, correlated, headers)
        except Refused as refused:
            fault = refused
        except StoreUnavailable as gone:
            _log.error("the store cannot be reached: %s", gone.detail)
            fault = Refused(503, "UNAVAILABLE", "The store cannot be reached. Ask again.")
            headers["retry-after"] = "10"
        except Exception as broken:  # noqa: BLE001 - CAMARA wants its body on every answer
            _log.error("failed: %s at %s", type(broken).__name__, place_of(broken))
            fault = Refused(500, "INTERNAL", "Something went wrong here. Nothing was told.")
        body = {"status": fault.status, "code": fault.code, "message": fault.message}
        return _Answer(status=fault.status, content=body, headers=headers | fault.headers)

    async def _let_in(
        self,
        request: Request[Any, Any, Any],
        correlated: bool,  # noqa: FBT001
        headers: dict[str, str],
    ) -> _Answer:
        if request.method != "POST":
            raise Refused(405, "METHOD_NOT_ALLOWED", "Only POST is answered.", allow="POST")
        bearer = await self._bearer(request)
        allowance = self._limits.take(bearer.token, self._quota)
        headers.update(allowance.headers)
        if allowance.is_spent:
            raise Refused(429, "TOO_MANY_REQUESTS", "Too many requests. Ask again later.")
        if not correlated:
            raise Refused(400, "INVALID_ARGUMENT", "x-correlator: not of the form agreed on.")
        body = parse(request.headers.get("content-type", ""), await read_body(request.receive))
        return _Answer(status=200, content=await self._retrieve(bearer, body), headers=headers)

    async def _bearer(self, request: Request[Any, Any, Any]) -> Bearer:
        said = request.headers.get("authorization", "")
        found = None
        if said.lower().startswith(_SCHEME):
            found = await self._bearers.find(said[len(_SCHEME) :].strip())
        if found is None:
            message = "The access token is missing, ended or not known. Get a new one."
            challenge = 'Bearer realm="consent"'
            raise Refused(401, "UNAUTHENTICATED", message, **{"www-authenticate": challenge})
        if TokenScope.CHECK not in found.token.scopes:
            raise Refused(403, "PERMISSION_DENIED", "This access token is not for that.")
        return found
