"""What a message may name, and what speaks for its being wanted off or on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from consent.understanding.clauses import read_clauses
from consent.understanding.mentions import Hearing, Piece, candidates, mention_traits, named_in
from consent.understanding.misspelt import build_spellings
from tests.understanding import taught

CUES = taught.cues()


def _hearing(
    text: str,
    evidence: Mapping[str, float] | None = None,
    label: str = "withdraw",
    question: str | None = None,
    targets: Mapping[str, float] | None = None,
) -> Hearing:
    return Hearing(
        reading=read_clauses(text, CUES, build_spellings(())),
        question=question,
        label=label,
        share=0.9,
        evidence=dict.fromkeys(taught.THINGS, 0.0) | dict(evidence or {}),
        targets=dict.fromkeys(taught.THINGS, 0.0) | dict(targets or {}),
    )


def _traits(text: str, thing: str, evidence: Mapping[str, float] | None = None) -> frozenset[str]:
    return mention_traits(_hearing(text, evidence), thing, taught.THINGS[thing])


@pytest.mark.parametrize(
    ("expected", "text", "evidence"),
    [
        pytest.param([], "hello", {}, id="nothing"),
        pytest.param(["email", "offers"], "halt offers email", {}, id="what is named, sorted"),
        pytest.param(["offers"], "offers and offers", {}, id="once"),
        pytest.param(["traffic"], "hello", {"traffic": 0.5}, id="what the words speak for"),
        pytest.param([], "hello", {"traffic": 0.05}, id="hardly"),
        pytest.param(["email", "news"], "email", {"news": 0.9}, id="both"),
        pytest.param([], "lmt everything latvian", {}, id="no brand, language or everything"),
    ],
)
def test_candidates(expected: list[str], text: str, evidence: dict[str, float]) -> None:
    """A thing is looked at if a cue names it or the words alone speak for it."""
    assert expected == candidates(_hearing(text, evidence))


def test_what_a_withdrawal_would_end_is_a_candidate() -> None:
    """What the message as a whole would end is looked at although nothing names it."""
    assert ["sms"] == candidates(_hearing("hello", targets={"sms": 0.4, "email": 0.1}))
    one = mention_traits(_hearing("hello", targets={"sms": 0.9}), "sms", "C")
    assert "t=4" in one - mention_traits(_hearing("hello"), "sms", "C")


def test_what_is_wanted_off_or_on_is_a_candidate() -> None:
    """What the order of words wants off or on is looked at although nothing names it."""
    wanted = dict.fromkeys(taught.THINGS, (0.0, 0.1)) | {"sms": (0.4, 0.0), "email": (0.1, 0.9)}
    assert ["email", "sms"] == candidates(_hearing("hello")._replace(wanted=wanted))


def test_what_is_wanted_speaks_for_it() -> None:
    """How far a thing is wanted off and on tells, and how many others are wanted."""
    wanted = dict.fromkeys(taught.THINGS, (0.0, 0.0)) | {"sms": (1.0, 0.2), "email": (0.1, 0.9)}
    hearing = _hearing("halt sms want email")
    traits = mention_traits(hearing._replace(wanted=wanted), "sms", "C")
    assert {"wo=5", "wn=1", "wk=5 1 C", "wl=5 1 withdraw", "wr=5 1 1"} <= traits
    assert not [t for t in mention_traits(hearing, "sms", "C") if t.startswith("w")]


def test_only_what_was_learnt_is_looked_at() -> None:
    """A thing that a cue names but nothing was learnt of is left out."""
    hearing = Hearing(_hearing("email sms").reading, None, "withdraw", 0.9, {"sms": 0.0}, {})
    assert ["sms"] == candidates(hearing)
    assert {"email", "sms"} == named_in(hearing.reading)


def _general(traits: frozenset[str]) -> set[str]:
    """Return the traits that do not name a thing."""
    return {trait for trait in traits if not trait.startswith(("thing=", "rival="))}


def test_what_holds_for_one_purpose_holds_for_all() -> None:
    """The words around two purposes in the same place speak for both alike."""
    one, two = (
        _traits("please halt traffic now", "traffic"),
        _traits("please halt credit now", "credit"),
    )
    assert _general(one) == _general(two)
    assert one != two


def test_kinds_differ() -> None:
    """A channel in the same place is told from a purpose."""
    assert "k=C" in _traits("halt email", "email")
    assert "k=P" in _traits("halt traffic", "traffic")


@pytest.mark.parametrize(
    ("there", "text"),
    [
        pytest.param({"L=halt", "L1=halt", "L2=halt <"}, "halt email", id="before"),
        pytest.param({"R=now", "R1=now", "R=>", "R2=now >"}, "email now", id="after"),
        pytest.param({"LR=halt now"}, "halt email now", id="on both sides"),
        pytest.param({"L1=pleas", "R1=immed"}, "please email immediately", id="beginnings"),
        pytest.param({"L1=<", "R1=>", "LR=< >"}, "email", id="alone"),
        pytest.param({"B=halt", "A=now", "room=1 1"}, "oh well, halt email now, ok", id="pause"),
        pytest.param({"room=0 0", "next=halt it"}, "email, halt it", id="alone at a pause"),
        pytest.param({"in=stop", "ins=stop"}, "halt email", id="an act beside it"),
        pytest.param({"in=none", "ins="}, "halt it, email", id="an act elsewhere"),
        pytest.param({"ins=give stop"}, "halt want email", id="several acts"),
        pytest.param({"na=stop", "nb=give", "nab=stop give"}, "halt email want", id="around"),
        pytest.param({"na=none", "nb=none"}, "hello email", id="no acts"),
        pytest.param({"na=keep", "nat=keep none withdraw"}, "halt but keep email", id="nearest"),
        pytest.param({"ca=stop"}, "halt email", id="an act of its clause"),
        pytest.param({"ca=condition"}, "if email", id="a block of its clause"),
        pytest.param({"ca=none"}, "hello email", id="neither"),
        pytest.param({"cq=True"}, "email?", id="a question"),
        pytest.param({"others=1 True withdraw"}, "email sms", id="something else named"),
        pytest.param({"others=3 True withdraw"}, "email sms call news offers", id="much else"),
    ],
)
def test_named(there: set[str], text: str) -> None:
    """What stands around a mention, up to the next pause and beyond it, speaks for its sense."""
    traits = _traits(text, "email")
    assert there <= traits
    assert "named=True" in traits


def test_other_things_named_are_not_this_one() -> None:
    """What stands around another channel does not count for this one."""
    assert "L1=want" not in _traits("halt email, want sms", "email")
    assert "L1=want" in _traits("halt email, want sms", "sms")


def test_the_other_side_of_a_pause_is_not_beside_it() -> None:
    """Words beyond a pause do not count as words of the same phrase."""
    assert not {"B=halt", "in=stop"} & _traits("halt it, email", "email")


def test_not_named() -> None:
    """Of a thing that no cue names only the message as a whole tells."""
    traits = _traits("halt it", "offers", {"offers": 0.9})
    assert {"named=False", "n=4", "nk=4 P False", "rank=True False withdraw"} <= traits
    assert not [t for t in traits if t.startswith(("L", "R", "B=", "A=", "ca=", "na="))]


def test_rivals() -> None:
    """The thing that the words speak for most is set beside the others."""
    evidence = {"offers": 0.3, "traffic": 0.9}
    assert "rival=offers traffic False 4" in _traits("halt it", "offers", evidence)
    assert "rival=traffic offers True 1" in _traits("halt it", "traffic", evidence)


def test_the_whole_message_counts() -> None:
    """The likeliest label, its share and the open question speak along."""
    hearing = _hearing("email", label="grant", question="channels")
    traits = mention_traits(hearing, "email", "C")
    assert {"top=grant", "asked=channels C grant", "p=grant 3", "thing=email grant"} <= traits


def test_what_is_named_often_is_looked_at_a_few_times() -> None:
    """Of a thing named again and again the first places count."""
    traits = _traits("email one, email two, email three, email four", "email")
    assert {"R1=one", "R1=two", "R1=three"} <= traits
    assert "R1=four" not in traits


@pytest.mark.parametrize(
    ("there", "thing"),
    [
        pytest.param(
            {"pl=withdraw", "pls=withdraw 3", "pla=none withdraw grant"}, "email", id="first"
        ),
        pytest.param({"plt=grant withdraw", "pla=withdraw grant status"}, "sms", id="middle"),
        pytest.param({"pl=status", "pls=status 1", "pla=grant status none"}, "call", id="last"),
    ],
)
def test_pieces(there: set[str], thing: str) -> None:
    """What its piece of the message says by itself, and those beside it, counts for a mention."""
    pieces = (
        Piece(0, 2, "withdraw", 0.9),
        Piece(2, 4, "grant", 0.6),
        Piece(4, 6, "status", 0.4),
    )
    hearing = _hearing("email halt, sms want, call now")._replace(pieces=pieces)
    assert there <= mention_traits(hearing, thing, "C")


def test_a_message_in_one_piece_has_no_pieces() -> None:
    """Where nothing was weighed apart, nothing of it counts."""
    assert not [trait for trait in _traits("halt email", "email") if trait.startswith("pl")]
