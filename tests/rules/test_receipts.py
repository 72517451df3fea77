"""What the customer gets to keep."""

from __future__ import annotations

import json

import pytest

from consent.chain import canonical
from consent.decisions import Action, Decision
from consent.notices import Status, code_of
from consent.receipts import receipt
from tests.builders import AMIGO, CATALOGUE, HOUR, SHELF, START, chained, notice, said, shelf


def _receipt(decision: Decision) -> dict[str, object]:
    content: dict[str, object] = json.loads(receipt(decision, CATALOGUE, SHELF))
    return content


def _one(decision: Decision) -> Decision:
    return chained([decision])[0]


def test_a_receipt_names_everything_about_a_grant() -> None:
    """Who may do what, since when, under which text, and where it stands in the chain."""
    entry = _one(said("offers", Action.GIVEN))
    assert {
        "schema": "consent-receipt/1",
        "receipt": entry.id,
        "number": code_of(entry.hash),
        "subject": "customer-1",
        "controller": {
            "name": "Latvijas Mobilais Telefons",
            "registration": "LV50003050931",
            "email": "info@lmt.lv",
            "phone": "80768076",
        },
        "about": "purpose",
        "id": "offers",
        "dpv": "dpv:DirectMarketing",
        "action": "given",
        "said_at": "2025-03-10T09:00:00.000000Z",
        "until": None,
        "language": "lv",
        "door": "telegram",
        "actor": "customer",
        "method": "text",
        "notice": notice().fingerprint,
        "linked_notice": None,
        "notice_version": "1.0",
        "notice_status": "draft",
        "position": 1,
        "previous": "0" * 64,
        "hash": entry.hash,
    } == _receipt(entry)


def test_a_receipt_of_a_pause_names_its_end() -> None:
    """A pause is kept with the moment it ends."""
    content = _receipt(_one(said("location", Action.PAUSED, until=START + HOUR)))
    expected = "2025-03-10T10:00:00.000000Z"
    assert expected == content["until"]


@pytest.mark.parametrize(
    ("name", "action", "expected"),
    [
        pytest.param("credit", Action.REFUSED, "dpv:CreditChecking", id="purpose"),
        pytest.param("sms", Action.ON, None, id="channel"),
        pytest.param("news", Action.OFF, None, id="topic"),
        pytest.param("service", Action.ENDED, None, id="service"),
        pytest.param("abolished", Action.WITHDRAWN, None, id="purpose-no-longer-offered"),
    ],
)
def test_only_a_purpose_has_a_term_of_the_vocabulary(
    name: str, action: Action, expected: str | None
) -> None:
    """The vocabulary names purposes; nothing is made up for the rest."""
    assert expected == _receipt(_one(said(name, action)))["dpv"]


def test_without_a_text_no_version_is_claimed() -> None:
    """A no needs no text; a text that nobody knows has no version."""
    silent = _receipt(_one(said("offers", Action.REFUSED)))
    foreign = _receipt(_one(said("offers", Action.GIVEN, shown=notice(major=7))))
    expected = (None, None)
    assert expected == (silent["notice_version"], silent["notice_status"])
    assert expected == (foreign["notice_version"], foreign["notice_status"])


def test_an_approved_text_is_named_as_approved() -> None:
    """The receipt says whether the controller had approved the text."""
    approved = notice(minor=1, status=Status.APPROVED)
    entry = _one(said("offers", Action.GIVEN, shown=approved))
    content = json.loads(receipt(entry, CATALOGUE, shelf(approved)))
    expected = ("1.1", "approved")
    assert expected == (content["notice_version"], content["notice_status"])


def test_a_receipt_names_the_brand_s_own_controller() -> None:
    """Amigo's receipts name Amigo's controller."""
    content = _receipt(_one(said("offers", Action.GIVEN, brand=AMIGO)))
    controller = content["controller"]
    assert isinstance(controller, dict)
    expected = "ZetCOM"
    assert expected == controller["name"]


def test_a_receipt_is_canonical_and_holds_no_personal_data() -> None:
    """Written again it is the same bytes, and the customer's words are not in it."""
    raw = receipt(_one(said("offers", Action.GIVEN)), CATALOGUE, SHELF)
    assert raw == canonical(json.loads(raw))
    assert b"words" not in raw
