"""What a consent allows, as a record says it: who, what for, with which data, and how to end it.

Whatever the controller's document leaves open is said to be open; nothing is made up.
"""

from __future__ import annotations

from consent.catalogue import Brand, Catalogue, Purpose
from consent.decisions import Kind, Subject
from consent.vocabulary import LEGAL_BASIS, NOT_STATED, rights

Json = dict[str, object]

#: The controller's name inside a receipt.
CONTROLLER = "_:controller"
_SILENT = {"dct:description": NOT_STATED}


def processes(about: Subject, brand: Brand, catalogue: Catalogue) -> list[Json]:
    """Return what a consent allows; a channel or topic serves every purpose that contacts."""
    if about.kind is not Kind.PURPOSE:
        return [_process(purpose, brand) for purpose in catalogue.contacting]
    known = [purpose for purpose in catalogue.purposes if purpose.id == about.id]
    return [_process(purpose, brand) for purpose in known] or [_abolished(about.id, brand)]


def controller_of(brand: Brand) -> Json:
    """Return who is responsible, as printed in the brand's document."""
    controller = brand.controller
    return {
        "@id": CONTROLLER,
        "@type": "dpv:DataController",
        "dpv:hasName": controller.name,
        "dpv:hasIdentifier": controller.registration,
        "schema:contactPoint": {
            "@type": "schema:ContactPoint",
            "schema:email": controller.email,
            "schema:telephone": controller.phone,
        },
        "schema:address": {
            "@type": "schema:PostalAddress",
            "schema:streetAddress": controller.address[brand.default_language],
        },
        "schema:url": [f"https://{site}" for site in controller.policy_sites],
    }


def _process(purpose: Purpose, brand: Brand) -> Json:
    legal = purpose.legal
    recipients = (("Recipient", legal.recipients), ("ThirdParty", legal.third_parties))
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": [
            {"@type": "dpv:Purpose", "dct:identifier": purpose.id, "skos:broader": purpose.dpv}
        ],
        "dpv:hasPersonalData": [f"pd:{name}" for name in purpose.data],
        "dpv:hasDataController": CONTROLLER,
        "dpv:hasLegalBasis": list(LEGAL_BASIS),
        "dpv:hasStorageCondition": _storage(legal.duration),
        "dpv:hasRecipient": [
            {"@type": f"dpv:{kind}", "dct:description": said or NOT_STATED}
            for kind, said in recipients
        ],
        "dpv:hasJurisdiction": [_SILENT],
        "dpv:hasConsentControl": [_control(brand, f"STOP {purpose.number}")],
        "dpv:hasRight": _rights(automated=purpose.automated_decisions),
    }


def _abolished(purpose: str, brand: Brand) -> Json:
    """Return what can still be said of a purpose that is no longer offered."""
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": [{"@type": "dpv:Purpose", "dct:identifier": purpose} | _SILENT],
        "dpv:hasPersonalData": [_SILENT],
        "dpv:hasDataController": CONTROLLER,
        "dpv:hasLegalBasis": list(LEGAL_BASIS),
        "dpv:hasStorageCondition": _storage(""),
        "dpv:hasRecipient": [{"@type": "dpv:Recipient"} | _SILENT],
        "dpv:hasJurisdiction": [_SILENT],
        "dpv:hasConsentControl": [_control(brand, "STOP ALL")],
        "dpv:hasRight": _rights(automated=False),
    }


def _control(brand: Brand, words: str) -> Json:
    return {
        "@type": "dpv:WithdrawConsent",
        "dct:description": f"write {words} to {brand.name}, by SMS or in the chat",
        "dpv:isExercisedAt": CONTROLLER,
    }


def _storage(duration: str) -> list[Json]:
    said = {"dpv:StorageDuration": duration}
    kinds = ("dpv:StorageLocation", "dpv:StorageDuration", "dpv:StorageDeletion")
    return [{"@type": kind, "dct:description": said.get(kind) or NOT_STATED} for kind in kinds]


def _rights(*, automated: bool) -> list[Json]:
    return [
        {
            "@type": ["dpv:DataSubjectRight", article],
            "dct:title": title,
            "dpv:isExercisedAt": CONTROLLER,
        }
        for article, title in rights(automated=automated)
    ]
