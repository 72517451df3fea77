"""Problem details (RFC 9457): the one form in which `/api/v1` says what went wrong."""

from __future__ import annotations

import logging
from http import HTTPStatus
from traceback import extract_tb
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap

from consent.errors import StoreUnavailable

_log = logging.getLogger("consent.api")
_MEDIA_TYPE = "application/problem+json"
_RETRY = {"retry-after": "10"}
#: The codes that CAMARA has for the same (standards.md, 1.3).
_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "CONFLICT",
    410: "GONE",
    413: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "TOO_MANY_REQUESTS",
    503: "UNAVAILABLE",
}


class Problem(msgspec.Struct, kw_only=True):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str


def described(*statuses: int) -> dict[int, ResponseSpec]:
    """Return how OpenAPI is to describe the problems that a route can answer with."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            media_type=_MEDIA_TYPE,
            description=HTTPStatus(status).phrase,
            generate_examples=False,
        )
        for status in statuses
    }


def answered(without_store: str) -> ExceptionHandlersMap:
    """Return what turns errors into problems.

    :param without_store: what did not happen, and what to do, where the store is away.
    """

    def unavailable(_request: object, _fault: StoreUnavailable) -> Response[Problem]:
        return _problem(503, f"The store cannot be reached. {without_store}", _RETRY)

    return {HTTPException: _refused, StoreUnavailable: unavailable, Exception: _failed}


def place_of(fault: Exception) -> str:
    """Return where something broke, never what: an error's own words can quote the customer."""
    where = extract_tb(fault.__traceback__)[-1] if fault.__traceback__ else None
    return f"{where.filename}:{where.lineno}" if where else "?"


def _failed(request: Request[Any, Any, Any], fault: Exception) -> Response[Problem]:
    kind, place = type(fault).__name__, place_of(fault)
    _log.error("failed: path=%s, %s at %s", request.url.path, kind, place)
    return _problem(500, "Something went wrong here; our log says where.", None)


def _refused(_request: object, fault: HTTPException) -> Response[Problem]:
    return _problem(fault.status_code, _said(fault), fault.headers)


def _problem(status: int, detail: str, headers: dict[str, Any] | None) -> Response[Problem]:
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=_CODES.get(status, "INTERNAL"),
    )
    return Response(problem, status_code=status, media_type=_MEDIA_TYPE, headers=headers)


#: What the library says of a word that is none of those allowed, and then quotes it.
_NO_SUCH_WORD = "Invalid enum value"


def _unquoted(message: object) -> object:
    """Return a message without the value that it is about."""
    is_quoted = isinstance(message, str) and message.startswith(_NO_SUCH_WORD)
    return _NO_SUCH_WORD if is_quoted else message


def _said(fault: HTTPException) -> str:
    """Return what was wrong with which field, never what stood in it."""
    extra = fault.extra if isinstance(fault.extra, list) else []
    wrong = {x.get("key"): _unquoted(x.get("message")) for x in extra if isinstance(x, dict)}
    if "data" in wrong:
        # The body as a whole.
        missing = wrong["data"] == "'data'"
        return "There is no body." if missing else str(wrong["data"])
    return "; ".join(f"{key}: {message}" for key, message in wrong.items()) or fault.detail
