"""The least that a bot must do for an update: a bare aiogram echo that writes the same rows.

`python -m tests.bench.floors.telegram_echo TOLD`: aiogram's own webhook handler on its own server,
one handler that writes by the raw driver, one commit an update, and then says back what was said.
It decides and reads nothing: it is told which rows an update writes.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.bench.floors.writers import open_writer


def application(told: Mapping[str, Any]) -> web.Application:
    """Return the one route there is."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(told["api"]))
    bot = Bot(told["token"], session=session)
    turns, store = told["messages"], open_writer(told["store"])
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        said = message.text or "contact"
        known = _Known(message.chat.id)
        rows = [(sql, [known.value(value) for value in row]) for sql, row in turns[said]]
        await store.write(rows)
        await message.answer(said)

    server = web.Application()
    handler = SimpleRequestHandler(
        dispatcher, bot, handle_in_background=False, secret_token=told["secret"]
    )
    handler.register(server, path=told["path"])

    async def begin(_server: web.Application) -> None:
        await store.open()

    server.on_startup.append(begin)
    return server


class _Known:
    """What differs by customer."""

    def __init__(self, chat: int) -> None:
        self._chat = chat

    def value(self, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
        """Return what stands in a row of this customer."""
        if not isinstance(value, Mapping):
            return value
        if "random" in value:
            return os.urandom(value["random"])
        if value["of"] == "message":
            return f"{self._chat}:{value['n']}"
        digest = hashlib.sha256(f"{value['of']} {value['n']} {self._chat}".encode()).hexdigest()
        if value["of"] == "address":
            return digest
        return f"{digest[:8]}-{digest[8:12]}-7{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def main() -> None:
    """Serve until told to stop."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    server = application(told)
    gc.freeze()
    web.run_app(server, host="127.0.0.1", port=told["port"], access_log=None, print=None)


if __name__ == "__main__":
    main()
