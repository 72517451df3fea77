"""The copy of a customer's data: complete, documented, and the same however it is read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given as for_all

import consent
from consent import chain
from consent.copy_links import MOST_OPENS, credentials_of, digest_of, link_of, opaque
from consent.decisions import Action, CustomerId, Decision, Subject
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
from consent.own_data_json import own_data_json
from consent.standing import Standing
from tests.builders import DAY, HOUR, START, chained, given, lens, notice, said
from tests.rules.histories import QUICK, histories

_SCHEMA = Path(consent.__file__).parent / "schemas" / "own_data.schema.json"
VALIDATE = fastjsonschema.compile(json.loads(_SCHEMA.read_text(encoding="utf-8")))
_SOMEBODY = CustomerId("0190aa00-0000-7000-8000-000000000001")
_SECRET = "0123456789abcdef" * 2


def _data(*decisions: Decision, **held: Any) -> OwnData:  # noqa: ANN401
    entries = chained(decisions)
    return OwnData(
        brand="lmt",
        made_at=START + DAY,
        customer=_SOMEBODY,
        chains=(
            HeldChain(
                customer=_SOMEBODY,
                since=START - DAY,
                decisions=entries,
                head=entries[-1].hash if entries else chain.GENESIS,
            ),
        ),
        standing=Standing().with_decisions(entries),
        **held,
    )


def _title(subject: Subject) -> str:
    return f"«{subject.id}»"


def _content(data: OwnData) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(own_data_json(data, lens(data.made_at), "lv", _title))
    VALIDATE(found)
    return found


def test_nothing_on_file_is_a_copy_too() -> None:
    """Every field is there, empty; every consent was never asked about."""
    content = _content(_data())
    assert ("consent-own-data/1", "lmt") == (content["schema"], content["brand"])
    assert {"never_asked"} == {row["state"] for row in content["consents"]}
    assert {"unset"} == {row["state"] for row in content["channels"] + content["topics"]}
    empty = ("addresses", "history", "texts", "cases", "conversations", "looks", "imported")
    assert [[]] * len(empty) == [content[name] for name in empty]


def test_the_standing_names_the_decision_behind_it() -> None:
    """State, since when and by which entry of the history, in the words of the copy."""
    shown = said("traffic", Action.ASKED)
    yes = said("offers", Action.GIVEN, at=START + HOUR)
    on = said("sms", Action.ON, at=START + HOUR)
    content = _content(_data(shown, yes, on, blocked={"sms": START}))
    consents = {row["id"]: row for row in content["consents"]}
    assert ("given", yes.id) == (consents["offers"]["state"], consents["offers"]["decision"])
    assert ("asked", "«traffic»") == (consents["traffic"]["state"], consents["traffic"]["title"])
    (sms,) = (row for row in content["channels"] if row["id"] == "sms")
    assert ("on", on.id) == (sms["state"], sms["decision"])
    assert "2025-03-10T09:00:00.000000Z" == sms["blocked_by_provider_since"]


def test_the_history_can_be_checked_against_the_chain() -> None:
    """Entry by entry: what the hash covers is in the copy, with the evidence and its salt."""
    data = _data(said("offers", Action.GIVEN), said("offers", Action.WITHDRAWN, at=START + HOUR))
    content = _content(data)
    first, second = content["history"]
    assert first["hash"] == second["previous"]
    assert content["customer"]["records"][0]["head"] == second["hash"]
    assert ("JA", "m-1") == (first["evidence"]["words"], first["evidence"]["message_id"])
    assert 10 == len(first["receipt"])


def test_forgotten_evidence_is_null() -> None:
    """What was destroyed is not made up."""
    data = _data(said("offers", Action.GIVEN))
    bare = replace(data.history[0], evidence=None, salt=None)
    data = replace(data, chains=(replace(data.chains[0], decisions=(bare,)),))
    (entry,) = _content(data)["history"]
    assert (None, None) == (entry["evidence"], entry["salt"])


def test_several_records_are_one_history() -> None:
    """What was said under a joined record stands in its place by time, and names its record."""
    own = _data(said("offers", Action.GIVEN, at=START + HOUR))
    other = chained([replace(said("traffic", Action.GIVEN), customer=CustomerId("other"))])
    joined = HeldChain(customer=CustomerId("other"), since=START, decisions=other, head="a" * 64)
    content = _content(replace(own, chains=(*own.chains, joined)))
    assert ["other", "customer-1"] == [entry["record"] for entry in content["history"]]
    assert [_SOMEBODY, "other"] == [record["id"] for record in content["customer"]["records"]]


def test_what_was_brought_in_is_named() -> None:
    """Decisions taken elsewhere are told from those taken here, by what proves them."""
    data = _data(said("offers", Action.GIVEN), said("traffic", Action.GIVEN, at=START + HOUR))
    first, second = data.history
    assert first.evidence is not None
    moved = replace(first, evidence=replace(first.evidence, proof_kind="import"))
    data = replace(data, chains=(replace(data.chains[0], decisions=(moved, second)),))
    assert [first.id] == _content(data)["imported"]


def test_texts_are_there_word_for_word() -> None:
    """Each with its fingerprint, version and status; of one nobody knows any more, no status."""
    known, text = notice(), "lmt offers lv chat 1.0"
    held = HeldText(
        fingerprint=known.fingerprint,
        purpose="offers",
        language="lv",
        form="chat",
        version="1.0",
        text=text,
    )
    old = replace(held, fingerprint="f" * 64)
    first, second = _content(_data(texts=(held, old)))["texts"]
    assert (text, "draft", known.code) == (first["text"], first["status"], first["code"])
    assert second["status"] is None


def test_everything_else_keeps_its_names() -> None:
    """Addresses, cases, conversations, messages, looks: each field under its own name."""
    content = _content(
        _data(
            said("service", Action.ENDED),
            addresses=(
                HeldAddress(
                    kind="msisdn",
                    value="+37120000001",
                    proof_kind="sms",
                    proof_level=1,
                    proven_at=START,
                ),
            ),
            cases=(HeldCase(id="K7M2-94QX", kind="access", opened_at=START, words="Čau"),),
            talks=(HeldTalk(door="sms", address="+37120000001", purposes=("offers",)),),
            messages=(HeldMessage(door="sms", at=START, answers=("menu",)),),
            sendings=(HeldSending(door="sms", at=START, texts=("code.text",)),),
            reports=(HeldReport(at=START, status="delivered", error=""),),
            looks=(HeldLook(at=START, viewer="crm", reason="x", question="offers", answer="no"),),
            links=(HeldLink(created_at=START, expires_at=START + DAY, opens=1),),
            told=3,
            told_last=START,
        )
    )
    assert [("+37120000001", None)] == [
        (row["value"], row["unreachable_since"]) for row in content["addresses"]
    ]
    assert [("Čau", None)] == [(row["words"], row["answer"]) for row in content["cases"]]
    assert [["offers"]] == [row["purposes"] for row in content["conversations"]]
    assert [["menu"]] == [row["answers"] for row in content["messages"]]
    assert [["code.text"]] == [row["texts"] for row in content["sent"]]
    assert ["crm"] == [row["viewer"] for row in content["looks"]]
    assert 3 == content["told_to_systems"]["times"]
    assert ["ended"] == [row["event"] for row in content["service"]]
    assert [None] == [row["error"] for row in content["delivery_reports"]]


@QUICK
@for_all(histories())
def test_every_history_fits_the_schema(decisions: list[Decision]) -> None:
    """Whatever was said, in whatever order, the copy is what its schema says it is."""
    assert len(decisions) == len(_content(_data(*decisions))["history"])


@pytest.mark.parametrize(
    ("talks", "expected"),
    [
        pytest.param((), None, id="never-spoke"),
        pytest.param((("lv", False), ("ru", True)), "ru", id="the-chosen-one"),
        pytest.param(((None, False), ("en", False)), "en", id="else-the-one-heard"),
    ],
)
def test_the_copy_is_in_the_customers_language(
    talks: tuple[tuple[str | None, bool], ...], expected: str | None
) -> None:
    """A language that was chosen counts before one that was only heard."""
    held = tuple(
        HeldTalk(door="sms", address="", language=language, chosen=chosen)
        for language, chosen in talks
    )
    assert expected == _data(talks=held).language


def test_a_link_holds_whose_it_is_and_a_secret() -> None:
    """43 letters, digits and signs that survive in a message, the last one never a sign."""
    part = opaque(_SOMEBODY, _SECRET)
    assert 43 == len(part)
    assert part[-1].isalnum()
    assert (_SOMEBODY, digest_of(bytes.fromhex(_SECRET))) == credentials_of(part)


def test_an_id_that_is_no_uuid_is_carried_too() -> None:
    """Whatever a store names its customers."""
    named = CustomerId("customer-2025-000001")
    assert named == credentials_of(opaque(named, _SECRET))[0]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("", id="nothing"),
        pytest.param("a", id="no-base64"),
        pytest.param("ķ", id="no-ascii"),
        pytest.param("////" * 11, id="other-signs"),
        pytest.param(opaque(_SOMEBODY, _SECRET) + "=", id="padded"),
        pytest.param("_____" * 9, id="no-utf-8"),
        pytest.param(opaque(_SOMEBODY, _SECRET)[:-1] + "B", id="another-spelling"),
    ],
)
def test_a_senseless_link_is_nobodys(part: str) -> None:
    """It names nobody, and a secret that nobody was given."""
    customer, digest = credentials_of(part)
    assert "" == customer
    assert digest != digest_of(bytes.fromhex(_SECRET))


def test_a_link_is_good_for_a_day_and_ten_opens() -> None:
    """What the store keeps of it holds no secret."""
    link = link_of(_SECRET, "lv", START)
    assert (START, START + DAY, 10) == (link.created_at, link.expires_at, MOST_OPENS)
    assert _SECRET not in repr(link)


def test_given_offers_are_given() -> None:
    """The standing of the copy is that of its moment."""
    consents = _content(_data(*given("offers")))["consents"]
    assert "given" == consents[0]["state"]
