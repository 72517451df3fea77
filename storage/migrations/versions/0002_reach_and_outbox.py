"""Addresses that cannot be reached; an outbox that workers share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.refusing import refuse_if_any

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the outbox of step 0001 was never written to."""
    op.add_column("addresses", sa.Column("unreachable_since", sa.BigInteger(), nullable=True))
    op.add_column("inbound", sa.Column("length", sa.Integer(), nullable=False, server_default="0"))
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("outgoing_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("sealed_payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "outgoing_id"),
    )
    waiting = sa.text("sent_at IS NULL")
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["brand", "kind", "created_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


#: What the program of the step before does not know, in words for operators.
DROPPED = (
    "which addresses could not be reached: the next failure notes it anew",
    "what was sent and is settled",
)


def downgrade() -> None:
    """Go back, unless something still waits to leave the house."""
    refuse_if_any("outbox", "sent_at IS NULL", "Messages still wait to be sent.")
    op.drop_index("outbox_waiting", "outbox")
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("outgoing_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed_payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "outgoing_id"),
    )
    op.drop_column("inbound", "length")
    op.drop_column("addresses", "unreachable_since")
