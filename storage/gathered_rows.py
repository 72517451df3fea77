"""Rows of one transaction, kept until they are written together."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from storage.row_writes import RowWrite, write_together


class GatheredRows:
    """Keeps what is to be written, in the order it came, until it is written all at once."""

    def __init__(self, connection: Connection) -> None:
        """Gather for this transaction."""
        self._connection = connection
        self._rows: dict[RowWrite, list[Mapping[str, Any]]] = {}

    def add(self, statement: RowWrite, *rows: Mapping[str, Any]) -> None:
        """Keep rows for a statement."""
        if rows:
            self._rows.setdefault(statement, []).extend(rows)

    def write(self) -> Connection:
        """Write all of it; return the connection, which sees it then."""
        gathered, self._rows = self._rows, {}
        write_together(self._connection, gathered)
        return self._connection

    def __enter__(self) -> Self:
        """Gather until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Write it, if nothing went wrong."""
        if kind is None:
            self.write()
