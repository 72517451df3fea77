"""`POST /api/v1/sms/lint`: an advertising text checked for a campaign tool.

Errors are problem details (RFC 9457). The route is opened only with what lets staff in: whoever
mounts it hands in the guards.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, post
from litestar.exceptions import ClientException
from litestar.params import JSONBody

from app import api_examples
from app.ad_texts import AdDesk, AdText, CheckRefused, as_json
from app.api_terms import AnyRequest, fresh, terms
from app.system_access import refuse_other_brands

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

#: A text of 1 600 characters, escaped twice over.
LARGEST_BODY = 64 * 1024


class AdToCheck(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An advertising text and whom it goes out for."""

    text: str
    brand: str
    #: A number, a short number or a name.
    sender: Annotated[str, msgspec.Meta(min_length=1)]
    language: str | None = None
    #: Of one part.
    price: Decimal | None = None


class AdFinding(msgspec.Struct, kw_only=True):
    """One thing its writer should know; `offset` counts characters from 0."""

    code: str
    level: str
    message: str
    offset: int | None


class AdReport(msgspec.Struct, kw_only=True):
    """What there is to say about a text; it can go out if no finding is an error."""

    language: str | None
    encoding: str
    parts: int
    characters: int
    left: int
    cost_per_1000: float | None
    findings: list[AdFinding]


def lint_routes(desk: AdDesk, guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    """Return the route by which campaign tools have texts checked; nothing is stored.

    :param guards: who may ask; a text before its campaign is nobody else's business.
    """

    @post(
        "/api/v1/sms/lint",
        status_code=200,
        request_max_body_size=LARGEST_BODY,
        summary="Check an advertising text before it goes out",
        **terms(guards, "Nothing was checked.", 413, shown=api_examples.AD),
    )
    async def check_ad(request: AnyRequest, data: JSONBody[AdToCheck]) -> Response[AdReport]:
        refuse_other_brands(request, data.brand)
        wanted = AdText(**msgspec.structs.asdict(data))
        try:
            report = desk.check(wanted)
        except CheckRefused as fault:
            raise ClientException(fault.reason) from fault
        return Response(msgspec.convert(as_json(report), AdReport), headers=fresh(request))

    return [check_ad]
