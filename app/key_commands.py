"""`consent key …`: replacing a root key that may have leaked, while the house goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from app.proof_files import Tick, bar
from app.settings import Settings, load_settings
from app.store import Opened, open_vault
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.key_file import add_root_key, load_root_keys, remove_root_keys
from storage.keys import known_roots, wrapping
from storage.rotation import Found, Rotation, Tally
from storage.vault import Root, name_of

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The root keys of a file and of its store, by fingerprint."""

    #: On top of the file, unknown to the store: the newest of them wraps after a rotation.
    waiting: tuple[str, ...]
    wraps: str
    #: Replaced, and known to the store until they are retired.
    replaced: tuple[str, ...]
    #: In the file alone: never used, or retired before.
    left: tuple[str, ...]


def make_key() -> list[str]:
    """Put a fresh key on top of the file; say what comes next.

    :raises SettingBroken: there is no key file yet, or it cannot be written.
    """
    opened = _open()
    opened.database.close_now()
    key = add_root_key(opened.key_file, f"made {datetime.now(UTC):%Y-%m-%d}")
    return [
        f"New key {Root(key).name} is the first in {opened.key_file}; nothing uses it yet.",
        "Bring this file to every server, restart them, then run `consent key rotate`.",
    ]


def rotate_key() -> list[str]:
    """Seal everything under the newest key of the file; say what was done.

    :raises RotationRefused: another rotation was begun meanwhile.
    :raises SettingBroken: a key is missing.
    :raises StoreUnavailable: what is left is to be done yet.
    """
    opened = _open()
    return _with(opened, lambda: _rotate(opened))


def retire_keys() -> list[str]:
    """Take every replaced key out of store and file; say which.

    :raises RotationRefused: something still needs one.
    :raises SettingBroken: the file cannot be written; the store needs none of them.
    """
    opened = _open(complete=False)
    return _with(opened, lambda: _retire(opened))


def list_keys() -> list[str]:
    """Return a line for each key: what it is for, its fingerprint, what still needs it."""
    opened = _open(complete=False)
    return _with(opened, lambda: _list(opened))


def examine_keys(opened: Opened) -> list[str]:
    """Say how many root keys there are, and whether one is left to do something about.

    The store is closed then.
    """
    return _with(opened, lambda: _examine(opened))


async def keys_of(opened: Opened) -> Keys:
    """Return which key is what."""
    known = await opened.database.read(known_roots)
    wraps = wrapping(known) or ""
    checks = [root.check for root in opened.vault.roots]
    place = checks.index(wraps)
    above, below = checks[:place], checks[place + 1 :]
    return Keys(
        waiting=tuple(name_of(check) for check in above if check not in known),
        wraps=name_of(wraps),
        replaced=tuple(name_of(check) for check in known if check != wraps),
        left=tuple(name_of(check) for check in below if check not in known),
    )


async def look_at(opened: Opened, tick: Tick = lambda _: None) -> Tally:
    """Count what replaced keys are still needed for."""
    return await _tallied(Rotation(opened.database, opened.vault).look(), tick)


async def _rotate(opened: Opened) -> list[str]:
    rotation = Rotation(opened.database, opened.vault)
    name = opened.vault.roots[0].name
    begun = await rotation.begin()
    if not begun and not (await keys_of(opened)).replaced:
        return [f"Key {name} wraps already, and no other is in use: nothing to do."]
    with bar(f"Sealing under {name}", await rotation.count()) as tick:
        tally = await _tallied(rotation.rewrap(), tick)
    lines = [f"Everything is sealed under {name} now ({tally.shown or 'it was before'})."]
    if tally.broken:
        lines.append(f"! {tally.broken} values open with no key: they were altered before")
    return [*lines, "Run `consent key retire` to take out what was replaced."]


async def _retire(opened: Opened) -> list[str]:
    rotation = Rotation(opened.database, opened.vault)
    checks = await rotation.retire()
    keys = await keys_of(opened)
    gone = set(keys.left)
    _strike_out(opened.key_file, gone)
    names = sorted(gone | {name_of(check) for check in checks})
    if not names:
        return [f"No key was replaced: {keys.wraps} stays."]
    return [f"Retired: {', '.join(names)}. Key {keys.wraps} is the one."]


def _strike_out(file: Path, names: set[str]) -> None:
    keys = [key for key in load_root_keys(file, create=False) if Root(key).name in names]
    if keys:
        remove_root_keys(file, keys)


async def _list(opened: Opened) -> list[str]:
    keys = await keys_of(opened)
    lines = [f"{name}  waiting: `consent key rotate` makes it wrap" for name in keys.waiting]
    lines.append(f"{keys.wraps}  wraps")
    if keys.replaced:
        tally = await look_at(opened)
        state = f"replaced, still needed ({tally.shown})" if tally.old else "replaced, not needed"
        lines += [f"{name}  {state}" for name in keys.replaced]
    lines += [f"{name}  not in use: `consent key retire` takes it out" for name in keys.left]
    return lines


async def _examine(opened: Opened) -> list[str]:
    keys = await keys_of(opened)
    others = [*keys.waiting, *keys.replaced, *keys.left]
    lines = [f"✓ root keys: {1 + len(others)}, {keys.wraps} wraps"]
    if keys.waiting:
        lines.append(f"! {keys.waiting[0]} waits to wrap: run `consent key rotate`")
    if keys.replaced and (tally := await look_at(opened)).old:
        lines.append(f"! old root keys are still needed ({tally.shown}): `consent key rotate`")
    elif keys.replaced or keys.left:
        lines.append("! old root keys are needed no more: run `consent key retire`")
    return lines


async def _tallied(pages: AsyncIterator[Found], tick: Tick) -> Tally:
    tally = Tally()
    async for found in pages:
        tally.add(found)
        tick(found.passed)
    return tally


def _open(*, complete: bool = True) -> Opened:
    return open_vault(_settings(), complete=complete)


def _settings() -> Settings:
    return load_settings(load_catalogue(ROOT))


def _with(opened: Opened, work: Callable[[], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        try:
            return await work()
        finally:
            await opened.database.close()

    return asyncio.run(run())
