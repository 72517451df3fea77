"""`consent hook …`: where other systems are told of decisions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from app.settings import load_settings
from app.store import with_store
from consent.catalogue import BrandId
from consent.errors import SettingBroken
from consent.hooks import Hook, checked_url
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.hooks import SqlHooks

_T = TypeVar("_T")
_MOST_SHOWN = 5


def add_hook(url: str, *, brand: str) -> list[str]:
    """Subscribe a URL to what a brand's customers decide from now on.

    :returns: its id, and its secret, which is shown this once.
    :raises SettingBroken: no such brand, or nothing may be sent there.
    """
    catalogue = load_catalogue(ROOT)
    if BrandId(brand) not in catalogue.brands:
        raise SettingBroken(f"the brand must be one of {', '.join(catalogue.brands)}")
    wanted = checked_url(url)
    return [*_with_hooks(lambda hooks: hooks.add(brand, wanted, datetime.now(UTC)))]


def list_hooks() -> list[str]:
    """Return a line for each hook: id, brand, URL, how far it is and what it has missed."""
    return [_line(hook) for hook in _with_hooks(lambda hooks: hooks.all())]


def remove_hook(hook: str) -> bool:
    """End a subscription; say whether there was one to end."""
    return _with_hooks(lambda hooks: hooks.remove(hook, datetime.now(UTC)))


def redeliver(hook: str, start: int | None) -> int | None:
    """Tell a hook again from a position on, or from the first event that it has missed.

    :returns: that position; none if there is no such hook, or it has missed nothing.
    :raises SettingBroken: it has not been told so far yet.
    """
    return _with_hooks(lambda hooks: hooks.redeliver(hook, start, datetime.now(UTC)))


def _line(hook: Hook) -> str:
    state = f"told up to {hook.position}"
    if hook.removed_at:
        state = f"removed {hook.removed_at:%Y-%m-%d}"
    elif hook.failures:
        state += f", failed {hook.failures} times, next at {hook.next_at:%Y-%m-%d %H:%M:%S}"
    if hook.missed:
        named = ", ".join(map(str, hook.missed[:_MOST_SHOWN]))
        state += f", missed {len(hook.missed)}: {named}"
        state += " …" if len(hook.missed) > _MOST_SHOWN else ""
    return f"{hook.id}  {hook.brand}  {hook.url}  {state}"


def _with_hooks(work: Callable[[SqlHooks], Awaitable[_T]]) -> _T:
    return with_store(load_settings(load_catalogue(ROOT)), lambda store: work(store.hooks))
