"""Hooks: where other systems want to be told of decisions, and what becomes of telling them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from consent.errors import SettingBroken
from consent.feed import Entry

_LONGEST_URL = 2_000
_OWN_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=15)
_PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One subscription, without its secret."""

    id: str
    brand: str
    url: str
    created_at: datetime
    #: What it has taken, or missed for good, up to here.
    position: int
    #: How often in a row what comes next was refused.
    failures: int
    next_at: datetime
    removed_at: datetime | None
    #: Positions that it has missed.
    missed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What a hook is to be told now, for the one process that has taken it."""

    hook: str
    url: str
    secret: str = field(repr=False)
    entries: tuple[Entry, ...]
    #: Positions passed before, failures in a row, and the moment by which the claim is known.
    position: int
    failures: int
    claim: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a hook did not take an event."""

    reason: str
    #: How long it asks to be left alone.
    rest: timedelta | None = None
    #: It never wants to hear of us again.
    is_gone: bool = False


def checked_url(url: str) -> str:
    """Return a URL that customers' numbers may be sent to.

    Encrypted, to a machine that proves its name; in clear only within this machine. Addresses in
    a private network are allowed: the operator's own systems live there, and hooks are added on
    the command line alone. What answers for a cloud's secrets (link-local) never is.

    :raises SettingBroken: it is none.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as fault:
        raise SettingBroken(f"the hook's URL cannot be read: {fault}") from fault
    is_clear = parts.scheme == "http" and host in _OWN_MACHINE
    if not host or not (is_clear or parts.scheme == "https"):
        raise SettingBroken("the hook's URL must begin with https:// (http:// on this machine)")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise SettingBroken("the hook's URL must have no user, password or fragment")
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise SettingBroken(f"the hook's URL must be ASCII, of at most {_LONGEST_URL} characters")
    if not is_reachable(host):
        raise SettingBroken("the hook's URL names an address that no receiver has")
    return url


def is_reachable(host: str) -> bool:
    """Say whether an address may be connected to; a name may, its addresses are yet to be seen."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return not (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        # The loopback of IPv6 counts as reserved too.
        or (address.is_reserved and not address.is_loopback)
    )


def pause_after(failures: int) -> timedelta | None:
    """Return how long to wait when telling has failed so often in a row; none: give it up.

    Twice as long each time, up to a quarter of an hour, until a day is over.
    """
    return None if failures > _MOST_FAILURES else _pause(failures)


def _pause(failures: int) -> timedelta:
    # Further doubling makes a number that no pause can be.
    return min(_FIRST_PAUSE * (1 << min(failures - 1, 20)), _LONGEST_PAUSE)


def _failures_in(patience: timedelta) -> int:
    """Return after how many failures so much time has been waited."""
    failures, waited = 0, timedelta(0)
    while waited < patience:
        failures += 1
        waited += _pause(failures)
    return failures


_MOST_FAILURES = _failures_in(_PATIENCE)
