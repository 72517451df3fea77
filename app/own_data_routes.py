"""`/my/{opaque}`: a copy of one's own data, behind a link that was sent by SMS.

Looking at the link shows nothing of anybody and uses nothing up: programs that show previews look
too. The copy opens by a button, ten times within a day. A wrong link, an old one and one that is
used up get one and the same page, after the same work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import MediaType, Response, get, post
from litestar.params import FromPath

from app.composition import Assistant
from app.own_data_files import CopyFile, copy_file
from app.own_data_page import document
from app.own_data_words import CopyWords
from app.receipt_page import HEADERS
from consent.copy_links import credentials_of
from storage.copies import GoodLink, SqlCopies

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = HEADERS | {"content-security-policy": _POLICY}
_NOT_FOUND = 404


def own_data_routes(assistant: Assistant, copies: SqlCopies) -> list[HTTPRouteHandler]:
    """Return the page of a link, and what its buttons do."""
    gone = dead_page(assistant)

    async def opened(opaque: str, form: str) -> tuple[GoodLink, CopyFile] | None:
        now = assistant.clock.now()
        customer, digest = credentials_of(opaque)
        link = await copies.find(customer, digest, now)
        data = await copies.open(customer, digest, now) if link else None
        if link is None or data is None:
            return None
        return link, copy_file(assistant, data, form, link.language)

    @get("/my/{opaque:str}", include_in_schema=False)
    async def show(opaque: FromPath[str]) -> Response[str]:
        link = await copies.find(*credentials_of(opaque), assistant.clock.now())
        return _html(link_page(assistant, link, opaque)) if link else _html(gone, _NOT_FOUND)

    @post("/my/{opaque:str}/html", status_code=200, include_in_schema=False)
    async def read(opaque: FromPath[str]) -> Response[str]:
        found = await opened(opaque, "html")
        return _html(found[1].content.decode()) if found else _html(gone, _NOT_FOUND)

    @post("/my/{opaque:str}/json", status_code=200, include_in_schema=False)
    async def save(opaque: FromPath[str]) -> Response[bytes] | Response[str]:
        found = await opened(opaque, "json")
        return _attached(found[1]) if found else _html(gone, _NOT_FOUND)

    return [show, read, save]


def link_page(assistant: Assistant, link: GoodLink, opaque: str) -> str:
    """Return what a good link shows before it is opened: whose it is not, but what it opens."""
    words = CopyWords(assistant, link.brand, link.language)
    until = words.moment(link.expires_at)
    # In an address only letters, digits, `-` and `_` come this far.
    buttons = (("html", "read", ' class="first"'), ("json", "save", ""))
    forms = "".join(
        f'<form method="post" action="/my/{opaque}/{form}">'
        f"<button{kind}>{words.say(f'link.{name}')}</button></form>"
        for form, name, kind in buttons
    )
    body = (
        f"<p>{words.say('link.about')}</p>{forms}"
        f'<p class="quiet">{words.say("link.until", until=until, count=link.opens_left)}</p>'
    )
    return document(words, words.say("title"), body)


def dead_page(assistant: Assistant) -> str:
    """Return what every link that does not open shows, in all languages."""
    brand = str(next(iter(assistant.catalogue.brands)))
    voices = [CopyWords(assistant, brand, x) for x in assistant.catalogue.languages]
    first, *others = voices
    body = f"<p>{first.say('link.again')}</p>" + "".join(
        f'<section lang="{words.language}"><h2>{words.say("link.dead")}</h2>'
        f"<p>{words.say('link.again')}</p></section>"
        for words in others
    )
    return document(first, first.say("link.dead"), body)


def _html(text: str, status: int = 200) -> Response[str]:
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=_HEADERS)


def _attached(file: CopyFile) -> Response[bytes]:
    attached = {"content-disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=_HEADERS | attached)
