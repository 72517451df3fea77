"""The two phones: what is done on them, through the doors' own code, to the real desk."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from app.composition import Assistant
from app.own_data_desk import files_of
from app.playground.screen import NotedScreen, noted
from app.store import Store
from bot.callbacks import pack
from bot.door import TelegramDoor
from bot.events import Event, Pressed, Said, Shared
from bot.inbound import Place
from bot.memory import Memory, Recent
from bot.messenger import Document
from consent.catalogue import BrandId
from consent.copying import form_of
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Option, Reply
from sms.encoding import cost
from sms.render import render

DOOR = "playground"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a demo customer does; the same id is the same deed, however often it comes."""

    number: str
    language: str
    id: str

    def said(self, text: str) -> Said:
        """Return words typed in the messenger."""
        return Said(**self._event, text=text)

    def pressed(self, data: str, message: int | None) -> Pressed:
        """Return a button pressed in the messenger."""
        return Pressed(**self._event, press="", data=data, message=message)

    def shared(self) -> Shared:
        """Return the customer's own number, shared."""
        event = self._event
        return Shared(**event, number=self.number, owner=event["user"], forwarded=False)

    def spoken(self, brand: str, language: str) -> Pressed:
        """Return the wish for another language, as its button says it."""
        data = pack(Option(name="language", language=language), brand, on_receipt=False)
        return self.pressed(data, None)

    @property
    def _event(self) -> dict[str, Any]:
        user = int(self.number.removeprefix("+"))
        return {"update": 0, "user": user, "reference": self.id, "language": self.language}


class _ShowsAgain(Memory):
    """Here nobody but the page can tell whether an answer arrived: asked again, it is shown."""

    def is_done(self, event: Event) -> bool:  # noqa: ARG002
        """Leave it to the desk, which knows what was done."""
        return False


class Phones:
    """A messenger and an SMS phone for every brand and demo customer."""

    def __init__(self, assistant: Assistant, store: Store) -> None:
        """Put the phones in front of the assistant's desk."""
        self.assistant = assistant
        self.store = store
        #: Who has sent a text message to which brand.
        self._texted: Recent[tuple[str, str], bool] = Recent()
        #: Texts for numbers whose page has not asked for them yet.
        self._waiting: Recent[tuple[str, str], tuple[dict[str, Any], ...]] = Recent()
        #: Files for chats whose page has not asked for them yet.
        self._files: Recent[tuple[str, str], tuple[Document, ...]] = Recent()
        self._file = files_of(assistant, store.own_data)
        self._screen = NotedScreen()
        self._doors = {str(brand): self._door(str(brand)) for brand in assistant.catalogue.brands}

    def _door(self, brand: str) -> TelegramDoor:
        assistant = self.assistant

        async def note_reach(user: int, reachable: bool) -> None:  # noqa: FBT001
            """Nobody blocks a page."""

        return TelegramDoor(
            place=Place(
                brand=brand,
                door=DOOR,
                purposes=frozenset(p.id for p in assistant.catalogue.purposes),
            ),
            handle=assistant.desk.handle,
            voices=lambda language: assistant.wording(brand, language, Form.CHAT),
            messenger=self._screen,
            note_reach=note_reach,
            now=assistant.clock.now,
            default_language=assistant.catalogue.brands[BrandId(brand)].default_language,
            memory=_ShowsAgain(),
        )

    async def chat(self, brand: str, event: Event) -> list[dict[str, Any]]:
        """Do something in the messenger; return what it then shows, step by step.

        :raises StoreUnavailable: nothing was changed.
        """
        with noted() as operations:
            await self._doors[brand].accept(event)
            for document in await self._documents(brand, str(event.user)):
                await self._screen.send_document(event.user, document)
        return operations

    async def _documents(self, brand: str, user: str) -> tuple[Document, ...]:
        """Return the files that are to appear in a chat; others wait for their page to ask."""
        outbox, now = self.store.outbox, self.assistant.clock.now()
        for outgoing in await outbox.claim(DOOR, brand, now):
            form = form_of(outgoing)
            document = await self._file(outgoing, form) if form else None
            await outbox.settle(outgoing, now)
            if document is not None:
                place = (brand, outgoing.to.value)
                self._files.put(place, (*(self._files.get(place) or ()), document))
        return self._files.take((brand, user)) or ()

    async def arrived(self, brand: str, number: str) -> list[dict[str, Any]]:
        """Return the texts that were sent to a number of the brand's own accord, such as codes.

        :raises StoreUnavailable: they stay where they are.
        """
        outbox, now = self.store.outbox, self.assistant.clock.now()
        for outgoing in await outbox.claim("sms", brand, now):
            await outbox.settle(outgoing, now)
            place = (brand, outgoing.to.value)
            shown = self._shown(brand, outgoing.reply)
            self._waiting.put(place, (*(self._waiting.get(place) or ()), shown))
        return list(self._waiting.take((brand, number)) or ())

    async def sms(self, brand: str, deed: Deed, text: str) -> list[dict[str, Any]]:
        """Send a text message; return the texts that come back, with what each costs.

        :raises StoreUnavailable: nothing was changed.
        """
        self._texted.put((brand, deed.number), value=True)
        form = self.assistant.sms_form(brand)
        asked = self._by_sms(brand, deed, form)
        reply = await self.assistant.desk.handle(replace(asked, text=text))
        if not reply.messages:
            return []
        return [self._shown(brand, reply)]

    def _shown(self, brand: str, reply: Reply) -> dict[str, Any]:
        form = reply.form or self.assistant.sms_form(brand)
        words = render(reply, self.assistant.wording(brand, reply.language, form), form)
        paid = cost(words)
        parts = {"parts": paid.parts, "units": paid.units, "encoding": paid.encoding}
        return {"text": words, **parts}

    async def speak_by_sms(self, brand: str, deed: Deed, language: str) -> None:
        """Change the language of the text messages too, if any were sent; nothing is shown.

        :raises StoreUnavailable: nothing was changed.
        """
        if self._texted.get((brand, deed.number)):
            choice = Option(name="language", language=language)
            asked = self._by_sms(brand, deed, self.assistant.sms_form(brand))
            await self.assistant.desk.handle(replace(asked, choice=choice))

    def _by_sms(self, brand: str, deed: Deed, form: Form) -> Inbound:
        return Inbound(
            brand=brand,
            door=DOOR,
            address=Address(AddressKind.MSISDN, deed.number),
            message_id=deed.id,
            received_at=self.assistant.clock.now(),
            proof=Proof(kind=DOOR, level=1),
            form=form,
            language=deed.language,
        )


def fresh_number() -> str:
    """Return the number of a demo customer: Latvian, mobile, one of a hundred thousand."""
    return f"+37120{secrets.randbelow(100_000):06d}"
