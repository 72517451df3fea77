"""Watching over looks: what staff page through is found by its time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two indexes."""
    op.create_index("read_log_at", "read_log", ["at"])
    op.create_index(
        "cases_closed",
        "cases",
        ["brand", "closed_at"],
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )


#: What the program of the step before does not know, in words for operators.
DROPPED = ()


def downgrade() -> None:
    """Go back; nothing is lost."""
    op.drop_index("cases_closed", "cases")
    op.drop_index("read_log_at", "read_log")
