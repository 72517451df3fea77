"""E-mail addresses as they are looked up: in one spelling, whoever wrote them."""

from __future__ import annotations

import re

from consent.errors import AddressBroken

_LONGEST = 254
_MAILBOX = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.]+(\.[^@\s\x00-\x1f\x7f.]+)+")


def mailbox(text: str) -> str:
    """Return an e-mail address in lower case, without spaces around it.

    :raises AddressBroken: it cannot be one.
    """
    found = text.strip().lower()
    if len(found) > _LONGEST or not _MAILBOX.fullmatch(found):
        raise AddressBroken
    return found
