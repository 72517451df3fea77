"""`GET /api/v1/notices`: every text customers are or were shown, for whoever must know which.

Texts are public (`/n/{code}`); the list is a brand's own. They come in the order in which they
were registered, so that whoever has read them once only asks for what is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter

from app import api_examples
from app.api_pages import After, cursor_of, place_of
from app.api_terms import AnyRequest, terms
from app.rate_limits import limits_of
from app.system_access import token_of
from consent.notices import NoticeShelf, Status
from storage.notices import KeptNotice, NoticeQuery, SqlNotices

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

_LIST = "notices"
_MOST, _USUAL = 500, 100
_PAPER = "paper"
_NOT_MODIFIED = ResponseSpec(
    data_container=None, description="The same as when this ETag was told."
)
_CURRENT = "Only texts that are shown now, or only those that are not any more."
_SAME = "The ETag of the last answer: the same again is answered 304, without a body."

_Purpose = Annotated[str | None, QueryParameter(pattern="^[a-z0-9_]{1,64}$")]
_Language = Annotated[str | None, QueryParameter(pattern="^[a-z]{2,8}$")]
_Version = Annotated[
    str | None, QueryParameter(pattern=r"^[0-9]{1,6}\.[0-9]{1,6}$", description="Like 1.0.")
]
_Fingerprint = Annotated[
    str | None,
    QueryParameter(pattern="^[0-9a-f]{64}$", description="SHA-256 of the exact text, in hex."),
]
_Current = Annotated[bool | None, QueryParameter(description=_CURRENT)]
_Limit = Annotated[int, QueryParameter(ge=1, le=_MOST)]
_Same = Annotated[
    str | None, HeaderParameter(name="If-None-Match", max_length=1_000, description=_SAME)
]


class NoticeForm(StrEnum):
    """For which medium a text is written; `paper`: it was shown outside our doors."""

    CHAT = "chat"
    SMS = "sms"
    SMS_PLAIN = "sms_plain"
    PAPER = "paper"


_Form = Annotated[NoticeForm | None, QueryParameter()]


class ShownNotice(msgspec.Struct, kw_only=True):
    """One version of one text, word for word."""

    fingerprint: str
    #: As in its public link, `/n/{code}`.
    code: str
    purpose: str
    language: str
    form: NoticeForm
    version: str
    #: Whether it is shown now.
    current: bool
    #: Whether the controller has approved it; none: nobody has said so.
    status: Status | None
    #: Against the version before, in its own language.
    changed: str | None
    text: str
    registered_at: datetime


class NoticeList(msgspec.Struct, kw_only=True):
    """Some texts, and what to go on `after`; none: that is all."""

    notices: list[ShownNotice]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDesk:
    """Reads the register of texts."""

    register: SqlNotices
    shelf: NoticeShelf

    async def listed(self, wanted: NoticeQuery) -> NoticeList:
        """Return a page of a brand's texts."""
        page = await self.register.listed(wanted)
        return NoticeList(
            notices=[_shown(kept, self.shelf) for kept in page.notices],
            cursor=cursor_of(_LIST, wanted.brand, page.after),
        )

    def current(self, brand: str) -> frozenset[str]:
        """Return the fingerprints of what a brand shows now."""
        mine = (n.fingerprint for n in self.shelf if n.brand == brand)
        return frozenset(filter(self.shelf.is_current, mine))


def notice_list_routes(desk: NoticeDesk, guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    """Return the route by which systems read texts.

    :param guards: who may read; they leave the token, and what is left, with the request.
    """
    usual = terms(guards, "Ask again.", shown=api_examples.NOTICES)
    usual["responses"] = {304: _NOT_MODIFIED, **usual["responses"]}

    @get("/api/v1/notices", summary="Read every text customers are or were shown", **usual)
    async def list_notices(  # noqa: PLR0913
        request: AnyRequest,
        purpose: _Purpose = None,
        language: _Language = None,
        form: _Form = None,
        version: _Version = None,
        fingerprint: _Fingerprint = None,
        current: _Current = None,
        after: After = "",
        limit: _Limit = _USUAL,
        same: _Same = None,
    ) -> Response[NoticeList]:
        token = token_of(request)
        fields = {
            "purpose": purpose,
            "language": language,
            "form": form.value if form else None,
            "fingerprint": fingerprint,
        }
        wanted = NoticeQuery(
            brand=token.brand,
            fields={name: value for name, value in fields.items() if value is not None},
            version=version,
            among=desk.current(token.brand),
            within=current,
            after=place_of(_LIST, token.brand, after),
            most=limit,
        )
        return _answer(request, await desk.listed(wanted), same)

    return [list_notices]


def _answer(request: AnyRequest, found: NoticeList, same: str | None) -> Response[NoticeList]:
    digest = hashlib.sha256(msgspec.json.encode(found)).hexdigest()
    tag = f'"{digest[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"} | limits_of(request)
    if same is not None and _names(same, tag):
        # Without a body, whatever its type says.
        return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]
    return Response(found, headers=headers)


def _names(said: str, tag: str) -> bool:
    """Say whether `If-None-Match` names a tag (RFC 9110, 13.1.2)."""
    tags = [one.strip().removeprefix("W/") for one in said.split(",")]
    return tags == ["*"] or tag in tags


def _shown(kept: KeptNotice, shelf: NoticeShelf) -> ShownNotice:
    known = None if kept.form == _PAPER else shelf.find(kept.fingerprint)
    status = known.status if known else None
    if kept.form == _PAPER:
        status = Status.DRAFT if kept.is_draft else Status.APPROVED
    return ShownNotice(
        fingerprint=kept.fingerprint,
        code=kept.code,
        purpose=kept.purpose,
        language=kept.language,
        form=NoticeForm(kept.form),
        version=kept.version,
        current=known is not None and shelf.is_current(kept.fingerprint),
        status=status,
        changed=known.changed if known and known.changed else None,
        text=kept.text,
        registered_at=kept.registered_at,
    )
