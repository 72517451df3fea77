"""What other systems and the house itself need: small tables, the same everywhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from storage.schema.columns import metadata, moment_of, text_of

# Decisions in the order in which other systems read them. Positions are given by one relay, so
# that none is passed by before a transaction that began earlier commits.
feed = Table(
    "feed",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    text_of("brand"),
    text_of("customer_id"),
    Column("event_id", Text, nullable=False, unique=True),
    # What happened, in JSON, without a name or number.
    text_of("event"),
    moment_of("entered_at"),
    Index("feed_of_brand", "brand", "position"),
)

# Where other systems want to be told, and how far they have been.
hooks = Table(
    "hooks",
    metadata,
    text_of("hook_id", key=True),
    text_of("brand"),
    text_of("url"),
    Column("sealed_secret", LargeBinary, nullable=False),
    moment_of("created_at"),
    Column("position", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment_of("next_at"),
    moment_of("removed_at", empty=True),
)

# What a hook did not take, however often it was tried.
dead_letters = Table(
    "dead_letters",
    metadata,
    text_of("hook_id", key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    text_of("reason"),
    moment_of("at"),
)

# Files being brought in: how far, so that whoever stops can go on.
imports = Table(
    "imports",
    metadata,
    text_of("import_id", key=True),
    text_of("brand"),
    text_of("file_hash"),
    Column("rows_done", BigInteger, nullable=False),
    Column("rows_rejected", BigInteger, nullable=False),
    moment_of("started_at"),
    moment_of("finished_at", empty=True),
)

# Work that only one process does at a time, and until when it is its.
leases = Table(
    "leases",
    metadata,
    text_of("name", key=True),
    text_of("holder"),
    moment_of("until"),
)

# Messages from senders that are no phone number: kept for a person to look at.
strays = Table(
    "strays",
    metadata,
    text_of("brand", key=True),
    text_of("door", key=True),
    text_of("message_id", key=True),
    moment_of("received_at"),
    Column("sealed_stray", LargeBinary, nullable=False),
)

# Up to when everything that a provider received was handled. A reference table.
watermarks = Table(
    "watermarks",
    metadata,
    text_of("brand", key=True),
    text_of("door", key=True),
    moment_of("moment"),
)

# Other systems' ways in, known by the hash of their secret. A reference table.
tokens = Table(
    "tokens",
    metadata,
    text_of("token_id", key=True),
    Column("digest", Text, nullable=False, unique=True),
    text_of("brand"),
    text_of("holder"),
    text_of("scopes"),
    moment_of("created_at"),
    moment_of("expires_at"),
    moment_of("revoked_at", empty=True),
)

# Proves that a root key is the one this store was made with; says nothing about the key.
root_keys = Table(
    "root_keys",
    metadata,
    text_of("key_check", key=True),
    # The key of the look-up by address, which outlives its root; None: derived from the root.
    Column("sealed_index", LargeBinary, nullable=True),
)

# Every text ever shown, word for word. A reference table: small, the same everywhere.
notices = Table(
    "notices",
    metadata,
    text_of("fingerprint", key=True),
    text_of("code"),
    text_of("brand"),
    text_of("purpose"),
    text_of("language"),
    text_of("form"),
    text_of("version"),
    text_of("text"),
    moment_of("registered_at"),
)
