"""What a verdict and a message cost in a store ten times as large: the same way, as many pages.

`python -m tests.bench.growth [--store sqlite|postgres] [--customers N]` grows two stores, one with
a tenth of the customers, asks both the same, and shows how the product's own statements are done,
what they read, and how long that takes. PostgreSQL explains each statement (`ANALYZE`, `BUFFERS`)
at the very moment it is carried out, and undoes that; of SQLite those pages are counted that
are read from the file with nothing remembered.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from consent.verdicts import Question
from marketing.checking import check
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from tests.bench.grown_store import ASKED, GrownStore, address, grow
from tests.store.servers import Server, server

STORES = ("sqlite", "postgres")
_PAGE = 4096
#: More of this than in the small store would show that something grows with the customers.
MOST = 1.3
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
_PLAN = "EXPLAIN QUERY PLAN "


@dataclass(slots=True)
class Cost:
    """What some work took, done for each of the real customers."""

    #: The ways in which each kind of statement was carried out.
    ways: dict[str, set[str]] = field(default_factory=dict)
    #: Pages looked at, for one customer.
    pages: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def typical(self) -> float:
        """Pages for one customer, on the average."""
        return statistics.mean(self.pages)


Deed = Callable[[GrownStore, int], Awaitable[object]]


async def verdict(store: GrownStore, who: int) -> object:
    """Ask whether one customer may get an offer by SMS."""
    lens = store.house.lens("lmt", store.clock.now())
    question = Question(brand="lmt", purpose="offers", channel="sms")
    found = await check(store.ledger, lens, question, address(who), "growth")
    assert found.allowed
    return found


async def turn(store: GrownStore, who: int) -> object:
    """Let one customer stop all offers."""
    reply = await store.desk.handle(store.message(who, "STOP"))
    assert "withdrawn.marketing" in reply.ids
    return reply


DEEDS: dict[str, Deed] = {"point verdict": verdict, "one message": turn}


async def cost_of(store: GrownStore, deed: Deed) -> Cost:
    """Do it for every real customer: half of them timed, half of them explained."""
    found = Cost()
    for who in range(1, ASKED + 1):
        is_sqlite = isinstance(store.database, SqliteDatabase)
        if who % 2:
            if is_sqlite:
                store.database.write_now(_forget_pages)
            begun, before = time.perf_counter(), _read_so_far()
            await deed(store, who)
            found.milliseconds.append((time.perf_counter() - begun) * 1e3)
            if is_sqlite:
                found.pages.append((_read_so_far() - before) / _PAGE)
            continue
        with _explained(found) as looked_at:
            await deed(store, who)
        if not is_sqlite:
            found.pages.append(sum(looked_at))
    return found


def _forget_pages(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA shrink_memory")


def _read_so_far() -> int:
    """Return how many bytes this process has read, from files or from the system's memory."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("rchar:")).split()[1])


@contextmanager
def _explained(cost: Cost) -> Iterator[list[int]]:
    """Let each statement be explained before it is carried out; collect how many pages it took."""
    pages: list[int] = []

    def explain(
        connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,  # noqa: ANN401 - the driver's
        _context: object,
        many: bool,  # noqa: FBT001
    ) -> None:
        kind = statement.split(None, 1)[0]
        if kind not in {"WITH", "SELECT", "INSERT", "UPDATE", "DELETE"}:
            return
        ways = cost.ways.setdefault(" ".join(statement.split()), set())
        for values in parameters if many else [parameters]:
            if connection.dialect.name == "postgresql":
                plan = _analysed(connection, statement, values)
                pages.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
                ways.add(_way(plan))
            else:
                rows = connection.exec_driver_sql(_PLAN + statement, values).all()
                ways.add("; ".join(row.detail for row in rows))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield pages
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def _analysed(connection: Connection, statement: str, values: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return how the server carries out a statement, which is then undone."""
    connection.exec_driver_sql("SAVEPOINT explained")
    (found,) = connection.exec_driver_sql(_EXPLAIN + statement, values).scalar_one()
    connection.exec_driver_sql("ROLLBACK TO SAVEPOINT explained")
    plan: dict[str, Any] = found["Plan"]
    return plan


def _way(plan: dict[str, Any]) -> str:
    """Return a plan without its figures."""
    shown = [str(plan[k]) for k in ("Node Type", "Relation Name", "Index Name") if k in plan]
    below = [_way(child) for child in plan.get("Plans", ())]
    return " ".join(shown) + (f" ({', '.join(below)})" if below else "")


@asynccontextmanager
async def grown(
    store: str, size: int, folder: Path, postgres: Server | None
) -> AsyncIterator[GrownStore]:
    """Return a store of so many customers, until left."""
    if postgres:
        url = postgres.fresh()
    else:
        url = f"sqlite:///{folder}/{store}-{size}.db"
        empty = SqliteDatabase(url)
        migrate(empty)
        empty.close_now()
    begun = time.monotonic()
    found = await grow(url, size, lambda _more: _say("."))
    _say(f" {size:,} customers on {store} in {time.monotonic() - begun:.0f} s\n")
    try:
        yield found
    finally:
        await found.database.close()


def _say(words: str) -> None:
    print(words, end="", flush=True)  # noqa: T201


async def compared(
    store: str, size: int, folder: Path, postgres: Server | None
) -> dict[str, tuple[Cost, Cost]]:
    """Return what each deed costs in a store with a tenth of the customers, and with all."""
    costs: list[dict[str, Cost]] = []
    for count in (size // 10, size):
        async with grown(store, count, folder, postgres) as found:
            costs.append({name: await cost_of(found, deed) for name, deed in DEEDS.items()})
    return {name: (costs[0][name], costs[1][name]) for name in DEEDS}


def report(found: dict[str, tuple[Cost, Cost]], size: int) -> Iterator[str]:
    """Yield what was found, line by line."""
    for name, (small, large) in found.items():
        yield f"{name:28}{size // 10:>12,}{size:>12,}{'ratio':>8}"
        yield _row("pages", small.typical, large.typical)
        times = [statistics.median(cost.milliseconds) for cost in (small, large)]
        yield _row("milliseconds", *times)
        how = "the same way" if small.ways == large.ways else "OTHERWISE"
        yield f"  statements: {len(large.ways)}, carried out {how}"
        for statement, ways in large.ways.items():
            before = small.ways.get(statement, set())
            changed = "" if before == ways else f"   (was: {_joined(before)})"
            yield f"    {statement[:46]:46}  {_joined(ways)}{changed}"


def _joined(ways: set[str]) -> str:
    return " | ".join(sorted(ways)) or "-"


def _row(name: str, small: float, large: float) -> str:
    return f"  {name:26}{small:>12.2f}{large:>12.2f}{large / small:>8.2f}"


def main() -> None:
    """Grow, ask and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth")
    parser.add_argument("--store", choices=STORES, action="append")
    parser.add_argument("--customers", type=int, default=500_000)
    chosen = parser.parse_args()
    for store in chosen.store or STORES:
        with tempfile.TemporaryDirectory(prefix="growth-") as name:
            if store == "sqlite":
                found = asyncio.run(compared(store, chosen.customers, Path(name), None))
            else:
                with server() as postgres:
                    found = asyncio.run(compared(store, chosen.customers, Path(name), postgres))
        print("\n".join(report(found, chosen.customers)))  # noqa: T201


if __name__ == "__main__":
    main()
