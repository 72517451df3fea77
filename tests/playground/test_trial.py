"""Never on a real server: where anything real is set, there is no playground and no demo store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from app.composition import Assistant, compose
from app.server import build_server
from app.serving import open_playground
from app.settings import load_settings
from app.store import Store, open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
from tests.playground.served import Served, serving
from tests.telegram.fake_api import FakeTelegram

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = "7000001:hunter2-hunter2"
REAL = (
    {"CONSENT_LMT_TELEGRAM_TOKEN": TOKEN},
    {"CONSENT_AMIGO_TELEGRAM_TOKEN": TOKEN},
    {"CONSENT_LMT_TWILIO_AUTH_TOKEN": "tok"},
    {"CONSENT_AMIGO_TWILIO_AUTH_TOKEN": "tok"},
    {"CONSENT_LMT_TWILIO_SENDER": "+37120009999"},
    {"CONSENT_AMIGO_TWILIO_ACCOUNT_SID": "AC0"},
    {"CONSENT_PUBLIC_URL": "https://piekrisana.lv"},
    {"CONSENT_HOST": "0.0.0.0"},
    {"CONSENT_HOST": "::"},
    {"CONSENT_HOST": "192.0.2.7"},
    {"CONSENT_HOST": "piekrisana.lv"},
)
PATHS = ("/", "/playground/setup", "/playground/page.js", "/playground/chat", "/playground/store")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a real store."""
    folder = tmp_path_factory.mktemp("real")
    url = f"sqlite:///{folder}/consent.db"
    named = {"CONSENT_DATABASE_URL": url}
    opened = open_store(load_settings(load_catalogue(ROOT), named, folder / "no.env"))
    yield opened
    opened.database.close_now()


@pytest.fixture(scope="module")
def assistant(store: Store) -> Assistant:
    """Put an assistant together."""
    return compose(ROOT, store.ledger, "http://127.0.0.1:8000")


@pytest.mark.parametrize("real", REAL, ids=lambda r: "=".join(next(iter(r.items()))))
async def test_one_real_setting_closes_the_playground(
    assistant: Assistant,
    store: Store,
    real: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token, a sender, an account, a public address or an open host: 404, and no demo store."""
    monkeypatch.chdir(tmp_path)
    settings = load_settings(load_catalogue(ROOT), real)
    playground = open_playground(assistant, settings)
    app = build_server(assistant, store, settings, None, playground)
    sent = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=sent, base_url="http://testserver.local") as client:
        found = [(await client.get(path)).status_code for path in PATHS]
        found.append((await client.post("/playground/chat", json={})).status_code)
    assert (None, [404] * 6, []) == (playground, found, [*tmp_path.iterdir()])


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_this_machine_alone_is_a_trial(host: str, tmp_path: Path) -> None:
    """Where nothing is set but an address of this machine, there is a playground."""
    nothing = {"CONSENT_HOST": host, "CONSENT_LMT_TWILIO_AUTH_TOKEN": ""}
    assert load_settings(load_catalogue(ROOT), nothing, tmp_path / "no.env").is_trial


async def test_a_file_makes_a_server_real_too(tmp_path: Path) -> None:
    """A setting in `.env` counts like one in the environment."""
    file = tmp_path / ".env"
    file.write_text("CONSENT_LMT_TWILIO_SENDER=+371 2000 9999\n", encoding="utf-8")
    assert not load_settings(load_catalogue(ROOT), {}, file).is_trial


async def test_the_command_serves_no_playground_either(tmp_path: Path) -> None:
    """The real command with a bot, and at a public address open to all: ready, and 404."""
    async with FakeTelegram() as telegram, AsyncExitStack() as stack:
        telegram.add_bot(TOKEN)
        bot = {"CONSENT_LMT_TELEGRAM_TOKEN": TOKEN, "CONSENT_TELEGRAM_API_URL": telegram.url}
        real = (bot, {"CONSENT_HOST": "0.0.0.0", "CONSENT_PUBLIC_URL": "https://piekrisana.lv"})
        folders = [tmp_path / str(number) for number in range(len(real))]
        servers = await asyncio.gather(
            *(asyncio.to_thread(_start, *pair) for pair in zip(folders, real, strict=True))
        )
        for running, _ in servers:
            stack.push_async_callback(asyncio.to_thread, running.close)
        for _, server in servers:
            async with httpx.AsyncClient(base_url=server.url) as client:
                assert [404] * 5 == [(await client.get(path)).status_code for path in PATHS]
            assert ["consent.db", "root.key"] == _kept(server)
            assert "Open http" not in server.printed


def _start(folder: Path, real: dict[str, str]) -> tuple[ExitStack, Served]:
    folder.mkdir()
    running = ExitStack()
    return running, running.enter_context(serving(folder, **real))


def _kept(server: Served) -> list[str]:
    """Return the files of a server's folder, without those of a store at work."""
    files = (file.name for file in (server.folder / "var").iterdir())
    return sorted(name for name in files if not name.endswith(("-wal", "-shm")))
