"""Marketing: staff who may look, and lists that were checked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.refusing import refuse_if_any

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; nothing that is there changes."""
    _staff()
    _lists()


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False, unique=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("invitation", sa.Text(), nullable=True),
        sa.Column("invited_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "brand", "role"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("sessions_of_staff", "staff_sessions", ["staff_id"])
    op.create_table(
        "staff_log",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )


def _lists() -> None:
    op.create_table(
        "list_checks",
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("reason_of_look", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("feed_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("check_id"),
    )
    op.create_index("list_checks_of_brand", "list_checks", ["brand", "at"])
    op.create_table(
        "list_looks",
        sa.Column("part", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("customers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("part", "check_id", "chunk"),
    )


#: What the program of the step before does not know, in words for operators.
DROPPED = ("accounts of staff, with their rights and sessions: the older program has no page",)
_LOOKS = "Which customers a list check looked at would be lost from their read log."


def downgrade() -> None:
    """Go back, unless who looked at customers would be lost."""
    refuse_if_any("list_looks", "1 = 1", _LOOKS)
    op.drop_index("list_checks_of_brand", "list_checks")
    op.drop_index("sessions_of_staff", "staff_sessions")
    for table in ("list_looks", "list_checks", "staff_log", "staff_sessions", "staff_roles"):
        op.drop_table(table)
    op.drop_table("staff")
