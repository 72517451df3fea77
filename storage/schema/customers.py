"""What grows with customers: every table leads with `customer_id`, or is one look-up."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from storage.schema.columns import metadata, moment_of, text_of

customers = Table(
    "customers",
    metadata,
    text_of("customer_id", key=True),
    text_of("brand"),
    moment_of("created_at"),
    # None once the person was forgotten.
    Column("wrapped_key", LargeBinary, nullable=True),
    # Newest hash and length of the customer's chain.
    text_of("head"),
    Column("length", Integer, nullable=False),
    # Contact channels that a provider blocks, with the moment each began, as JSON.
    Column("blocks", Text, nullable=False, server_default="{}"),
    # Whom they turned out to be the same as: that chain goes on, this one stays as it is.
    text_of("joined_to", empty=True),
    Index(
        "customers_joined",
        "joined_to",
        sqlite_where=text("joined_to IS NOT NULL"),
        postgresql_where=text("joined_to IS NOT NULL"),
    ),
)

# The one look-up by address; keyed by HMAC, brand and kind inside.
addresses = Table(
    "addresses",
    metadata,
    text_of("address_hash", key=True),
    text_of("customer_id"),
    text_of("brand"),
    text_of("kind"),
    Column("sealed_address", LargeBinary, nullable=False),
    text_of("proof_kind"),
    Column("proof_level", Integer, nullable=False),
    moment_of("proven_at"),
    # Nothing can be delivered to it since then: the customer has blocked the bot, or left.
    moment_of("unreachable_since", empty=True),
    Index("addresses_of_customer", "customer_id"),
)

decisions = Table(
    "decisions",
    metadata,
    text_of("customer_id", key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    text_of("id"),
    text_of("brand"),
    text_of("kind"),
    text_of("subject"),
    text_of("action"),
    moment_of("said_at"),
    moment_of("recorded_at"),
    moment_of("until", empty=True),
    text_of("notice", empty=True),
    text_of("linked_notice", empty=True),
    text_of("language"),
    text_of("door"),
    text_of("actor"),
    text_of("method"),
    text_of("evidence_hash"),
    # Evidence with its salt; None once the person was forgotten.
    Column("sealed_evidence", LargeBinary, nullable=True),
    text_of("previous"),
    text_of("hash"),
    # By the number of a receipt: 48 of its 50 bits (see `storage.proofs`).
    Index("decisions_by_number", text("substr(hash, 1, 12)")),
)

# What the decisions add up to, by subject; can be rebuilt from them at any time.
standing = Table(
    "standing",
    metadata,
    text_of("customer_id", key=True),
    text_of("kind", key=True),
    text_of("subject", key=True),
    text_of("record"),
)

sessions = Table(
    "sessions",
    metadata,
    text_of("customer_id", key=True),
    text_of("brand", key=True),
    text_of("door", key=True),
    text_of("address_hash", key=True),
    Column("sealed_session", LargeBinary, nullable=False),
)

# Messages handled, with the reply given: the same message gets the same reply (law 5).
inbound = Table(
    "inbound",
    metadata,
    text_of("customer_id", key=True),
    text_of("brand", key=True),
    text_of("door", key=True),
    # Whose message it was: ids may be counted by account, and replies move with their address.
    text_of("address_hash", key=True),
    text_of("message_id", key=True),
    moment_of("received_at"),
    # Of the customer's chain, once this message was answered.
    Column("length", Integer, nullable=False, server_default="0"),
    Column("sealed_reply", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    text_of("customer_id", key=True),
    text_of("case_id", key=True),
    text_of("brand"),
    text_of("kind"),
    text_of("purpose", empty=True),
    moment_of("opened_at"),
    # By when the law wants an answer; where and in which language it is to be given.
    moment_of("due_at", empty=True),
    text_of("door", empty=True),
    text_of("language", empty=True),
    # What the customer wrote, and to which of their addresses the answer goes.
    Column("sealed_words", LargeBinary, nullable=True),
    text_of("address_hash", empty=True),
    moment_of("closed_at", empty=True),
    text_of("closed_by", empty=True),
    Column("sealed_answer", LargeBinary, nullable=True),
    Index("cases_by_name", "case_id"),
    Index(
        "cases_open",
        "brand",
        "due_at",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "cases_closed",
        "brand",
        "closed_at",
        sqlite_where=text("closed_at IS NOT NULL"),
        postgresql_where=text("closed_at IS NOT NULL"),
    ),
)

# Links to a copy of one's own data, known by the hash of their secret, good for a while.
copies = Table(
    "copies",
    metadata,
    text_of("customer_id", key=True),
    text_of("digest", key=True),
    text_of("brand"),
    text_of("language"),
    moment_of("created_at"),
    moment_of("expires_at"),
    Column("opens", Integer, nullable=False, server_default="0"),
)

# Who looked at whose standing, for what, and what the answer was (law 9).
read_log = Table(
    "read_log",
    metadata,
    text_of("customer_id", key=True),
    text_of("look_id", key=True),
    moment_of("at"),
    text_of("viewer"),
    text_of("reason_of_look"),
    text_of("question"),
    text_of("answer"),
    # Newest first, for whoever watches over the looks at all customers.
    Index("read_log_at", "at"),
)

# What must leave the house, written with the decision that causes it.
outbox = Table(
    "outbox",
    metadata,
    text_of("customer_id", key=True),
    text_of("outgoing_id", key=True),
    text_of("brand"),
    text_of("kind"),
    # Whom it goes to.
    text_of("address_hash"),
    Column("sealed_payload", LargeBinary, nullable=False),
    moment_of("created_at"),
    moment_of("not_after", empty=True),
    # Some worker is at it until then.
    moment_of("claimed_until"),
    # Handed over, or about to be: never again unless it certainly was not.
    moment_of("departed_at", empty=True),
    # Settled: sent, or for another reason not to be sent any more (see `outcome`).
    moment_of("sent_at", empty=True),
    text_of("outcome", empty=True),
    Index(
        "outbox_waiting",
        "brand",
        "kind",
        "created_at",
        sqlite_where=text("sent_at IS NULL"),
        postgresql_where=text("sent_at IS NULL"),
    ),
)

# What a provider says has become of what was sent: newest stage only.
deliveries = Table(
    "deliveries",
    metadata,
    text_of("customer_id", key=True),
    # Our own name of the message: an outgoing one's, or that of the message it answers.
    text_of("reference", key=True),
    text_of("brand"),
    text_of("provider_id"),
    text_of("status"),
    Column("stage", Integer, nullable=False),
    text_of("error"),
    moment_of("reported_at"),
)

# Customers who were forgotten, and numbers that were released from theirs, by the keyed hash of
# what they were reached by: their "no" stays, and no import brings them back.
tombstones = Table(
    "tombstones",
    metadata,
    text_of("address_hash", key=True),
    text_of("customer_id"),
    text_of("brand"),
    moment_of("forgotten_at"),
    text_of("reason"),
)
