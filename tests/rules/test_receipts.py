"""What the customer gets to keep: a receipt by ISO/IEC TS 27560, checkable without us."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given

import consent
from consent.catalogue import LegalSlots
from consent.chain import canonical
from consent.decisions import Action, Decision
from consent.notices import Status, code_of
from consent.receipts import receipt
from consent.vocabulary import NOT_STATED, state_of
from tests.builders import (
    AMIGO,
    CATALOGUE,
    HOUR,
    SHELF,
    START,
    chained,
    notice,
    said,
    shelf,
)
from tests.rules.histories import QUICK, histories

_SCHEMA = Path(consent.__file__).parent / "schemas" / "receipt.schema.json"
_LISTS = Path(__file__).parents[1] / "proof" / "dpv"
VALIDATE = fastjsonschema.compile(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def _receipt(*entries: Decision, history: Sequence[Decision] = ()) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(receipt(entries, CATALOGUE, SHELF, history))
    VALIDATE(content)
    return content


def _one(decision: Decision) -> Decision:
    return chained([decision])[0]


def _record(decision: Decision, history: Sequence[Decision] = ()) -> dict[str, Any]:
    (record,) = _receipt(decision, history=history)["dpv:hasRecordOfActivity"]
    assert isinstance(record, dict)
    return record


def _terms(name: str) -> set[str]:
    with (_LISTS / name).open(encoding="utf-8", newline="") as file:
        return {f"dpv:{row['term']}" for row in csv.DictReader(file)}


def test_a_receipt_says_what_it_is_and_whose() -> None:
    """Profile, name, moment, controller, and the pseudonym of the person it is for."""
    entry = _one(said("offers", Action.GIVEN))
    content = _receipt(entry)
    record = content["dpv:hasRecordOfActivity"][0]
    assert ["https://w3id.org/dpv/schema/dpv-27560#receipt"] == content["dct:conformsTo"]
    assert ["https://w3id.org/dpv/schema/dpv-27560#record"] == record["dct:conformsTo"]
    assert (entry.id, entry.id) == (content["dct:identifier"], content["dpv:hasIdentifier"])
    assert "2025-03-10T09:00:00.000000Z" == content["dct:created"]
    assert "Latvijas Mobilais Telefons" == content["dct:publisher"]["dpv:hasName"]
    assert "customer-1" == record["dpv:hasDataSubject"]["dct:identifier"]


def test_a_record_says_what_a_consent_allows() -> None:
    """Purpose, data, controller, how to withdraw, rights; where nobody said, that it is open."""
    record = _record(_one(said("offers", Action.GIVEN)))
    (process,) = record["dpv:hasProcess"]
    (entity,) = record["dpv:hasEntity"]
    (purpose,) = process["dpv:hasPurpose"]
    assert ("offers", "dpv:DirectMarketing") == (
        purpose["dct:identifier"],
        purpose["skos:broader"],
    )
    expected = ["pd:EmailAddress", "pd:TelephoneNumber", "pd:Preference"]
    assert expected == process["dpv:hasPersonalData"]
    assert ("_:controller", "_:controller") == (process["dpv:hasDataController"], entity["@id"])
    assert "LV50003050931" == entity["dpv:hasIdentifier"]
    assert "Ropažu iela 6, Rīga, Latvija" == entity["schema:address"]["schema:streetAddress"]
    (control,) = process["dpv:hasConsentControl"]
    assert "write STOP 1 to LMT, by SMS or in the chat" == control["dct:description"]
    rights = {right["@type"][1] for right in process["dpv:hasRight"]}
    assert {"eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A17", "eu-gdpr:A20"} < rights
    open_ones = ("dpv:hasStorageCondition", "dpv:hasRecipient", "dpv:hasJurisdiction")
    assert {NOT_STATED} == {said["dct:description"] for k in open_ones for said in process[k]}


def test_what_the_controller_states_is_in_the_record() -> None:
    """Filled slots of the catalogue take the place of the silence."""
    legal = LegalSlots(duration="two years", recipients="shops", third_parties="a bank")
    purposes = tuple(replace(p, legal=legal) for p in CATALOGUE.purposes)
    entry = _one(said("offers", Action.GIVEN))
    content = json.loads(receipt([entry], replace(CATALOGUE, purposes=purposes), SHELF))
    VALIDATE(content)
    (process,) = content["dpv:hasRecordOfActivity"][0]["dpv:hasProcess"]
    stored = [(s["@type"], s["dct:description"]) for s in process["dpv:hasStorageCondition"]]
    assert ("dpv:StorageDuration", "two years") in stored
    assert ["shops", "a bank"] == [r["dct:description"] for r in process["dpv:hasRecipient"]]


def test_automated_decisions_come_with_a_right_to_a_person() -> None:
    """Whoever consents to automated decisions is told of human intervention (GDPR 22)."""

    def articles(name: str) -> set[str]:
        (process,) = _record(_one(said(name, Action.GIVEN)))["dpv:hasProcess"]
        return {right["@type"][1] for right in process["dpv:hasRight"]}

    assert {"eu-gdpr:A22"} == articles("profiling") - articles("offers")


def test_a_record_names_every_text_that_was_shown() -> None:
    """Each notice in its version and language, known by its fingerprint, and the one linked to."""
    short, full = notice("offers"), notice("offers", language="ru")
    entry = _one(replace(said("offers", Action.GIVEN), linked_notice=full.fingerprint))
    shown = _record(entry)["dpv:hasNotice"]
    assert [short.fingerprint, full.fingerprint] == [n["dct:identifier"] for n in shown]
    assert [("lv", "1.0", "draft"), ("ru", "1.0", "draft")] == [
        (n["dct:language"], n["schema:version"], n["schema:creativeWorkStatus"]) for n in shown
    ]
    assert short.code == shown[0]["schema:alternateName"]
    assert shown[0]["@id"].startswith("ni:///sha-256;")


def test_a_text_that_nobody_knows_has_no_version() -> None:
    """Its fingerprint is kept; nothing is claimed about it."""
    (shown,) = _record(_one(said("offers", Action.GIVEN, shown=notice(major=7))))["dpv:hasNotice"]
    assert {"@id", "@type", "dct:identifier", "schema:alternateName"} == set(shown)


def test_an_approved_text_is_named_as_approved() -> None:
    """The receipt says whether the controller had approved the text."""
    approved = notice(minor=1, status=Status.APPROVED)
    entry = _one(said("offers", Action.GIVEN, shown=approved))
    content = json.loads(receipt([entry], CATALOGUE, shelf(approved)))
    (shown,) = content["dpv:hasRecordOfActivity"][0]["dpv:hasNotice"]
    assert ("1.1", "approved") == (shown["schema:version"], shown["schema:creativeWorkStatus"])


def test_a_record_tells_everything_that_was_said_about_its_subject() -> None:
    """Asked, given, withdrawn, given again: state, moment, who and how, and nothing else's."""
    chain = chained(
        [
            said("offers", Action.ASKED),
            said("traffic", Action.GIVEN),
            said("offers", Action.GIVEN, at=START + HOUR),
            said("offers", Action.GIVEN, at=START + 2 * HOUR),
            said("offers", Action.WITHDRAWN, at=START + 3 * HOUR, actor="staff:7"),
            said("offers", Action.GIVEN, at=START + 4 * HOUR),
        ]
    )
    events = _record(chain[4], history=chain)["dpv:hasConsentStatus"]
    assert ["ConsentRequested", "ConsentGiven", "RenewedConsentGiven", "ConsentWithdrawn"] == [
        event["@type"][0].removeprefix("dpv:") for event in events
    ]
    staff = {"@type": "dpv:Entity", "dct:identifier": "staff:7"}
    assert ["_:controller", "dpv:DataSubject", "dpv:DataSubject", staff] == [
        event["dpv:isIndicatedBy"] for event in events
    ]
    assert "2025-03-10T12:00:00.000000Z" == events[3]["dpv:isIndicatedAtTime"]
    assert {"text, telegram"} == {event["dpv:hasIndicationMethod"] for event in events}


