"""How a route of `/api/v1` is described in OpenAPI, beyond what its signature says.

Which headers come with a problem, bodies that are read as a stream, and examples: what is sent and
what is answered, as tests send it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from litestar.openapi.spec import (
    Example,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from msgspec import Raw, json

from app.rate_limits import LIMITS

_TEXT = Schema(type=OpenAPIType.STRING)
_CHALLENGE = {"WWW-Authenticate": "How to say who you are: `Bearer`."}
_RETRY = {"Retry-After": "In how many seconds to ask again."}
_LEFT = {header.name: header.description or "" for header in LIMITS}
#: What comes with which problem; none of what is left for whoever was not let in.
_HEADERS = {401: _CHALLENGE, 429: _RETRY | _LEFT, 503: _RETRY | _LEFT}
_FIRST_PROBLEM = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a description adds to a route."""

    #: A body that can be sent, and the answer to it, as JSON.
    asked: object = None
    answered: object = None
    #: Bodies that the route reads itself: media types, and what they are.
    streamed: Mapping[str, str] = field(default_factory=dict)
    #: Media types of a file that is answered.
    files: tuple[str, ...] = ()
    #: Headers of the answer besides what is left.
    headers: Mapping[str, str] = field(default_factory=dict)


def operation(shown: Shown) -> type[Operation]:
    """Return what describes a route."""

    @dataclass
    class ApiOperation(Operation):
        """An operation with headers, streams and examples."""

        def __post_init__(self) -> None:
            """Add to what the signature says."""
            _add_request(self, shown)
            for status, response in (self.responses or {}).items():
                if isinstance(response, OpenAPIResponse):
                    _add_response(int(status), response, shown)

    return ApiOperation


def _add_request(described: Operation, shown: Shown) -> None:
    if shown.streamed:
        described.request_body = RequestBody(
            content={
                kind: OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, description=said))
                for kind, said in shown.streamed.items()
            },
            required=True,
        )
    body = described.request_body
    if shown.asked is not None and isinstance(body, RequestBody):
        _exemplify(body.content, shown.asked)


def _add_response(status: int, response: OpenAPIResponse, shown: Shown) -> None:
    response.headers = dict(response.headers or {})
    if status >= _FIRST_PROBLEM:
        for name, said in _HEADERS.get(status, _LEFT).items():
            response.headers[name] = OpenAPIHeader(schema=_TEXT, description=said)
        return
    for name, said in shown.headers.items():
        response.headers[name] = OpenAPIHeader(schema=_TEXT, description=said)
    if shown.files:
        # A date as in other headers, not as Litestar has it.
        response.headers["last-modified"] = OpenAPIHeader(schema=_TEXT, description="When.")
        response.content = {kind: OpenAPIMediaType(schema=_TEXT) for kind in shown.files}
    if shown.answered is not None and response.content:
        _exemplify(response.content, shown.answered)


def _exemplify(content: Mapping[str, OpenAPIMediaType], value: object) -> None:
    # As JSON already: a null is part of an example, and would be left out of a dictionary.
    said = Raw(json.encode(value))
    for media in content.values():
        media.examples = {"usual": Example(value=said)}
