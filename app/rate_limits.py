"""How much a system may ask, told with every answer (draft-ietf-httpapi-ratelimit-headers-10).

`RateLimit-Policy: "check";q=60000;w=60` is the rule, `RateLimit: "check";r=59999;t=60` what is
left of it and for how many seconds. Counted per token and process: a replica adds its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import ResponseHeader
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import BaseRouteHandler
from litestar.types import ExceptionHandler, ExceptionHandlersMap

from app.system_access import Guard, kept_with, token_of
from consent.access import Token

#: Under this name what is left is kept with a request.
_STATE = "limits"
SECOND = timedelta(seconds=1)
#: What every answer has, as OpenAPI describes it.
LIMITS = [
    # The value is only there to say that it is text.
    ResponseHeader(name=name, value="", documentation_only=True, description=said)
    for name, said in (
        ("RateLimit-Policy", "How much may be asked: requests (q) in seconds (w)."),
        ("RateLimit", "What is left: requests (r), all of them again in seconds (t)."),
    )
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many requests a window."""

    name: str
    most: int
    window: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What each kind of question is limited to."""

    check: Quota = Quota(name="check", most=60_000)
    #: Of a thousand questions each.
    batch: Quota = Quota(name="batch", most=600)
    audience: Quota = Quota(name="audience", most=60)
    #: Sending lists, and asking how far they are.
    lists: Quota = Quota(name="lists", most=600)
    consent_info: Quota = Quota(name="consent-info", most=60_000)
    texts: Quota = Quota(name="texts", most=600)
    feed: Quota = Quota(name="feed", most=6_000)
    #: Of five hundred entries each.
    decisions: Quota = Quota(name="decisions", most=6_000)
    cases: Quota = Quota(name="cases", most=600)
    answers: Quota = Quota(name="answers", most=600)
    notices: Quota = Quota(name="notices", most=600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left of a quota."""

    quota: Quota
    #: Below zero: too many.
    left: int
    #: Seconds until all of it is there again.
    seconds: int

    @property
    def is_spent(self) -> bool:
        """Whether this very request is one too many."""
        return self.left < 0

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says; one that refuses says also when to come back."""
        quota = self.quota
        said = {
            "ratelimit-policy": f'"{quota.name}";q={quota.most};w={quota.window // SECOND}',
            "ratelimit": f'"{quota.name}";r={max(self.left, 0)};t={self.seconds}',
        }
        return said | ({"retry-after": str(self.seconds)} if self.is_spent else {})


class RateLimits:
    """Counts what each token has asked."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Count by this clock."""
        self._now = now
        #: When a window began, and how many have come in it.
        self._windows: dict[tuple[str, str], tuple[datetime, int]] = {}

    def take(self, token: Token, quota: Quota) -> Allowance:
        """Count one request of a token; what was one too many is not counted again."""
        now, key = self._now(), (token.id, quota.name)
        began, count = self._windows.get(key, (now, 0))
        if not timedelta() <= now - began < quota.window:
            began, count = now, 0
        self._windows[key] = (began, min(count + 1, quota.most))
        ends = math.ceil((began + quota.window - now) / SECOND)
        return Allowance(quota=quota, left=quota.most - count - 1, seconds=ends)

    def guard(self, quota: Quota) -> Guard:
        """Return what stops a token that asks too much; the token must be known by then."""

        async def guard(
            connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
        ) -> None:
            allowance = self.take(token_of(connection), quota)
            kept_with(connection)[_STATE] = allowance.headers
            if allowance.is_spent:
                raise TooManyRequestsException(
                    f"More than {quota.most} requests in {quota.window // SECOND} seconds. "
                    "Nothing was looked at.",
                    headers=allowance.headers,
                )

        return guard


def limits_of(connection: ASGIConnection[Any, Any, Any, Any]) -> dict[str, str]:
    """Return the headers that tell what is left; none for whoever was not let in."""
    return dict(kept_with(connection).get(_STATE, {}))


def telling(handlers: ExceptionHandlersMap) -> ExceptionHandlersMap:
    """Return the same handlers of errors, telling what is left."""
    return {kind: partial(_telling, handler) for kind, handler in handlers.items()}


def _telling(
    handler: ExceptionHandler[Any], request: ASGIConnection[Any, Any, Any, Any], fault: Exception
) -> Response[Any]:
    # Litestar hands over the request that failed, never a socket.
    answer = handler(request, fault)  # type: ignore[arg-type]
    answer.headers.update(limits_of(request))
    return answer
