"""The copy of a customer's data for other systems (GDPR 20): one JSON object, names that stay.

The schema, with what each field means, is `schemas/own_data.schema.json`. What is not on file is
null or an empty list, never left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from consent.catalogue import BrandId, Purpose
from consent.chain import stamp
from consent.decisions import SERVICE, Decision, Kind, Subject
from consent.notices import code_of
from consent.own_data import (
    HeldAddress,
    HeldCase,
    HeldChain,
    HeldLink,
    HeldLook,
    HeldMessage,
    HeldReport,
    HeldSending,
    HeldTalk,
    HeldText,
    OwnData,
)
from consent.states import Lens

SCHEMA = "consent-own-data/1"
Json = dict[str, Any]
_Flat = (
    HeldAddress
    | HeldCase
    | HeldLink
    | HeldLook
    | HeldMessage
    | HeldReport
    | HeldSending
    | HeldTalk
)
#: The name of a purpose, channel or topic, in the language of the copy.
Title = Callable[[Subject], str]


def own_data_json(data: OwnData, lens: Lens, language: str, title: Title) -> bytes:
    """Return the copy as JSON in UTF-8, indented, in an order that stays.

    :param lens: reads the customer's standing at the moment of the copy.
    :param title: names subjects in this language, for people who read the file.
    """
    content = {
        "schema": SCHEMA,
        "made_at": stamp(data.made_at),
        "language": language,
        "brand": data.brand,
        "controller": _controller(data, lens),
        "customer": {
            "id": data.customer,
            "records": [_record(chain) for chain in data.chains],
        },
        "addresses": [_plain(held) for held in data.addresses],
        "consents": [_consent(data, p, lens, title) for p in lens.catalogue.purposes],
        "channels": [
            _switch(data, Subject.channel(c.id), lens, title) for c in lens.catalogue.channels
        ],
        "topics": [_switch(data, Subject.topic(t.id), lens, title) for t in lens.catalogue.topics],
        "service": [
            {"at": stamp(at), "event": action.value}
            for at, action in data.standing.record(SERVICE).service
        ],
        "history": [_entry(decision, title) for decision in data.history],
        "texts": [_text(held, lens) for held in data.texts],
        "cases": [_plain(held) for held in data.cases],
        "conversations": [_plain(held) for held in data.talks],
        "messages": [_plain(held) for held in data.messages],
        "sent": [_plain(held) for held in data.sendings],
        "delivery_reports": [_plain(held) for held in data.reports],
        "looks": [_plain(held) for held in data.looks],
        "copy_links": [_plain(held) for held in data.links],
        "told_to_systems": {
            "times": data.told,
            "waiting": data.untold,
            "last_at": _moment(data.told_last),
        },
        "imported": [decision.id for decision in data.imported],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _moment(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def _plain(held: _Flat) -> Json:
    """Return a flat record under its own names; an empty word is none."""
    return {field.name: _value(getattr(held, field.name)) for field in fields(held)}


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, tuple):
        return list(value)
    return None if value == "" else value


def _controller(data: OwnData, lens: Lens) -> Json:
    brand = lens.catalogue.brands[BrandId(data.brand)]
    found = brand.controller
    return {
        "brand_name": brand.name,
        "name": found.name,
        "registration": found.registration,
        "address": found.address[brand.default_language],
        "email": found.email,
        "phone": found.phone,
    }


def _record(chain: HeldChain) -> Json:
    return {
        "id": chain.customer,
        "since": stamp(chain.since),
        "decisions": len(chain.decisions),
        "head": chain.head,
    }


def _consent(data: OwnData, purpose: Purpose, lens: Lens, title: Title) -> Json:
    reading = lens.read(data.standing, purpose)
    mark = reading.mark
    return {
        "id": purpose.id,
        "number": purpose.number,
        "title": title(Subject.purpose(purpose.id)),
        "state": reading.state.value,
        "since": _moment(mark.at if mark else None),
        "until": _moment(reading.until),
        "decision": mark.decision if mark else None,
    }


def _switch(data: OwnData, subject: Subject, lens: Lens, title: Title) -> Json:
    state, mark = lens.switch(data.standing, subject)
    found = {
        "id": subject.id,
        "title": title(subject),
        "state": state.value,
        "since": _moment(mark.at if mark else None),
        "decision": mark.decision if mark else None,
    }
    if subject.kind is Kind.CHANNEL:
        found["blocked_by_provider_since"] = _moment(data.blocked.get(subject.id))
    return found


def _entry(decision: Decision, title: Title) -> Json:
    evidence = decision.evidence
    return {
        "id": decision.id,
        "record": decision.customer,
        "position": decision.position,
        "receipt": code_of(decision.hash),
        "about": {
            "kind": decision.subject.kind.value,
            "id": decision.subject.id,
            "title": title(decision.subject),
        },
        "action": decision.action.value,
        "said_at": stamp(decision.said_at),
        "recorded_at": stamp(decision.recorded_at),
        "until": _moment(decision.until),
        "door": decision.door,
        "actor": decision.actor,
        "method": decision.method,
        "language": decision.language or None,
        "text": decision.notice,
        "linked_text": decision.linked_notice,
        "evidence": None
        if evidence is None
        else {
            "words": evidence.words,
            "message_id": evidence.message_id,
            "proof_kind": evidence.proof_kind,
            "proof_level": evidence.proof_level,
            "read_as": evidence.intent,
            "went_by": list(evidence.went_by),
        },
        "salt": decision.salt,
        "evidence_hash": decision.evidence_hash,
        "previous": decision.previous,
        "hash": decision.hash,
    }


def _text(held: HeldText, lens: Lens) -> Json:
    known = lens.notices.find(held.fingerprint)
    return {
        "fingerprint": held.fingerprint,
        "code": code_of(held.fingerprint),
        "purpose": held.purpose,
        "language": held.language,
        "form": held.form,
        "version": held.version,
        "status": known.status.value if known else None,
        "text": held.text,
    }
