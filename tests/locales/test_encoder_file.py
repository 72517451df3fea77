"""The file of the language model: mapped at start, unpacked when a doubtful message comes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from consent.errors import CatalogueBroken
from locales.encoder import FILE, find_encoder
from tests.corpus import small_model
from tests.corpus.encoder_made import encoder_as_bytes, subwords_of, vocabulary_of
from tests.corpus.pretrained import model_of
from tests.locales.first_line import Edit, Facts, facts

MODEL = model_of(small_model.model_as_bytes())
TABLES = small_model.tables()
VOCABULARY = vocabulary_of(MODEL, subwords_of(MODEL), subwords_of(MODEL).cut("stop send me"))
WHOLE = encoder_as_bytes(MODEL, VOCABULARY, TABLES, small_model.LABELS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with a small language model."""
    (tmp_path / FILE).write_bytes(WHOLE)
    return tmp_path


def test_it_is_read_as_it_was_written(root: Path) -> None:
    """Pieces as they were; weights within half of a whole number of their column's measure."""
    encoder = find_encoder(root, small_model.LABELS).ready()
    assert small_model.LABELS == encoder.labels
    assert small_model.LAYERS == len(encoder.layers)
    assert (TABLES["places"] == encoder.places).all()
    assert (TABLES["layers.1.thought.bias"] == encoder.layers[1].thought.bias).all()
    was, now = TABLES["layers.1.widens.weight"], encoder.layers[1].widens.weight
    assert (abs(was - now) <= abs(was).max(0) / 127 / 2 + 1e-6).all()
    kept = list(encoder.subwords.cut("stop send me"))
    assert [3, 4, 5] == kept
    assert (MODEL.rows().rows([4, 5, 6]) == encoder.pieces.rows(kept)).all()


def test_what_nobody_can_type(root: Path) -> None:
    """The pieces that begin and end a message stand in none."""
    encoder = find_encoder(root, small_model.LABELS).ready()
    assert {encoder.begin, encoder.end}.isdisjoint(encoder.subwords.cut("<s> </s>"))


def test_it_is_unpacked_once(root: Path) -> None:
    """And answers what the unpacked one answers."""
    found = find_encoder(root, small_model.LABELS)
    assert found.ready() is found.ready()
    assert found.scores("stop", "scope") == found.ready().scores("stop", "scope")


@pytest.mark.parametrize(("told", "used"), [(None, "1"), ("4", "4")], ids=["unsaid", "operator"])
def test_one_thread_multiplies(
    root: Path, monkeypatch: pytest.MonkeyPatch, told: str | None, used: str
) -> None:
    """Unless the operator says otherwise: small products gain little by more."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", told or "")
    if told is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    find_encoder(root, small_model.LABELS).ready()
    assert used == os.environ["OPENBLAS_NUM_THREADS"]


def _renamed(facts: Facts) -> None:
    facts["tables"][-1][0] = "of nothing"


def _turned(facts: Facts) -> None:
    for table in facts["tables"]:
        if table[0] == "layers.1.widens.weight":
            table[2].reverse()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        pytest.param(lambda _raw: b"", "not readable", id="empty"),
        pytest.param(lambda raw: b"{" + raw, "not readable", id="no JSON"),
        pytest.param(lambda raw: b"7" + raw[raw.index(b"\n") :], "not readable", id="no table"),
        pytest.param(lambda raw: raw[:-1], "instead of", id="cut short"),
        pytest.param(facts(lambda f: f.pop("bytes")), "not readable", id="no size"),
        pytest.param(facts(lambda f: f.pop("labels")), "not readable", id="no labels"),
        pytest.param(facts(lambda f: f["labels"].pop()), "make train-encoder", id="other labels"),
    ],
)
def test_a_broken_file_is_refused_at_start(root: Path, edit: Edit, reason: str) -> None:
    """Before anybody is served."""
    (root / FILE).write_bytes(edit(WHOLE))
    with pytest.raises(CatalogueBroken) as caught:
        find_encoder(root, small_model.LABELS)
    assert (FILE, "-") == (caught.value.file, caught.value.key)
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(facts(lambda f: f.pop("layers")), id="no layers"),
        pytest.param(facts(lambda f: f.update(layers=9)), id="too many layers"),
        pytest.param(facts(_renamed), id="a table is missing"),
        pytest.param(facts(lambda f: f["tables"].pop()), id="tables end too early"),
        pytest.param(facts(lambda f: f["tables"][0][2].append(9)), id="too large a table"),
        pytest.param(facts(lambda f: f["tables"][0][2].append(1 << 70)), id="a huge table"),
        pytest.param(facts(lambda f: f["tables"][0][2].append(-1)), id="a table of less"),
        pytest.param(facts(_turned), id="a table in another shape"),
    ],
)
def test_a_file_broken_inside_is_refused_when_it_is_unpacked(root: Path, edit: Edit) -> None:
    """`consent doctor` unpacks it; a server does so for the first doubtful message."""
    (root / FILE).write_bytes(edit(WHOLE))
    with pytest.raises(CatalogueBroken, match="not readable"):
        find_encoder(root, small_model.LABELS).ready()


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_that_is_replaced_or_gone(root: Path, *, replaced: bool) -> None:
    """What was found at the start is read on: no message waits for a file."""
    found, before = (find_encoder(root, small_model.LABELS) for _ in range(2))
    expected = before.scores("stop")
    if replaced:
        (root / "new").write_bytes(b"of something else")
        (root / "new").replace(root / FILE)
    else:
        (root / FILE).unlink()
    assert expected == found.scores("stop")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """How to make it is told."""
    with pytest.raises(CatalogueBroken, match="make train-encoder"):
        find_encoder(tmp_path, small_model.LABELS)
