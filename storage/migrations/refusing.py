"""Why a step back must not be taken: what the older program cannot keep, and the law needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent.errors import ConsentError


class StepBackRefused(ConsentError):
    """The store stays at its step; going back would lose what must be kept."""

    code = "step_back"


def refuse_if_any(table: str, condition: str | sa.ColumnElement[bool], reason: str) -> None:
    """Refuse to go back while a table has such rows.

    :param condition: in SQL, for the operator's own schema: never from outside.
    :raises StepBackRefused: there are some; nothing was changed.
    """
    which = sa.text(condition) if isinstance(condition, str) else condition
    query = sa.select(sa.func.count()).select_from(sa.table(table)).where(which)
    found = op.get_bind().execute(query).scalar_one()
    if found:
        raise StepBackRefused(f"{reason} ({found} in {table})")


def begins_with(column: str, beginning: bytes) -> sa.ColumnElement[bool]:
    """Return what tells the rows whose sealed column begins with some bytes."""
    start = sa.func.substr(sa.column(column, sa.LargeBinary), 1, len(beginning))
    return start == sa.literal(beginning, sa.LargeBinary)
