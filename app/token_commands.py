"""`consent token …`: ways in for other systems."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.settings import load_settings
from app.store import with_store
from consent.access import Token, TokenScope, digest_of
from consent.catalogue import BrandId
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.ids import fresh_secret, uuid7


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
    with_store(
        load_settings(load_catalogue(ROOT)),
        lambda store: store.tokens.add(token, digest_of(secret)),
    )
    return secret


def list_tokens() -> list[str]:
    """Return a line for each token: id, brand, holder, scopes and whether it is good."""
    now = datetime.now(UTC)
    found = with_store(load_settings(load_catalogue(ROOT)), lambda store: store.tokens.all())
    return [_line(token, now) for token in found]


def revoke_token(token_id: str) -> bool:
    """End a token; say whether there was one to end."""
    return with_store(
        load_settings(load_catalogue(ROOT)),
        lambda store: store.tokens.revoke(token_id, datetime.now(UTC)),
    )


def _line(token: Token, now: datetime) -> str:
    state = f"good until {token.expires_at:%Y-%m-%d}"
    if token.revoked_at:
        state = f"revoked {token.revoked_at:%Y-%m-%d}"
    elif not token.is_good(now):
        state = f"ended {token.expires_at:%Y-%m-%d}"
    scopes = ",".join(sorted(token.scopes))
    return f"{token.id}  {token.brand}  {token.holder}  {scopes}  {state}"
