"""What the store says to its database: every distinct statement, and by which key it goes.

A statement belongs to the store if the nearest of our own files on the stack is one of `storage`;
what tests look up for themselves does not count. Values, casts and the length of lists are left
out: the same question about another customer is the same statement.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap
from types import FrameType
from typing import Any

from sqlalchemy import Engine, event

from storage import schema

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("statements.toml")
#: Small, the same everywhere: copied to every shard.
REFERENCE = frozenset(
    {"notices", "tokens", "root_keys", "hooks", "leases", "watermarks"}
    | {"staff", "staff_roles", "staff_sessions"}
)
_KEYS = ("customer_id", "address_hash", "joined_to")
#: Says it for others.
_FOR_OTHERS = (
    *("storage/bulk.py", "storage/prepared.py", "storage/gathered_rows.py"),
    "storage/row_writes.py",
)
#: The shape of the store is nobody's question.
_SHAPE = ("storage/migration", "storage/postgres", "storage/sqlite")
_LIST = re.compile(r"IN \((?:\?(?:, )?)+\)")
_NO_LIST = re.compile(r"\(?([\w.]+) IN \(NULL\) AND \(1 != 1\)\)?")
_VALUE = re.compile(r"\$\d+(?:::[A-Z]+)?")
_NAMES = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE) (?!OF\b)(\w+)")
#: Rows of several customers, a column at a time; and statements that go there together.
_ARRAYS = re.compile(r"unnest\((?:\?\[\](?:, )?)+\) AS \w+\([^)]*\)")
_GIVEN = re.compile(r"\brows_\d+\b")
_SAME = re.compile(r"\bgiven\.(\w+) AS \1\b")
_PARTS = re.compile(r"(?:WITH |\), )part_\d+ AS \(|\) SELECT 1$")
#: A list of keys that PostgreSQL is handed as one value.
_HANDED = "json_array_elements_text("
_BREAKS = re.compile(r" (?=(?:FROM|WHERE|(?:LEFT OUTER )?JOIN|ORDER BY|SET|VALUES|ON CONFLICT) )")


@dataclass(slots=True)
class Statement:
    """One line of the table; `run` and `why` are written by hand, the rest is found."""

    sql: str
    run: str = "?"
    why: str = ""
    #: Modules that say it.
    by: set[str] = field(default_factory=set)

    @property
    def tables(self) -> list[str]:
        """Return what it touches, in order."""
        known = schema.metadata.tables.keys()
        return list(dict.fromkeys(n for n in _NAMES.findall(self.sql) if n in known))

    @property
    def key(self) -> str:
        """Return by what it finds its rows."""
        sql, tables = self.sql, self.tables
        if sql.startswith("INSERT") and "SELECT" not in sql:
            return _key_of_insert(tables[0])
        if "FROM unnest(?…)" in sql:
            return f"{_key_of_many(sql, tables[0])}, many"
        where = sql.partition(" WHERE ")[2]
        for name in _KEYS:
            if re.search(rf"\b{name} = \?", where):
                return name
        if tables and set(tables) <= REFERENCE:
            return "reference"
        for name in _KEYS:
            handed = _HANDED in sql and re.search(rf"\b{name} = \w+\.value\b", sql)
            if f"{name} IN (?…)" in where or handed:
                return f"{name}, many"
        return "none" if not tables else "scan"


def _key_of_insert(table: str) -> str:
    columns = schema.metadata.tables[table].columns
    if "customer_id" in columns and table not in {"feed", "tombstones"}:
        return "customer_id"
    if "address_hash" in columns:
        return "address_hash"
    return "reference" if table in REFERENCE else "position"


def _key_of_many(sql: str, table: str) -> str:
    if sql.startswith("INSERT"):
        return _key_of_insert(table)
    return next((name for name in _KEYS if f"{table}.{name} = given.{name}" in sql), "scan")


class Log:
    """Statements of the store, while it listens."""

    def __init__(self, house: str = "storage/") -> None:
        """Begin with nothing heard.

        :param house: what the files of those who count begin with.
        """
        self._house = house
        self.heard: dict[str, Statement] = {}
        #: Heard since the last `take`.
        self._fresh: set[str] = set()

    def listen(self) -> None:
        """Hear every engine of this process."""
        event.listen(Engine, "before_cursor_execute", self._hear)

    def deafen(self) -> None:
        """Hear no more."""
        event.remove(Engine, "before_cursor_execute", self._hear)

    def take(self) -> set[str]:
        """Return what was heard since the last time."""
        found, self._fresh = self._fresh, set()
        return found

    def _hear(self, connection: Any, _cursor: object, sql: str, *_rest: object) -> None:  # noqa: ANN401
        if connection.dialect.name != "postgresql":
            return
        module = _speaker(self._house)
        if module is not None:
            for statement in apart(normal(sql)):
                self._fresh.add(statement)
                self.heard.setdefault(statement, Statement(statement)).by.add(module)


def _speaker(house: str) -> str | None:
    """Return the module of the store that says something; none if it is a test."""
    frame: FrameType | None = sys._getframe(2)
    here = f"{ROOT}/"
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(here) and "/.venv/" not in name and not name.endswith(_FOR_OTHERS):
            inside = name.removeprefix(here)
            is_ours = inside.startswith(house) and not inside.startswith(_SHAPE)
            return inside.removesuffix(".py").replace("/", ".") if is_ours else None
        frame = frame.f_back
    return None


def normal(sql: str) -> str:
    """Return a statement without values, casts, lengths of lists and line breaks."""
    found = _LIST.sub("IN (?…)", _VALUE.sub("?", " ".join(sql.split())))
    found = _ARRAYS.sub("unnest(?…) AS given", _GIVEN.sub("given", found))
    found = _SAME.sub(r"given.\1", found)
    return _NO_LIST.sub(r"\1 IN (?…)", found)


def apart(statement: str) -> list[str]:
    """Return the statements that one is made of, or itself."""
    if not statement.startswith("WITH part_"):
        return [statement]
    return [part for part in _PARTS.split(statement) if part]


def listed() -> dict[str, Statement]:
    """Return the table."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["statement"]
    return {
        (sql := " ".join(row["sql"].split())): Statement(
            sql, row["run"], row.get("why", ""), set(row["by"])
        )
        for row in rows
    }