@pytest.mark.parametrize(
    ("name", "action", "expected"),
    [
        pytest.param("offers", Action.GIVEN, "withdrawal", id="until-taken-back"),
        pytest.param(
            "loyalty",
            Action.GIVEN,
            "withdrawal, or 2 years after the service ended",
            id="with-a-term",
        ),
        pytest.param("sms", Action.ON, "withdrawal", id="channel"),
        pytest.param("offers", Action.ASKED, "an answer", id="question"),
        pytest.param("offers", Action.REFUSED, "a new consent", id="no"),
    ],
)
def test_an_event_says_how_long_it_is_in_force(name: str, action: Action, expected: str) -> None:
    """Each event names what ends it."""
    (event,) = _record(_one(said(name, action)))["dpv:hasConsentStatus"]
    assert expected == event["dpv:hasDuration"]["rdf:value"]


def test_a_pause_ends_at_a_moment() -> None:
    """A pause is a withdrawal for a time, kept with the moment it ends."""
    entry = _one(said("location", Action.PAUSED, until=START + HOUR))
    (event,) = _record(entry)["dpv:hasConsentStatus"]
    assert ["dpv:ConsentWithdrawn"] == event["@type"]
    duration = {"@type": "dpv:UntilTimeDuration", "rdf:value": "2025-03-10T10:00:00.000000Z"}
    assert duration == event["dpv:hasDuration"]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        pytest.param([Action.ON], "dpv:ConsentGiven", id="on"),
        pytest.param([Action.OFF], "dpv:ConsentRefused", id="off-at-once"),
        pytest.param([Action.ON, Action.OFF], "dpv:ConsentWithdrawn", id="off-after-on"),
        pytest.param([Action.ON, Action.UNSET], "dpv:ConsentUnknown", id="unset"),
        pytest.param([Action.ON, Action.OFF, Action.ON], "dpv:ConsentGiven", id="on-again"),
        pytest.param([Action.ON, Action.ON], "dpv:RenewedConsentGiven", id="on-twice"),
        pytest.param([Action.ENDED], None, id="no-consent-at-all"),
    ],
)
def test_a_state_depends_on_what_was_said_before(
    actions: list[Action], expected: str | None
) -> None:
    """A no after a yes is a withdrawal, a yes after a yes a renewal."""
    *earlier, last = (said("sms", action) for action in actions)
    assert expected == state_of(last, earlier)


