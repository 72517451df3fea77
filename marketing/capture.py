"""Sending a customer to where consents are given, and back (CAMARA ConsentInfo r2.3).

Nothing is decided on the way: a yes needs an authenticated customer and a notice that was shown,
so it is given on Telegram or by SMS, and whoever sent the customer learns how it ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from consent.verdicts import Verdict
from marketing.reasons import OPEN, camara_reason

#: How long a link is good, and how many a customer's number is worth to one asker in a day.
GOOD_FOR = timedelta(hours=1)
MOST_LINKS, WITHIN = 3, timedelta(days=1)
#: What a look is for, as the customer reads it in their own data.
CAPTURE, RESULT = "capture", "capture result"

_LONGEST = 1_000
_OWN_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
#: The schemes of applications; those of browsers and files would run or open something.
_OWN_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{2,40}")
_NOT_AN_APPLICATION = frozenset(
    {"about", "blob", "data", "file", "filesystem", "ftp", "http", "javascript", "mailto", "sms"}
    | {"tel", "vbscript", "view-source", "ws", "wss"}
)
_PLAIN = re.compile(r"[\x21-\x7e]+")


class CaptureResult(StrEnum):
    """How it ended, as `capture_result` says it."""

    GRANTED = "granted"
    PARTIAL_GRANT = "partial_grant"
    DENIED = "denied"
    ERROR = "error"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a customer was sent for, sealed into the link."""

    brand: str
    #: The customer's number.
    number: str = field(repr=False)
    purpose: str
    scopes: tuple[str, ...]
    #: Those that were still to be answered.
    open: tuple[str, ...]
    #: Who is told how it ended, as the read log names them; where the customer goes then.
    viewer: str
    callback: str | None
    until: datetime


def is_good_callback(url: str, registered: Sequence[str]) -> bool:
    """Say whether a customer may be sent there: a safe address that belongs to the asker.

    :param registered: beginnings of addresses that the operator has entered.
    """
    if len(url) > _LONGEST or not _PLAIN.fullmatch(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        return _is_safe(parts) and any(_begins(parts, urlsplit(known)) for known in registered)
    except ValueError:
        # A port or an address of the network that is none.
        return False


def _is_safe(parts: SplitResult) -> bool:
    if parts.username is not None or parts.password is not None or parts.fragment:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme == "http":
        return parts.hostname in _OWN_MACHINE
    is_own = _OWN_SCHEME.fullmatch(parts.scheme) and parts.scheme not in _NOT_AN_APPLICATION
    return bool(is_own and parts.netloc)


def _begins(parts: SplitResult, known: SplitResult) -> bool:
    """Say whether an address lies at or beneath a registered one."""
    same = (parts.scheme, parts.hostname, parts.port) == (known.scheme, known.hostname, known.port)
    folder = known.path.rstrip("/")
    # Dots would leave the folder again.
    inside = parts.path == known.path or parts.path.startswith(f"{folder}/")
    return same and inside and ".." not in parts.path and "%" not in parts.path


def with_result(callback: str, result: CaptureResult, state: str | None) -> str:
    """Return where to send the customer back to; nothing in it says who they are."""
    parts = urlsplit(callback)
    said = {"capture_result": result.value} | ({} if state is None else {"state": state})
    query = "&".join(part for part in (parts.query, urlencode(said)) if part)
    return urlunsplit(parts._replace(query=query))


def result_of(errand: Errand, verdicts: Mapping[str, Verdict]) -> CaptureResult | None:
    """Return how it ended; none while the customer has answered nothing."""
    allowed = [verdict.allowed for verdict in verdicts.values()]
    if all(allowed):
        return CaptureResult.GRANTED
    if any(verdicts[scope].allowed for scope in errand.open):
        return CaptureResult.PARTIAL_GRANT
    if any(camara_reason(verdicts[scope]) not in OPEN for scope in errand.open):
        return CaptureResult.DENIED
    return None
