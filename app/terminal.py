"""`consent chat`: reads lines and shows screens, on a demo store with a demo key."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from textwrap import fill

import typer

from app.composition import compose
from app.conversation import Conversation, Screen, Talk
from app.demo_store import open_demo_store
from app.numbers import parse_number
from app.settings import load_settings
from app.store import Store
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue

_WIDEST = 76
_BOLD, _DIM, _PLAIN = "1", "2", "0"


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
    settings = load_settings(catalogue)
    store = open_demo_store(settings)
    assistant = compose(ROOT, store.ledger, settings.link_base)
    asyncio.run(_talk(Conversation(assistant, store.ledger, talk), store, f"{talk.number} > "))


async def _talk(conversation: Conversation, store: Store, prompt: str) -> None:
    try:
        _show(await conversation.open())
        async with aclosing(_lines(prompt)) as lines:
            async for line in lines:
                if line.strip():
                    _show(await conversation.say(line.strip()))
    finally:
        await store.database.close()


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


def _show(screen: Screen) -> None:
    typer.echo(_fit(screen.text))
    for index, label in enumerate(screen.buttons, 1):
        typer.echo(_paint(f"  :{index} ", _DIM) + _paint(label, _BOLD))
    for note in screen.notes:
        typer.echo(_paint(note, _DIM))
    typer.echo()


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
