"""What other systems may do, for which brand, until when.

A token is shown once, when it is made. The store keeps its SHA-256 alone: it is 32 random bytes,
so nobody finds it from there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class TokenScope(StrEnum):
    """What a token opens."""

    #: Check advertising texts.
    TEXTS = "texts"
    #: Read the change feed: decisions, with the numbers of those who made them.
    FEED = "feed"
    #: Tell decisions and service events that were taken elsewhere.
    DECISIONS = "decisions"
    #: Ask whether customers may be contacted, and why (CAMARA: `consent-info:retrieve`).
    CHECK = "check"
    #: Count the customers who may be contacted now; names nobody.
    AUDIENCE = "audience"
    #: Read what waits for a person: when it is due, and what the customer said.
    CASES = "cases"
    #: Answer, extend or close it.
    ANSWERS = "answers"
    #: Read every text customers are or were shown, with its versions.
    NOTICES = "notices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One system's way in, without its secret."""

    id: str
    brand: str
    #: Whose it is, as staff name it: `campaign tool`.
    holder: str
    scopes: frozenset[TokenScope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    #: The token it was issued to replace, where that was asked for.
    replaces: str | None = None
    #: When it last opened something, to the hour, where that was asked for.
    used_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Say whether it opens anything at this moment."""
        return self.revoked_at is None and now < self.expires_at


class Tokens(Protocol):
    """Where tokens are kept."""

    async def add(self, token: Token, digest: str) -> None:
        """Keep a token under the digest of its secret.

        :raises StoreUnavailable: it was not kept.
        """
        ...

    async def find(self, digest: str) -> Token | None:
        """Return the token with this digest, good or not; none if there never was one.

        :raises StoreUnavailable: nobody can be let in now.
        """
        ...

    async def used(self, token: Token, at: datetime) -> None:
        """Note that a token has opened something, now and then and if that can be noted."""
        ...

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """End a token; say whether there was one to end.

        :raises StoreUnavailable: it is still good.
        """
        ...

    async def all(self) -> tuple[Token, ...]:
        """Return all tokens, oldest first.

        :raises StoreUnavailable: they cannot be read.
        """
        ...


def digest_of(secret: str) -> str:
    """Return what the store knows a token by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
