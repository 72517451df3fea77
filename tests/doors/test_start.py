"""A start without Telegram: whatever is not needed yet waits until it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from locales import ROOT
from storage.database import open_database
from storage.key_file import load_root_keys
from storage.migration import migrate
from tests.playground.served import free_port

#: Libraries, and parts of them, that are needed later, by some, or by other commands.
UNNEEDED = {
    *("aiogram", "aiohttp", "alembic", "asyncpg", "attr", "jinja2", "mako", "numpy"),
    *("pyarrow", "pydantic", "pygal", "twilio.rest"),
}
#: Serves until it would answer, and tells what is loaded by then.
SERVED = """
import asyncio, sys
import uvicorn
from app.composition import compose
from app.server import build_server
from app.serving import server_config
from app.settings import load_settings
from app.store import open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue

async def serve():
    settings = load_settings(load_catalogue(ROOT))
    store = open_store(settings)
    assistant = compose(ROOT, store.ledger, settings.link_base)
    config = server_config(build_server(assistant, store, settings), settings)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    await store.ledger.ping()
    print(*sys.modules)
    await server.shutdown()

asyncio.run(serve())
"""
#: Tells what is loaded before a chart and after it, and whether imports are still watched.
DRAWN = """
import sys
from app.marketing.charts import Chart, lines
before = {"pygal"} & set(sys.modules)
lines(Chart(name="a", labels=["1"], series={"b": [1]}))
hooks = [type(x).__name__ for x in sys.meta_path]
print(before, "pygal" in sys.modules, "PluginImportFixer" in hooks)
"""


def _run(code: str, **settings: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSENT_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT.parent,
        env=kept | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_server_starts_with_nothing_unneeded(tmp_path: Path) -> None:
    """Pages, charts, bots, migrations and drivers of other stores wait for whoever uses them."""
    url = f"sqlite:///{tmp_path}/consent.db"
    database = open_database(url)
    migrate(database)
    database.close_now()
    load_root_keys(tmp_path / "root.key", create=True)
    where = {"CONSENT_DATABASE_URL": url, "CONSENT_PORT": str(free_port())}
    loaded = set(_run(SERVED, **where).split())
    assert {"litestar", "storage.sqlite", "sms.webhook"} <= loaded
    assert set() == UNNEEDED & loaded


def test_the_first_chart_loads_what_draws() -> None:
    """The library of charts comes with the first, and leaves later imports alone."""
    assert "set() True False\n" == _run(DRAWN)
