"""The tables. Shardable from the start: what grows with customers leads with `customer_id`.

Moments are microseconds since 1970 UTC in BIGINT: exact, sortable and the same in SQLite
and PostgreSQL. Columns named `sealed_…` hold AES-GCM under the customer's own data key.
"""

from __future__ import annotations

from storage.schema.columns import metadata
from storage.schema.customers import (
    addresses,
    cases,
    copies,
    customers,
    decisions,
    deliveries,
    inbound,
    outbox,
    read_log,
    sessions,
    standing,
    tombstones,
)
from storage.schema.marketing import (
    list_checks,
    list_looks,
    staff,
    staff_log,
    staff_log_brands,
    staff_roles,
    staff_sessions,
)
from storage.schema.systems import (
    dead_letters,
    feed,
    hooks,
    imports,
    leases,
    notices,
    root_keys,
    strays,
    tokens,
    watermarks,
)

__all__ = [
    "addresses",
    "cases",
    "copies",
    "customers",
    "dead_letters",
    "decisions",
    "deliveries",
    "feed",
    "hooks",
    "imports",
    "inbound",
    "leases",
    "list_checks",
    "list_looks",
    "metadata",
    "notices",
    "outbox",
    "read_log",
    "root_keys",
    "sessions",
    "staff",
    "staff_log",
    "staff_log_brands",
    "staff_roles",
    "staff_sessions",
    "standing",
    "strays",
    "tokens",
    "tombstones",
    "watermarks",
]