def test_a_channel_serves_every_purpose_that_contacts() -> None:
    """A channel's record names the purposes for which it may be used."""
    record = _record(_one(said("sms", Action.ON)))
    assert "channel:sms" == record["dct:subject"]
    purposes = [p["dpv:hasPurpose"][0]["dct:identifier"] for p in record["dpv:hasProcess"]]
    assert ["offers", "loyalty_offers"] == purposes


def test_a_purpose_no_longer_offered_is_not_made_up() -> None:
    """Its id is kept; what it allowed is open."""
    (process,) = _record(_one(said("abolished", Action.WITHDRAWN)))["dpv:hasProcess"]
    (purpose,) = process["dpv:hasPurpose"]
    assert ("abolished", NOT_STATED) == (purpose["dct:identifier"], purpose["dct:description"])


def test_the_end_of_a_service_is_no_consent() -> None:
    """Its receipt proves the entry and claims no record of a consent."""
    entry = _one(said("service", Action.ENDED))
    content = _receipt(entry)
    assert [] == content["dpv:hasRecordOfActivity"]
    assert [entry.hash] == [e["hash"] for e in content["chain"]["entries"]]


def test_a_decision_without_a_language_says_so() -> None:
    """What staff wrote has no language of the customer's."""
    entry = _one(replace(said("offers", Action.WITHDRAWN), language=""))
    assert "und" == _record(entry)["dct:language"]


