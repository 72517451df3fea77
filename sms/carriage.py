"""Undoing what carriers do to words on their way."""

from __future__ import annotations

import base64
import binascii
import re

#: As long as a message of several parts; shorter ones come as they are.
_SHORTEST = 60
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)


def unwrapped(text: str) -> str:
    """Return a message as it was written.

    Some carriers deliver a message of several parts as base64 (messaging.md, 2.1). It is taken as
    such only if it is all base64 and what comes out is text: words with spaces, no control signs.
    """
    packed = text.strip()
    if len(packed) < _SHORTEST or len(packed) % 4 or not _BASE64.fullmatch(packed):
        return text
    try:
        words = base64.b64decode(packed, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return text
    is_text = " " in words and all(sign.isprintable() or sign in "\r\n\t" for sign in words)
    return words if is_text else text
