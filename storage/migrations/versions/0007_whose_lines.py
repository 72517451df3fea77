"""Whose lines the staff log has: each brand reads its own, newest first."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLE = "staff_log_brands"
_AT_ONCE = 1_000


def upgrade() -> None:
    """Add the table, say of each line whose it is, and let lines be found by what they say."""
    op.create_table(
        _TABLE,
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "at", "entry_id"),
    )
    op.create_index("staff_log_of", "staff_log", ["action", "about", "at"])
    _fill()


def _fill() -> None:
    """Go through the log as it was written: a line about an account is of its brands by then."""
    connection = op.get_bind()
    lines = sa.text("SELECT entry_id, at, action, about FROM staff_log ORDER BY at, entry_id")
    known = dict[str, dict[str, set[str]]]()
    rows = [
        {"brand": brand, "at": line.at, "entry_id": line.entry_id}
        for line in connection.execute(lines).all()
        for brand in _brands(line.action, line.about, known)
    ]
    fill = sa.text(
        "INSERT INTO staff_log_brands (brand, at, entry_id) VALUES (:brand, :at, :entry_id)"
    )
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(fill, rows[start : start + _AT_ONCE])


def _brands(action: str, about: str, known: dict[str, dict[str, set[str]]]) -> Iterator[str]:
    """Say whose a line is, and keep in mind which roles it gives or takes.

    :param known: by login and brand, the roles given so far.
    """
    words = about.split(" ")
    if action in {"added", "granted", "revoked"} and len(words) > 1:
        login, brand, *roles = words
        held = known.setdefault(login, {}).setdefault(brand, set())
        held.difference_update(roles) if action == "revoked" else held.update(roles)
        yield brand
    elif action.endswith(" a token"):
        # The successor stands before the brand of both.
        yield from words[2:3] if action == "rotated a token" else words[1:2]
    else:
        yield from (brand for brand, roles in known.get(about, {}).items() if roles)


#: What the program of the step before does not know, in words for operators.
DROPPED = ("which brand each line of the staff log is of: the older program shows it nowhere",)


def downgrade() -> None:
    """Go back; the log itself stays whole."""
    op.drop_index("staff_log_of", "staff_log")
    op.drop_table(_TABLE)
