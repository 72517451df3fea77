"""`GET /api/v1/feed`: the change feed for systems that ask rather than be told.

Errors are problem details (RFC 9457). A token of one brand reads that brand's decisions alone, and
who has read them is noted with each customer before anything is shown (law 9).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, get
from litestar.exceptions import ClientException
from litestar.params import QueryParameter

from app import api_examples
from app.api_terms import AnyRequest, fresh, terms
from app.system_access import token_of
from consent.access import Token
from consent.feed import Entry, cursor_of, position_of
from consent.ports import Clock
from storage.feed import Reading, SqlFeed

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

#: Events a page, at most and unless told otherwise; seconds one may wait for them.
MOST, USUAL, LONGEST_WAIT = 500, 100, 30
#: In place of a cursor: from now on.
END = "end"
_LOOK_AGAIN = 0.2


class About(msgspec.Struct, kw_only=True):
    """What it is about: a purpose, channel or topic, the service, or the customer."""

    kind: str
    id: str


class Said(msgspec.Struct, kw_only=True):
    """One decision. `position` counts the decisions of one customer; a lower one is older.

    What changed without a decision has none: a consent that ran out, a number that changed hands.
    """

    brand: str
    customer: str
    #: By which the customer is reached now; none once they were forgotten.
    numbers: list[str]
    position: int | None
    about: About
    action: str
    said_at: str
    until: str | None
    notice: str | None
    door: str
    actor: str


class CloudEvent(msgspec.Struct, kw_only=True):
    """A decision as a CloudEvent 1.0; the same id is the same event."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    data: Said


class FeedPage(msgspec.Struct, kw_only=True):
    """The next events, and what to go on `after`; no events: that is all for now."""

    events: list[CloudEvent]
    cursor: str


def feed_routes(feed: SqlFeed, clock: Clock, guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    """Return the route by which other systems read what customers have decided.

    :param guards: who may read; they leave the token, and what is left, with the request.
    """

    @get(
        "/api/v1/feed",
        summary="Read decisions in order, after a cursor",
        **terms(guards, "Nothing was shown.", shown=api_examples.FEED),
    )
    async def read_feed(
        request: AnyRequest,
        after: Annotated[str, QueryParameter(description=_AFTER)] = "",
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = USUAL,
        wait: Annotated[int, QueryParameter(ge=0, le=LONGEST_WAIT)] = 0,
    ) -> Response[FeedPage]:
        token = token_of(request)
        if after == END:
            end = _page(token.brand, await feed.end(token.brand), ())
            return Response(end, headers=fresh(request))
        position = position_of(token.brand, after) if after else 0
        if position is None:
            raise ClientException("after: this is no cursor of this brand's feed")
        entries = await _awaited(feed, clock, token, (position, limit, wait))
        return Response(_page(token.brand, position, entries), headers=fresh(request))

    return [read_feed]


_AFTER = "The cursor of the last page; none: from the beginning; `end`: from now on."


async def _awaited(
    feed: SqlFeed, clock: Clock, token: Token, asked: tuple[int, int, int]
) -> tuple[Entry, ...]:
    """Return what comes next, waiting for it as long as was asked."""
    position, limit, wait = asked
    loop = asyncio.get_running_loop()
    over = loop.time() + wait
    while True:
        reading = Reading(
            brand=token.brand,
            after=position,
            limit=limit,
            viewer=f"system:{token.holder}",
            at=clock.now(),
        )
        entries = await feed.read(reading)
        if entries or loop.time() >= over:
            return entries
        try:
            await asyncio.sleep(_LOOK_AGAIN)
        except asyncio.CancelledError:
            # The server stops: there is no news, which is an answer like any other.
            return ()


def _page(brand: str, position: int, entries: Sequence[Entry]) -> FeedPage:
    newest = entries[-1].position if entries else position
    events = [msgspec.convert(entry.event, CloudEvent) for entry in entries]
    return FeedPage(events=events, cursor=cursor_of(brand, newest))