_HEAD = """# What the store says to PostgreSQL, by the tables it touches and the key it goes by.
#
# run   hot: for a message, a check or another system's request. together: the same for several
#       customers at once. background: by a job. rare: for a person who waits for it. command: by
#       an operator at the command line.
# key   customer_id, address_hash: one customer, one shard. many: a list of them. joined_to: an
#       index of the few who were joined, on every shard. reference: a small table, the same on
#       every shard. position: the feed's order. scan: every shard.
#
# `pytest tests/store --update-statements` refreshes it; `run` and `why` are written by hand.
"""


def write(statements: Iterable[Statement]) -> None:
    """Write the table, grouped by the first table that is touched."""
    parts = [_HEAD]
    for one in sorted(statements, key=lambda s: (s.tables[:1], s.key, s.sql)):
        tables = ", ".join(f'"{name}"' for name in one.tables)
        by = ", ".join(f'"{name}"' for name in sorted(one.by))
        lines = "\n".join(map(_wrapped, _BREAKS.sub("\n", one.sql).split("\n")))
        why = f"why = {_quoted(one.why)}\n" if one.why else ""
        parts.append(
            f"[[statement]]\nsql = '''\n{lines}'''\ntables = [{tables}]\n"
            f'key = "{one.key}"\nrun = "{one.run}"\n{why}by = [{by}]\n'
        )
    TABLE.write_text("\n".join(parts), encoding="utf-8")


def _wrapped(line: str) -> str:
    return "\n  ".join(wrap(line, 96, break_long_words=False, break_on_hyphens=False))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
