"""What all routes of `/api/v1` have in common, said once for each.

Who is let in, what goes wrong and in which form (RFC 9457), what is left of an allowance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import ResponseHeader
from litestar.exceptions import ClientException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Operation
from litestar.params import HeaderParameter, QueryParameter

from app.api_operation import Shown, operation
from app.problems import answered, described
from app.rate_limits import LIMITS, limits_of, telling

if TYPE_CHECKING:
    from litestar.types import ExceptionHandlersMap, Guard

#: What every route can answer instead.
_USUAL = (400, 401, 403, 429, 500, 503)
_NOTHING = Shown()
_KEY = "Any word of your own: the same request again gets the same answer, while we remember it."
_WHY = "What it is for; the customer can read it."

AnyRequest = Request[Any, Any, Any]
#: A write that was sent twice is done once.
Key = Annotated[
    str | None,
    HeaderParameter(name="Idempotency-Key", pattern=r"^[!-~]{1,255}$", description=_KEY),
]
#: What a look is for: words, without what nobody can see.
Why = Annotated[
    str,
    QueryParameter(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description=_WHY),
]


class Terms(TypedDict):
    """What a route is given."""

    guards: Sequence[Guard]
    exception_handlers: ExceptionHandlersMap
    responses: Mapping[int, ResponseSpec]
    response_headers: Sequence[ResponseHeader]
    operation_class: type[Operation]


def terms(guards: Sequence[Guard], away: str, *also: int, shown: Shown = _NOTHING) -> Terms:
    """Return what a route is given.

    :param guards: who may call it; they leave the token, and what is left, with the request.
    :param away: what did not happen, and what to do, where the store is away.
    :param also: statuses of problems besides those that every route has.
    :param shown: what OpenAPI is to say beyond the signature.
    """
    return Terms(
        guards=[*guards, refuse_unknown],
        exception_handlers=telling(answered(away)),
        responses=described(*_USUAL, *also),
        response_headers=LIMITS,
        operation_class=operation(shown),
    )


async def refuse_unknown(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Refuse what a route knows nothing of: a misspelt filter must not widen what is asked.

    :raises ClientException: there is no such parameter.
    """
    if not connection.scope["query_string"]:
        return
    known = _parameters(handler)
    if not known.issuperset(connection.query_params.keys()):
        names = ", ".join(sorted(known)) or "none"
        raise ClientException(f"A parameter is not known here. There are: {names}.")


@cache
def _parameters(handler: BaseRouteHandler) -> frozenset[str]:
    fields = handler.parsed_fn_signature.parameters.values()
    found = ((field.name, field.kwarg_definition) for field in fields)
    return frozenset(said.name or name for name, said in found if isinstance(said, QueryParameter))


def fresh(request: AnyRequest) -> dict[str, str]:
    """Return the headers of an answer that no cache may keep: a STOP could come after it."""
    return {"cache-control": "no-store"} | limits_of(request)
