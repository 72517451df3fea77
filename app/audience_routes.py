"""`/api/v1/audience`: how many customers may be contacted now, without pointing at anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import JSONBody, QueryParameter

from app import api_examples
from app.api_terms import AnyRequest, fresh, terms
from app.system_access import refuse_other_brands, token_of
from consent.catalogue import Catalogue
from marketing.audience import SMALLEST, Audience, Counts

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

_LARGEST = 16 * 1024
_TOPIC = "What the contact is to be about; none: anything."
_AWAY = "Nothing was counted; ask again."


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

    @get(
        "/api/v1/audience",
        summary="Count the customers who may be contacted, by purpose and channel",
        **terms(guards, _AWAY, shown=api_examples.AUDIENCE),
    )
    async def count_all(
        request: AnyRequest,
        topic: Annotated[str | None, QueryParameter(description=_TOPIC)] = None,
    ) -> Response[AudienceCount]:
        return await _counted(audience, catalogue, request, AudienceQuestion(topic=topic))

    @post(
        "/api/v1/audience",
        status_code=200,
        request_max_body_size=_LARGEST,
        summary="Count some groups of customers who may be contacted",
        **terms(guards, _AWAY, 413, shown=api_examples.AUDIENCE),
    )
    async def count_some(
        request: AnyRequest, data: JSONBody[AudienceQuestion]
    ) -> Response[AudienceCount]:
        return await _counted(audience, catalogue, request, data)

    return [count_all, count_some]


async def _counted(
    audience: Audience,
    catalogue: Catalogue,
    request: AnyRequest,
    wanted: AudienceQuestion,
) -> Response[AudienceCount]:
    token = token_of(request)
    if wanted.brand is not None:
        refuse_other_brands(request, wanted.brand)
    _refuse_unknown(wanted, catalogue)
    found = await audience.count(token.brand, wanted.topic)
    return Response(_answer(token.brand, wanted, found), headers=fresh(request))


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
