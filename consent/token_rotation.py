"""Replacing a token in use: its successor opens the same for as long, both work for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from consent.access import Token
from consent.staff import Entry

#: What the log says of a replaced token: then the old one's id, the new one's, and more.
ROTATED = "rotated a token"


class NotRotated(StrEnum):
    """Why a token has no successor."""

    #: There is no such token at the brand.
    UNKNOWN = "unknown"
    #: It has expired or was revoked: nobody uses it.
    ENDED = "ended"
    #: It has a successor already.
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacing:
    """What is asked for."""

    #: The token to be replaced.
    token: str
    #: It must be this brand's; none: any brand's, for whoever runs the store.
    brand: str | None = None
    #: The successor's id, and the digest of its secret.
    successor: str
    digest: str = field(repr=False)
    #: How long both work.
    grace: timedelta
    entry: Entry


@dataclass(frozen=True, slots=True)
class Rotation:
    """A token with its new end, and the one that takes its place."""

    old: Token
    new: Token


def rotated(
    old: Token | None, successors: Sequence[Token], asked: Replacing
) -> Rotation | NotRotated:
    """Return a token's successor, and the token with its new end, never later than its own.

    :param successors: all that were ever to replace it; one that was revoked counts no more.
    """
    at = asked.entry.at
    if old is None or asked.brand not in {None, old.brand}:
        return NotRotated.UNKNOWN
    if not old.is_good(at):
        return NotRotated.ENDED
    if any(one.revoked_at is None for one in successors):
        return NotRotated.REPLACED
    # Its own end may have been brought forward when it was first replaced.
    life = max(one.expires_at - one.created_at for one in (old, *successors))
    new = replace(
        old,
        id=asked.successor,
        created_at=at,
        expires_at=at + life,
        replaces=old.id,
        used_at=None,
    )
    return Rotation(replace(old, expires_at=min(old.expires_at, at + asked.grace)), new)
