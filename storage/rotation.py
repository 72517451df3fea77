"""Replacing the root key while the house goes on: what the old one wrapped is wrapped anew.

Data keys, strays and hooks' secrets are gone through page by page, each page one transaction, so
that whoever is killed begins again and passes by what is done. Values are opened and sealed again,
never lost in between. The old root wraps nothing from the first moment on (`storage.keys`), so one
walk finds all there is. Once nothing needs it, it can be retired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from consent.errors import ConsentError, SealBroken
from storage import schema
from storage.database import Database
from storage.keys import alone, keep, known_roots, wrapping, wrapping_root
from storage.sealed_places import Place, changes, old_values, page_after, places
from storage.vault import RootKeyUnknown, Vault, name_of

#: Rows of one page: held for some milliseconds, while their customers wait.
PAGE = 250


class RotationRefused(ConsentError):
    """Root keys stay as they are; the reason is named here."""

    code = "rotation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one page holds that is not sealed under the root that wraps."""

    place: str
    #: Rows of the page.
    passed: int
    #: Values sealed anew, or waiting for it.
    old: int = 0
    #: Values that do not open at all.
    broken: int = 0
    #: By name, keys that are needed and not there.
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What a walk through the store has found."""

    #: By what it is, values that old root keys are needed for, or were.
    old: Counter[str] = field(default_factory=Counter)
    #: Values that open with no key at all: none is needed for them.
    broken: int = 0
    unknown: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """What is counted, in words."""
        return ", ".join(f"{place}: {number}" for place, number in self.old.items())

    def add(self, found: Found) -> None:
        """Count a page."""
        if found.old:
            self.old[found.place] += found.old
        self.broken += found.broken
        self.unknown |= set(found.unknown)


class Rotation:
    """Replaces the root key of a database."""

    def __init__(self, database: Database, vault: Vault, page: int = PAGE) -> None:
        """Take the vault with all root keys: the newest is to wrap."""
        self._database = database
        self._vault = vault
        self._page = page
        self._places = places(vault)

    async def begin(self) -> bool:
        """Let the newest root wrap from now on; say whether it did not before.

        :raises StoreUnavailable: nothing was changed.
        """
        return await self._database.write(self._begin)

    async def count(self) -> int:
        """Return how many rows a walk passes.

        :raises StoreUnavailable: they cannot be counted.
        """
        return await self._database.read(self._count)

    async def rewrap(self) -> AsyncIterator[Found]:
        """Seal everything under the newest root, a page at a time; tell of each when it is done.

        :raises RotationRefused: another one was begun meanwhile.
        :raises StoreUnavailable: the rest is to be done yet.
        """
        for place in self._places:
            last: Sequence[Any] | None = ()
            while last is not None:
                last, found = await self._database.write(partial(self._rewrap, place, last))
                yield found
        # What was written over must not lie in the file with its old seal.
        await self._database.scrub()

    async def look(self) -> AsyncIterator[Found]:
        """Go through the store and tell what is not sealed under the root that wraps.

        :raises StoreUnavailable: the rest was not looked at.
        """
        check = wrapping(await self._database.read(known_roots))
        label = self._vault.root(check or "").label
        for place in self._places:
            last: Sequence[Any] | None = ()
            while last is not None:
                body = partial(self._look, place, label, last)
                last, found = await self._database.read(body)
                yield found

    async def retire(self) -> tuple[str, ...]:
        """Let the store forget every root but the one that wraps; return their checks.

        :raises RotationRefused: something still needs one of them.
        :raises StoreUnavailable: nothing was forgotten.
        """
        tally = Tally()
        async for found in self.look():
            tally.add(found)
        if tally.old or tally.unknown:
            raise RotationRefused(_why_not(tally))
        if tally.broken:
            await self._refuse_blindly(tally.broken)
        # Nothing comes to need them: only the root that wraps ever seals.
        return await self._database.write(_forget)

    async def _refuse_blindly(self, broken: int) -> None:
        """What does not open may need a root that this process was not given."""
        given = {root.check for root in self._vault.roots}
        known = await self._database.read(known_roots)
        missing = sorted(name_of(check) for check in known if check not in given)
        if missing:
            raise RotationRefused(
                f"{broken} values do not open, and not every key is in the file: "
                f"{', '.join(missing)}; put them back."
            )

    def _begin(self, connection: Connection) -> bool:
        alone(connection)
        newest = self._vault.roots[0]
        if wrapping(known_roots(connection)) == newest.check:
            return False
        keep(connection, newest, self._vault.index)
        return True

    def _count(self, connection: Connection) -> int:
        counts = (select(func.count()).select_from(place.table) for place in self._places)
        return sum(int(connection.execute(count).scalar_one()) for count in counts)

    def _rewrap(
        self, place: Place, after: Sequence[Any], connection: Connection
    ) -> tuple[Sequence[Any] | None, Found]:
        root = wrapping_root(self._vault, connection)
        if root is not self._vault.roots[0]:
            raise RotationRefused("The newest key does not wrap: another rotation was begun.")
        last, passed = self._end_of_page(place, after, connection)
        query = old_values(place, root.label, after, last).with_for_update()
        fresh, broken = [], 0
        for row in connection.execute(query).all():
            bound = place.bound(row)
            try:
                value = place.seal.open(row.sealed, bound)
            except SealBroken:
                broken += 1
                continue
            change = {f"at_{key.name}": getattr(row, key.name) for key in place.keys}
            change |= {"was": row.sealed, "fresh": place.seal.close(value, bound, root)}
            fresh.append(change)
        if fresh:
            connection.execute(changes(place), fresh)
        return last, Found(place=place.name, passed=passed, old=len(fresh), broken=broken)

    def _look(
        self, place: Place, label: bytes, after: Sequence[Any], connection: Connection
    ) -> tuple[Sequence[Any] | None, Found]:
        last, passed = self._end_of_page(place, after, connection)
        old = broken = 0
        unknown = set()
        for row in connection.execute(old_values(place, label, after, last)):
            try:
                place.seal.open(row.sealed, place.bound(row))
            except RootKeyUnknown as fault:
                unknown.add(fault.name)
            except SealBroken:
                broken += 1
                continue
            old += 1
        names = tuple(sorted(unknown))
        found = Found(place=place.name, passed=passed, old=old, broken=broken, unknown=names)
        return last, found

    def _end_of_page(
        self, place: Place, after: Sequence[Any], connection: Connection
    ) -> tuple[Sequence[Any] | None, int]:
        """Return the last row of a page, none if it is the last page, and how many it has."""
        found = connection.execute(page_after(place, after, self._page)).all()
        return (tuple(found[-1]) if len(found) == self._page else None), len(found)


def _forget(connection: Connection) -> tuple[str, ...]:
    alone(connection)
    known = known_roots(connection)
    gone = tuple(sorted(set(known) - {wrapping(known)}))
    table = schema.root_keys
    connection.execute(table.delete().where(table.c.key_check.in_(gone)))
    return gone


def _why_not(tally: Tally) -> str:
    if tally.unknown:
        names = ", ".join(sorted(tally.unknown))
        return f"Still needed, and not in the file ({tally.shown}): {names}; put them back."
    return f"Old keys are still needed ({tally.shown}): run `consent key rotate` first."
