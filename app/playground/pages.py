"""The page itself: files of this folder, with a policy that lets nothing else in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

_FOLDER = Path(__file__).parent
_KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}


def page_routes() -> list[ControllerRouterHandler]:
    """Return the routes of the page, its style and its scripts."""
    files = {f.name: f.read_bytes() for f in _FOLDER.iterdir() if f.suffix in _KINDS}
    page = (_FOLDER / "page.html").read_bytes()

    @get("/", include_in_schema=False)
    async def show() -> Response[bytes]:
        return Response(page, media_type="text/html", headers=HEADERS)

    @get("/playground/{name:str}", include_in_schema=False)
    async def asset(name: FromPath[str]) -> Response[bytes]:
        content = files.get(name)
        if content is None:
            raise NotFoundException
        kind = _KINDS[Path(name).suffix]
        return Response(content, media_type=kind, headers=HEADERS)

    return [show, asset]
