"""Tokens and secrets: checked before anything is served, shown nowhere."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from app.settings import Settings, load_settings
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue
from tests.telegram.conftest import Heard
from tests.telegram.door_stage import SECRETS, TOKENS, DoorStage, open_door
from tests.telegram.fake_api import FakeTelegram, Fault, Kind

_PUBLIC = {"CONSENT_PUBLIC_URL": "https://piekrisana.lv"}
_LMT = {"CONSENT_LMT_TELEGRAM_TOKEN": TOKENS["lmt"]}
_SIGNED = {**_LMT, "CONSENT_LMT_TELEGRAM_SECRET": SECRETS["lmt"]}
_HIDDEN = (TOKENS["lmt"], TOKENS["lmt"].partition(":")[2], SECRETS["lmt"])


def _load(environment: dict[str, str]) -> Settings:
    return load_settings(load_catalogue(ROOT), environment, Path("no.env"))


@pytest.mark.parametrize(
    "token",
    ["hunter2", "123456", "123456:", ":abcdefghijkl", "123456:two words here", "123456:short",
     "123456:abcdefghijkl/getMe", "x123456:abcdefghijklmnop", "123456:abcdefghijkl\nmnop"],
)  # fmt: skip
def test_a_token_that_is_none_is_refused(token: str) -> None:
    """What no token looks like is named by its setting, without being shown."""
    with pytest.raises(SettingBroken, match="CONSENT_LMT_TELEGRAM_TOKEN") as caught:
        _load({"CONSENT_LMT_TELEGRAM_TOKEN": token})
    assert token not in str(caught.value).replace("123456:ABC…", "")


@pytest.mark.parametrize("secret", ["short", "x" * 257, "with spaces in the secret", "ā" * 20])
def test_a_secret_that_telegram_would_refuse_is_refused(secret: str) -> None:
    """A secret that is too short to be one, or that Telegram would not take, is not served."""
    with pytest.raises(SettingBroken, match="CONSENT_LMT_TELEGRAM_SECRET") as caught:
        _load({**_LMT, **_PUBLIC, "CONSENT_LMT_TELEGRAM_SECRET": secret})
    assert secret not in str(caught.value)


def test_a_public_address_needs_a_secret() -> None:
    """Without a secret anybody could write in a customer's name: refused, saying so."""
    with pytest.raises(SettingBroken, match="CONSENT_LMT_TELEGRAM_SECRET must be set"):
        _load({**_LMT, **_PUBLIC})
    assert _load(_LMT).telegram["lmt"].present
    assert _load({**_SIGNED, **_PUBLIC}).telegram["lmt"].present


def test_each_brand_has_a_bot_of_its_own() -> None:
    """One token for two brands would mix their customers: refused, without showing it."""
    both = {**_LMT, "CONSENT_AMIGO_TELEGRAM_TOKEN": TOKENS["lmt"]}
    with pytest.raises(SettingBroken, match="two brands have the same Telegram token") as caught:
        _load(both)
    assert TOKENS["lmt"] not in str(caught.value)


def test_one_bot_under_two_tokens_is_one_bot() -> None:
    """A second token of the same bot is no bot of another brand's own."""
    again = {"CONSENT_AMIGO_TELEGRAM_TOKEN": "123456:another-token-of-the-same-bot"}
    with pytest.raises(SettingBroken):
        _load({**_LMT, **again})


def test_settings_show_no_secret() -> None:
    """Printed settings hold neither token nor secret."""
    shown = repr(_load({**_SIGNED, **_PUBLIC}))
    assert [] == [word for word in _HIDDEN if word in shown]


async def test_a_bot_shows_no_secret(door: DoorStage) -> None:
    """A bot that ends up in a log or a debugger's window shows neither token nor secret."""
    found = door.house.bots._bots["lmt"]
    shown = " ".join(map(repr, (door.house.bots, found, found.line, found.door, found.courier)))
    assert [] == [word for word in _HIDDEN if word in shown]


async def test_the_menu_of_commands_speaks_three_languages(door: DoorStage) -> None:
    """Commands and descriptions are set in each language; others see the brand's."""
    words = {x: door.bot.commands(x)["stop"] for x in ("lv", "ru", "en")}
    assert 3 == len(set(words.values()))
    assert words["lv"] == door.bot.commands("de")["stop"]
    for says in (door.bot.description, door.bot.short_description):
        assert 3 == len({says(x) for x in ("lv", "ru", "en")})
        assert says("lv") == says("de")
        assert "LMT" in says("ru")


async def test_updates_come_signed(door: DoorStage) -> None:
    """The webhook is set to the brand's address, with its secret and our kinds of updates."""
    hook = door.bot.webhook
    assert ("https://piekrisana.lv/telegram/lmt", SECRETS["lmt"]) == (hook.url, hook.secret_token)
    assert {"message", "callback_query", "my_chat_member"} <= set(hook.allowed_updates or ())


