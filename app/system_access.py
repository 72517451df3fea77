"""Letting other systems in by their token (RFC 6750): for its brand, scope and time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from consent.access import Token, Tokens, TokenScope, digest_of
from consent.ports import Clock

#: Under this name the token of a request is kept with it.
_STATE = "token"
_SCHEME = "bearer "
_CHALLENGE = {"www-authenticate": 'Bearer realm="consent"'}

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


def system_guard(tokens: Tokens, clock: Clock, scope: TokenScope) -> Guard:
    """Return what lets in systems whose token has a scope.

    What stands wrong with a token is not told: unknown, ended and revoked look alike.
    """

    async def guard(
        connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        said = connection.headers.get("authorization", "")
        if not said.lower().startswith(_SCHEME):
            raise NotAuthorizedException("A token is needed.", headers=_CHALLENGE)
        token = await tokens.find(digest_of(said[len(_SCHEME) :].strip()))
        if token is None or not token.is_good(clock.now()):
            raise NotAuthorizedException("This token is not good.", headers=_CHALLENGE)
        if scope not in token.scopes:
            raise PermissionDeniedException("This token is not for that.")
        await tokens.used(token, clock.now())
        kept_with(connection)[_STATE] = token

    return guard


def kept_with(connection: ASGIConnection[Any, Any, Any, Any]) -> dict[str, Any]:
    """Return what is kept with a request; `connection.state` copies and locks it for each look."""
    kept: dict[str, Any] = connection.scope["state"]
    return kept


def token_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Token:
    """Return the token of a request that was let in."""
    token: Token = kept_with(connection)[_STATE]
    return token


def refuse_other_brands(connection: ASGIConnection[Any, Any, Any, Any], brand: str) -> None:
    """Let a token ask about its own brand alone (law 7).

    :raises PermissionDeniedException: another brand's.
    """
    token = kept_with(connection).get(_STATE)
    if isinstance(token, Token) and token.brand != brand:
        raise PermissionDeniedException("This token is another brand's.")
