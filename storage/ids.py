"""Ids and secrets: UUIDv7 (RFC 9562), so that newer rows lie beside newer rows."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import lru_cache

from consent.decisions import CustomerId, DecisionId
from storage.chance import chance
from storage.moments import to_store

#: Letters and digits that cannot be confused when read out on the phone.
_CASE_LETTERS = "23456789ACDEFGHJKMNPQRTVWXY"
#: Random bytes to draw from so few: none is likelier than another by more than one in 2^80.
_EVEN = 16


def uuid7(at: datetime) -> str:
    """Return a UUIDv7 of a moment: 48 bits of milliseconds, 74 random bits."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    drawn = chance(10)
    digits, variant = drawn.hex(), "89ab"[drawn[2] >> 6]
    return f"{_moment(at)}-7{digits[:3]}-{variant}{digits[5:8]}-{digits[8:]}"


@lru_cache(maxsize=64)
def _moment(at: datetime) -> str:
    """Return the part of all ids of a moment; of UTC, since elsewhere an hour comes twice."""
    digits = f"{to_store(at) // 1000 & (1 << 48) - 1:012x}"
    return f"{digits[:8]}-{digits[8:]}"


def fresh_secret() -> str:
    """Return the secret of a new token: 32 random bytes as its holder keeps them."""
    return f"cst_{secrets.token_urlsafe(32)}"


class SystemEntropy:
    """`consent.ports.Entropy` from the operating system."""

    def customer_id(self, at: datetime) -> CustomerId:
        """Return a new customer's id."""
        return CustomerId(uuid7(at))

    def decision_id(self, at: datetime) -> DecisionId:
        """Return a new decision's id."""
        return DecisionId(uuid7(at))

    def case_id(self) -> str:
        """Return the name of a case, like `K7M2-94QX`."""
        drawn, letters = int.from_bytes(chance(_EVEN)), ""
        for _ in range(8):
            drawn, letter = divmod(drawn, len(_CASE_LETTERS))
            letters += _CASE_LETTERS[letter]
        return f"{letters[:4]}-{letters[4:]}"

    def salt(self) -> str:
        """Return 16 random bytes, hex."""
        return chance(16).hex()

    def code(self) -> str:
        """Return two digits from 10 to 99."""
        return str(10 + int.from_bytes(chance(_EVEN)) % 90)

    def pin(self) -> str:
        """Return four digits from 1000 to 9999."""
        return str(1000 + int.from_bytes(chance(_EVEN)) % 9000)
