"""Lists a page at a time: an opaque cursor says after which place the next page begins.

It names the list and the brand it is of, so that one that strayed elsewhere is refused. Nothing is
let in by it: what a list shows is decided by the token alone.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated

import msgspec
from litestar.exceptions import ClientException
from litestar.params import QueryParameter

from storage.moments import from_store, to_store

_FORM = "1"
#: The last moment that a date can have.
_LAST = 253_402_300_799_999_999
_AFTER = "The cursor of the page before; none: from the beginning."

#: A moment, and a name that tells those of the same moment apart.
Place = tuple[datetime, str]
After = Annotated[str, QueryParameter(max_length=500, description=_AFTER)]

_Word = Annotated[str, msgspec.Meta(pattern="^[ -~]{1,80}$")]
_Moment = Annotated[int, msgspec.Meta(ge=0, le=_LAST)]
_Cursor = tuple[str, str, str, _Moment, _Word]


def cursor_of(listed: str, brand: str, place: Place | None) -> str | None:
    """Return how a reader names the place up to which a list was read; none at its end."""
    if place is None:
        return None
    said = msgspec.json.encode((_FORM, listed, brand, to_store(place[0]), place[1]))
    return urlsafe_b64encode(said).decode().rstrip("=")


def place_of(listed: str, brand: str, cursor: str) -> Place | None:
    """Return the place that a cursor names; none without a cursor.

    :raises ClientException: it is no cursor of this list.
    """
    if not cursor:
        return None
    try:
        read = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        form, of, whose, moment, name = msgspec.json.decode(read, type=_Cursor)
    except ValueError as fault:
        raise ClientException("after: this is no cursor") from fault
    if (form, of, whose) != (_FORM, listed, brand):
        raise ClientException("after: this is no cursor of this list")
    return from_store(moment), name
