"""The tables. Shardable from the start: what grows with customers leads with `customer_id`.

Moments are microseconds since 1970 UTC in BIGINT: exact, sortable and the same in SQLite
and PostgreSQL. Columns named `sealed_…` hold AES-GCM under the customer's own data key.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()


def _text(name: str, *, key: bool = False, empty: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=empty)


def _moment(name: str, *, empty: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=empty)


customers = Table(
    "customers",
    metadata,
    _text("customer_id", key=True),
    _text("brand"),
    _moment("created_at"),
    # None once the person was forgotten.
    Column("wrapped_key", LargeBinary, nullable=True),
    # Newest hash and length of the customer's chain.
    _text("head"),
    Column("length", Integer, nullable=False),
    # Contact channels that a provider blocks, with the moment each began, as JSON.
    Column("blocks", Text, nullable=False, server_default="{}"),
    # Whom they turned out to be the same as: that chain goes on, this one stays as it is.
    _text("joined_to", empty=True),
)

# The one look-up by address; keyed by HMAC, brand and kind inside.
addresses = Table(
    "addresses",
    metadata,
    _text("address_hash", key=True),
    _text("customer_id"),
    _text("brand"),
    _text("kind"),
    Column("sealed_address", LargeBinary, nullable=False),
    _text("proof_kind"),
    Column("proof_level", Integer, nullable=False),
    _moment("proven_at"),
    # Nothing can be delivered to it since then: the customer has blocked the bot, or left.
    _moment("unreachable_since", empty=True),
    Index("addresses_of_customer", "customer_id"),
)

decisions = Table(
    "decisions",
    metadata,
    _text("customer_id", key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _text("id"),
    _text("brand"),
    _text("kind"),
    _text("subject"),
    _text("action"),
    _moment("said_at"),
    _moment("recorded_at"),
    _moment("until", empty=True),
    _text("notice", empty=True),
    _text("linked_notice", empty=True),
    _text("language"),
    _text("door"),
    _text("actor"),
    _text("method"),
    _text("evidence_hash"),
    # Evidence with its salt; None once the person was forgotten.
    Column("sealed_evidence", LargeBinary, nullable=True),
    _text("previous"),
    _text("hash"),
    # By the number of a receipt: 48 of its 50 bits (see `storage.proofs`).
    Index("decisions_by_number", text("substr(hash, 1, 12)")),
)

# What the decisions add up to, by subject; can be rebuilt from them at any time.
standing = Table(
    "standing",
    metadata,
    _text("customer_id", key=True),
    _text("kind", key=True),
    _text("subject", key=True),
    _text("record"),
)

sessions = Table(
    "sessions",
    metadata,
    _text("customer_id", key=True),
    _text("brand", key=True),
    _text("door", key=True),
    _text("address_hash", key=True),
    Column("sealed_session", LargeBinary, nullable=False),
)

# Messages handled, with the reply given: the same message gets the same reply (law 5).
inbound = Table(
    "inbound",
    metadata,
    _text("customer_id", key=True),
    _text("brand", key=True),
    _text("door", key=True),
    # Whose message it was: ids may be counted by account, and replies move with their address.
    _text("address_hash", key=True),
    _text("message_id", key=True),
    _moment("received_at"),
    # Of the customer's chain, once this message was answered.
    Column("length", Integer, nullable=False, server_default="0"),
    Column("sealed_reply", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    _text("customer_id", key=True),
    _text("case_id", key=True),
    _text("brand"),
    _text("kind"),
    _text("purpose", empty=True),
    _moment("opened_at"),
    # By when the law wants an answer; where and in which language it is to be given.
    _moment("due_at", empty=True),
    _text("door", empty=True),
    _text("language", empty=True),
    # What the customer wrote, and to which of their addresses the answer goes.
    Column("sealed_words", LargeBinary, nullable=True),
    _text("address_hash", empty=True),
    _moment("closed_at", empty=True),
    _text("closed_by", empty=True),
    Column("sealed_answer", LargeBinary, nullable=True),
    Index("cases_by_name", "case_id"),
    Index(
        "cases_open",
        "brand",
        "due_at",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

# Links to a copy of one's own data, known by the hash of their secret, good for a while.
copies = Table(
    "copies",
    metadata,
    _text("customer_id", key=True),
    _text("digest", key=True),
    _text("brand"),
    _text("language"),
    _moment("created_at"),
    _moment("expires_at"),
    Column("opens", Integer, nullable=False, server_default="0"),
)

# Who looked at whose standing, for what, and what the answer was (law 9).
read_log = Table(
    "read_log",
    metadata,
    _text("customer_id", key=True),
    _text("look_id", key=True),
    _moment("at"),
    _text("viewer"),
    _text("reason_of_look"),
    _text("question"),
    _text("answer"),
)

# What must leave the house, written with the decision that causes it.
outbox = Table(
    "outbox",
    metadata,
    _text("customer_id", key=True),
    _text("outgoing_id", key=True),
    _text("brand"),
    _text("kind"),
    # Whom it goes to.
    _text("address_hash"),
    Column("sealed_payload", LargeBinary, nullable=False),
    _moment("created_at"),
    _moment("not_after", empty=True),
    # Some worker is at it until then.
    _moment("claimed_until"),
    # Handed over, or about to be: never again unless it certainly was not.
    _moment("departed_at", empty=True),
    # Settled: sent, or for another reason not to be sent any more (see `outcome`).
    _moment("sent_at", empty=True),
    _text("outcome", empty=True),
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
    _text("customer_id", key=True),
    # Our own name of the message: an outgoing one's, or that of the message it answers.
    _text("reference", key=True),
    _text("brand"),
    _text("provider_id"),
    _text("status"),
    Column("stage", Integer, nullable=False),
    _text("error"),
    _moment("reported_at"),
)

# Customers who were forgotten, and numbers that were released from theirs, by the keyed hash of
# what they were reached by: their "no" stays, and no import brings them back.
tombstones = Table(
    "tombstones",
    metadata,
    _text("address_hash", key=True),
    _text("customer_id"),
    _text("brand"),
    _moment("forgotten_at"),
    _text("reason"),
)

# Decisions in the order in which other systems read them. Positions are given by one relay, so
# that none is passed by before a transaction that began earlier commits.
feed = Table(
    "feed",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    _text("brand"),
    _text("customer_id"),
    Column("event_id", Text, nullable=False, unique=True),
    # What happened, in JSON, without a name or number.
    _text("event"),
    _moment("entered_at"),
    Index("feed_of_brand", "brand", "position"),
)

# Where other systems want to be told, and how far they have been.
hooks = Table(
    "hooks",
    metadata,
    _text("hook_id", key=True),
    _text("brand"),
    _text("url"),
    Column("sealed_secret", LargeBinary, nullable=False),
    _moment("created_at"),
    Column("position", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("next_at"),
    _moment("removed_at", empty=True),
)

# What a hook did not take, however often it was tried.
dead_letters = Table(
    "dead_letters",
    metadata,
    _text("hook_id", key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    _text("reason"),
    _moment("at"),
)

# Files being brought in: how far, so that whoever stops can go on.
imports = Table(
    "imports",
    metadata,
    _text("import_id", key=True),
    _text("brand"),
    _text("file_hash"),
    Column("rows_done", BigInteger, nullable=False),
    Column("rows_rejected", BigInteger, nullable=False),
    _moment("started_at"),
    _moment("finished_at", empty=True),
)

# Work that only one process does at a time, and until when it is its.
leases = Table(
    "leases",
    metadata,
    _text("name", key=True),
    _text("holder"),
    _moment("until"),
)

# Messages from senders that are no phone number: kept for a person to look at.
strays = Table(
    "strays",
    metadata,
    _text("brand", key=True),
    _text("door", key=True),
    _text("message_id", key=True),
    _moment("received_at"),
    Column("sealed_stray", LargeBinary, nullable=False),
)

# Up to when everything that a provider received was handled. A reference table.
watermarks = Table(
    "watermarks",
    metadata,
    _text("brand", key=True),
    _text("door", key=True),
    _moment("moment"),
)

# Other systems' ways in, known by the hash of their secret. A reference table.
tokens = Table(
    "tokens",
    metadata,
    _text("token_id", key=True),
    Column("digest", Text, nullable=False, unique=True),
    _text("brand"),
    _text("holder"),
    _text("scopes"),
    _moment("created_at"),
    _moment("expires_at"),
    _moment("revoked_at", empty=True),
)

# Proves that a root key is the one this store was made with; says nothing about the key.
root_keys = Table(
    "root_keys",
    metadata,
    _text("key_check", key=True),
    # The key of the look-up by address, which outlives its root; None: derived from the root.
    Column("sealed_index", LargeBinary, nullable=True),
)

# Every text ever shown, word for word. A reference table: small, the same everywhere.
notices = Table(
    "notices",
    metadata,
    _text("fingerprint", key=True),
    _text("code"),
    _text("brand"),
    _text("purpose"),
    _text("language"),
    _text("form"),
    _text("version"),
    _text("text"),
    _moment("registered_at"),
)
