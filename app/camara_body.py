"""What is asked of CAMARA ConsentInfo r2.3: read strictly, refused in CAMARA's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

if TYPE_CHECKING:
    from litestar.types import Receive

#: More than any question has.
LARGEST_BODY = 64 * 1024

_PATTERN = re.compile("Expected `str` matching regex '.*'")

# `$` would let a line end pass.
_PhoneNumber = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{4,14}\Z")]
_Purpose = Annotated[str, Meta(pattern=r"^dpv:[a-zA-Z0-9]+\Z")]
_Scopes = Annotated[list[str], Meta(min_length=1)]


class RetrieveBody(msgspec.Struct, kw_only=True):
    """`RetrieveStatusRequestBody`; what else is sent is not looked at."""

    scopes: _Scopes
    purpose: _Purpose
    request_capture_url: bool = msgspec.field(name="requestCaptureUrl")
    phone_number: _PhoneNumber | UnsetType = msgspec.field(name="phoneNumber", default=UNSET)
    callback_url: str | UnsetType = msgspec.field(name="callbackUrl", default=UNSET)


class Refused(Exception):
    """An answer that is none, in CAMARA's form: status, code, message."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        """Say what was wrong, never what was sent."""
        super().__init__(code)
        self.status, self.code, self.message = status, code, message
        self.headers = headers


async def read_body(receive: Receive) -> bytes:
    """Return what was sent.

    :raises Refused: it is too much to be a question.
    """
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message["body"]
        more = message["more_body"]
        if len(body) > LARGEST_BODY:
            raise _invalid("The request body is too large.")
    return body


def parse(content_type: str, body: bytes) -> RetrieveBody:
    """Return what is asked.

    :raises Refused: it is not what the schema says.
    """
    if not body:
        raise _invalid("There is no request body.")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")
    try:
        return msgspec.json.decode(body, type=RetrieveBody)
    except msgspec.ValidationError as fault:
        # What was wrong where; never what stood there, and no pattern for people to read.
        raise _invalid(_PATTERN.sub("Not of the form agreed on", f"{fault}.")) from fault
    except (msgspec.DecodeError, RecursionError) as fault:
        raise _invalid("The request body is not JSON.") from fault


def _invalid(message: str) -> Refused:
    return Refused(400, "INVALID_ARGUMENT", message)
