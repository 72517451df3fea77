"""How much `consent bench` measures, and on which stores."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from consent.errors import SettingBroken

_SQLITE, _POSTGRES = "sqlite", "postgres"


class Size(StrEnum):
    """How long it may take: three minutes, a quarter of an hour, as long as it takes."""

    QUICK = "quick"
    USUAL = "usual"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So many rounds, each side driven so many seconds in each."""

    rounds: int
    seconds: float


_PACES = {
    Size.QUICK: Pace(rounds=3, seconds=1.5),
    Size.USUAL: Pace(rounds=4, seconds=4.0),
    Size.FULL: Pace(rounds=9, seconds=10.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One store to measure on."""

    #: As rows name it: SQLite, PostgreSQL.
    name: str
    #: Of a server to make databases on; empty: SQLite, or a server of our own.
    url: str = ""

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.name == "SQLite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is asked for."""

    size: Size
    places: tuple[Place, ...]
    #: An empty folder on the disk that is measured.
    folder: Path
    #: Instead of what goes with the size.
    rounds: int | None = None

    @property
    def pace(self) -> Pace:
        """How long each row is measured."""
        usual = _PACES[self.size]
        return Pace(rounds=self.rounds or usual.rounds, seconds=usual.seconds)

    def of(self, quick: int, usual: int, full: int | None = None) -> int:
        """Return the number that goes with the size."""
        if self.size is Size.QUICK:
            return quick
        return usual if self.size is Size.USUAL or full is None else full


@contextmanager
def scope_of(size: Size, store: str, rounds: int | None = None) -> Iterator[Scope]:
    """Return what is to be measured, with a folder that is removed when it is left.

    :param store: sqlite, postgres, a URL, or nothing for both.
    :raises SettingBroken: it is none of these.
    """
    places, parent = _places(store)
    try:
        with tempfile.TemporaryDirectory(prefix="consent-bench-", dir=parent) as name:
            yield Scope(size=size, places=places, folder=Path(name), rounds=rounds)
    except FileNotFoundError as fault:
        if parent and not parent.is_dir():
            raise SettingBroken(f"--store: there is no folder {parent}") from fault
        raise


def _places(store: str) -> tuple[tuple[Place, ...], Path | None]:
    both = {_SQLITE: Place(name="SQLite"), _POSTGRES: Place(name="PostgreSQL")}
    if not store:
        return tuple(both.values()), None
    if store in both:
        return (both[store],), None
    if store.startswith("postgresql://"):
        return (Place(name="PostgreSQL", url=store),), None
    if store.startswith("sqlite:///"):
        # The disk matters, not the file: stores are made in a folder beside it.
        return (both[_SQLITE],), Path(store.removeprefix("sqlite:///")).absolute().parent
    raise SettingBroken("--store must be sqlite, postgres, sqlite:///FILE or postgresql://…")
