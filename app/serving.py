"""Running the server until it is told to stop."""

from __future__ import annotations

import gc

import typer
import uvicorn

from app.composition import compose
from app.server import build_server
from app.settings import Settings, load_settings
from app.store import open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue


def run_server() -> None:
    """Open the store, load all words, and serve.

    :raises ConsentError: a setting, a text or the store cannot be used; nothing is served.
    """
    settings = load_settings(load_catalogue(ROOT))
    store = open_store(settings)
    assistant = compose(ROOT, store.ledger, settings.link_base)
    for line in _addresses(settings):
        typer.echo(line)
    # What is loaded at start lives for ever: do not let the collector walk it (measured.md).
    gc.freeze()
    uvicorn.run(
        build_server(assistant, store, settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
    )


def _addresses(settings: Settings) -> list[str]:
    base = f"http://{settings.host}:{settings.port}"
    lines = [f"Serving on {base} (public address: {settings.link_base})"]
    for brand, twilio in settings.twilio.items():
        state = "ready" if twilio.present else "closed: no auth token set, every message gets 403"
        lines.append(f"  {brand}: SMS at {settings.link_base}/sms/{brand}/inbound – {state}")
    lines.append(f"  health: {base}/healthz, {base}/readyz")
    return lines
