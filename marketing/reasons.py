"""What CAMARA ConsentInfo calls our reasons (meaning.md, "States of a purpose")."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from consent.verdicts import Reason, Verdict


class CamaraReason(StrEnum):
    """`statusReason` of ConsentInfo r2.3."""

    PENDING = "PENDING"
    REQUESTED = "REQUESTED"
    DENIED = "DENIED"
    EXPIRED = "EXPIRED"
    OBJECTED = "OBJECTED"


_CAMARA: Mapping[Reason, CamaraReason] = {
    # Nobody may know whether the other brand has this customer.
    Reason.BRAND_MISMATCH: CamaraReason.PENDING,
    Reason.UNKNOWN_ADDRESS: CamaraReason.PENDING,
    # Whoever was forgotten is asked nothing: what stays of them is the no.
    Reason.ERASED: CamaraReason.DENIED,
    Reason.WITHDRAWN: CamaraReason.DENIED,
    Reason.REFUSED: CamaraReason.DENIED,
    Reason.PAUSED: CamaraReason.DENIED,
    Reason.EXPIRED: CamaraReason.EXPIRED,
    Reason.SERVICE_ENDED: CamaraReason.EXPIRED,
    Reason.OUTDATED: CamaraReason.EXPIRED,
    Reason.ASKED: CamaraReason.REQUESTED,
    Reason.NEVER_ASKED: CamaraReason.PENDING,
    # A provider blocks a channel because the customer told it to stop.
    Reason.CHANNEL_BLOCKED: CamaraReason.DENIED,
    Reason.CHANNEL_OFF: CamaraReason.DENIED,
    Reason.CHANNEL_UNSET: CamaraReason.PENDING,
    # A topic needs no yes of its own, so switching it off is an opt-out.
    Reason.TOPIC_OFF: CamaraReason.OBJECTED,
}
#: Where asking the customer can still help.
OPEN = frozenset({CamaraReason.PENDING, CamaraReason.REQUESTED, CamaraReason.EXPIRED})


def camara_reason(verdict: Verdict) -> CamaraReason | None:
    """Return CAMARA's reason why not; none where it is allowed."""
    return _CAMARA.get(verdict.reason)


def camara_of(reason: Reason) -> CamaraReason | None:
    """Return what CAMARA calls one of our reasons; none for `allowed`."""
    return _CAMARA.get(reason)
