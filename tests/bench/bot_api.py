"""A Bot API server that takes everything at once: what Telegram itself costs is not measured.

`python -m tests.bench.bot_api PORT`: plain sockets, a parser of a few lines; it says how often
something was shown when asked for `/shown`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import suppress

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)
_CHAT = re.compile(rb"chat_id=(-?\d+)")
_SHOWING = (b"sendMessage", b"editMessageText", b"sendDocument")
_ME = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


class BotApi:
    """What all connections share."""

    def __init__(self) -> None:
        """Nothing was shown yet."""
        self.shown = 0

    def answer(self, path: bytes, body: bytes) -> bytes:
        """Return the answer to a request, as JSON."""
        method = path.rpartition(b"/")[2]
        if method == b"shown":
            return b"%d" % self.shown
        if method == b"getMe":
            return json.dumps({"ok": True, "result": _ME}).encode()
        if method not in _SHOWING:
            return b'{"ok":true,"result":true}'
        self.shown += 1
        chat = _CHAT.search(body)
        return (
            b'{"ok":true,"result":{"message_id":%d,"date":1790000000,'
            b'"chat":{"id":%b,"type":"private"},"text":"x"}}'
            % (self.shown, chat[1] if chat else b"1")
        )


class _Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._got = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (head := self._got.find(_END)) >= 0:
            lines, start = bytes(self._got[:head]), head + len(_END)
            length = _LENGTH.search(lines)
            end = start + int(length[1]) if length else start
            if _CHUNKED.search(lines):
                last = self._got.find(b"0\r\n\r\n", start)
                end = last + 5 if last >= 0 else len(self._got) + 1
            if len(self._got) < end:
                return
            body = bytes(self._got[start:end])
            del self._got[:end]
            said = self._api.answer(lines.split(b" ", 2)[1], body)
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(said), said)
            )


async def serve(port: int) -> None:
    """Answer until told to stop."""
    api = BotApi()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Line(api), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1])))
