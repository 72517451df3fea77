"""Our words in the W3C Data Privacy Vocabulary, as records by ISO/IEC TS 27560 need them.

Names are those of DPV 2.3, purposes those of 2.0, which CAMARA pins; a test holds them against the
published lists. `ConsentTerminated`, which the guide names, is in neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from consent.decisions import Action, Decision, Kind

RECEIPT_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt"
RECORD_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record"
#: Said where the controller's document is silent.
NOT_STATED = "not stated by the controller"
#: One notice, one yes: an action that says nothing but that.
CONSENT_TYPE = "dpv:ExplicitlyExpressedConsent"
LEGAL_BASIS = (CONSENT_TYPE, "eu-gdpr:A6-1-a")

_STATES = {
    Action.ASKED: "dpv:ConsentRequested",
    Action.GIVEN: "dpv:ConsentGiven",
    Action.REFUSED: "dpv:ConsentRefused",
    Action.WITHDRAWN: "dpv:ConsentWithdrawn",
    # For a time; its end is the event's duration.
    Action.PAUSED: "dpv:ConsentWithdrawn",
    Action.ON: "dpv:ConsentGiven",
    Action.OFF: "dpv:ConsentRefused",
    # Neither yes nor no any more.
    Action.UNSET: "dpv:ConsentUnknown",
}
#: Articles of the GDPR with a right of the customer.
_RIGHTS = {
    "A7-3": "Right to withdraw consent",
    "A15": "Right of access",
    "A16": "Right to rectification",
    "A17": "Right to erasure",
    "A18": "Right to restriction of processing",
    "A20": "Right to data portability",
    "A77": "Right to lodge a complaint with a supervisory authority",
}
_HUMAN = {"A22": "Right to human intervention in automated decisions"}

_AS_NAME, _AS_TIME = {"@type": "@id"}, {"@type": "xsd:dateTime"}
#: Makes plain JSON linked data: which prefix is whose, and what is a name rather than text.
CONTEXT: dict[str, object] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct:conformsTo": _AS_NAME,
    "dct:created": _AS_TIME,
    "dct:publisher": _AS_NAME,
    "dpv:hasDataController": _AS_NAME,
    "dpv:hasLegalBasis": _AS_NAME,
    "dpv:hasPersonalData": _AS_NAME,
    "dpv:isExercisedAt": _AS_NAME,
    "dpv:isIndicatedAtTime": _AS_TIME,
    "dpv:isIndicatedBy": _AS_NAME,
    "schema:recipient": _AS_NAME,
    "skos:broader": _AS_NAME,
    # What the chain covers, letter by letter.
    "chain": {"@id": "dct:provenance", "@type": "@json"},
}


def state_of(decision: Decision, earlier: Sequence[Decision]) -> str | None:
    """Return the state of consent that a decision brings about; none for the service's.

    :param earlier: what the customer said about the same subject before, in order.
    """
    state = _STATES.get(decision.action)
    answered = [d.action for d in earlier if d.action is not Action.ASKED]
    if state == "dpv:ConsentGiven" and answered[-1:] == [decision.action]:
        return "dpv:RenewedConsentGiven"
    if decision.action is Action.OFF and Action.ON in answered:
        return "dpv:ConsentWithdrawn"
    return state


def rights(*, automated: bool) -> list[tuple[str, str]]:
    """Return the customer's rights: the article, and what it gives."""
    known = _RIGHTS | _HUMAN if automated else _RIGHTS
    return [(f"eu-gdpr:{article}", title) for article, title in known.items()]


def ends_with(decision: Decision, years_after_service: int | None) -> tuple[str, str]:
    """Return how long what was said is in force: the kind of duration, and its end in words."""
    event = "dpv:UntilEventDuration"
    if decision.action in {Action.GIVEN, Action.ON}:
        if decision.subject.kind is Kind.PURPOSE and years_after_service is not None:
            return event, f"withdrawal, or {years_after_service} years after the service ended"
        return event, "withdrawal"
    return event, "an answer" if decision.action is Action.ASKED else "a new consent"
