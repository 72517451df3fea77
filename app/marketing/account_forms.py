"""What the forms of accounts say, how an account stands, and which answer a fault is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from litestar.datastructures import FormMultiDict

from consent.administration import NotChanged
from consent.staff import Account, Role

_FORBIDDEN, _MISSING, _CLASH, _BUSY, _WRONG = 403, 404, 409, 503, 400
_STATUS = {
    "password": _FORBIDDEN,
    "busy": _BUSY,
    NotChanged.OWN: _FORBIDDEN,
    NotChanged.SHARED: _FORBIDDEN,
    NotChanged.STALE: _CLASH,
    NotChanged.TAKEN: _CLASH,
    NotChanged.LOCKED: _CLASH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a form said; no page shows its password again."""

    login: str = ""
    roles: frozenset[Role] = frozenset()
    seen: str = ""
    password: str = field(default="", repr=False)


def standing(account: Account, now: datetime) -> tuple[str, datetime | None]:
    """Return how an account stands, and since or until when."""
    if account.disabled_at:
        return "locked", account.disabled_at
    if account.invited_until:
        return "invited" if now < account.invited_until else "lapsed", account.invited_until
    if account.locked_until and now < account.locked_until:
        return "waits", account.locked_until
    return "good", None


def read(form: FormMultiDict) -> Filled:
    """Return what a form said."""
    said = {str(role) for role in form.getall("role", [])}
    return Filled(
        login=str(form.get("login", "")).strip()[:64],
        roles=frozenset(role for role in Role if role in said),
        seen=str(form.get("seen", "")),
        password=str(form.get("password", "")),
    )


def status_of(fault: str) -> int:
    """Return the HTTP status of a page that tells a fault, or none."""
    if fault == NotChanged.UNKNOWN:
        return _MISSING
    return _STATUS.get(fault, _WRONG) if fault else 200
