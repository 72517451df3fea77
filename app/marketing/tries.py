"""How often one address may be wrong at the log-in, whichever accounts it tries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

_MOST = 30
_WINDOW = timedelta(minutes=15)
#: More addresses than these are not told apart: the memory has an end.
_ADDRESSES = 10_000
_REST = "the rest"


class Tries:
    """Counts tries by address; a good one is given back."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Count by this clock."""
        self._now = now
        #: When a window began, and how many have come in it.
        self._windows: dict[str, tuple[datetime, int]] = {}

    def take(self, address: str) -> int:
        """Count a try; return in how many seconds the next is welcome, 0 if this one is."""
        now = self._now()
        key = self._key(address, now)
        began, count = self._windows.get(key, (now, 0))
        if now - began >= _WINDOW:
            began, count = now, 0
        if count >= _MOST:
            return max(1, int((began + _WINDOW - now).total_seconds()))
        self._windows[key] = (began, count + 1)
        return 0

    def give_back(self, address: str) -> None:
        """Take back a try that was none: somebody was let in."""
        key = self._key(address, self._now())
        if key in self._windows:
            began, count = self._windows[key]
            self._windows[key] = (began, max(0, count - 1))

    def _key(self, address: str, now: datetime) -> str:
        if address not in self._windows and len(self._windows) >= _ADDRESSES:
            alive = {k: v for k, v in self._windows.items() if now - v[0] < _WINDOW}
            self._windows = alive
            return address if len(alive) < _ADDRESSES else _REST
        return address


def address_of(peer: str, forwarded: str) -> str:
    """Return where somebody is, as the nearest machine that is not ours tells.

    :param peer: who has connected; on this machine that is a proxy in front of us.
    :param forwarded: `X-Forwarded-For`; only its last part is the proxy's own word.
    """
    try:
        found = ip_address(peer)
        if found.is_loopback and forwarded:
            found = ip_address(forwarded.rpartition(",")[2].strip())
    except ValueError:
        return peer
    if isinstance(found, IPv6Address):
        # A household has as many of these as it likes.
        return str(ip_network((found, 64), strict=False))
    return str(found)
