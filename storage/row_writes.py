"""Rows that are written together: one statement for each kind of them, or one for all of them.

PostgreSQL takes the columns of all rows as arrays, and several tables in one statement: one way
there and back, however many customers and tables. SQLite is in this process: it has no way to go,
and takes row after row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    Insert,
    Select,
    Table,
    TableValuedAlias,
    Update,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

from storage.prepared import Prepared

Rows = Sequence[Mapping[str, Any]]
#: Apart from the names of columns, which an update keeps for itself.
_GIVEN = "given_"
_places = count()


class RowWrite(Prepared):
    """A statement for rows of one table, each given by the names of its columns."""

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        build: Callable[[str], ClauseElement],
        of_many: Callable[[TableValuedAlias], Insert | Update],
        key: Sequence[str] = (),
    ) -> None:
        """Take what builds the statement for one row, and for many of PostgreSQL.

        :param key: columns by which a later row takes the place of an earlier one.
        """
        super().__init__(build)
        self.table = table
        self.columns = tuple(columns)
        self.of_many = of_many
        self.place = next(_places)
        self._key = itemgetter(*key) if key else None

    def run_all(self, connection: Connection, rows: Rows) -> None:
        """See `Prepared.run_all`."""
        if len(rows) > 1 and connection.dialect.name == "postgresql":
            write_together(connection, {self: rows})
        else:
            super().run_all(connection, rows)

    def last_of_each(self, rows: Rows) -> Rows:
        """Return the rows that stay: the last one of each key."""
        if self._key is None or len(rows) == 1:
            return rows
        return tuple({self._key(row): row for row in rows}.values())

    @staticmethod
    def _name(parameter: str) -> str:
        return parameter.removeprefix(_GIVEN)


def insertion(table: Table, columns: Sequence[str] = ()) -> RowWrite:
    """Return an insert of rows with these columns; none: all of them."""
    names = columns or table.c.keys()
    return RowWrite(
        table,
        names,
        lambda _: table.insert().values(_given(names)),
        lambda given: table.insert().from_select(names, select(*given.c)),
    )


def replacement(table: Table) -> RowWrite:
    """Return an insert of whole rows which replaces those with the same primary key."""
    keys = [c.name for c in table.primary_key]

    def replacing(
        insert: sqlite.Insert | postgresql.Insert,
    ) -> sqlite.Insert | postgresql.Insert:
        values = {c.name: insert.excluded[c.name] for c in table.c if c.name not in keys}
        return insert.on_conflict_do_update(index_elements=keys, set_=values)

    def build(dialect: str) -> ClauseElement:
        insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
        return replacing(insert.values(_given(table.c.keys())))

    def of_many(given: TableValuedAlias) -> Insert:
        return replacing(postgresql.insert(table)).from_select(table.c.keys(), select(*given.c))

    return RowWrite(table, table.c.keys(), build, of_many, keys)


def change(table: Table, key: str, columns: Sequence[str]) -> RowWrite:
    """Return an update that sets these columns of the row with this key."""

    def build(_: str) -> ClauseElement:
        mine = table.c[key] == bindparam(f"{_GIVEN}{key}", type_=table.c[key].type)
        return table.update().where(mine).values(_given(columns))

    def of_many(given: TableValuedAlias) -> Update:
        values = {name: given.c[name] for name in columns}
        return table.update().where(table.c[key] == given.c[key]).values(values)

    return RowWrite(table, (key, *columns), build, of_many, (key,))


def write_together(connection: Connection, gathered: Mapping[RowWrite, Rows]) -> None:
    """Write rows of several tables, each seeing only what stood before all of them.

    So a row that is new here cannot be changed here too: on PostgreSQL the change would be lost.

    :raises KeyError: a value is missing.
    """
    if connection.dialect.name != "postgresql" or sum(map(len, gathered.values())) == 1:
        for write, rows in gathered.items():
            write.run_all(connection, rows)
    elif gathered:
        writes = tuple(sorted(gathered, key=lambda write: write.place))
        known = _compiled.get(writes)
        if known is None:
            known = _compiled[writes] = _compile(writes, connection.dialect)
        values = {write: write.last_of_each(gathered[write]) for write in writes}
        connection.exec_driver_sql(known.sql, tuple(known.columns(values)))


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One statement for rows of several tables."""

    sql: str
    #: In the order of its parameters.
    names: tuple[tuple[RowWrite, str], ...]

    def columns(self, rows: Mapping[RowWrite, Rows]) -> Iterator[list[Any]]:
        """Yield all values of each column."""
        for write, name in self.names:
            yield [row[name] for row in rows[write]]


#: By the tables that are written: a turn knows some twenty such sets.
_compiled: dict[tuple[RowWrite, ...], _Compiled] = {}


def _compile(writes: Sequence[RowWrite], dialect: Dialect) -> _Compiled:
    parts = []
    names: dict[str, tuple[RowWrite, str]] = {}
    for number, write in enumerate(writes):
        parts.append(write.of_many(_arrays(write, number)))
        names |= {f"{number}_{name}": (write, name) for name in write.columns}
    named = [part.cte(f"part_{number}") for number, part in enumerate(parts)]
    together: Select[Any] = select(literal_column("1")).add_cte(*named)
    statement: ClauseElement = parts[0] if len(parts) == 1 else together
    compiled = statement.compile(dialect=dialect)
    order = getattr(compiled, "positiontup", None) or ()
    return _Compiled(str(compiled), tuple(names[name] for name in order))


def _given(columns: Sequence[str]) -> dict[str, object]:
    return {name: bindparam(f"{_GIVEN}{name}") for name in columns}


def _arrays(write: RowWrite, number: int) -> TableValuedAlias:
    """Return the rows, as a table made of one array for each column."""
    types = {name: write.table.c[name].type for name in write.columns}
    arrays = [bindparam(f"{number}_{name}", type_=ARRAY(kind)) for name, kind in types.items()]
    columns = [column(name, kind) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name=f"rows_{number}")
