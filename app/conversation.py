"""One customer at one terminal: what they type, as any door's message; what they read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from html import unescape

from app.composition import Assistant
from bot import render as telegram
from consent.catalogue import BrandId
from consent.chain import stamp
from consent.decisions import Decision
from consent.errors import StoreUnavailable
from consent.notices import Form, code_of
from consent.ports import Address, AddressKind, Inbound, Ledger, Proof
from consent.replies import Message, Option, Reply
from sms.encoding import cost
from sms.render import render as sms_text

_DOOR = "terminal"
_LONGEST = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Who talks to which brand, and how it is shown."""

    brand: str
    #: In E.164.
    number: str
    #: `telegram` or `sms`.
    via: str
    language: str | None
    #: Show what is written to the store.
    store: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What is to be read: the text, the labels of its buttons, and notes beside it."""

    text: str
    buttons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Conversation:
    """A conversation in the terminal, through the same desk and renderers as the doors."""

    def __init__(self, assistant: Assistant, ledger: Ledger, talk: Talk) -> None:
        """Prepare to talk; nothing is said before `open`."""
        self._assistant = assistant
        self._ledger = ledger
        self._talk = talk
        self._number = Address(AddressKind.MSISDN, talk.number)
        self._account = Address(AddressKind.TELEGRAM, f"demo:{talk.number}")
        self._brand = assistant.catalogue.brands[BrandId(talk.brand)]
        self._language = talk.language or self._brand.default_language
        self._form = assistant.sms_form(talk.brand) if talk.via == "sms" else Form.CHAT
        self._options: tuple[Option, ...] = ()
        self._seen = 0

    async def open(self) -> Screen:
        """Greet, in the language asked for."""
        self._seen = len(await self._decisions())
        reply = None
        if self._form is Form.CHAT and not await self._is_joined():
            # The number is proven as Telegram would: the owner shares their own contact.
            shared = self._inbound(choice=Option(name="contact"), contact=self._number)
            reply = await self._send(shared)
        if self._talk.language:
            chosen = Option(name="language", language=self._talk.language)
            reply = await self._send(self._inbound(choice=chosen))
        return self._screen(reply or await self._send(self._inbound(choice=Option(name="menu"))))

    async def say(self, line: str) -> Screen:
        """Say a line; `:2` presses the second button."""
        if len(line) > _LONGEST:
            return self._screen(self._sorry("error.too_long"))
        screen = self._screen(await self._send(self._read(line)))
        if not self._talk.store:
            return screen
        written = await self._written()
        return Screen(text=screen.text, buttons=screen.buttons, notes=screen.notes + written)

    @property
    def options(self) -> tuple[Option, ...]:
        """What the buttons of the last screen choose."""
        return self._options

    async def _is_joined(self) -> bool:
        brand = self._talk.brand
        number = await self._ledger.customer_of(brand, self._number)
        return number is not None and number == await self._ledger.customer_of(
            brand, self._account
        )

    def _read(self, line: str) -> Inbound:
        pressed = line[1:]
        is_number = pressed.isascii() and pressed.isdecimal()
        if line.startswith(":") and is_number and 0 < int(pressed) <= len(self._options):
            option = self._options[int(pressed) - 1]
            shares = option.name == "contact"
            return self._inbound(choice=option, contact=self._number if shares else None)
        return self._inbound(text=line)

    def _inbound(
        self,
        *,
        text: str | None = None,
        choice: Option | None = None,
        contact: Address | None = None,
    ) -> Inbound:
        chat = self._form is Form.CHAT
        # At one's own terminal nobody else answers; by SMS the code shows how it is there.
        level = (2 if contact else 0) if chat else 1
        return Inbound(
            brand=self._talk.brand,
            door=_DOOR,
            address=self._account if chat else self._number,
            message_id=str(uuid.uuid4()),
            received_at=self._assistant.clock.now(),
            proof=Proof(kind=_DOOR, level=level),
            form=self._form,
            text=text,
            choice=choice,
            contact=contact,
        )

    async def _send(self, inbound: Inbound) -> Reply:
        try:
            return await self._assistant.desk.handle(inbound)
        except StoreUnavailable:
            return self._sorry("error.store")

    def _sorry(self, error: str) -> Reply:
        return Reply(language=self._language, messages=(Message(error),))

    def _screen(self, reply: Reply) -> Screen:
        self._language = reply.language
        self._options = reply.options
        voice = self._assistant.wording(self._talk.brand, reply.language, self._form)
        if self._form is not Form.CHAT:
            form = reply.form or self._form
            voice = self._assistant.wording(self._talk.brand, reply.language, form)
            text = sms_text(reply, voice, form)
            paid = cost(text)
            return Screen(
                text=text, notes=(f"({paid.encoding}, {paid.units}, parts: {paid.parts})",)
            )
        parts = telegram.render(reply, voice)
        labels = [button.label for part in parts for row in part.rows for button in row]
        labels += [part.share for part in parts if part.share]
        html = "\n\n".join(part.html for part in parts)
        text = unescape(html.replace("<b>", "").replace("</b>", ""))
        return Screen(text=text, buttons=tuple(labels))

    async def _decisions(self) -> tuple[Decision, ...]:
        customer = await self._ledger.customer_of(self._talk.brand, self._number)
        return () if customer is None else await self._ledger.history(customer)

    async def _written(self) -> tuple[str, ...]:
        """Return what the ledger holds that it did not hold before."""
        decisions = await self._decisions()
        fresh, self._seen = decisions[self._seen :], len(decisions)
        lines: list[str] = []
        for entry in fresh:
            about = f"{entry.subject.kind.value} {entry.subject.id}: {entry.action.value}"
            notice = f", notice {code_of(entry.notice)}" if entry.notice else ""
            lines.append(f"  + {entry.position}. {about}, {stamp(entry.said_at)}{notice}")
            lines.append(f"    {entry.id}, receipt {code_of(entry.hash)}")
        return tuple(lines)
