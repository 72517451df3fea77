"""The life of a customer: answered cases, copies of one's data, joins, changing keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; open cases stay open."""
    op.add_column("customers", sa.Column("joined_to", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("address_hash", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("sealed_words", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("closed_by", sa.Text(), nullable=True))
    op.create_index("cases_by_name", "cases", ["case_id"])
    op.create_index(
        "cases_open",
        "cases",
        ["brand", "due_at"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "copies",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("customer_id", "digest"),
    )
    op.add_column("root_keys", sa.Column("sealed_index", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Refuse: a ledger only grows (law 3)."""
    raise RuntimeError("the ledger is never taken back; restore a backup instead")
