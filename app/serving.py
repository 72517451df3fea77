"""Running the server until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from typing import TYPE_CHECKING

import typer
import uvicorn
from litestar import Litestar

from app.composition import Assistant, compose
from app.demo_store import open_demo_store
from app.server import build_server
from app.settings import Settings, load_settings
from app.sms_lines import open_lines, running
from app.store import Store, open_store
from app.term_sweep import informing
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue

if TYPE_CHECKING:
    from app.playground import Playground
    from app.telegram_door import Bots

#: Seconds that a server which is told to stop still gives to answers.
_LAST_ANSWERS = 5
#: New objects after which the garbage collector looks for rings among them.
_OBJECTS = 20_000


def run_server() -> None:
    """Open the store, load all words, and serve.

    :raises ConsentError: a setting, a text, a token or the store cannot be used; nothing is
        served.
    """
    settings = load_settings(load_catalogue(ROOT))
    store = open_store(settings)
    assistant = _compose(store, settings)
    asyncio.run(_serve(assistant, store, settings))


def run_worker() -> None:
    """Open the store and do what doors do of their own accord, until told to stop.

    :raises SettingBroken: no brand can send SMS.
    """
    settings = load_settings(load_catalogue(ROOT))
    if not settings.texting:
        raise SettingBroken(
            "no brand can send SMS: CONSENT_LMT_TWILIO_ACCOUNT_SID, _AUTH_TOKEN and _SENDER, "
            "or the same for another brand, must be set"
        )
    store = open_store(settings)
    assistant = _compose(store, settings)
    asyncio.run(_work(assistant, store, settings))


def _compose(store: Store, settings: Settings) -> Assistant:
    return compose(
        ROOT,
        store.ledger,
        settings.link_base,
        texting=settings.texting,
        papers=store.papers.all_now(),
        batches=store.batches,
        public=bool(settings.public_url),
    )


async def _work(assistant: Assistant, store: Store, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with (
        running(open_lines(assistant, store, settings)),
        informing(store.database, store.hooks, assistant),
    ):
        typer.echo(f"Sending and fetching SMS for {', '.join(sorted(settings.texting))}")
        await stop.wait()
    await store.database.close()


async def _serve(assistant: Assistant, store: Store, settings: Settings) -> None:
    playground = open_playground(assistant, settings)
    bots = open_bots(assistant, store, settings)
    if bots:
        # Before the first door opens: a wrong token is the operator's to mend, at once.
        await bots.introduce()
    for line in _addresses(settings):
        typer.echo(line)
    server = build_server(assistant, store, settings, bots, playground)
    settle()
    await uvicorn.Server(server_config(server, settings)).serve()


def settle() -> None:
    """Tell the garbage collector what to leave alone from now on.

    What is loaded at start lives for ever: it is never walked again (measured.md). A message makes
    some two thousand objects that go by themselves: the collector need not look after each third
    of it.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS)
    gc.enable()


def server_config(server: Litestar, settings: Settings) -> uvicorn.Config:
    """Return how an application is served: where, and how little is said about it."""
    return uvicorn.Config(
        server,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        # Addresses can be secrets: links to somebody's data.
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # Who waits for the feed must not keep the server from stopping.
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )


def open_playground(assistant: Assistant, settings: Settings) -> Playground | None:
    """Return the playground, on a demo store of its own; none where anything real is set."""
    if not settings.is_trial:
        return None
    from app.playground import Playground  # noqa: PLC0415

    store = open_demo_store(settings)
    texting = frozenset(map(str, assistant.catalogue.brands))
    return Playground(assistant.on(store.ledger, texting=texting), store)


def open_bots(assistant: Assistant, store: Store, settings: Settings) -> Bots | None:
    """Return the brands' bots; none without a token, and then nothing of Telegram is loaded.

    :raises SettingBroken: a token is none.
    """
    if not any(found.present for found in settings.telegram.values()):
        return None
    from app.telegram_door import Bots  # noqa: PLC0415

    return Bots(assistant, store, settings)


def _addresses(settings: Settings) -> list[str]:
    base = f"http://{settings.host}:{settings.port}"
    lines = [f"Serving on {base} (public address: {settings.link_base})"]
    if settings.is_trial:
        lines.insert(0, f"Open {base}/ – two phones to try everything with, on a demo store")
    for brand, bot in settings.telegram.items():
        lines.append(f"  {brand}: Telegram – {_telegram(settings, brand, present=bot.present)}")
    for brand, twilio in settings.twilio.items():
        state = "ready" if twilio.present else "closed: no auth token set, every message gets 403"
        lines.append(f"  {brand}: SMS at {settings.link_base}/sms/{brand}/inbound – {state}")
        lines.append(f"  {brand}: SMS of its own accord – {_sending(settings, brand)}")
    first = "first: consent staff add LOGIN --brand lmt --role admin"
    lines.append(f"  staff: {settings.link_base}/marketing ({first})")
    lines.append(f"  health: {base}/healthz, {base}/readyz")
    return lines


def _sending(settings: Settings, brand: str) -> str:
    if brand not in settings.texting:
        return "off: needs an account and a sender (no codes, no catching up)"
    sender = settings.twilio[brand]
    way = "own gateway" if settings.gateways[brand].present else "Twilio"
    ways = "two-way" if sender.hears else "one-way: nobody can answer a name"
    return f"{way}, from {sender.sender} ({ways})"


def _telegram(settings: Settings, brand: str, *, present: bool) -> str:
    if not present:
        return "closed: no token set"
    if settings.public_url:
        return f"webhook at {settings.public_url}/telegram/{brand}"
    return "polling"
