"""Errands sealed into a link: no table, good at every replica, unreadable on its way."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from consent.errors import SealBroken
from storage.vault import RootKeyUnknown, Vault

_BOUND = "capture"
#: Of a link that anybody could have sent.
_LONGEST = 8_000


class SealedTickets:
    """Seals what a link is for, and opens it again."""

    def __init__(self, vault: Vault) -> None:
        """Seal by this vault."""
        self._seal = vault.strays

    def close(self, errand: bytes) -> str:
        """Return a ticket that fits into a path."""
        return urlsafe_b64encode(self._seal.close(errand, _BOUND)).decode().rstrip("=")

    def open(self, ticket: str) -> bytes | None:
        """Return what a ticket is for; none if it is not ours."""
        if len(ticket) > _LONGEST:
            return None
        try:
            sealed = urlsafe_b64decode(ticket.encode("ascii") + b"=" * (-len(ticket) % 4))
            return self._seal.open(sealed, _BOUND)
        except (SealBroken, RootKeyUnknown, ValueError):
            return None
