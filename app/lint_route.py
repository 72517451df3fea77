"""`POST /api/v1/sms/lint`: an advertising text checked for a campaign tool.

Errors are problem details (RFC 9457). The route is opened only with what lets staff in: whoever
mounts it hands in the guards.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.exceptions import ClientException, HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from app.ad_texts import AdDesk, AdText, CheckRefused, as_json
from app.system_access import refuse_other_brands

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

#: A text of 1 600 characters, escaped twice over.
LARGEST_BODY = 64 * 1024
_PROBLEM = "application/problem+json"
#: The codes that CAMARA has for the same (standards.md, 1.3).
_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    413: "INVALID_ARGUMENT",
}


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


class Problem(msgspec.Struct, kw_only=True):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str


def lint_routes(desk: AdDesk, guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    """Return the route by which campaign tools have texts checked; nothing is stored.

    :param guards: who may ask; a text before its campaign is nobody else's business.
    """

    @post(
        "/api/v1/sms/lint",
        status_code=200,
        guards=guards,
        request_max_body_size=LARGEST_BODY,
        exception_handlers={HTTPException: _problem},
        responses={status: _spec(status) for status in _CODES},
        summary="Check an advertising text before it goes out",
    )
    async def check_ad(request: Request[Any, Any, Any], data: JSONBody[AdToCheck]) -> AdReport:
        refuse_other_brands(request, data.brand)
        wanted = AdText(**msgspec.structs.asdict(data))
        try:
            report = desk.check(wanted)
        except CheckRefused as fault:
            raise ClientException(fault.reason) from fault
        return msgspec.convert(as_json(report), AdReport)

    return [check_ad]


def _spec(status: int) -> ResponseSpec:
    return ResponseSpec(
        data_container=Problem,
        media_type=_PROBLEM,
        description=HTTPStatus(status).phrase,
        generate_examples=False,
    )


def _problem(_request: object, fault: HTTPException) -> Response[Problem]:
    problem = Problem(
        title=HTTPStatus(fault.status_code).phrase,
        status=fault.status_code,
        detail=_said(fault),
        code=_CODES.get(fault.status_code, "INTERNAL"),
    )
    return Response(
        problem, status_code=fault.status_code, media_type=_PROBLEM, headers=fault.headers
    )


def _said(fault: HTTPException) -> str:
    """Return what was wrong with which field, never what stood in it."""
    extra = fault.extra if isinstance(fault.extra, list) else []
    wrong = {x.get("key"): x.get("message") for x in extra if isinstance(x, dict)}
    if "data" in wrong:
        # The body as a whole.
        missing = wrong["data"] == "'data'"
        return "There is no body." if missing else str(wrong["data"])
    return "; ".join(f"{key}: {message}" for key, message in wrong.items()) or fault.detail
