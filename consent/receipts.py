"""What the customer gets to keep: a receipt by ISO/IEC TS 27560, as linked data (JSON-LD).

It follows the DPV guide: a receipt holds one record for each purpose, channel or topic that a
message decided about; a record says what was shown, who may do what, and everything that was said
about it so far. Under `chain` stands what the ledger's chain covers, letter by letter: with it the
receipt can be held against the chain, or against a proof, by anybody. Lists stand in place of the
keys that the guide's examples repeat. The schema is `schemas/receipt.schema.json`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from consent.catalogue import BrandId, Catalogue
from consent.chain import canonical, covered, stamp
from consent.decisions import Action, Decision, Kind
from consent.notices import NoticeShelf, code_of
from consent.processes import CONTROLLER, Json, controller_of, processes
from consent.vocabulary import (
    CONSENT_TYPE,
    CONTEXT,
    RECEIPT_PROFILE,
    RECORD_PROFILE,
    ends_with,
    state_of,
)

SCHEMA = "consent-receipt/2"
#: Names of records are made from what they are about (RFC 9562, version 5).
_RECORDS = UUID("b4f0f5a3-6c0e-4b7e-9a55-27560d5c1e02")
#: What a customer is asked about; that the service ended is no consent, and has no record.
_ASKED = frozenset({Kind.PURPOSE, Kind.CHANNEL, Kind.TOPIC})
#: ISO 639: no language, as where staff wrote.
_NO_LANGUAGE = "und"


def receipt(
    said: Sequence[Decision],
    catalogue: Catalogue,
    notices: NoticeShelf,
    history: Sequence[Decision] = (),
) -> bytes:
    """Return the receipt of what one message decided; holds no name, number or word of anybody.

    :param said: what it decided, in the order of the chain; at least one decision.
    :param history: the customer's chain, as far as it is to be told.
    """
    last = said[-1]
    writer = _Writer(catalogue=catalogue, notices=notices, history=history)
    records = [writer.record(decision) for decision in said if decision.subject.kind in _ASKED]
    return canonical(
        {
            "@context": CONTEXT,
            "@id": f"urn:uuid:{last.id}",
            "@type": "dpv:ConsentReceipt",
            "dct:conformsTo": [RECEIPT_PROFILE],
            "dct:identifier": last.id,
            "dpv:hasIdentifier": last.id,
            "dct:created": stamp(last.recorded_at),
            "dct:publisher": controller_of(catalogue.brands[BrandId(last.brand)]),
            "schema:recipient": "dpv:DataSubject",
            "dpv:hasRecordOfActivity": records,
            "chain": {
                "schema": SCHEMA,
                # What the customer read under the confirmation.
                "number": code_of(last.hash),
                "entries": [{"decision": covered(d), "hash": d.hash} for d in said],
            },
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    catalogue: Catalogue
    notices: NoticeShelf
    history: Sequence[Decision]

    def record(self, decision: Decision) -> Json:
        """Return the record of what a decision is about, as it stood with this decision."""
        about, brand = decision.subject, self.catalogue.brands[BrandId(decision.brand)]
        events = [d for d in self.history if d.subject == about and d.position < decision.position]
        events.append(decision)
        name = f"{decision.brand}/{decision.customer}/{about.kind.value}/{about.id}"
        identifier = str(uuid5(_RECORDS, name))
        return {
            "@id": f"urn:uuid:{identifier}",
            "@type": "dpv:ConsentRecord",
            "dct:conformsTo": [RECORD_PROFILE],
            "dct:identifier": identifier,
            "dct:subject": f"{about.kind.value}:{about.id}",
            "dpv:hasDataSubject": {
                "@id": f"urn:uuid:{decision.customer}",
                "@type": "dpv:DataSubject",
                "dct:identifier": decision.customer,
            },
            "dpv:hasNotice": self._notices(events),
            "dct:language": decision.language or _NO_LANGUAGE,
            "dpv:hasProcess": processes(about, brand, self.catalogue),
            "dpv:hasEntity": [controller_of(brand)],
            "dpv:hasConsentStatus": [
                self._event(d, events[:index]) for index, d in enumerate(events)
            ],
        }

    def _notices(self, events: Sequence[Decision]) -> list[Json]:
        """Return every text that was shown, each once."""
        shown = [f for d in events for f in (d.notice, d.linked_notice) if f]
        return [self._notice(fingerprint) for fingerprint in dict.fromkeys(shown)]

    def _notice(self, fingerprint: str) -> Json:
        found = self.notices.find(fingerprint)
        known: Json = {}
        if found is not None:
            known = {
                "dct:language": found.language,
                "dct:format": found.form.value,
                "schema:version": found.version,
                "schema:creativeWorkStatus": found.status.value,
            }
        return known | {
            "@id": _named(fingerprint),
            "@type": "dpv:ConsentNotice",
            "dct:identifier": fingerprint,
            "schema:alternateName": code_of(fingerprint),
        }

    def _event(self, decision: Decision, earlier: Sequence[Decision]) -> Json:
        state = state_of(decision, earlier)
        is_yes = decision.action in {Action.GIVEN, Action.ON}
        return {
            "@type": [state, CONSENT_TYPE] if is_yes else [state],
            "dct:identifier": decision.id,
            "dpv:isIndicatedAtTime": stamp(decision.said_at),
            "dpv:isIndicatedBy": _speaker(decision),
            "dpv:hasIndicationMethod": f"{decision.method}, {decision.door}",
            "dpv:hasDuration": self._duration(decision),
            "dpv:hasNotice": [_named(f) for f in (decision.notice, decision.linked_notice) if f],
        }

    def _duration(self, decision: Decision) -> Json:
        if decision.until is not None:
            return {"@type": "dpv:UntilTimeDuration", "rdf:value": stamp(decision.until)}
        terms = {str(p.id): p.years_after_service for p in self.catalogue.purposes}
        kind, end = ends_with(decision, terms.get(decision.subject.id))
        return {"@type": kind, "rdf:value": end}


def _speaker(decision: Decision) -> str | Json:
    """Return who said it: a question is the controller's, an answer mostly the customer's."""
    if decision.action is Action.ASKED:
        return CONTROLLER
    if decision.actor == "customer":
        return "dpv:DataSubject"
    return {"@type": "dpv:Entity", "dct:identifier": decision.actor}


def _named(fingerprint: str) -> str:
    """Return the name of a text by its SHA-256 (RFC 6920)."""
    digest = base64.urlsafe_b64encode(bytes.fromhex(fingerprint)).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"
