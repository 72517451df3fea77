"""What is hashed is written quickly, and exactly as the plain way writes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.batches import Entry
from consent.chain import canonical, covered, digest, evidence_hash, stamp
from consent.decisions import Action, Decision, DecisionId, Evidence, Kind, Subject
from consent.ports import Address, AddressKind
from tests.builders import START, evidence, said

_WORDS = st.text(max_size=20)
_MAYBE = st.none() | _WORDS
_MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.sampled_from([UTC, ZoneInfo("Europe/Riga")]),
)
_DECISIONS = st.builds(
    replace,
    st.just(said("offers", Action.GIVEN)),
    id=_WORDS.map(DecisionId),
    brand=_WORDS,
    subject=st.builds(Subject, st.sampled_from(Kind), _WORDS),
    action=st.sampled_from(Action),
    position=st.integers(0, 10**6),
    said_at=_MOMENTS,
    recorded_at=_MOMENTS,
    until=st.none() | _MOMENTS,
    notice=_MAYBE,
    linked_notice=_MAYBE,
    language=_WORDS,
    door=_WORDS,
    actor=_WORDS,
    method=_WORDS,
)
_EVIDENCE = st.builds(
    Evidence,
    words=_WORDS,
    message_id=_WORDS,
    proof_kind=_WORDS,
    proof_level=st.integers(0, 2),
    intent=_WORDS,
    went_by=st.lists(_WORDS, max_size=3).map(tuple),
)


@given(decision=_DECISIONS)
def test_an_entry_is_hashed_in_its_canonical_form(decision: Decision) -> None:
    """Whatever its fields hold: an auditor with any JSON library finds the same hash."""
    assert hashlib.sha256(canonical(covered(decision))).hexdigest() == digest(decision)


@given(found=_EVIDENCE, salt=st.binary(min_size=16, max_size=16))
def test_evidence_is_hashed_in_its_canonical_form(found: Evidence, salt: bytes) -> None:
    """Evidence with and without reasons is hashed as its fields say."""
    plain = hashlib.sha256(salt + canonical(found.as_json())).hexdigest()
    assert plain == evidence_hash(found, salt.hex())


def test_an_hour_that_comes_twice_has_two_stamps() -> None:
    """The same wall clock before and after summer time ends is two moments."""
    first = datetime(2026, 10, 25, 3, 30, tzinfo=ZoneInfo("Europe/Riga"))
    assert "2026-10-25T00:30:00.000000Z" == stamp(first)
    assert "2026-10-25T01:30:00.000000Z" == stamp(first.replace(fold=1))
    assert stamp(START) == stamp(START.astimezone(ZoneInfo("Europe/Riga")))


@given(words=st.lists(_WORDS, min_size=5, max_size=5), at=st.none() | _MOMENTS)
def test_the_key_of_an_entry_is_that_of_plain_json(words: list[str], at: datetime | None) -> None:
    """What came in under an earlier version is known again."""
    entry = Entry(
        brand="lmt",
        address=Address(AddressKind.MSISDN, words[0]),
        subject=Subject.purpose("offers"),
        action=Action.PAUSED,
        said_at=at,
        language=words[1],
        actor=words[2],
        door="import",
        method=words[3],
        document=words[4],
        until=START + timedelta(days=1),
    )
    content = [
        *("lmt", "msisdn", words[0], "purpose", "offers", "paused"),
        stamp(at) if at else None,
        *(None, words[1], words[2], "import", words[3], words[4]),
        stamp(START + timedelta(days=1)),
    ]
    assert hashlib.sha256(json.dumps(content).encode()).hexdigest() == entry.key


def test_evidence_of_a_level_is_no_fraction() -> None:
    """A float has no form that all programs share, and is refused here too."""
    with_fraction = replace(evidence(), proof_level=0.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="format code"):
        evidence_hash(with_fraction, "00")
