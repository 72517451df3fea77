"""A proof that was touched is found out and what was touched is named, by two programs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from consent.chain import canonical
from consent.decisions import Action
from consent.proof import StoredChain, text_of
from tests.builders import AMIGO, HOUR, LMT, START
from tests.proof import second_verifier
from tests.proof.proofs import (
    CHAINS,
    OTHER_KEY,
    PEM,
    PROOF,
    TRUSTED,
    Lines,
    altered,
    chain,
    forged,
    history,
    name_of,
    ours,
    proof,
    report_on,
    rewritten,
    since,
    split,
    stored,
    theirs,
    unhooked,
)

MANY = settings(max_examples=400, deadline=None)
INDEXES = st.integers(min_value=0, max_value=len(PROOF) - 1)
#: Lines of decisions, and of ends of chains.
DECISIONS = [i for i, line in enumerate(PROOF) if line.startswith(b'{"decision"')]
ENDS = [i for i, line in enumerate(PROOF) if line.startswith(b'{"chain"')]


def _found(lines: Lines, *names: str) -> None:
    """Both verifiers must name at least one of these."""
    for said in (ours(lines), theirs(lines)):
        assert any(name in said for name in names), said


def test_an_untouched_proof_is_whole() -> None:
    """Both verifiers find nothing, and ours says what is in it."""
    report = report_on(PROOF)
    assert report.whole
    assert (4, 10, (AMIGO, LMT)) == (report.chains, report.decisions, report.brands)
    assert ("", "") == (ours(PROOF), theirs(PROOF))


def test_an_empty_ledger_has_a_proof() -> None:
    """Nothing decided is provable too: two lines."""
    empty = proof(())
    assert 2 == len(empty)
    assert ("", "") == (ours(empty), theirs(empty))


@given(st.lists(st.integers(min_value=1, max_value=6), max_size=6))
def test_any_ledger_has_a_proof(lengths: list[int]) -> None:
    """However many customers and decisions: whole, and exactly as many."""
    chains = [chain(f"c-{n}", length, (LMT, AMIGO)[n % 2]) for n, length in enumerate(lengths)]
    lines = proof(chains)
    report = report_on(lines)
    assert (len(lengths), sum(lengths), "") == (report.chains, report.decisions, theirs(lines))
    assert report.whole


@MANY
@given(INDEXES, st.data())
def test_any_changed_byte_is_found(index: int, data: st.DataObject) -> None:
    """One byte of one line: the decision, chain, first or last line is named."""
    line = bytearray(PROOF[index])
    place = data.draw(st.integers(min_value=0, max_value=len(line) - 1))
    byte = data.draw(st.integers(min_value=0, max_value=255))
    assume(byte != line[place])
    line[place] = byte
    # Without its end a line runs into the next one.
    touched = PROOF[index : index + 2] if place == len(line) - 1 else [PROOF[index]]
    changed = [*PROOF[:index], bytes(line), *PROOF[index + 1 :]]
    _found(changed, *map(name_of, touched))


@given(INDEXES)
def test_any_removed_line_is_found(index: int) -> None:
    """A line less: what is missing is named."""
    _found(PROOF[:index] + PROOF[index + 1 :], name_of(PROOF[index]))


@MANY
@given(INDEXES, INDEXES)
def test_any_two_swapped_lines_are_found(one: int, other: int) -> None:
    """Two lines that changed places: one of them is named."""
    assume(one != other)
    swapped = list(PROOF)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    _found(swapped, name_of(PROOF[one]), name_of(PROOF[other]))


@MANY
@given(INDEXES, INDEXES)
def test_any_line_that_stands_twice_is_found(index: int, place: int) -> None:
    """A copy of a line anywhere: the line or its name is given."""
    doubled = [*PROOF[: place + 1], PROOF[index], *PROOF[place + 1 :]]
    copies = (f"line {n + 1}:" for n, line in enumerate(doubled) if line == PROOF[index])
    _found(doubled, name_of(PROOF[index]), *copies)


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{}\n",
        b"[]\n",
        b'{"decision":7}\n',
        b'{"decision":{}}\n',
        b"\xff\xfe\n",
        b"[" * 9999,
    ],
    ids=["empty", "nothing", "list", "number", "no-fields", "no-text", "deep"],
)
@given(place=INDEXES)
def test_a_line_of_something_else_is_found(line: bytes, place: int) -> None:
    """Whatever is put between the lines, and wherever, is named by its line."""
    added = [*PROOF[: place + 1], line.rstrip(b"\n") + b"\n", *PROOF[place + 1 :]]
    _found(added, f"line {place + 2}:")


@given(st.sampled_from(DECISIONS), st.sampled_from(DECISIONS))
def test_a_well_made_decision_that_was_added_is_found(model: int, place: int) -> None:
    """One with a right hash and a right predecessor, never said: it is named."""
    about = forged(PROOF[model], id="never-said", action="given")
    added = [*PROOF[:place], about, *PROOF[place:]]
    _found(added, f"line {place + 1}:")


@MANY
@given(st.sampled_from(DECISIONS), st.data())
def test_two_swapped_values_are_found(index: int, data: st.DataObject) -> None:
    """Two fields of a decision that changed their values: it is named."""
    value = second_verifier.inside(PROOF[index], "decision")
    one, other = data.draw(st.tuples(*2 * [st.sampled_from(sorted(value))]))
    assume(value[one] != value[other])
    swapped = {**value, one: value[other], other: value[one]}
    line = PROOF[index].replace(canonical(value), canonical(swapped))
    _found([*PROOF[:index], line, *PROOF[index + 1 :]], name_of(PROOF[index]))


@given(st.sampled_from(DECISIONS), st.sampled_from([Action.GIVEN, Action.ON]))
def test_a_decision_changed_with_a_right_hash_is_found(index: int, action: Action) -> None:
    """Its own hash fits; the one after it, or the end of the chain, does not: it is named."""
    assume(action.value.encode() not in PROOF[index])
    line = forged(PROOF[index], action=action.value)
    _found([*PROOF[:index], line, *PROOF[index + 1 :]], name_of(PROOF[index]))


@given(st.sampled_from(DECISIONS))
def test_a_chain_written_anew_is_found(index: int) -> None:
    """All hashes fit up to the end of the chain: only its signature does not, and it is named."""
    last = min(end for end in ENDS if end > index)
    anew = rewritten(PROOF, index, last, "paused")
    _found(anew, name_of(PROOF[last]))


@pytest.mark.parametrize("index", ENDS)
@pytest.mark.parametrize(
    "fields",
    [
        {"length": 7},
        {"length": 10**18},
        {"length": -1},
        {"length": None},
        {"head": "0" * 64},
        {"head": 5},
        {"number": 9},
        {"after": "c-9"},
        {"brand": "bite"},
        {"brand": None},
        {"customer": "c-9"},
        {"customer": None},
        {"customer": "\ud800"},
        {"proof": "0" * 64},
    ],
    ids=str,
)
def test_a_changed_end_of_a_chain_is_found(index: int, fields: dict[str, object]) -> None:
    """Whatever the end of a chain says instead: it is named by its line."""
    if fields.get("customer") == "\ud800":
        line = PROOF[index].replace(b'"customer":"', b'"customer":"\\ud800')
    else:
        line = altered(PROOF[index], fields)
    _found([*PROOF[:index], line, *PROOF[index + 1 :]], f"line {index + 1}:")


@pytest.mark.parametrize(
    "fields",
    [{"chains": 9}, {"decisions": 9}, {"heads": "0" * 64}, {"proof": "0" * 64}, {"after": "c-9"}],
    ids=str,
)
def test_a_changed_last_line_is_found(fields: dict[str, object]) -> None:
    """Whatever the last line says instead."""
    _found([*PROOF[:-1], altered(PROOF[-1], fields)], "the last line")


@MANY
@given(st.integers(min_value=0, max_value=len(b"".join(PROOF)) - 1))
def test_a_file_cut_off_anywhere_is_found(length: int) -> None:
    """Half a file: what is cut is named, and what is left is still checked."""
    cut = split(b"".join(PROOF)[:length])
    _found(cut, "the last line", "the first line")


@pytest.mark.parametrize("gone", [(0,), (1,), (3,), (0, 1), (1, 2), (2, 3), (0, 1, 2, 3)], ids=str)
def test_customers_who_were_left_out_are_found(gone: tuple[int, ...]) -> None:
    """Everything of a customer is gone: the next line that is signed names them."""
    starts = [0, *ENDS]
    lines = list(PROOF)
    for index in reversed(gone):
        del lines[starts[index] + 1 : starts[index + 1] + 1]
    _found(lines, f"customer {CHAINS[gone[-1]].customer}")
    more = f"a row of {len(gone) - 1} chains is missing"
    assert (len(gone) > 1) == (more in ours(lines))


def test_a_chain_of_another_proof_does_not_pass() -> None:
    """An older, shorter chain of the same customer was signed too, but for another proof."""
    older = proof([chain("c-1", 1), *CHAINS[1:]], begun_at=START - HOUR)
    mixed = [PROOF[0], *older[1:3], *PROOF[ENDS[0] + 1 :]]
    _found(mixed, "customer c-1")


def test_the_first_line_of_another_proof_does_not_pass() -> None:
    """Moment and brands are vouched for by every signature."""
    other = proof(brands=(LMT, AMIGO, "bite"))
    mixed = [other[0], *PROOF[1:]]
    assert ours(mixed) == "line 1: the first line was changed"
    assert theirs(mixed)


def test_another_key_proves_nothing() -> None:
    """A whole proof that somebody else has signed is refused at its first line."""
    foreign = proof(key=OTHER_KEY)
    assert ours(foreign) == "line 1: the first line names a key that is not in the key file"
    assert "line 1:" in theirs(foreign)


@pytest.mark.parametrize("index", [*ENDS, len(PROOF) - 1])
def test_a_signature_of_another_key_is_found(index: int) -> None:
    """The first line names our key, but this line was signed with another."""
    foreign = proof(key=OTHER_KEY)[index]
    kind = "chain" if index in ENDS else "end"
    says = second_verifier.inside(PROOF[index], kind)
    line = PROOF[index][: PROOF[index].rindex(b',"signature"')]
    resigned = b'%b,"signature":"%b"}\n' % (line, OTHER_KEY.sign(line).hex().encode())
    assert says != second_verifier.inside(foreign, kind)
    _found([*PROOF[:index], resigned, *PROOF[index + 1 :]], name_of(PROOF[index]))


def test_every_touched_decision_is_named() -> None:
    """Harm in several chains at once: all of it is reported."""
    first, second, third = DECISIONS[1], DECISIONS[4], DECISIONS[9]
    lines = list(PROOF)
    lines[first] = forged(lines[first], action="given", door="sms")
    del lines[third]
    del lines[second]
    for index in (first, second, third):
        assert name_of(PROOF[index]) in ours(lines)


def test_nothing_else_is_blamed() -> None:
    """One changed decision is one finding, with its place, customer and id."""
    index = DECISIONS[5]
    changed = [*PROOF[:index], PROOF[index].replace(b'"lv"', b'"ru"'), *PROOF[index + 1 :]]
    assert "line 9: decision 2 of customer c-3 (c-3/2) was changed" == ours(changed)


def test_a_moved_decision_is_named_as_moved() -> None:
    """Order is proven too."""
    one, other = DECISIONS[4], DECISIONS[5]
    swapped = list(PROOF)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert [
        "line 8: decision 2 of customer c-3 (c-3/2) is out of place",
        "line 9: decision 1 of customer c-3 (c-3/1) is out of place",
    ] == ours(swapped).splitlines()


def test_a_long_gap_is_named_by_its_beginning() -> None:
    """Of many missing decisions in a row the first are named; a false length costs no time."""
    tall = StoredChain(customer="c", brand=LMT, head="0" * 64, length=10**18, entries=())
    found = report_on(proof([tall])).findings
    assert list(range(1, 21)) == [finding.position for finding in found]


def test_what_a_file_says_cannot_reach_the_terminal() -> None:
    """Names are printed escaped and short, whatever was put into them."""
    ugly = stored("c-\x1b[2J" + "x" * 999, history("c", 1))
    said = ours(proof([ugly]))
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) < 200


@pytest.mark.parametrize(
    "ledger",
    [
        pytest.param([stored("c", history("c", 3)[1:])], id="first-deleted"),
        pytest.param([stored("c", history("c", 2), AMIGO)], id="moved-to-the-other-brand"),
        pytest.param([stored("b", history("c", 2))], id="moved-to-another-customer"),
        pytest.param([stored("c", history("c", 2), "bite")], id="under-an-unknown-brand"),
        pytest.param([stored("c", unhooked(history("c", 2)))], id="hooked-on-something-else"),
        pytest.param([chain("c", 1), chain("b", 1)], id="not-in-order"),
        pytest.param([chain("c", 1), chain("c", 1)], id="twice"),
        pytest.param(
            [
                StoredChain(
                    customer="c", brand=LMT, head="", length=0, entries=chain("c", 2).entries
                )
            ],
            id="nobody-s",
        ),
    ],
)
def test_a_ledger_that_does_not_hold_has_a_proof_that_says_so(ledger: list[StoredChain]) -> None:
    """What was done to the store before it was exported is found in the export."""
    lines = proof(ledger)
    assert any(f"customer {name}" in ours(lines) for name in "bc")
    assert theirs(lines)


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        pytest.param([*CHAINS, chain("c-5", 1)], "", id="a-customer-more"),
        pytest.param([chain("c-0", 1), chain("c-1", 9), *CHAINS[1:]], "", id="decisions-more"),
        pytest.param(
            [chain("c-1", 1), *CHAINS[1:]],
            "line 3: decision 2 of customer c-1 is missing\n"
            "line 3: decision 3 of customer c-1 is missing",
            id="decisions-less",
        ),
        pytest.param(CHAINS[:3], "line 13: the chain of customer c-4 is missing", id="one-less"),
        pytest.param(CHAINS[1:], "line 2: the chain of customer c-1 is missing", id="the-first"),
        pytest.param(
            [*CHAINS[:2], stored("c-3", history("c-3x", 4)), CHAINS[3]],
            "line 8: decision 1 of customer c-3 (c-3x/1) was changed",
            id="written-anew",
        ),
        pytest.param([], "line 2: the chain of customer c-1 is missing", id="nothing-left"),
    ],
)
def test_a_ledger_that_did_more_than_grow_is_found(
    newer: list[StoredChain], expected: str
) -> None:
    """Written anew and signed anew, every chain holds; an earlier proof tells what has gone."""
    found = since(PROOF, proof(newer))
    assert expected == "\n".join(found.splitlines()[: max(expected.count("\n") + 1, 1)])


def test_a_brand_that_is_left_out_is_not_missed() -> None:
    """A proof of one brand is compared with what it is about."""
    one = [found for found in CHAINS if found.brand == LMT]
    assert "" == since(PROOF, proof(one, brands=(LMT,)))


def test_the_second_verifier_is_a_program_of_its_own(tmp_path: Path) -> None:
    """Short, without a line of ours: standard library and `cryptography` alone; it can be run."""
    source = Path(second_verifier.__file__)
    code = source.read_text(encoding="utf-8")
    assert code.count("\n") < 150
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    foreign = {name.partition(".")[0] for name in imported} - set(sys.stdlib_module_names)
    assert {"cryptography"} == foreign
    (tmp_path / "proof.jsonl").write_bytes(b"".join(PROOF))
    (tmp_path / "cut.jsonl").write_bytes(b"".join(PROOF[:-1]))
    (tmp_path / "public.pem").write_bytes(PEM)
    for name, status in (("proof.jsonl", 0), ("cut.jsonl", 1)):
        words = [sys.executable, "-I", str(source), name, "public.pem"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
        assert status == done.returncode, done.stderr


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("lmt", "lmt", id="ascii"),
        pytest.param("Rīga 🚲", "Rīga 🚲", id="letters-and-signs"),
        pytest.param("a\ud800", None, id="half-a-pair"),
        pytest.param(7, None, id="a-number"),
    ],
)
def test_text_is_what_has_a_form_in_utf_8(value: object, text: str | None) -> None:
    """A field that no program could write to a file names nobody."""
    assert text == text_of(value)


def test_keys_are_known_by_their_pem() -> None:
    """Several keys in a row are all trusted: one file outlives a change of keys."""
    assert {PEM.decode()} == set(TRUSTED)
