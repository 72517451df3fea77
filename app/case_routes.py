"""`/api/v1/cases`: what waits for a person at the brand, for the CRM where that person works.

A list says what is due and names nobody. Whoever opens a case says what for, and is in the
customer's read log before its words leave (law 9). An answer leaves over the door by which the
case came.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from app import api_examples
from app.api_operation import Shown
from app.api_pages import After
from app.api_terms import AnyRequest, Key, Terms, Why, fresh, terms
from app.case_desk import CaseDesk, case_place
from app.case_entries import (
    CaseAnswer,
    CaseClosing,
    CaseDone,
    CaseExtension,
    CaseList,
    ShownCase,
)
from app.system_access import token_of
from consent.case_ports import CaseQuery
from consent.cases import CaseKind

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

_PATH = "/api/v1/cases"
_AWAY = "Nothing was done; send it again."
_LARGEST = 64 * 1024
_MOST, _USUAL = 500, 100
_NUMBERS = "Also the customer's numbers, to call them back on."
_LATE = "Only those that are overdue."

_Reference = Annotated[
    str,
    PathParameter(pattern="^[A-Za-z0-9-]{1,40}$", description="Its reference, like K7M2-94QX."),
]
_Limit = Annotated[int, QueryParameter(ge=1, le=_MOST)]
_Overdue = Annotated[bool, QueryParameter(description=_LATE)]
_Numbers = Annotated[bool, QueryParameter(description=_NUMBERS)]


class CaseFilter(StrEnum):
    """Which cases are wanted."""

    #: The first due first.
    OPEN = "open"
    #: Answered, or closed without an answer; the last one first.
    CLOSED = "closed"


_Of = Annotated[CaseFilter, QueryParameter(name="state")]
_Kind = Annotated[CaseKind | None, QueryParameter()]


def case_routes(
    desk: CaseDesk, reads: Sequence[Guard], writes: Sequence[Guard]
) -> list[HTTPRouteHandler]:
    """Return the routes by which systems see cases and answer them.

    :param reads: who may see them; they leave the token, and what is left, with the request.
    :param writes: the same for whoever may answer, extend and close them.
    """
    return [
        _list_route(desk, reads),
        _case_route(desk, reads),
        _answer_route(desk, writes),
        _extend_route(desk, writes),
        _close_route(desk, writes),
    ]


def _list_route(desk: CaseDesk, guards: Sequence[Guard]) -> HTTPRouteHandler:
    @get(
        _PATH,
        summary="List cases by what is due; nobody is named",
        **terms(guards, "Ask again.", shown=api_examples.CASES),
    )
    async def list_cases(  # noqa: PLR0913
        request: AnyRequest,
        of: _Of = CaseFilter.OPEN,
        kind: _Kind = None,
        after: After = "",
        limit: _Limit = _USUAL,
        *,
        overdue: _Overdue = False,
    ) -> Response[CaseList]:
        token = token_of(request)
        is_over = of is CaseFilter.CLOSED
        wanted = CaseQuery(
            brand=token.brand,
            over=is_over,
            kind=kind.value if kind else None,
            overdue_at=desk.assistant.clock.now() if overdue else None,
            most=limit,
            after=case_place(token.brand, after, over=is_over),
        )
        return Response(await desk.listed(wanted), headers=fresh(request))

    return list_cases


def _case_route(desk: CaseDesk, guards: Sequence[Guard]) -> HTTPRouteHandler:
    @get(
        f"{_PATH}/{{reference:str}}",
        summary="Read what a customer asked for, and what was answered",
        **terms(guards, "Nothing was shown.", 404, 409, shown=api_examples.CASE),
    )
    async def show_case(
        request: AnyRequest, reference: _Reference, reason: Why, *, numbers: _Numbers = False
    ) -> Response[ShownCase]:
        named = desk.named(request, reference)
        shown = await desk.shown(named, reason, numbers=numbers)
        return Response(shown, headers=fresh(request))

    return show_case


class _Doing(Terms):
    """What a route is given by which something is done with a case."""

    status_code: int
    request_max_body_size: int


def _doing(guards: Sequence[Guard], shown: Shown, status: int) -> _Doing:
    found = terms(guards, _AWAY, 404, 409, 413, 422, shown=shown)
    return _Doing(**found, status_code=status, request_max_body_size=_LARGEST)


def _answer_route(desk: CaseDesk, guards: Sequence[Guard]) -> HTTPRouteHandler:
    @post(
        f"{_PATH}/{{reference:str}}/answer",
        summary="Answer a customer over the door they asked by; the case ends when it has left",
        **_doing(guards, api_examples.CASE_ANSWER, 202),
    )
    async def answer_case(
        request: AnyRequest, reference: _Reference, data: JSONBody[CaseAnswer], key: Key = None
    ) -> Response[CaseDone]:
        wish = desk.wish(request, reference, data, desk.answer)
        return Response(await desk.once(request, key, wish), headers=fresh(request))

    return answer_case


def _extend_route(desk: CaseDesk, guards: Sequence[Guard]) -> HTTPRouteHandler:
    @post(
        f"{_PATH}/{{reference:str}}/extend",
        summary="Take two months more, once; the customer is told why",
        **_doing(guards, api_examples.CASE_EXTENSION, 202),
    )
    async def extend_case(
        request: AnyRequest,
        reference: _Reference,
        data: JSONBody[CaseExtension],
        key: Key = None,
    ) -> Response[CaseDone]:
        wish = desk.wish(request, reference, data, desk.extend)
        return Response(await desk.once(request, key, wish), headers=fresh(request))

    return extend_case


def _close_route(desk: CaseDesk, guards: Sequence[Guard]) -> HTTPRouteHandler:
    @post(
        f"{_PATH}/{{reference:str}}/close",
        summary="End a case without an answer from here",
        **_doing(guards, api_examples.CASE_CLOSING, 200),
    )
    async def close_case(
        request: AnyRequest, reference: _Reference, data: JSONBody[CaseClosing], key: Key = None
    ) -> Response[CaseDone]:
        wish = desk.wish(request, reference, data, desk.close)
        return Response(await desk.once(request, key, wish), headers=fresh(request))

    return close_case
