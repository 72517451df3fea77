"""The life of a customer: answered cases, copies of one's data, joins, changing keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.refusing import begins_with, refuse_if_any

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; open cases stay open."""
    op.add_column("customers", sa.Column("joined_to", sa.Text(), nullable=True))
    op.create_index(
        "customers_joined",
        "customers",
        ["joined_to"],
        sqlite_where=sa.text("joined_to IS NOT NULL"),
        postgresql_where=sa.text("joined_to IS NOT NULL"),
    )
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


#: What the program of the step before does not know, in words for operators.
DROPPED = ("links to copies of customers' own data: they stop working",)
_JOINED = "Customers were joined; the older program would take them for several again."
_WORDS = "What customers wrote in cases would be lost."
_CLOSED = "Who answered cases would be lost, and with it the proof that they were answered."
_ROTATED = "The root key was replaced; without its index key no address would be found again."
_NEW_SEALS = "Sealed by this program since the step; the older one could not open it."
_NEW_INDEX = "Who was forgotten is remembered by a key that the older program does not know."
#: What is sealed under the root key itself, and what stands before it since this step.
_SEALED = {"customers": "wrapped_key", "hooks": "sealed_secret", "strays": "sealed_stray"}
_LABEL = b"\0rk1"


def downgrade() -> None:
    """Go back, unless a join, a case or the key of the addresses would be lost."""
    refuse_if_any("customers", "joined_to IS NOT NULL", _JOINED)
    refuse_if_any("cases", "sealed_words IS NOT NULL", _WORDS)
    refuse_if_any("cases", "closed_by IS NOT NULL", _CLOSED)
    refuse_if_any("root_keys", sa.func.length(sa.column("sealed_index")) == 0, _ROTATED)
    for table, column in _SEALED.items():
        refuse_if_any(table, begins_with(column, _LABEL), _NEW_SEALS)
    unknown = "NOT EXISTS (SELECT 1 FROM customers WHERE wrapped_key IS NOT NULL)"
    refuse_if_any("tombstones", unknown, _NEW_INDEX)
    op.drop_index("cases_by_name", "cases")
    op.drop_index("cases_open", "cases")
    op.drop_table("copies")
    op.drop_index("customers_joined", "customers")
    op.drop_column("customers", "joined_to")
    for column in ("address_hash", "sealed_words", "closed_by"):
        op.drop_column("cases", column)
    op.drop_column("root_keys", "sealed_index")
