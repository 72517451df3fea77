"""`/r/{number}`: a receipt to read, for whoever was given its number.

The page says what was decided, when, under which exact text, and how to take it back; no name, no
phone number, no pseudonym. The number has 50 random-looking bits, so nobody comes by one but from
a confirmation; whoever tries is slowed down.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException, TooManyRequestsException
from litestar.params import FromPath

from app.composition import Assistant
from consent.catalogue import BrandId
from consent.decisions import YES, Action, Decision, Kind
from consent.notices import Form, code_of
from consent.receipts import receipt
from locales.wording import Wording
from storage.proofs import SqlProofs

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_NUMBER = re.compile(r"[A-Z2-7]{10}")
#: Numbers that nobody was given, a minute; more are not even looked up.
_GUESSES = 60
_MINUTE = timedelta(minutes=1)
_STYLE = """
:root{color-scheme:light dark}
body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.375rem;line-height:1.3;margin:0}
h2{font-size:1.0625rem;line-height:1.4;margin:2rem 0 .25rem}
h3{font-size:.875rem;margin:1rem 0 .5rem}
p{margin:0 0 .75rem}
blockquote{margin:0 0 1rem;padding:0 0 0 1rem;border-left:2px solid}
footer{font-size:.875rem;margin-top:2rem;padding-top:1rem;border-top:1px solid}
a{color:inherit}
"""
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}


class _Guesses:
    """How many numbers were tried in vain in the last minute."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._moments: deque[datetime] = deque(maxlen=_GUESSES)

    def are_too_many(self) -> bool:
        full = len(self._moments) == _GUESSES
        return full and self._now() - self._moments[0] < _MINUTE

    def note(self) -> None:
        self._moments.append(self._now())


def receipt_routes(assistant: Assistant, proofs: SqlProofs) -> list[HTTPRouteHandler]:
    """Return the routes of receipts: a page, and the same as JSON-LD."""
    guesses = _Guesses(assistant.clock.now)

    async def find(number: str) -> tuple[Decision, ...]:
        if guesses.are_too_many():
            raise TooManyRequestsException("Too many unknown numbers.", headers=_LATER)
        asked = number.upper()
        found = await proofs.by_number(asked) if _NUMBER.fullmatch(asked) else ()
        if not found or found[0].brand not in assistant.catalogue.brands:
            guesses.note()
            raise NotFoundException
        return found

    @get("/r/{number:str}", include_in_schema=False)
    async def show(number: FromPath[str]) -> Response[str]:
        text = page(assistant, await find(number))
        return Response(text, media_type=MediaType.HTML, headers=HEADERS)

    @get("/r/{number:str}/receipt.json", include_in_schema=False)
    async def save(number: FromPath[str]) -> Response[bytes]:
        content = receipt(await find(number), assistant.catalogue, assistant.texts.notices)
        return Response(content, media_type="application/ld+json", headers=HEADERS)

    return [show, save]


_LATER = {"retry-after": "60"}


def page(assistant: Assistant, said: Sequence[Decision]) -> str:
    """Return the receipt of what one message decided, as a page of its own: no script."""
    last, brand = said[-1], assistant.catalogue.brands[BrandId(said[-1].brand)]
    known = last.language in assistant.catalogue.languages
    language = last.language if known else brand.default_language
    writer = _Page(assistant, assistant.wording(brand.id, language, Form.CHAT), language)
    number = code_of(last.hash)
    title = escape(writer.say("title", receipt=number))
    controller = brand.controller
    contact = writer.say(
        "contact", controller=controller.name, phone=controller.phone, email=controller.email
    )
    closing = (writer.say("now"), contact, writer.say("private"))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex,nofollow">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title}</h1><p>{escape(writer.when(brand.name, last))}</p>"
        f"{''.join(map(writer.decision, said))}"
        f"<footer>{''.join(f'<p>{escape(line)}</p>' for line in closing)}"
        f'<p><a href="/r/{number}/receipt.json">{escape(writer.say("file"))}</a></p>'
        "</footer></main></body></html>"
    )


class _Page:
    """The words of a receipt in one language."""

    def __init__(self, assistant: Assistant, voice: Wording, language: str) -> None:
        self._assistant = assistant
        self._voice = voice
        self._words = assistant.texts.strings[language]

    def say(self, name: str, **values: str) -> str:
        """Return a line of the page's own."""
        return self._words["receipt"].say(f"receipt.{name}").format_map(values)

    def when(self, brand: str, decision: Decision) -> str:
        """Return to whom, when and how it was said."""
        source = decision.door if decision.actor == "customer" else decision.actor
        known = f"source.{source}" in self._words["chat"].ids
        parts = [brand, self._voice.moment(decision.said_at)]
        parts += [self._words["chat"].say(f"source.{source}")] if known else []
        return " · ".join(parts)

    def decision(self, decision: Decision) -> str:
        """Return one decision: about what, what was said, under which text."""
        lines = [f"<h2>{escape(self._about(decision))}</h2>"]
        if decision.subject.kind is not Kind.SERVICE:
            lines.append(f"<p>{escape(self._state(decision))}</p>")
        if decision.until is not None:
            until = self.say("until", until=self._voice.moment(decision.until))
            lines.append(f"<p>{escape(until)}</p>")
        lines.append(self._notice("shown", decision.notice))
        lines.append(self._notice("linked", decision.linked_notice))
        number = self._number(decision)
        if number and decision.action in YES | {Action.PAUSED}:
            lines.append(f"<p>{escape(self.say('withdraw', number=number))}</p>")
        return "".join(lines)

    def _about(self, decision: Decision) -> str:
        kind, about = decision.subject.kind, decision.subject.id
        if kind is Kind.SERVICE:
            return self.say(decision.action.value)
        if kind is Kind.PURPOSE:
            number = self._number(decision)
            return f"{number}. {self._voice.title(about)}" if number else about
        known = f"{kind.value}.{about}.name" in self._words["purposes"].ids
        return self._voice.name(kind.value, about) if known else about

    def _state(self, decision: Decision) -> str:
        kind = "state" if decision.subject.kind is Kind.PURPOSE else "switch"
        return self._words["chat"].say(f"{kind}.{decision.action.value}")

    def _number(self, decision: Decision) -> str:
        """Return what a purpose is called on screen; nothing for what is none any more."""
        purposes = self._assistant.catalogue.purposes
        found = [p.number for p in purposes if p.id == decision.subject.id]
        is_one = decision.subject.kind is Kind.PURPOSE and found
        return str(found[0]) if is_one else ""

    def _notice(self, name: str, fingerprint: str | None) -> str:
        texts = self._assistant.texts
        notice = texts.notices.find(fingerprint) if fingerprint else None
        text = texts.notice_texts.get(fingerprint) if fingerprint else None
        if notice is None or text is None:
            return ""
        heading = escape(self.say(name, version=notice.version))
        paragraphs = "".join(f"<p>{escape(p)}</p>" for p in text.split("\n\n"))
        return f'<h3>{heading}</h3><blockquote lang="{notice.language}">{paragraphs}</blockquote>'
