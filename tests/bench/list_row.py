"""How long `consent check-list` takes, beside a floor in the same rounds: time and memory of both.

The floor (`floors/list_check.py`) is what nobody can do without, with the raw driver: read the
same CSV, hash the numbers, join, judge, write the same CSV and the log. Each is a process of its
own.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.bench_figures import MB, SECOND, Aim, Figure, Unit
from app.bench_scope import Place, Scope
from tests.bench.commands import CONSENT, Cost, run
from tests.bench.many_customers import grow, number
from tests.bench.stores import home, require_durable

_TIME, _MEMORY = Aim(most=1.5, of_ratio=True), Aim(most=250 * MB)


def list_check(scope: Scope) -> Iterator[Figure]:
    """Measure on each store."""
    for place in scope.places:
        # A million on one store is enough for a run of a quarter of an hour.
        numbers = scope.of(50_000, 1_000_000 if place.is_sqlite else 200_000, 1_000_000)
        folder = scope.folder / f"list-{place.name}"
        folder.mkdir()
        yield from _on(place, folder, numbers, scope.rounds or scope.of(2, 2, 5))


def _on(place: Place, folder: Path, numbers: int, rounds: int) -> Iterator[Figure]:
    customers = 2 * numbers
    listed = folder / "list.csv"
    write_list(listed, numbers, customers)
    with home(place, folder) as stores:
        store, key = stores.fresh(), folder / "root.key"
        index = grow(store, key, customers)
        require_durable(store)
        stage = Stage(store=store, key=key, index=index, listed=listed, folder=folder)
        costs = [(stage.floor(), stage.product()) for _ in range(rounds)]
        stage.require_same_rows()
    least, ours = [one for one, _ in costs], [one for _, one in costs]
    processor = min(one.processor for one in ours), min(one.processor for one in least)
    yield Figure(
        row=f"list check, {numbers // 1000} k of {customers // 1000} k, {place.name}",
        tries=tuple(one.seconds * SECOND for one in ours),
        floor=tuple(one.seconds * SECOND for one in least),
        aim=_TIME,
        note="the whole command, beside reading, hashing, joining, writing and logging alone",
        details=(f"processor: {processor[0]:.1f} s, floor {processor[1]:.1f} s",),
    )
    yield Figure(
        row=f"  peak memory, {place.name}",
        tries=tuple(one.peak for one in ours),
        unit=Unit.BYTES,
        floor=tuple(one.peak for one in least),
        aim=_MEMORY,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A store, a list, and both ways to check it."""

    store: str
    key: Path
    index: bytes
    listed: Path
    folder: Path

    def floor(self) -> Cost:
        """Check it with the floor."""
        words = [self.store, self.index.hex(), self.listed, *self._files("floor")]
        program = [sys.executable, "-m", "tests.bench.floors.list_check", *map(str, words)]
        return run(program, {})

    def product(self) -> Cost:
        """Check it with the product."""
        out, no = self._files("product")
        asked = ["check-list", str(self.listed), "-o", str(out), "--blocked", str(no)]
        asked += ["--brand", "lmt", "--purpose", "offers", "--channel", "sms"]
        asked += ["--by", "bench", "--reason", "bench", "--json"]
        settings = {"CONSENT_DATABASE_URL": self.store, "CONSENT_ROOT_KEY_FILE": str(self.key)}
        return run([str(CONSENT), *asked], settings)

    def require_same_rows(self) -> None:
        """Go on only if both have allowed and blocked the same rows.

        :raises AssertionError: they have not.
        """
        for at in range(2):
            found = [_rows(self.folder / self._name(side, at)) for side in ("floor", "product")]
            assert found[0] == found[1], f"{len(found[0])} and {len(found[1])} rows differ"

    def _files(self, side: str) -> tuple[Path, Path]:
        """Return where the allowed and the others go; what was there is removed."""
        files = self.folder / self._name(side, 0), self.folder / self._name(side, 1)
        for file in files:
            file.unlink(missing_ok=True)
        return files

    @staticmethod
    def _name(side: str, at: int) -> str:
        return f"{side}-{('yes', 'no')[at]}.csv"


def _rows(file: Path) -> list[list[str]]:
    """Return the first columns of all rows: those of the list itself."""
    with file.open(newline="") as stream:
        return [row[:4] for row in csv.reader(stream)]


def write_list(file: Path, numbers: int, customers: int) -> None:
    """Write numbers of which some are nobody's, in an order of their own, each fifth spaced."""
    dice = random.Random(1)  # noqa: S311 - the same list each time
    chosen = dice.sample(range(customers + customers // 10), numbers)
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "phone", "name", "segment"])
        for row, index in enumerate(chosen):
            who = number(index)
            if row % 5 == 0:
                who = f"{who[4:6]} {who[6:9]} {who[9:]}"
            writer.writerow([row, who, f"Customer {row}", "gold" if row % 3 else "silver"])
