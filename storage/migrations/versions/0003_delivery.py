"""What becomes of what is sent; strays; how far was caught up; tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables; what waits in the outbox waits on."""
    op.add_column("customers", sa.Column("blocks", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("outbox", sa.Column("departed_at", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("outcome", sa.Text(), nullable=True))
    op.create_table(
        "deliveries",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "reference"),
    )
    op.create_table(
        "strays",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed_stray", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "door", "message_id"),
    )
    op.create_table(
        "watermarks",
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("brand", "door"),
    )
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_id"),
    )


def downgrade() -> None:
    """Refuse: a ledger only grows (law 3)."""
    raise RuntimeError("the ledger is never taken back; restore a backup instead")
