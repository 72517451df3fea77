"""What customers are found by besides a number: it proves nothing, and a no never waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from consent.addresses import crm_id
from consent.batch_ports import Held
from consent.batches import Entry, Naming, Refusal, admit_release
from consent.decisions import Action
from consent.errors import AddressBroken
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Outgoing, Proof
from consent.replies import SILENCE
from consent.settling import settle
from tests.builders import LMT, NUMBER, START, CountedEntropy, lens
from tests.rules.test_batches_rules import no, yes

ID = Address(AddressKind.CRM_ID, "C-017a")
NAMING = Naming(brand=LMT, address=NUMBER, names=(ID,), said_at=START, actor="crm", door="import")


def _settled(*entries: Entry) -> list[tuple[Refusal | None, bool, Refusal | None, bool]]:
    """Return of each entry: refused, recorded, not found by what it names, there already."""
    fates = settle(Held(), entries, lens(), CountedEntropy()).fates
    return [(f.refusal, f.decision is not None, f.unnamed, f.again) for f in fates]


@pytest.mark.parametrize("text", ["C-017a", " C-017a\t", "ā", "1", "x" * 64, "a b", "\u00e9"])
def test_a_crm_id_is_opaque(text: str) -> None:
    """It is taken as it is, but for spaces around it."""
    assert text.strip() == crm_id(text)


@pytest.mark.parametrize(
    "text", ["", "  ", "x" * 65, "a\nb", "a\0b", "a\u200bb", "\ud800", "a\u202eb", "a\u00a0b"]
)
def test_what_nobody_can_see_is_no_part_of_one(text: str) -> None:
    """Nor is nothing at all, or more than 64 letters."""
    with pytest.raises(AddressBroken):
        crm_id(text)


@drawn(st.text(max_size=80))
def test_a_crm_id_stays_what_it_is(text: str) -> None:
    """Read once or twice, it is the same, and case is kept."""
    try:
        found = crm_id(text)
    except AddressBroken:
        return
    assert found == crm_id(found) == crm_id(f" {found} ")
    assert found in text


def test_it_is_no_part_of_what_was_said() -> None:
    """The same entry with a name is the same entry."""
    assert yes().key == replace(yes(), names=(ID,)).key
    named = replace(yes(), names=(ID,))
    assert [(None, True, None, False), (None, True, None, True)] == _settled(yes(), named)


def test_a_yes_that_names_another_is_nobody_s() -> None:
    """A no stands all the same, and says why it is not found by the name."""
    why = Refusal.CRM_ID_OF_ANOTHER
    unnamed = replace(yes(), unnamed=why)
    assert [(why, False, None, False)] == _settled(unnamed)
    stands = replace(no(), unnamed=why)
    assert [(None, True, why, False), (None, True, why, True)] == _settled(stands, stands)
    # What is wrong with it otherwise is said first.
    assert [(Refusal.NOTICE_MISSING, False, None, False)] == _settled(
        replace(unnamed, notice=None)
    )
    lowered = replace(stands, action=Action.REFUSED)
    assert [(None, True, why, False)] == _settled(lowered)


@pytest.mark.parametrize(
    ("naming", "refusal"),
    [
        pytest.param(NAMING, None, id="whole"),
        pytest.param(replace(NAMING, names=()), Refusal.NAME_MISSING, id="nothing-named"),
        pytest.param(replace(NAMING, actor="+37120000000"), Refusal.ACTOR_MISSING, id="actor"),
        pytest.param(replace(NAMING, said_at=None), Refusal.TIME_MISSING, id="no-time"),
        pytest.param(replace(NAMING, brand="bite"), Refusal.UNKNOWN_BRAND, id="brand"),
    ],
)
def test_who_says_it_and_when_must_be_known(naming: Naming, refusal: Refusal | None) -> None:
    """As of a number that changes hands."""
    assert refusal is admit_release(naming, lens())


def test_nobody_writes_from_a_crm_id_and_nothing_goes_there() -> None:
    """Whatever a door gets wrong, it cannot be said."""
    fields = {
        "brand": LMT,
        "door": "sms",
        "message_id": "m",
        "received_at": START,
        "proof": Proof(kind="sms", level=1),
        "form": Form.SMS,
    }
    for wrong in ({"address": ID}, {"address": NUMBER, "contact": ID}):
        with pytest.raises(ValueError, match="CRM id"):
            Inbound(**fields, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="CRM id"):
        Outgoing(id="o", brand=LMT, kind="sms", to=ID, reply=SILENCE)
