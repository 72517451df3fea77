"""`consent chat`: the assistant in the terminal, on a demo store with a demo key."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from textwrap import fill

import typer

from app.composition import Assistant, compose
from app.numbers import parse_number
from app.settings import load_settings
from app.store import Store, open_store
from bot import render as telegram
from consent.catalogue import BrandId
from consent.chain import stamp
from consent.decisions import Decision
from consent.errors import SettingBroken, StoreUnavailable
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Message, Option, Reply
from locales import ROOT
from locales.catalogue_source import load_catalogue
from sms.encoding import cost
from sms.render import render as sms_text

_DOOR = "terminal"
_LONGEST = 4_096
_WIDEST = 76
_BOLD, _DIM, _PLAIN = "1", "2", "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What was asked for on the command line."""

    brand: str
    number: str
    via: str
    language: str | None
    store: bool


def run_chat(talk: Talk) -> None:
    """Talk until the input ends.

    :raises SettingBroken: no such brand or language.
    :raises AddressBroken: the number is none.
    """
    catalogue = load_catalogue(ROOT)
    if talk.brand not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    if talk.language is not None and talk.language not in catalogue.languages:
        raise SettingBroken(f"--lang must be one of {', '.join(catalogue.languages)}")
    talk = replace(talk, number=parse_number(talk.number))
    settings = replace(
        load_settings(catalogue),
        database_url="sqlite:///var/demo.db",
        root_key_file=Path("var/demo.key"),
    )
    store = open_store(settings)
    assistant = compose(ROOT, store.ledger, settings.link_base)
    asyncio.run(_Conversation(assistant, store, talk).run())


class _Conversation:
    """One customer at one terminal."""

    def __init__(self, assistant: Assistant, store: Store, talk: Talk) -> None:
        self._assistant = assistant
        self._store = store
        self._talk = talk
        self._number = Address(AddressKind.MSISDN, talk.number)
        self._options: tuple[Option, ...] = ()
        self._seen = 0
        self._language = talk.language or ""
        full = assistant.catalogue.brands[BrandId(talk.brand)].sms_diacritics
        sms = Form.SMS if full else Form.SMS_PLAIN
        self._form = sms if talk.via == "sms" else Form.CHAT

    async def run(self) -> None:
        try:
            await self._open()
            async with aclosing(_lines(self._prompt())) as lines:
                async for line in lines:
                    await self._say(line)
        finally:
            await self._store.database.close()

    def _prompt(self) -> str:
        return f"{self._talk.number} > "

    async def _open(self) -> None:
        await self._count_decisions()
        reply = None
        if self._form is Form.CHAT and not await self._is_joined():
            # The number is proven as Telegram would: the owner shares their own contact.
            shared = self._inbound(choice=Option(name="contact"), contact=self._number)
            reply = await self._send(shared)
        if self._talk.language:
            chosen = Option(name="language", language=self._talk.language)
            reply = await self._send(self._inbound(choice=chosen))
        await self._show(reply or await self._send(self._inbound(choice=Option(name="menu"))))

    async def _say(self, line: str) -> None:
        line = line.strip()
        if not line:
            return
        if len(line) > _LONGEST:
            await self._show(Reply(language=self._language, messages=(Message("error.too_long"),)))
            return
        await self._show(await self._send(self._read(line)))
        if self._talk.store:
            await self._show_store()

    def _read(self, line: str) -> Inbound:
        """Read `:2` as a press of the second button, anything else as words."""
        pressed = line[1:]
        if line.startswith(":") and pressed.isdecimal() and 0 < int(pressed) <= len(self._options):
            return self._inbound(choice=self._options[int(pressed) - 1])
        return self._inbound(text=line)

    async def _is_joined(self) -> bool:
        ledger, brand = self._store.ledger, self._talk.brand
        number = await ledger.customer_of(brand, self._number)
        return number is not None and number == await ledger.customer_of(brand, self._account)

    @property
    def _account(self) -> Address:
        return Address(AddressKind.TELEGRAM, f"demo:{self._talk.number}")

    def _inbound(
        self,
        *,
        text: str | None = None,
        choice: Option | None = None,
        contact: Address | None = None,
    ) -> Inbound:
        chat = self._form is Form.CHAT
        level = (2 if contact else 0) if chat else 1
        return Inbound(
            brand=self._talk.brand,
            door=_DOOR,
            address=self._account if chat else self._number,
            message_id=str(uuid.uuid4()),
            received_at=self._assistant.clock.now(),
            # At one's own terminal nobody else answers; by SMS the code shows how it is there.
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
            return Reply(language=self._language, messages=(Message("error.store"),))

    async def _show(self, reply: Reply) -> None:
        default = self._assistant.catalogue.brands[BrandId(self._talk.brand)].default_language
        self._language = reply.language or self._language or default
        voice = self._assistant.wording(self._talk.brand, self._language, self._form)
        if self._form is not Form.CHAT:
            text = sms_text(reply, voice, self._form)
            paid = cost(text)
            typer.echo(_fit(text))
            typer.echo(_paint(f"({paid.encoding}, {paid.units}, parts: {paid.parts})\n", _DIM))
            return
        screen = telegram.render(reply, voice)
        typer.echo(_fit(unescape(screen.html)))
        buttons = [button for row in screen.rows for button in row]
        self._options = tuple(button.option for button in buttons)
        for index, button in enumerate(buttons, 1):
            typer.echo(_paint(f"  :{index} ", _DIM) + _paint(button.label, _BOLD))
        typer.echo()

    async def _decisions(self) -> tuple[Decision, ...]:
        customer = await self._store.ledger.customer_of(self._talk.brand, self._number)
        return () if customer is None else await self._store.ledger.history(customer)

    async def _count_decisions(self) -> None:
        self._seen = len(await self._decisions())

    async def _show_store(self) -> None:
        decisions = await self._decisions()
        for entry in decisions[self._seen :]:
            about = f"{entry.subject.kind.value} {entry.subject.id}: {entry.action.value}"
            notice = f", notice {entry.notice[:10]}" if entry.notice else ""
            text = f"  + {entry.position}. {about}, {stamp(entry.said_at)}{notice}"
            typer.echo(_paint(f"{text}\n    {entry.id}, hash {entry.hash[:16]}", _DIM))
        self._seen = len(decisions)


async def _lines(prompt: str) -> AsyncGenerator[str, None]:
    """Give what is typed, with line editing, or what is piped in, echoed."""
    if sys.stdin.isatty():
        from prompt_toolkit import PromptSession  # noqa: PLC0415

        session: PromptSession[str] = PromptSession()
        while True:
            try:
                yield await session.prompt_async(prompt)
            except (EOFError, KeyboardInterrupt):
                return
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        typer.echo(_paint(f"{prompt}{line}", _BOLD))
        yield line


def _paint(text: str, code: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{code}m{text}\x1b[{_PLAIN}m"


def _fit(text: str) -> str:
    """Break lines between words where a person reads; leave them alone for a program."""
    if not sys.stdout.isatty():
        return text
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return "\n".join(fill(line, width) for line in text.split("\n"))