async def test_a_bot_that_cannot_be_asked_is_introduced_later(
    tmp_path: Path, heard: Heard
) -> None:
    """If Telegram does not answer at the start, we serve, and introduce the bot once it does."""
    async with open_door(tmp_path) as door:
        await door.close()
        door.bot.webhook.url = ""
        door.bot.fail_next("getMe", *[Fault.broken()] * 3)
        await door.open()
        assert 200 == (await door.house.client.get("/readyz")).status_code
        async with asyncio.timeout(5):
            while not door.bot.webhook.url:
                await asyncio.sleep(0.01)
        assert await door.says("/start")
    assert "Telegram does not answer yet: brand=lmt" in heard.text


async def test_a_token_found_wrong_later_is_said_so(tmp_path: Path, heard: Heard) -> None:
    """If only later it turns out that the token is wrong, the log says so."""
    unknown = Fault(Kind.REFUSE, 401, "Unauthorized")
    async with open_door(tmp_path) as door:
        await door.close()
        heard.records.clear()
        door.bot.fail_next("getMe", Fault.broken(), *[unknown] * 9)
        await door.open()
        await asyncio.sleep(0.2)
        told = [words for words in heard.levels(logging.ERROR) if "token" in words]
        await door.close()
        door.bot.planned.clear()
        await door.open()
    assert 1 <= len(told)


# The real program, as an operator starts it.


@asynccontextmanager
async def _program(
    folder: Path, environment: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENT_")}
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "consent"),
        "serve",
        cwd=folder,
        env=kept | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


async def _until_ready(port: int, seconds: float = 60) -> float:
    started = time.monotonic()
    async with asyncio.timeout(seconds), httpx.AsyncClient() as client:
        while True:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/readyz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            assert 200 == answer.status_code
            return time.monotonic() - started


async def _output(process: asyncio.subprocess.Process) -> str:
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return said.decode()


async def test_a_wrong_token_is_not_served(tmp_path: Path) -> None:
    """The program ends with one clear line that names the bot and not its token."""
    async with FakeTelegram() as telegram:
        settings = {**_SIGNED, "CONSENT_TELEGRAM_API_URL": telegram.url}
        async with _program(tmp_path, settings) as process:
            said = await _output(process)
    assert 1 == process.returncode
    assert [] == [word for word in _HIDDEN if word in said]
    assert "Telegram does not know this bot token" in said
    assert "123456" in said
    assert 1 == len(said.splitlines()), said


async def test_the_program_serves_and_answers(tmp_path: Path) -> None:
    """With a token the program polls, answers, ends when told to, and prints no secret."""
    port = _free_port()
    async with FakeTelegram() as telegram:
        bot, anna = telegram.add_bot(TOKENS["lmt"]), telegram.user(7, "en")
        settings = {**_SIGNED, "CONSENT_TELEGRAM_API_URL": telegram.url, "CONSENT_PORT": str(port)}
        bot.text(anna, "/start")
        async with _program(tmp_path, settings) as process:
            await _until_ready(port)
            async with asyncio.timeout(60):
                while bot.queue.pending:
                    await asyncio.sleep(0.02)
            process.terminate()
            said = await _output(process)
    assert "LMT consents:" in bot.last_message(7).text
    assert "lmt: Telegram – polling" in said
    assert [] == [word for word in _HIDDEN if word in said]
    assert [] == [
        line for line in said.splitlines() if re.match("(?i)(error|warning|trace)", line)
    ]


async def test_the_program_serves_while_telegram_is_away(tmp_path: Path) -> None:
    """If Telegram cannot be reached, the other doors are open all the same."""
    port = _free_port()
    settings = {
        **_SIGNED,
        "CONSENT_TELEGRAM_API_URL": f"http://127.0.0.1:{_free_port()}",
        "CONSENT_PORT": str(port),
    }
    async with _program(tmp_path, settings) as process:
        await _until_ready(port)
        process.terminate()
        said = await _output(process)
    assert "Telegram does not answer yet: brand=lmt" in said
    assert [] == [word for word in _HIDDEN if word in said]


async def test_without_a_bot_the_program_is_light(tmp_path: Path) -> None:
    """Without a token the program is ready within seconds."""
    port = _free_port()
    async with _program(tmp_path, {"CONSENT_PORT": str(port)}) as process:
        assert await _until_ready(port) < 10
        process.terminate()
        said = await _output(process)
    assert "lmt: Telegram – closed: no token set" in said


_BUILD = """
import sys
from pathlib import Path
from app.composition import compose
from app.server import build_server
from app.serving import open_bots
from app.settings import load_settings
from app.store import open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
settings = load_settings(load_catalogue(ROOT), {"CONSENT_DATABASE_URL": "sqlite:///light.db"})
store = open_store(settings)
assistant = compose(ROOT, store.ledger, settings.link_base)
build_server(assistant, store, settings, open_bots(assistant, store, settings))
store.database.close_now()
print([m for m in ("aiogram", "aiohttp", "bot.transport") if m in sys.modules])
"""


async def test_without_a_bot_nothing_of_telegram_is_loaded(tmp_path: Path) -> None:
    """Who has no bot does not pay for the client library."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _BUILD,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT.parent)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert "[]" == (await _output(process)).strip()
