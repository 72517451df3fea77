"""What the customer gets to keep: one decision, in canonical JSON, checkable without us.

Fields follow ISO/IEC TS 27560 as far as they are known to the ledger. A receipt carries
the entry's hash and its predecessor's, so that it can be held against the chain later.
"""

from __future__ import annotations

from consent.catalogue import BrandId, Catalogue
from consent.chain import canonical, stamp
from consent.decisions import Decision, Kind
from consent.notices import NoticeShelf, code_of

SCHEMA = "consent-receipt/1"


def receipt(decision: Decision, catalogue: Catalogue, notices: NoticeShelf) -> bytes:
    """Return the receipt of a decision; holds no personal data of the customer."""
    controller = catalogue.brands[BrandId(decision.brand)].controller
    notice = notices.find(decision.notice) if decision.notice else None
    return canonical(
        {
            "schema": SCHEMA,
            "receipt": decision.id,
            # What the customer read under the confirmation.
            "number": code_of(decision.hash),
            "subject": decision.customer,
            "controller": {
                "name": controller.name,
                "registration": controller.registration,
                "email": controller.email,
                "phone": controller.phone,
            },
            "about": decision.subject.kind.value,
            "id": decision.subject.id,
            "dpv": _dpv(decision, catalogue),
            "action": decision.action.value,
            "said_at": stamp(decision.said_at),
            "until": stamp(decision.until) if decision.until else None,
            "language": decision.language,
            "door": decision.door,
            "actor": decision.actor,
            "method": decision.method,
            "notice": decision.notice,
            "linked_notice": decision.linked_notice,
            "notice_version": notice.version if notice else None,
            "notice_status": notice.status.value if notice else None,
            "position": decision.position,
            "previous": decision.previous,
            "hash": decision.hash,
        }
    )


def _dpv(decision: Decision, catalogue: Catalogue) -> str | None:
    if decision.subject.kind is not Kind.PURPOSE:
        return None
    known: dict[str, str] = {p.id: p.dpv for p in catalogue.purposes}
    return known.get(decision.subject.id)
