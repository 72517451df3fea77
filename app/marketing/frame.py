"""The frame of the staff's pages: templates, navigation, headers and the files beside them.

A page is a template that extends `base.html`. It may use: `say(name, **values)` for the words of
`marketing.po` (without `marketing.`; with `count=` for plurals), `link(path, **query)` for an
address that keeps the brand, `asset(file)` for a file of this folder, `staff`, `brand_name`,
`csrf_field()` inside every form that posts, and the names of rights as `Right.X`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from litestar import MediaType, Response, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter
from markupsafe import Markup

from app.composition import Assistant
from consent.catalogue import BrandId
from locales.phrases import Strings
from marketing.access import Right, StaffSession

if TYPE_CHECKING:
    from jinja2 import Environment
    from litestar.handlers import HTTPRouteHandler

HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
#: Everything comes from us; nothing is embedded, nothing embeds us.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    # Not `no-referrer`: browsers would then say of our own forms that they come from nowhere.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_FOR_EVER = "public, max-age=31536000, immutable"
HOME = "/marketing"


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the navigation."""

    name: str
    path: str
    right: Right


#: `name` is what a page says it belongs to; its words are `marketing.nav.{name}`.
SECTIONS = (
    Section("overview", "/marketing/overview", Right.COUNTS),
    Section("number", "/marketing/number", Right.VERDICT),
    Section("customer", "/marketing/customer", Right.HISTORY),
    Section("list", "/marketing/list", Right.LISTS),
    Section("texts", "/marketing/texts", Right.TEXTS),
    Section("cases", "/marketing/cases", Right.CASES),
    Section("log", "/marketing/log", Right.ACCESS_LOG),
    Section("staff_log", "/marketing/staff-log", Right.STAFF_LOG),
    Section("accounts", "/marketing/accounts", Right.STAFF),
    Section("tokens", "/marketing/tokens", Right.TOKENS),
)


def sections_of(staff: StaffSession) -> tuple[Section, ...]:
    """Return the navigation of somebody at their brand: what they may open, nothing else."""
    return tuple(section for section in SECTIONS if staff.may(section.right))


class Frame:
    """Renders pages in the languages of the assistant."""

    def __init__(self, assistant: Assistant) -> None:
        """Read the files beside the templates of this folder."""
        self.catalogue = assistant.catalogue
        self._strings = assistant.texts.strings
        #: By code, what each language calls itself.
        self.languages = {
            code: strings["chat"].say(f"language.{code}")
            for code, strings in self._strings.items()
        }
        files = [file for file in sorted(HERE.iterdir()) if file.suffix in _TYPES]
        self._files = {file.name: file.read_bytes() for file in files}

    @cached_property
    def _environment(self) -> Environment:
        # Imported here: until somebody opens a page, nobody pays for Jinja (50 ms, 4 MB).
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

        made = Environment(
            loader=FileSystemLoader(HERE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.globals |= {"asset": self.asset, "Right": Right}
        return made

    def page(
        self,
        staff: StaffSession,
        template: str,
        *,
        section: str = "",
        status: int = 200,
        **values: object,
    ) -> Response[str]:
        """Return a page of somebody who has logged in.

        :param section: the name of the line of the navigation it belongs to.
        :param values: what the template shows beside the frame; `here` is the address that
            shows the page again, where it is not the section's.
        """
        own = {item.name: item.path for item in SECTIONS}
        framed = {
            "staff": staff,
            "brand_name": self.brand_name(staff.brand),
            "brand_names": {brand: self.brand_name(brand) for brand in staff.brands},
            "sections": sections_of(staff),
            "section": section,
            "here": own.get(section, HOME),
            "link": partial(link, staff),
            "csrf_field": partial(csrf_field, staff.csrf),
        }
        return self.render(template, staff.language, status, **(framed | values))

    def render(
        self, template: str, language: str, status: int = 200, /, **values: object
    ) -> Response[str]:
        """Return a page, of somebody or of nobody."""
        framed: dict[str, object] = {"staff": None, "language": language}
        framed["languages"] = self.languages
        framed["say"] = partial(self.say, language)
        text = self._environment.get_template(template).render(framed | values)
        return Response(text, status_code=status, media_type=MediaType.HTML, headers=HEADERS)

    def say(self, language: str, name: str, /, **values: object) -> str:
        """Return a text of `marketing.po`; `count` chooses the plural."""
        count = values.get("count")
        strings: Strings = self._strings[language]["marketing"]
        said = strings.say(f"marketing.{name}", count if isinstance(count, int) else None)
        return said.format_map(values)

    def brand_name(self, brand: str) -> str:
        """Return what a brand is called."""
        return self.catalogue.brands[BrandId(brand)].name

    def asset(self, name: str) -> str:
        """Return the address of a file of this folder, new whenever the file is."""
        return f"/marketing/assets/{name}?v={hashlib.sha256(self._files[name]).hexdigest()[:12]}"

    def asset_route(self) -> HTTPRouteHandler:
        """Return what serves the files beside the templates, to everybody."""

        @get("/marketing/assets/{name:str}", include_in_schema=False)
        async def asset(
            name: FromPath[str],
            version: Annotated[str, QueryParameter(name="v", max_length=64)] = "",
        ) -> Response[bytes]:
            found = self._files.get(name)
            if found is None:
                raise NotFoundException("There is no such file.")
            kept = _FOR_EVER if version else "no-cache"
            return Response(
                found,
                media_type=f"{_TYPES[Path(name).suffix]}; charset=utf-8",
                headers={"cache-control": kept, "x-content-type-options": "nosniff"},
            )

        return asset


def link(staff: StaffSession, path: str, **query: object) -> str:
    """Return an address that keeps to the brand of this page, whatever other tabs show."""
    brand = {"brand": staff.brand} if len(staff.brands) > 1 else {}
    asked = urlencode(brand | {name: str(value) for name, value in query.items()})
    return f"{path}?{asked}" if asked else path


def csrf_field(token: str) -> Markup:
    """Return the hidden field that every form that posts must carry."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)


def language_of(
    connection: ASGIConnection[Any, Any, Any, Any], languages: tuple[str, ...], kept: str
) -> str:
    """Return the language to answer in: the one chosen here, or the first the browser names.

    :param kept: the cookie that remembers a choice.
    """
    said = connection.headers.get("accept-language", "").lower().split(",")
    wanted = [part.partition(";")[0].strip().partition("-")[0] for part in said]
    named = [connection.cookies.get(kept, ""), *wanted]
    return next((one for one in named if one in languages), languages[0])
