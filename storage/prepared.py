"""Statements that are compiled once and go to the driver as they are.

SQLAlchemy would build, key and look up each of them again for every message: a third of the time
of a message, measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, CursorResult, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

#: One row's values in the order the driver wants them.
_Pick = Callable[[Mapping[str, Any]], tuple[Any, ...]]


class Prepared:
    """A statement whose every value is a parameter, none of which needs to be converted."""

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        """Take what builds the statement for a kind of database ("sqlite", "postgresql")."""
        self._build = build
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

    @staticmethod
    def _name(parameter: str) -> str:
        """Return by which name its value is given."""
        return parameter

    def _on(self, dialect: Dialect) -> tuple[str, _Pick]:
        compiled = self._build(dialect.name).compile(dialect=dialect)
        # Both drivers take values by their place.
        names = tuple(map(self._name, getattr(compiled, "positiontup", None) or ()))
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


def _picking(names: Sequence[str]) -> _Pick:
    if len(names) == 1:
        (name,) = names
        return lambda values: (values[name],)
    return itemgetter(*names) if names else lambda _: ()
