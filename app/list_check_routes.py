"""`/api/v1/list-checks`: whole lists from campaign tools, streamed in and out.

A list is checked for the token's own brand; every customer in it can read who looked and what for
before a row of the answer leaves (law 9). Files are kept until the answer is not good any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotFoundException,
    TooManyRequestsException,
)
from litestar.params import PathParameter, QueryParameter
from litestar.response import File

from app import api_examples
from app.api_terms import AnyRequest, Why, fresh, terms
from app.list_check_desk import ListDesk
from app.list_check_opening import ListGone, ListsBusy, Wanted
from app.list_check_state import State, files_for
from app.system_access import token_of
from consent.access import Token
from consent.verdicts import Question
from marketing.list_columns import ListUnclear

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

_AWAY = "The list was not checked; send it again."
_LONGEST = 200
_BUSY = {"retry-after": "60"}
_NONE = "There is no such list check, or its files are gone."
_MEDIA = {".csv": "text/csv", ".jsonl": "application/x-ndjson"}

_Maybe = Annotated[str | None, QueryParameter(max_length=_LONGEST)]
_Purposes = Annotated[list[str], QueryParameter(name="purpose", min_items=1, max_items=20)]
_Columns = Annotated[
    list[str] | None,
    QueryParameter(
        name="column",
        max_items=5,
        description="Says whom a row means: a column by name or number, and what it holds where "
        "that is not seen, like `klients=crm_id` (or `=email`, `=number`). Of several, the first "
        "that is not empty in a row counts.",
    ),
]
_Hours = Annotated[int, QueryParameter(ge=1, le=168)]
_Check = Annotated[
    str, PathParameter(max_length=36, description="As the answer to POST named it.")
]


class ListFile(StrEnum):
    """What is made of a list."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    CHANGED = "changed"
    SUMMARY = "summary"


class ListProgress(msgspec.Struct, kw_only=True):
    """How far a list check is, and what came out."""

    id: str
    #: `waiting`, `running`, `finished`, `failed` or `stopped`.
    status: str
    rows: int
    #: Of the file, from 0 to 1.
    share: float
    #: What went wrong.
    detail: str | None
    valid_until: datetime
    #: The columns that say whom a row means, with what they hold if their names do not say it.
    columns: list[str]
    #: What can be fetched at `/files/{name}`.
    files: list[str]
    #: As it is signed.
    summary: dict[str, Any] | None


_Name = Annotated[ListFile, PathParameter(description="What is wanted.")]


class _Gone(HTTPException):
    """The answer is not good any more."""

    status_code = 410


class _NotYet(HTTPException):
    """There is nothing to fetch yet."""

    status_code = 409


def list_check_routes(desk: ListDesk, guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    """Return the routes by which systems have lists checked.

    :param guards: who may, leaving the token and what is left with the request.
    """
    asking = [_asking_route(desk, guards), _changes_route(desk, guards)]
    return [*asking, *_reading_routes(desk, guards)]


def _asking_route(desk: ListDesk, guards: Sequence[Guard]) -> HTTPRouteHandler:
    @post(
        "/api/v1/list-checks",
        status_code=202,
        request_max_body_size=desk.largest,
        summary="Have a list checked: CSV, JSON Lines or Parquet as the body",
        **terms(guards, _AWAY, 413, shown=api_examples.LIST),
    )
    async def check_list(  # noqa: PLR0913
        request: AnyRequest,
        purposes: _Purposes,
        reason: Why,
        channel: _Maybe = None,
        topic: _Maybe = None,
        columns: _Columns = None,
        valid_hours: _Hours = 24,
    ) -> Response[ListProgress]:
        token = token_of(request)
        wanted = Wanted(
            question=Question(
                brand=token.brand,
                purpose=purposes[0],
                also=tuple(purposes[1:]),
                channel=channel,
                topic=topic,
            ),
            viewer=_viewer(token),
            reason=reason,
            columns=tuple(columns or ()),
            valid=timedelta(hours=valid_hours),
        )
        try:
            return _told(request, await desk.take(wanted, request.stream()), 202)
        except ListsBusy as fault:
            raise TooManyRequestsException(str(fault), headers=_BUSY) from fault
        except ListUnclear as fault:
            raise ClientException(str(fault)) from fault

    return check_list


def _changes_route(desk: ListDesk, guards: Sequence[Guard]) -> HTTPRouteHandler:
    @post(
        "/api/v1/list-checks/{check_id:str}/changes",
        status_code=202,
        summary="Ask what has changed since a check, for the same list",
        **terms(guards, _AWAY, 404, 409, 410, shown=api_examples.PROGRESS),
    )
    async def changes(
        request: AnyRequest, check_id: _Check, reason: Why
    ) -> Response[ListProgress]:
        token = token_of(request)
        found = _state(desk, request, check_id)
        if found.viewer != _viewer(token):
            raise NotFoundException(_NONE)
        if found.status != "finished":
            raise _NotYet("This check is not finished.")
        wanted = Wanted(
            question=Question(brand=token.brand, purpose=""),
            viewer=_viewer(token),
            reason=reason,
            since=check_id,
        )
        try:
            return _told(request, await desk.take_changes(wanted), 202)
        except ListGone as fault:
            raise _Gone(str(fault)) from fault
        except ListsBusy as fault:
            raise TooManyRequestsException(str(fault), headers=_BUSY) from fault
        except ListUnclear as fault:
            raise ClientException(str(fault)) from fault

    return changes


def _reading_routes(desk: ListDesk, guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    @get(
        "/api/v1/list-checks/{check_id:str}",
        summary="Ask how far a list check is",
        **terms(guards, "Ask again.", 404, shown=api_examples.PROGRESS),
    )
    async def progress(request: AnyRequest, check_id: _Check) -> Response[ListProgress]:
        return _told(request, _state(desk, request, check_id), 200)

    @get(
        "/api/v1/list-checks/{check_id:str}/files/{name:str}",
        summary="Fetch what was made of a list",
        **terms(guards, "Ask again.", 404, 409, 410, shown=api_examples.LIST_FILE),
    )
    async def fetch(request: AnyRequest, check_id: _Check, name: _Name) -> File:
        state, token = _state(desk, request, check_id), token_of(request)
        if state.status in {"waiting", "running"}:
            raise _NotYet("This check is not finished.")
        try:
            file = desk.file(token.brand, _viewer(token), check_id, name.value)
        except ListGone as fault:
            raise _Gone(str(fault)) from fault
        if file is None:
            raise NotFoundException("There is no such file of this check.")
        suffix = {ListFile.SUMMARY: ".json", ListFile.REJECTED: ".csv"}.get(name, state.suffix)
        return File(
            file,
            filename=f"{name.value}{suffix}",
            media_type=_MEDIA.get(suffix, "application/json"),
            headers=fresh(request),
        )

    return [progress, fetch]


def _viewer(token: Token) -> str:
    return f"system:{token.holder}"


def _state(desk: ListDesk, request: AnyRequest, check: str) -> State:
    found = desk.state(token_of(request).brand, check)
    if found is None:
        raise NotFoundException(_NONE)
    return found


def _told(request: AnyRequest, state: State, status: int) -> Response[ListProgress]:
    said = ListProgress(
        id=state.id,
        status=state.status,
        rows=state.rows,
        share=round(state.share, 3),
        detail=state.detail,
        valid_until=state.valid_until,
        columns=list(state.columns),
        files=list(files_for(_viewer(token_of(request)), state)),
        summary=state.summary,
    )
    return Response(said, status_code=status, headers=fresh(request))
