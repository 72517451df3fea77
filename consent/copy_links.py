"""Links to a copy of one's own data: who gets one, what it carries, how long it is good.

`{public address}/my/{opaque}`: the opaque part holds whose copy it is and a secret of 16 bytes;
the store keeps the secret's hash alone. Looking at the page uses nothing up, since programs that
show previews look too; only opening the copy itself counts.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from consent.decisions import CustomerId

LINK_LIVES = timedelta(hours=24)
MOST_OPENS = 10
_SECRET_BYTES = 16
_NOBODY = CustomerId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyWays:
    """How a copy can reach the customer who asks for it; in no way: a person gives it."""

    #: The door can hand over files.
    files: bool = False
    #: There is a public address, and an answer with a link to it will be sent.
    links: bool = False
    #: Draws the secret of a link: 16 random bytes, hex.
    secret: Callable[[], str] = str


#: A copy cannot be given at once.
NO_WAY = CopyWays()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLink:
    """What the store keeps of a link."""

    digest: str
    language: str
    created_at: datetime
    expires_at: datetime


def link_of(secret: str, language: str, now: datetime) -> CopyLink:
    """Return what is to be kept of a link that is given out now."""
    return CopyLink(
        digest=digest_of(bytes.fromhex(secret)),
        language=language,
        created_at=now,
        expires_at=now + LINK_LIVES,
    )


def opaque(customer: CustomerId, secret: str) -> str:
    """Return the last part of a link: 43 letters, digits, `-` and `_`, never one of them last.

    :param secret: 16 bytes, hex.
    """
    packed = _packed(customer) + bytes.fromhex(secret)
    return urlsafe_b64encode(packed).decode().rstrip("=")


def credentials_of(part: str) -> tuple[CustomerId, str]:
    """Return whose copy a link is for and the hash of its secret; of a senseless one nobody's."""
    try:
        packed = urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
        name, secret = packed[:-_SECRET_BYTES], packed[-_SECRET_BYTES:]
        customer = _unpacked(name)
    except ValueError:
        return _NOBODY, digest_of(b"")
    # Whatever else decodes to the same was never given out.
    is_ours = opaque(customer, secret.hex()) == part
    return (customer, digest_of(secret)) if is_ours else (_NOBODY, digest_of(b""))


def digest_of(secret: bytes) -> str:
    """Return what the store knows a secret by; it is random, so a plain hash tells nothing."""
    return hashlib.sha256(secret).hexdigest()


def _packed(customer: CustomerId) -> bytes:
    """Return a customer's id in 16 bytes; what is no UUID as it is written."""
    try:
        found = UUID(customer)
    except ValueError:
        return customer.encode()
    return found.bytes


def _unpacked(name: bytes) -> CustomerId:
    if len(name) == len(UUID(int=0).bytes):
        return CustomerId(str(UUID(bytes=name)))
    return CustomerId(name.decode())