def test_one_receipt_for_everything_a_message_decided() -> None:
    """Two decisions, two records, one number: that of the newest link."""
    chain = chained([said("offers", Action.REFUSED), said("loyalty_offers", Action.REFUSED)])
    content = _receipt(*chain)
    subjects = [record["dct:subject"] for record in content["dpv:hasRecordOfActivity"]]
    assert ["purpose:offers", "purpose:loyalty_offers"] == subjects
    assert code_of(chain[1].hash) == content["chain"]["number"]


@QUICK
@given(histories(least=1))
def test_a_receipt_can_be_held_against_the_chain(history: list[Decision]) -> None:
    """Whatever was said: by the schema, and its entry alone gives the hash and the number."""
    chain = chained(history)
    for decision in chain:
        content = _receipt(decision, history=chain)
        (entry,) = content["chain"]["entries"]
        again = hashlib.sha256(canonical(entry["decision"])).hexdigest()
        assert decision.hash == entry["hash"] == again
        assert code_of(again) == content["chain"]["number"]
        assert decision.previous == entry["decision"]["previous"]


def test_a_receipt_is_canonical_and_holds_no_personal_data() -> None:
    """Written again it is the same bytes, and the customer's words are not in it."""
    raw = receipt([_one(said("offers", Action.GIVEN))], CATALOGUE, SHELF)
    assert raw == canonical(json.loads(raw))
    assert b"words" not in raw


def test_records_of_the_same_consent_have_the_same_name() -> None:
    """A record lives on from receipt to receipt; another customer's is another."""
    chain = chained([said("offers", Action.GIVEN), said("offers", Action.WITHDRAWN)])
    other = replace(chain[0], customer="customer-2")  # type: ignore[arg-type]
    first, second, third = (_record(entry)["@id"] for entry in (*chain, other))
    assert first == second != third


def test_a_receipt_names_the_brand_s_own_controller() -> None:
    """Amigo's receipts name Amigo and its controller."""
    record = _record(_one(said("offers", Action.GIVEN, brand=AMIGO)))
    assert "ZetCOM" == record["dpv:hasEntity"][0]["dpv:hasName"]
    control = record["dpv:hasProcess"][0]["dpv:hasConsentControl"][0]
    assert "Amigo" in control["dct:description"]


def test_every_term_is_one_of_the_vocabulary() -> None:
    """States, types and controls are DPV 2.3's, purposes those of DPV 2.0."""
    known = _terms("consent_status.csv") | _terms("consent_types.csv")
    for action in Action:
        for earlier in ((), (said("sms", Action.ON),), (said("sms", Action.GIVEN),)):
            state = state_of(said("sms", action), earlier)
            assert state is None or state in known
    assert {"dpv:ExplicitlyExpressedConsent"} < known
    assert {"dpv:WithdrawConsent"} < _terms("consent_controls.csv")
    assert {p.dpv for p in CATALOGUE.purposes} <= _terms("purposes-2.0.csv")


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param({"dct:created": "yesterday"}, id="no-moment"),
        pytest.param({"dpv:hasRecordOfActivity": []}, id="no-record"),
        pytest.param({"name": "Anna"}, id="more-than-allowed"),
    ],
)
def test_the_schema_refuses_what_is_no_receipt(harm: dict[str, object]) -> None:
    """A receipt with something missing or added does not pass."""
    content = _receipt(_one(said("offers", Action.GIVEN)))
    with pytest.raises(fastjsonschema.JsonSchemaException):
        VALIDATE(content | harm)


def test_the_schema_refuses_a_yes_without_a_notice() -> None:
    """No text, no consent (law 1)."""
    content = _receipt(_one(said("offers", Action.GIVEN)))
    content["dpv:hasRecordOfActivity"][0]["dpv:hasNotice"] = []
    with pytest.raises(fastjsonschema.JsonSchemaException):
        VALIDATE(content)
