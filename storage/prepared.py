"""Statements that are compiled once and go to the driver as they are.

SQLAlchemy would build, key and look up each of them again for every message: a third of the time
of a message, measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, CursorResult, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

#: One row's values in the order the driver wants them.
_Pick = Callable[[Mapping[str, Any]], tuple[Any, ...]]


class Prepared:
    """A statement whose every value is a parameter, none of which needs to be converted."""

    def __init__(self, build: Callable[[str], ClauseElement], columns: Sequence[str] = ()) -> None:
        """Take what builds the statement for a kind of database ("sqlite", "postgresql").

        :param columns: that an insert fills, or an update sets.
        """
        self._build = build
        self._columns = list(columns) or None
        self._compiled: dict[str, tuple[str, _Pick]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it with these values, by the names of the parameters.

        :raises KeyError: one is missing.
        """
        sql, pick = self._compiled.get(connection.dialect.name) or self._on(connection.dialect)
        return connection.exec_driver_sql(sql, pick(values))

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each row; for none, not at all.

        :raises KeyError: a value is missing.
        """
        if not rows:
            return
        sql, pick = self._compiled.get(connection.dialect.name) or self._on(connection.dialect)
        connection.exec_driver_sql(sql, [pick(row) for row in rows])

    def _on(self, dialect: Dialect) -> tuple[str, _Pick]:
        statement = self._build(dialect.name)
        compiled = statement.compile(dialect=dialect, column_keys=self._columns)
        # Both drivers take values by their place.
        names = tuple(getattr(compiled, "positiontup", None) or ())
        made = self._compiled[dialect.name] = str(compiled), _picking(names)
        return made


def parameters(name: str, size: int, column: Column[Any]) -> list[BindParameter[Any]]:
    """Return the parameters of a list of values of a column; `listed` gives them their values."""
    return [bindparam(f"{name}_{number}", type_=column.type) for number in range(size)]


def listed(name: str, values: Sequence[object], size: int) -> dict[str, object]:
    """Return the values of a list of this size; the last one stands for those that lack."""
    last = len(values) - 1
    return {f"{name}_{number}": values[min(number, last)] for number in range(size)}


def shape(count: int) -> int:
    """Return the next power of two: few shapes of a statement, each prepared once."""
    return 1 << max(count - 1, 0).bit_length()


def insertion(table: Table, columns: Sequence[str] = ()) -> Prepared:
    """Return an insert of rows with these columns; none: all of them."""
    return Prepared(lambda _: table.insert(), columns or table.c.keys())


def replacement(table: Table) -> Prepared:
    """Return an insert of whole rows which replaces those with the same primary key."""

    def build(dialect: str) -> ClauseElement:
        insert = (postgresql if dialect == "postgresql" else sqlite).insert
        statement: sqlite.Insert | postgresql.Insert = insert(table)
        keys = [column.name for column in table.primary_key]
        values = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=values)

    return Prepared(build, table.c.keys())


def _picking(names: Sequence[str]) -> _Pick:
    if len(names) == 1:
        (name,) = names
        return lambda values: (values[name],)
    return itemgetter(*names) if names else lambda _: ()
