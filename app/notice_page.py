"""`/n/{code}`: a notice as it was shown, public, for people who got an SMS with a link."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from app.composition import Assistant
from consent.catalogue import BrandId
from consent.notices import Form, Notice

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_STYLE = """
:root{color-scheme:light dark}
body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 1.5rem}
p{margin:0 0 1rem}
footer{font-size:.875rem;margin-top:2rem;padding-top:1rem;border-top:1px solid;opacity:.8}
"""
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "cache-control": "public, max-age=86400, immutable",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def notice_routes(assistant: Assistant) -> list[HTTPRouteHandler]:
    """Return the route of the notices."""

    @get("/n/{code:str}", include_in_schema=False)
    async def show(code: FromPath[str]) -> Response[str]:
        notice = assistant.texts.notices.by_code(code.upper())
        text = assistant.texts.notice_texts.get(notice.fingerprint) if notice else None
        if notice is None or text is None:
            raise NotFoundException
        return Response(page(assistant, notice, text), media_type=MediaType.HTML, headers=_HEADERS)

    return [show]


def page(assistant: Assistant, notice: Notice, text: str) -> str:
    """Return a notice as a page of its own: no script, nothing from elsewhere."""
    voice = assistant.wording(notice.brand, notice.language, notice.form)
    heading, *rest = text.split("\n\n") if notice.form is Form.CHAT else ("", text)
    title = escape(heading or voice.title(notice.purpose))
    brand = escape(assistant.catalogue.brands[BrandId(notice.brand)].name)
    paragraphs = "".join(f"<p>{escape(p)}</p>" for p in rest)
    return (
        f'<!doctype html><html lang="{notice.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title}</h1>{paragraphs}"
        f"<footer>{brand} · {notice.code} · {notice.version}</footer></main></body></html>"
    )
