"""Argon2id: passwords are kept as nobody can read them, at a price that keeps guessing slow.

Each hash takes 64 MiB (RFC 9106, second recommendation). So two are worked on at once, a few wait,
and the rest are sent away: a crowd at the log-in cannot use up the memory.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from consent.errors import ConsentError

_AT_ONCE = 2
_WAITING = 8
_SALT, _TAG = 16, 32
#: Whatever arrives is compared, even half a letter.
_ANY = "surrogatepass"


class TooBusy(ConsentError):
    """More people are logging in than can be checked at once; nothing was tried."""

    code = "busy"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: RFC 9106, second recommendation."""

    passes: int = 3
    kibibytes: int = 64 * 1024
    lanes: int = 4


class Passwords:
    """Gives turns at hashing, in threads, so that the server answers others meanwhile."""

    def __init__(self, cost: Cost | None = None) -> None:
        """Work at a price."""
        paid = cost or Cost()
        self._hasher = PasswordHasher(paid.passes, paid.kibibytes, paid.lanes, _TAG, _SALT)
        #: Of no password: as much work as any other, and never right.
        price = f"m={paid.kibibytes},t={paid.passes},p={paid.lanes}"
        self._nobody = f"$argon2id$v=19${price}${_random(_SALT)}${_random(_TAG)}"
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Wait for a turn, and keep it until left.

        :raises TooBusy: too many wait already.
        """
        if self._inside >= _AT_ONCE + _WAITING:
            raise TooBusy
        self._inside += 1
        try:
            async with self._free:
                yield Turn(self._hasher, self._nobody)
        finally:
            self._inside -= 1


class Turn:
    """One person's turn: hashes, one after the other."""

    def __init__(self, hasher: PasswordHasher, nobody: str) -> None:
        """Work with this; `nobody` is compared where there is no password."""
        self._hasher, self._nobody = hasher, nobody

    async def hashed(self, password: str) -> str:
        """Return what is kept of a password."""
        return await asyncio.to_thread(self._hasher.hash, password.encode("utf-8", _ANY))

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Say whether a password is the one that was hashed; the same work where none was."""
        said = password.encode("utf-8", _ANY)

        def compare() -> bool:
            try:
                return self._hasher.verify(kept or self._nobody, said)
            except (VerificationError, ValueError):
                return False

        return await asyncio.to_thread(compare)


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
