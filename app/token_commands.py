"""`consent token …`: ways in for other systems; every change has its line in the staff log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from app.check_command import viewer
from app.settings import load_settings
from app.spans import span_of
from app.store import with_store
from consent.access import Token, TokenScope, digest_of
from consent.catalogue import BrandId
from consent.errors import ConsentError, SettingBroken
from consent.staff import Entry
from consent.token_rotation import ROTATED, NotRotated, Replacing
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.ids import fresh_secret, uuid7
from storage.token_changes import SqlTokenChanges

_T = TypeVar("_T")
_WHY_NOT = {
    NotRotated.UNKNOWN: "there is no such token; `consent token list` shows all",
    NotRotated.ENDED: "it has ended already; `consent token add` makes a new one",
    NotRotated.REPLACED: "it has a successor already; `consent token list` shows which",
}


class TokenRefused(ConsentError):
    """This cannot be done to the token."""

    code = "token"


def add_token(*, brand: str, holder: str, scopes: list[str], days: int) -> str:
    """Make a token and return its secret, which is shown this once.

    :raises SettingBroken: no such brand or scope.
    """
    catalogue = load_catalogue(ROOT)
    if BrandId(brand) not in catalogue.brands:
        raise SettingBroken(f"the brand must be one of {', '.join(catalogue.brands)}")
    unknown = [scope for scope in scopes if scope not in set(TokenScope)]
    if unknown:
        raise SettingBroken(f"no such scope: {', '.join(unknown)}")
    now = datetime.now(UTC)
    token = Token(
        id=uuid7(now),
        brand=brand,
        holder=holder,
        scopes=frozenset(map(TokenScope, scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    secret = fresh_secret()
    entry = _entry("issued a token", now)
    _with_tokens(lambda tokens: tokens.issue(token, digest_of(secret), entry))
    return secret


def list_tokens() -> list[str]:
    """Return a line for each token: id, brand, holder, scopes, whether it is good, and use."""
    now = datetime.now(UTC)
    found = _with_tokens(lambda tokens: tokens.listed())
    successors = {t.replaces: t.id for t in found if t.replaces and not t.revoked_at}
    return [_line(token, successors.get(token.id), now) for token in found]


def rotate_token(token_id: str, *, grace: str) -> list[str]:
    """Replace a token; return what to tell, the successor's secret first: it is shown this once.

    :raises SettingBroken: the grace is no span of time.
    :raises TokenRefused: the token cannot be replaced.
    """
    now, secret = datetime.now(UTC), fresh_secret()
    asked = Replacing(
        token=token_id,
        successor=uuid7(now),
        digest=digest_of(secret),
        grace=span_of(grace, "--grace"),
        entry=_entry(ROTATED, now),
    )
    found = _with_tokens(lambda tokens: tokens.rotate(asked))
    if isinstance(found, NotRotated):
        raise TokenRefused(_WHY_NOT[found])
    ends = f"works until {found.old.expires_at:%Y-%m-%d %H:%M} UTC"
    if found.old.expires_at <= now:
        ends = "works no more"
    return [
        secret,
        f"{found.new.id} is good until {found.new.expires_at:%Y-%m-%d} UTC.",
        f"{found.old.id}, which it replaces, {ends}.",
    ]


def revoke_token(token_id: str) -> bool:
    """End a token; say whether there was one to end."""
    entry = _entry("revoked a token", datetime.now(UTC))
    return _with_tokens(lambda tokens: tokens.revoke(token_id, entry)) is not None


def _with_tokens(work: Callable[[SqlTokenChanges], Awaitable[_T]]) -> _T:
    settings = load_settings(load_catalogue(ROOT))
    return with_store(settings, lambda store: work(SqlTokenChanges(store.database)))


def _entry(action: str, at: datetime) -> Entry:
    return Entry(at, viewer(), action, "")


def _line(token: Token, successor: str | None, now: datetime) -> str:
    state = f"good until {token.expires_at:%Y-%m-%d}"
    if token.revoked_at:
        state = f"revoked {token.revoked_at:%Y-%m-%d}"
    elif not token.is_good(now):
        state = f"ended {token.expires_at:%Y-%m-%d}"
    elif successor:
        state = f"good until {token.expires_at:%Y-%m-%d %H:%M} UTC"
    scopes = ",".join(sorted(token.scopes))
    parts = [token.id, token.brand, token.holder, scopes, state]
    parts += [f"used {token.used_at:%Y-%m-%d}"] if token.used_at else []
    parts += [f"replaces {token.replaces}"] if token.replaces else []
    parts += [f"replaced by {successor}"] if successor else []
    return "  ".join(parts)
