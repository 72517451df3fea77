"""Ids and secrets: UUIDv7 (RFC 9562), so that newer rows lie beside newer rows."""

from __future__ import annotations

import secrets
from datetime import datetime

from consent.decisions import CustomerId, DecisionId
from storage.moments import to_store

#: Letters and digits that cannot be confused when read out on the phone.
_CASE_LETTERS = "23456789ACDEFGHJKMNPQRTVWXY"


def uuid7(at: datetime) -> str:
    """Return a UUIDv7 of a moment: 48 bits of milliseconds, 74 random bits."""
    milliseconds = to_store(at) // 1000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


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
        letters = "".join(secrets.choice(_CASE_LETTERS) for _ in range(8))
        return f"{letters[:4]}-{letters[4:]}"

    def salt(self) -> str:
        """Return 16 random bytes, hex."""
        return secrets.token_hex(16)

    def code(self) -> str:
        """Return two digits from 10 to 99."""
        return str(10 + secrets.randbelow(90))

    def pin(self) -> str:
        """Return four digits from 1000 to 9999."""
        return str(1000 + secrets.randbelow(9000))
