"""What the staff door needs: who may look, and which lists were checked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from storage.schema.columns import metadata, moment_of, text_of

# People who may look. Reference tables.
staff = Table(
    "staff",
    metadata,
    text_of("staff_id", key=True),
    Column("login", Text, nullable=False, unique=True),
    # Argon2id in its own notation; None until the person has chosen a password.
    text_of("password", empty=True),
    # Of the one-time word that an administrator hands over, and until when it is good.
    text_of("invitation", empty=True),
    moment_of("invited_until", empty=True),
    moment_of("created_at"),
    moment_of("disabled_at", empty=True),
    # Wrong passwords in a row, and until when nothing more is tried.
    Column("misses", Integer, nullable=False, server_default="0"),
    moment_of("locked_until", empty=True),
)

staff_roles = Table(
    "staff_roles",
    metadata,
    text_of("staff_id", key=True),
    text_of("brand", key=True),
    text_of("role", key=True),
)

# Known by the hash of their secret.
staff_sessions = Table(
    "staff_sessions",
    metadata,
    text_of("digest", key=True),
    text_of("staff_id"),
    moment_of("created_at"),
    moment_of("seen_at"),
    moment_of("expires_at"),
    Index("sessions_of_staff", "staff_id"),
)

# What was done to accounts, rights, tokens and customers' data, log-ins and refused ones; grows
# only.
staff_log = Table(
    "staff_log",
    metadata,
    text_of("entry_id", key=True),
    moment_of("at"),
    text_of("actor"),
    text_of("action"),
    text_of("about"),
    Index("staff_log_of", "action", "about", "at"),
)

# Whose each of its lines is: a brand reads its own, newest first.
staff_log_brands = Table(
    "staff_log_brands",
    metadata,
    text_of("brand", key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    text_of("entry_id", key=True),
)

# One row a list that was checked: the question, the summary, and how far the feed was then.
list_checks = Table(
    "list_checks",
    metadata,
    text_of("check_id", key=True),
    text_of("brand"),
    text_of("viewer"),
    text_of("reason_of_look"),
    # Purposes, channel and topic, as JSON.
    text_of("question"),
    moment_of("at"),
    moment_of("valid_until"),
    moment_of("finished_at", empty=True),
    # Counts by reason and the hashes of both files, as JSON, once finished; and its signature.
    text_of("summary", empty=True),
    Column("signature", LargeBinary, nullable=True),
    Column("feed_position", BigInteger, nullable=False),
    Index("list_checks_of_brand", "brand", "at"),
)

# Whom a list check has looked at: the read log of many customers at once. Customers fall into 256
# parts by the last byte of their id, so that one customer's looks are found without reading all.
list_looks = Table(
    "list_looks",
    metadata,
    Column("part", Integer, primary_key=True, autoincrement=False),
    text_of("check_id", key=True),
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    text_of("brand"),
    # For each customer the last eight bytes of the id and one for the answer, sorted.
    Column("customers", LargeBinary, nullable=False),
)
