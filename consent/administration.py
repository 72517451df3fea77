"""Who may change whose account: what binds the administrators of a brand.

An administrator gives and takes roles at their own brand alone, and nothing of their own: so each
brand that has one keeps one, and nobody gives themselves sight of customers. What reaches beyond
the brand – to lock somebody, to give them a new invitation, which is to become them – takes an
administrator of every brand they have a role at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from consent.staff import Account, Entry, Role


class NotChanged(StrEnum):
    """Why an account is as it was."""

    #: Whoever asks is no administrator of the brand by now.
    RIGHT = "right"
    #: Nobody with this login has a role at the brand.
    UNKNOWN = "unknown"
    #: It is one's own.
    OWN = "own"
    #: It is not as it was shown: somebody else was quicker, or the form was sent twice.
    STALE = "stale"
    #: It has roles at another brand as well.
    SHARED = "shared"
    #: Nothing would be left of it.
    NO_ROLE = "no_role"
    #: Somebody has this login.
    TAKEN = "taken"
    #: It is locked already.
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an administrator asks for."""

    #: The account of whoever asks.
    by: str
    brand: str
    login: str
    #: `state_of` the account when it was shown.
    seen: str
    entry: Entry


def is_admin(account: Account, brand: str) -> bool:
    """Say whether somebody may change accounts of a brand."""
    return account.disabled_at is None and Role.ADMIN in account.roles.get(brand, frozenset())


def state_of(account: Account, brand: str) -> str:
    """Return what tells whether an account is still as it was shown to a brand."""
    parts = (
        " ".join(sorted(account.roles.get(brand, frozenset()))),
        account.disabled_at,
        account.invited_until,
    )
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def is_shared(account: Account, brand: str) -> bool:
    """Say whether an account has roles at another brand as well."""
    return any(roles for other, roles in account.roles.items() if other != brand)


def why_not_roles(
    asked: Asked, actor: Account | None, account: Account | None, roles: AbstractSet[Role]
) -> NotChanged | None:
    """Return why an account cannot have just these roles at the brand; nothing if it can."""
    if actor is None or not is_admin(actor, asked.brand):
        return NotChanged.RIGHT
    if account is None or not account.roles.get(asked.brand):
        return NotChanged.UNKNOWN
    if account.id == actor.id:
        return NotChanged.OWN
    if state_of(account, asked.brand) != asked.seen:
        return NotChanged.STALE
    if not roles and not is_shared(account, asked.brand):
        return NotChanged.NO_ROLE
    return None


def why_not_whole(
    asked: Asked, actor: Account | None, account: Account | None
) -> NotChanged | None:
    """Return why an account cannot be locked or invited anew; nothing if it can."""
    refused = why_not_roles(asked, actor, account, frozenset(Role))
    if refused or actor is None or account is None:
        return refused
    brands = (brand for brand, roles in account.roles.items() if roles)
    return None if all(is_admin(actor, brand) for brand in brands) else NotChanged.SHARED


def why_not_locked(
    asked: Asked, actor: Account | None, account: Account | None
) -> NotChanged | None:
    """Return why an account cannot be locked; nothing if it can."""
    refused = why_not_whole(asked, actor, account)
    if refused or account is None:
        return refused
    return NotChanged.LOCKED if account.disabled_at else None
