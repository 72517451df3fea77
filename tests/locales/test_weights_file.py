"""The file of what was learnt: written, read back, and refused if it is broken."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from consent.errors import CatalogueBroken
from consent.understanding.misspelt import build_spellings
from consent.understanding.network import Network
from consent.understanding.weights import Learned
from locales import ROOT
from locales.weights import FILE, load_weights
from locales.weights_made import LEARNT_FROM, made_from, name_of_examples, weights_as_bytes
from tests.builders import CATALOGUE
from tests.locales.first_line import Edit, facts
from tests.understanding import taught

LABELS = ("off", "on")
SAYS = {"w=halt": {"off": 3.0}, "w=want": {"on": 2.0}}
LEARNED = Learned(
    messages=taught.weights(LABELS, SAYS),
    order=taught.network(LABELS, SAYS),
    mentions=taught.weights(("off",), {"k=P": {"off": -1.0}}, {"off": 0.25}),
    spellings=build_spellings(["marketing", "отключите"]),
    things={"offers": "P", "sms": "C"},
    contacting=("offers",),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with a small file of weights."""
    (tmp_path / FILE).write_bytes(weights_as_bytes(LEARNED, "these examples"))
    return tmp_path


def _weighed(learned: Learned) -> dict[str, float]:
    """Return what a message weighs by what was learnt."""
    return learned.order.scores([("halt",), ("want",), ("else",)], ["n=1"])


@pytest.mark.parametrize("order", ["little", "big"])
def test_what_is_written_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """What was learnt comes back whole, on machines of either byte order."""
    keys = LEARNED.order.words.keys[:]
    monkeypatch.setattr("sys.byteorder", order)
    (tmp_path / FILE).write_bytes(weights_as_bytes(LEARNED, "these examples"))
    read = load_weights(tmp_path)
    for field in fields(Network):
        if field.name not in {"words", "beside", "met"}:
            assert getattr(LEARNED.order, field.name) == getattr(read.order, field.name)
    for one, two in (
        (LEARNED.order.words, read.order.words),
        (LEARNED.order.beside, read.order.beside),
        (LEARNED.mentions.rows, read.mentions.rows),
        (LEARNED.messages.rows, read.messages.rows),
    ):
        assert (one.keys, one.table, one.width) == (two.keys, two.table, two.width)
    for was, now in ((LEARNED.messages, read.messages), (LEARNED.mentions, read.mentions)):
        assert (was.labels, was.bias, was.unit) == (now.labels, now.bias, now.unit)
    assert LEARNED.spellings.known == read.spellings.known
    assert (LEARNED.things, LEARNED.contacting) == (read.things, read.contacting)
    assert keys == LEARNED.order.words.keys


def test_it_weighs_the_same(root: Path) -> None:
    """A message weighs after reading what it weighed before."""
    assert {"off": 3.0, "on": 2.0} == pytest.approx(_weighed(LEARNED))
    read = load_weights(root)
    assert _weighed(LEARNED) == _weighed(read)
    traits = {"w=halt", "w=want"}
    assert LEARNED.messages.scores(traits) == read.messages.scores(traits)


def test_the_file_is_the_same_each_time() -> None:
    """The same weights make the same bytes."""
    assert weights_as_bytes(LEARNED, "x") == weights_as_bytes(LEARNED, "x")
    assert weights_as_bytes(LEARNED, "x") != weights_as_bytes(LEARNED, "y")


def test_it_tells_what_it_was_made_from(root: Path) -> None:
    """The examples are named in the file's first line."""
    assert "these examples" == made_from(root)


def _body(edit: Edit) -> Edit:
    """Return an edit of all but the first line."""

    def edited(raw: bytes) -> bytes:
        head, _, body = raw.partition(b"\n")
        return head + b"\n" + edit(body)

    return edited


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda _raw: b"", id="empty"),
        pytest.param(lambda raw: b"{" + raw, id="no JSON"),
        pytest.param(lambda raw: b"[]" + raw[raw.index(b"\n") :], id="no table"),
        pytest.param(lambda raw: raw.partition(b"\n")[0], id="the first line alone"),
        pytest.param(lambda raw: raw[: -len("отключите".encode())], id="cut short by a word"),
        pytest.param(_body(lambda _body: b"weights"), id="no rows"),
        pytest.param(facts(lambda f: f.pop("messages")), id="a table is missing"),
        pytest.param(facts(lambda f: f.pop("things")), id="the things are missing"),
        pytest.param(facts(lambda f: f.pop("contacting")), id="what allows contact is missing"),
        pytest.param(facts(lambda f: f["messages"].pop("bias")), id="no bias"),
        pytest.param(facts(lambda f: f["messages"]["bias"].append(0.5)), id="too many biases"),
        pytest.param(facts(lambda f: f["messages"].update(rows="many")), id="no rows at all"),
        pytest.param(facts(lambda f: f.pop("order")), id="the network is missing"),
        pytest.param(facts(lambda f: f["order"].update(words="many")), id="no number of rows"),
        pytest.param(facts(lambda f: f["order"].update(words=None)), id="rows are none"),
        pytest.param(facts(lambda f: f["order"].update(says=[9, 9])), id="too many ways"),
        pytest.param(facts(lambda f: f["order"]["floors"].append(0)), id="too many floors"),
        pytest.param(facts(lambda f: f["order"].update(small=3)), id="windows of nothing"),
        pytest.param(facts(lambda f: f["mentions"].update(rows=900)), id="too many rows"),
        pytest.param(facts(lambda f: f["mentions"].update(labels=3)), id="no labels"),
        pytest.param(_body(lambda body: body[:5]), id="rows cut short"),
        pytest.param(_body(lambda body: body + b"\xff"), id="words not in UTF-8"),
    ],
)
def test_a_broken_file_is_refused(root: Path, edit: Edit) -> None:
    """A file that is not what training wrote is refused before anybody is served."""
    file = root / FILE
    file.write_bytes(edit(file.read_bytes()))
    with pytest.raises(CatalogueBroken) as caught:
        load_weights(root)
    assert (FILE, "-") == (caught.value.file, caught.value.key)
    assert "not readable" in caught.value.reason


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """Without weights nobody is served; how to make them is told."""
    with pytest.raises(CatalogueBroken) as caught:
        load_weights(tmp_path)
    assert (FILE, "-") == (caught.value.file, caught.value.key)
    assert "make train" in caught.value.reason


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Return a folder with everything that weights are learnt from."""
    for language in ("lv", "en"):
        for name in LEARNT_FROM:
            file = tmp_path / language / "lexicon" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{language} {name}", encoding="utf-8")
    return tmp_path


def test_the_order_of_languages_makes_no_difference(examples: Path) -> None:
    """The same examples have the same name."""
    assert name_of_examples(examples, ["lv", "en"]) == name_of_examples(examples, ["en", "lv"])


@pytest.mark.parametrize("name", LEARNT_FROM)
def test_any_change_is_another_name(examples: Path, name: str) -> None:
    """An example or a cue more makes other examples."""
    before = name_of_examples(examples, ["lv", "en"])
    with (examples / "lv" / "lexicon" / name).open("a", encoding="utf-8") as file:
        file.write(".")
    assert before != name_of_examples(examples, ["lv", "en"])


def test_shipped_weights() -> None:
    """The shipped weights are about the shipped catalogue."""
    learned = load_weights(ROOT)
    assert taught.THINGS == dict(learned.things)
    assert tuple(p.id for p in CATALOGUE.contacting) == learned.contacting
    assert CATALOGUE.opening.id == learned.opening
