"""The chain of one customer: canonical, salted, and broken by any change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from consent.chain import GENESIS, canonical, covered, digest, evidence_hash, stamp, verify
from consent.decisions import Action, Decision
from consent.errors import ChainBroken
from tests.builders import START, chained, evidence, said

CHAIN = chained(
    [
        said("offers", Action.ASKED),
        said("offers", Action.GIVEN, at=START + timedelta(minutes=1)),
        said("location", Action.PAUSED, until=START + timedelta(days=1)),
        said("offers", Action.WITHDRAWN, at=START + timedelta(minutes=2)),
    ]
)
HEAD = CHAIN[-1].hash


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"b": 1, "a": 2}, b'{"a":2,"b":1}', id="keys-sorted"),
        pytest.param({"a": [1, None, "x"]}, b'{"a":[1,null,"x"]}', id="no-spaces"),
        pytest.param("jā", '"jā"'.encode(), id="utf-8"),
        pytest.param((1, 2), b"[1,2]", id="a-tuple-is-a-list"),
        pytest.param({}, b"{}", id="empty"),
    ],
)
def test_a_value_has_one_form(value: object, expected: bytes) -> None:
    """Every program writes a value the same way."""
    assert expected == canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1.0, id="alone"),
        pytest.param({"a": 0.5}, id="in-a-mapping"),
        pytest.param(["x", 0.5], id="in-a-list"),
        pytest.param(("x", {"a": [0.5]}), id="deep"),
    ],
)
def test_a_float_is_refused(value: object) -> None:
    """A float has no form that all programs share."""
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(START, id="utc"),
        pytest.param(START.astimezone(timezone(timedelta(hours=2))), id="riga"),
    ],
)
def test_a_moment_is_stamped_in_utc(moment: datetime) -> None:
    """The same moment reads the same whatever zone it came in."""
    expected = "2025-03-10T09:00:00.000000Z"
    assert expected == stamp(moment)


def test_the_evidence_hash_depends_on_salt_and_evidence() -> None:
    """Neither the salt nor the evidence alone gives the hash away."""
    same = evidence_hash(evidence(), "00" * 16)
    assert same == evidence_hash(evidence(), "00" * 16)
    assert same != evidence_hash(evidence(), "01" * 16)
    assert same != evidence_hash(evidence("NE"), "00" * 16)


def test_an_entry_covers_no_personal_data() -> None:
    """The hashed form holds the evidence's hash, never the customer's words."""
    form = canonical(covered(CHAIN[0]))
    assert CHAIN[0].evidence_hash.encode() in form
    assert b"JA" not in form


@pytest.mark.parametrize(
    ("entries", "head", "expected"),
    [
        pytest.param((), GENESIS, 0, id="nobody-said-anything"),
        pytest.param(CHAIN[:1], CHAIN[0].hash, 1, id="one"),
        pytest.param(CHAIN, HEAD, 4, id="all"),
    ],
)
def test_an_untouched_chain_verifies(
    entries: tuple[Decision, ...], head: str, expected: int
) -> None:
    """A chain as written verifies and says how long it is."""
    assert expected == verify(entries, head)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([replace(d, evidence=None, salt=None) for d in CHAIN], id="both"),
        pytest.param([replace(d, salt=None) for d in CHAIN], id="salt-alone"),
        pytest.param([replace(d, evidence=None) for d in CHAIN], id="evidence-alone"),
    ],
)
def test_a_forgotten_person_leaves_the_chain_whole(entries: list[Decision]) -> None:
    """Destroying evidence and salts keeps order and content provable."""
    expected = len(CHAIN)
    assert expected == verify(entries, HEAD)


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        pytest.param(CHAIN[1:], "out of place", id="first-removed"),
        pytest.param((CHAIN[0], *CHAIN[2:]), "out of place", id="middle-removed"),
        pytest.param(CHAIN[:-1], "the newest entry should be", id="last-removed"),
        pytest.param((), "the newest entry should be", id="all-removed"),
        pytest.param((CHAIN[1], CHAIN[0], *CHAIN[2:]), "out of place", id="swapped"),
        pytest.param((*CHAIN, CHAIN[-1]), "out of place", id="last-twice"),
        pytest.param(
            (replace(CHAIN[0], action=Action.GIVEN), *CHAIN[1:]), "was changed", id="changed"
        ),
        pytest.param(
            (replace(CHAIN[0], evidence=evidence("NE")), *CHAIN[1:]),
            "evidence of entry",
            id="evidence-changed",
        ),
        pytest.param(
            (replace(CHAIN[0], salt="no hex"), *CHAIN[1:]), "evidence of entry", id="no-salt"
        ),
        pytest.param(
            (replace(CHAIN[0], previous="1" * 64), *CHAIN[1:]), "out of place", id="unhooked"
        ),
    ],
)
def test_a_touched_chain_is_found_out(entries: tuple[Decision, ...], fault: str) -> None:
    """A change, a removal, an addition or a move is named."""
    with pytest.raises(ChainBroken, match=fault):
        verify(entries, HEAD)


def test_an_entry_rewritten_with_a_right_hash_breaks_the_next_one() -> None:
    """Who rewrites an entry would have to rewrite all that follow, and the head."""
    forged = replace(CHAIN[1], action=Action.REFUSED)
    forged = replace(forged, hash=digest(forged))
    with pytest.raises(ChainBroken, match="out of place"):
        verify((CHAIN[0], forged, *CHAIN[2:]), HEAD)


def test_an_entry_added_with_a_right_hash_is_not_the_head() -> None:
    """A well-made entry at the end does not match the head that the store holds."""
    longer = chained([*CHAIN, said("offers", Action.GIVEN, at=START + timedelta(hours=1))])
    with pytest.raises(ChainBroken, match="the newest entry should be"):
        verify(longer, HEAD)
