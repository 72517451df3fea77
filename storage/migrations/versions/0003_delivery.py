"""Delivery, other systems and the end of a customer: what the store learns besides decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.refusing import refuse_if_any

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

    op.create_index("decisions_by_number", "decisions", [sa.text("substr(hash, 1, 12)")])
    _cases()
    _other_systems()
    _work()


def _cases() -> None:
    op.add_column("cases", sa.Column("due_at", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("door", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("sealed_answer", sa.LargeBinary(), nullable=True))
    op.create_table(
        "tombstones",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("forgotten_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash"),
    )


def _other_systems() -> None:
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False, unique=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("feed_of_brand", "feed", ["brand", "position"])
    op.create_table(
        "hooks",
        sa.Column("hook_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hook_id"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("hook_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hook_id", "position"),
    )


def _work() -> None:
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("rows_rejected", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("import_id"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


#: What the program of the step before does not know, in words for operators.
DROPPED = (
    "the change feed and its tokens: systems that read it begin anew, with a full export",
    "what providers reported of single messages, and how far imports were",
)
_NUMBERS = "A number that changed hands, or a person who was forgotten, would be known again."
_BLOCKS = "A provider blocks a channel; the older program would take it for open."
_REVOKED = "Tokens were revoked: that would be forgotten."
_HOOKS = "Systems are told of decisions; remove their hooks first: consent hook remove."
_STRAYS = "Messages of unknown senders wait for a person to look at them."
_HALF_SENT = "Messages are on their way: the older program could send them twice."
_DUE = "Cases are open that the law wants answered by a day."
_ANSWERED = "Answers to cases would be lost, and with them the proof that they were given."


def downgrade() -> None:
    """Go back, unless a no, a block, an erasure or an answer would be lost."""
    refuse_if_any("tombstones", "TRUE", _NUMBERS)
    refuse_if_any("customers", sa.column("blocks").like('%"blocks":true%'), _BLOCKS)
    refuse_if_any("tokens", "revoked_at IS NOT NULL", _REVOKED)
    refuse_if_any("hooks", "removed_at IS NULL", _HOOKS)
    refuse_if_any("strays", "TRUE", _STRAYS)
    refuse_if_any("outbox", "departed_at IS NOT NULL AND sent_at IS NULL", _HALF_SENT)
    refuse_if_any("cases", "due_at IS NOT NULL AND closed_at IS NULL", _DUE)
    refuse_if_any("cases", "sealed_answer IS NOT NULL", _ANSWERED)
    # Decisions on their way into the feed, which goes as a whole.
    op.execute("DELETE FROM outbox WHERE kind = 'feed'")
    op.drop_index("feed_of_brand", "feed")
    op.drop_index("decisions_by_number", "decisions")
    for table in (
        *("deliveries", "strays", "watermarks", "tokens", "tombstones"),
        *("feed", "hooks", "dead_letters", "imports", "leases"),
    ):
        op.drop_table(table)
    for column in ("due_at", "door", "language", "sealed_answer"):
        op.drop_column("cases", column)
    for column in ("departed_at", "outcome"):
        op.drop_column("outbox", column)
    op.drop_column("customers", "blocks")
