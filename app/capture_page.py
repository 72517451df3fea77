"""`/capture/{ticket}`: where a system sends a customer to give a consent, and back from.

The page decides nothing: whoever holds the link need not be the customer. It says what is asked,
links the full texts, and names the ways to answer. `/capture/{ticket}/done` looks at what stands
by then and sends the customer back with `capture_result`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import msgspec
from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter

from app.composition import Assistant
from app.receipt_page import HEADERS
from consent.catalogue import BrandId, Purpose
from consent.notices import Form
from consent.ports import Address, AddressKind
from consent.verdicts import Question
from locales.phrases import Strings
from marketing.capture import RESULT, CaptureResult, Errand, result_of, with_result
from marketing.checking import Asked, Consulting, check_all
from marketing.consent_info import questions_of
from storage.tickets import SealedTickets

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_STYLE = """
:root{color-scheme:light dark}
body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.375rem;line-height:1.3;margin:1rem 0}
h2{font-size:1.0625rem;line-height:1.4;margin:2rem 0 .25rem}
p,ul{margin:0 0 .75rem}
nav a{margin-right:1rem}
a{color:inherit}
[role=status]{border-left:2px solid;padding-left:1rem}
"""
_State = Annotated[str | None, QueryParameter(name="state", max_length=1_000)]
_Language = Annotated[str | None, QueryParameter(name="lang", max_length=10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """Makes links, opens them, and tells how it ended."""

    assistant: Assistant
    consulting: Consulting
    tickets: SealedTickets
    #: The numbers that customers can write to, by brand.
    senders: Mapping[str, str]

    def link(self, errand: Errand) -> str:
        """Return where to send the customer."""
        ticket = self.tickets.close(msgspec.json.encode(errand))
        return f"{self.assistant.link_base}/capture/{ticket}"

    def open(self, ticket: str) -> Errand:
        """Return what a customer was sent for.

        :raises NotFoundException: the link is none of ours.
        """
        sealed = self.tickets.open(ticket)
        if sealed is None:
            raise NotFoundException
        try:
            return msgspec.json.decode(sealed, type=Errand)
        except msgspec.DecodeError as fault:
            # Made by another version of this program.
            raise NotFoundException from fault

    async def result(self, errand: Errand) -> CaptureResult | None:
        """Return how it ended, noted with the customer by then; none: it has not.

        :raises StoreUnavailable: nobody looked.
        """
        lens = self.assistant.house.lens(errand.brand, self.assistant.clock.now())
        if lens.now >= errand.until:
            return CaptureResult.TIMEOUT
        questions = self.questions(errand)
        if questions.keys() != set(errand.scopes):
            # The catalogue has changed under way.
            return CaptureResult.ERROR
        address = Address(AddressKind.MSISDN, errand.number)
        asked = [Asked(question=q, address=address) for q in questions.values()]
        found = await check_all(self.consulting, lens, asked, errand.viewer, RESULT)
        return result_of(errand, dict(zip(questions, found, strict=True)))

    def questions(self, errand: Errand) -> dict[str, Question]:
        """Return what is asked; nothing if the catalogue no longer knows it."""
        catalogue = self.assistant.catalogue
        return questions_of(catalogue, errand.brand, errand.purpose, errand.scopes) or {}


def capture_routes(captures: Captures) -> list[HTTPRouteHandler]:
    """Return the page and the way back."""

    @get("/capture/{ticket:str}", include_in_schema=False)
    async def show(
        ticket: FromPath[str], own: _State = None, language: _Language = None
    ) -> Response[str]:
        errand = captures.open(ticket)
        if captures.assistant.clock.now() >= errand.until:
            return _ended(captures, errand, CaptureResult.TIMEOUT, own, language)
        page = _Page(captures, errand, language)
        return _shown(page.whole(page.asked(), page.onward(ticket, own)))

    @get("/capture/{ticket:str}/done", include_in_schema=False)
    async def done(
        ticket: FromPath[str], own: _State = None, language: _Language = None
    ) -> Response[str]:
        errand = captures.open(ticket)
        result = await captures.result(errand)
        if result is None:
            page = _Page(captures, errand, language)
            waiting = f'<p role="status">{page.say("waiting")}</p>'
            return _shown(page.whole(waiting + page.asked(), page.onward(ticket, own)))
        return _ended(captures, errand, result, own, language)

    return [show, done]


def _link(path: str, query: Mapping[str, str]) -> str:
    return escape(f"/capture/{path}?{urlencode(query)}")


def _shown(text: str) -> Response[str]:
    return Response(text, media_type=MediaType.HTML, headers=HEADERS)


def _ended(
    captures: Captures,
    errand: Errand,
    result: CaptureResult,
    state: str | None,
    language: str | None,
) -> Response[str]:
    if errand.callback is None:
        page = _Page(captures, errand, language)
        name = "ended" if result is CaptureResult.TIMEOUT else "thanks"
        return _shown(page.whole(f"<p>{page.say(name)}</p>"))
    there = with_result(errand.callback, result, state)
    return Response("", status_code=302, headers=HEADERS | {"location": there})


class _Page:
    """What a customer reads, in one language."""

    def __init__(self, captures: Captures, errand: Errand, language: str | None) -> None:
        assistant = captures.assistant
        brand = assistant.catalogue.brands[BrandId(errand.brand)]
        known = language in assistant.catalogue.languages
        self.language = language if language and known else brand.default_language
        self._captures, self._errand, self._brand = captures, errand, brand
        self._words: Strings = assistant.texts.strings[self.language]["capture"]
        self._voice = assistant.wording(brand.id, self.language, Form.CHAT)

    def say(self, name: str, **values: str) -> str:
        """Return a line of the page, safe to be shown."""
        said = self._words.say(f"capture.{name}")
        return escape(said.format_map({"brand": self._brand.name} | values))

    def whole(self, body: str, onward: str = "") -> str:
        """Return the page around its body, with what leads on."""
        title = self.say("title")
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta name="robots" content="noindex,nofollow">'
            f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
            f"<h1>{title}</h1>{body}{onward}</main></body></html>"
        )

    def onward(self, ticket: str, own: str | None) -> str:
        """Return the links back to who sent the customer, and to the other languages.

        :param own: what that system wants to find again when the customer comes back.
        """
        said = {} if own is None else {"state": own}
        closing = f"<p>{self.say('close')}</p>"
        if self._errand.callback is not None:
            there = _link(f"{ticket}/done", said | {"lang": self.language})
            closing = f'<p><a href="{there}">{self.say("done")}</a></p>'
        strings = self._captures.assistant.texts.strings
        links = "".join(
            f'<a lang="{other}" href="{_link(ticket, said | {"lang": other})}">'
            f"{escape(strings[other]['chat'].say(f'language.{other}'))}</a>"
            for other in strings
            if other != self.language
        )
        return f"{closing}<nav>{links}</nav>"

    def asked(self) -> str:
        """Return what is asked, with the full texts, and how to answer."""
        purposes = self._purposes()
        lines = [f"<p>{self.say('intro')}</p>", *map(self._consent, purposes)]
        lines.append(f"<h2>{self.say('how')}</h2><ul>")
        sender = self._captures.senders.get(self._errand.brand)
        for purpose in purposes:
            number = str(purpose.number)
            if sender:
                lines.append(f"<li>{self.say('sms', number=number, sender=sender)}</li>")
            lines.append(f"<li>{self.say('telegram', number=number)}</li>")
        return "".join([*lines, "</ul>"])

    def _purposes(self) -> list[Purpose]:
        catalogue = self._captures.assistant.catalogue
        questions = self._captures.questions(self._errand)
        asked = {q.purpose for scope, q in questions.items() if scope in self._errand.open}
        return [p for p in catalogue.purposes if p.id in asked]

    def _consent(self, purpose: Purpose) -> str:
        notices = self._captures.assistant.texts.notices
        notice = notices.current(self._brand.id, purpose.id, self.language, Form.CHAT)
        title = escape(f"{purpose.number}. {self._voice.title(purpose.id)}")
        return (
            f"<h2>{title}</h2>"
            f'<p><a href="/n/{notice.code}" target="_blank" rel="noopener">'
            f"{self.say('read')}</a></p>"
        )
