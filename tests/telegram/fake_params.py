"""Reads the parameters of a call however they come: JSON, a form, multipart, or in the address."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.telegram.fake_rules import bad
from tests.telegram.fake_upload import Upload

_NESTED = {
    "allowed_updates",
    "commands",
    "entities",
    "link_preview_options",
    "reply_markup",
    "reply_parameters",
    "scope",
}
_NUMBERS = {
    "cache_time",
    "chat_id",
    "limit",
    "max_connections",
    "message_id",
    "message_thread_id",
    "offset",
    "timeout",
}
_FLAGS = {
    "allow_paid_broadcast",
    "disable_notification",
    "drop_pending_updates",
    "protect_content",
    "show_alert",
}


async def read_params(request: web.Request) -> dict[str, Any]:
    """Return the parameters, nested values decoded.

    :raises Refused: a value that is not what it should be.
    """
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        found |= await _json_body(request)
    elif request.can_read_body:
        found |= {name: _part(value) for name, value in (await request.post()).items()}
    return {key: _decoded(key, value) for key, value in found.items()}


def _part(value: str | bytes | bytearray | web.FileField) -> str | Upload:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.content_type, value.file.read())
    return str(value)


async def _json_body(request: web.Request) -> dict[str, Any]:
    try:
        found = await request.json()
    except ValueError as error:
        raise bad("can't parse JSON object") from error
    if not isinstance(found, dict):
        raise bad("can't parse JSON object")
    return {key: value for key, value in found.items() if value is not None}


def _decoded(key: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if key in _NESTED:
        return _nested(key, value)
    if key in _NUMBERS and value.removeprefix("-").isdecimal():
        return int(value)
    if key in _FLAGS:
        return value.lower() in {"true", "yes", "1"}
    return value


def _nested(key: str, value: str) -> object:
    try:
        return json.loads(value)
    except ValueError as error:
        what = "reply keyboard markup" if key == "reply_markup" else key
        raise bad(f"can't parse {what} JSON object") from error
