"""`/api/v1/audience`: how many customers may be contacted now, without pointing at anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import ClientException
from litestar.params import JSONBody, QueryParameter

from app.problems import answered, described
from app.rate_limits import LIMITS, limits_of, telling
from app.system_access import refuse_other_brands
from consent.access import Token
from consent.catalogue import Catalogue
from marketing.audience import SMALLEST, Audience, Counts

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

_LARGEST = 16 * 1024
_TOPIC = "What the contact is to be about; none: anything."
_PROBLEMS = (400, 401, 403, 429, 503)


class AudienceQuestion(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which groups to count; nothing said: all of them."""

    purposes: list[str] | None = None
    channels: list[str] | None = None
    topic: str | None = None
    #: For whoever asks for several brands: must be the token's own.
    brand: str | None = None


class AudienceGroup(msgspec.Struct, kw_only=True):
    """Customers who may be contacted for a purpose over a channel."""

    purpose: str
    channel: str
    #: None: fewer than `smallest`, perhaps nobody.
    customers: int | None


class AudienceCount(msgspec.Struct, kw_only=True):
    """How many there are of each group: every customer counted by the verdict of a check."""

    brand: str
    topic: str | None
    #: The moment this was so; counted at most once a minute.
    at: datetime
    #: A smaller group is not told.
    smallest: int
    groups: list[AudienceGroup]


def audience_routes(
    audience: Audience, catalogue: Catalogue, guards: Sequence[Guard]
) -> list[HTTPRouteHandler]:
    """Return the routes by which systems learn how many they could reach.

    :param guards: who may ask; they leave the token and what is left with the request.
    """
    errors = telling(answered("Nothing was counted; ask again."))

    @get(
        "/api/v1/audience",
        guards=guards,
        exception_handlers=errors,
        responses=described(*_PROBLEMS),
        response_headers=LIMITS,
        summary="Count the customers who may be contacted, by purpose and channel",
    )
    async def count_all(
        request: Request[Any, Any, Any],
        topic: Annotated[str | None, QueryParameter(description=_TOPIC)] = None,
    ) -> Response[AudienceCount]:
        return await _counted(audience, catalogue, request, AudienceQuestion(topic=topic))

    @post(
        "/api/v1/audience",
        status_code=200,
        guards=guards,
        request_max_body_size=_LARGEST,
        exception_handlers=errors,
        responses=described(*_PROBLEMS, 413),
        response_headers=LIMITS,
        summary="Count some groups of customers who may be contacted",
    )
    async def count_some(
        request: Request[Any, Any, Any], data: JSONBody[AudienceQuestion]
    ) -> Response[AudienceCount]:
        return await _counted(audience, catalogue, request, data)

    return [count_all, count_some]


async def _counted(
    audience: Audience,
    catalogue: Catalogue,
    request: Request[Any, Any, Any],
    wanted: AudienceQuestion,
) -> Response[AudienceCount]:
    token: Token = request.state["token"]
    if wanted.brand is not None:
        refuse_other_brands(request, wanted.brand)
    _refuse_unknown(wanted, catalogue)
    found = await audience.count(token.brand, wanted.topic)
    headers = {"cache-control": "no-store"} | limits_of(request)
    return Response(_answer(token.brand, wanted, found), headers=headers)


def _refuse_unknown(wanted: AudienceQuestion, catalogue: Catalogue) -> None:
    known: dict[str, tuple[Sequence[str], set[str]]] = {
        "purposes": (wanted.purposes or (), {p.id for p in catalogue.purposes}),
        "channels": (wanted.channels or (), {c.id for c in catalogue.channels}),
        "topic": (
            () if wanted.topic is None else (wanted.topic,),
            {t.id for t in catalogue.topics},
        ),
    }
    for field, (said, found) in known.items():
        if not found.issuperset(said):
            raise ClientException(f"{field}: the catalogue has no such thing")


def _answer(brand: str, wanted: AudienceQuestion, found: Counts) -> AudienceCount:
    return AudienceCount(
        brand=brand,
        topic=wanted.topic,
        at=found.at,
        smallest=SMALLEST,
        groups=[
            AudienceGroup(purpose=purpose, channel=channel, customers=count)
            for (purpose, channel), count in found.groups.items()
            if wanted.purposes is None or purpose in wanted.purposes
            if wanted.channels is None or channel in wanted.channels
        ],
    )
