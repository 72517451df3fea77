"""What a message writes: the rows that are new or changed after it was answered."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

Value = str | int | float | bytes | None
_Key = tuple[Value, ...]
_Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Rows:
    """One table: the columns of its primary key, and all rows by their key."""

    keys: tuple[str, ...]
    by_key: Mapping[_Key, _Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One row that a message inserted or changed."""

    table: str
    key: _Row
    #: All other columns of a new row; of an old one those that changed.
    values: _Row
    is_new: bool

    @property
    def size(self) -> int:
        """About how many bytes were written."""
        values = (*self.key.values(), *self.values.values())
        return sum(len(v) if isinstance(v, str | bytes) else 8 for v in values)


def rows_in(file: Path) -> dict[str, Rows]:
    """Return everything in a store, by table."""
    with closing(_reading(file)) as store:
        return {table: _rows(store, table) for table in _tables(store)}


def counted(file: Path) -> Counter[str]:
    """Return how many rows each table has."""
    with closing(_reading(file)) as store:
        counts = {t: store.execute(f"SELECT count(*) FROM {t}") for t in _tables(store)}  # noqa: S608
        return Counter({table: int(count.fetchone()[0]) for table, count in counts.items()})


def shape_of(file: Path) -> list[str]:
    """Return the statements that make an empty store of the same shape."""
    with closing(_reading(file)) as store:
        made = store.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        return [sql for (sql,) in made]


def written(before: Mapping[str, Rows], after: Mapping[str, Rows]) -> list[Written]:
    """Return what was written in between; nothing is ever deleted (law 3)."""
    found: list[Written] = []
    for table, rows in after.items():
        old = before[table].by_key
        assert old.keys() <= rows.by_key.keys(), f"a row of {table} is gone"
        for key, row in rows.by_key.items():
            if row != old.get(key):
                found.append(_written(table, rows.keys, row, old.get(key)))
    return found


def kinds(rows: Iterable[Written]) -> Counter[str]:
    """Count rows by what was done to which table: `+inbound`, `~sessions`."""
    return Counter(f"{'+' if row.is_new else '~'}{row.table}" for row in rows)


def _written(table: str, keys: tuple[str, ...], row: _Row, old: _Row | None) -> Written:
    values = {
        name: value
        for name, value in row.items()
        if name not in keys and (old is None or old[name] != value)
    }
    key = {name: row[name] for name in keys}
    return Written(table=table, key=key, values=values, is_new=old is None)


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True)


def _tables(store: sqlite3.Connection) -> list[str]:
    return [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type='table'")]


def _rows(store: sqlite3.Connection, table: str) -> Rows:
    columns = store.execute(f"PRAGMA table_info({table})").fetchall()
    names = [column[1] for column in columns]
    keys = tuple(column[1] for column in columns if column[5])
    found = store.execute(f"SELECT * FROM {table}")  # noqa: S608
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return Rows(keys, {tuple(row[name] for name in keys): row for row in rows})
