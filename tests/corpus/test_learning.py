"""Learning from examples: what is learnt is read, always the same, and up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consent.understanding import Lexicon, understand
from consent.understanding.weights import Learned
from locales import ROOT
from locales.lexicon import load_words
from locales.weights_made import made_from, name_of_examples, weights_as_bytes
from tests.builders import CATALOGUE, PURPOSES
from tests.corpus.examples import read_examples
from tests.corpus.training import Course, learn
from tests.understanding import taught

#: Words that no rule and no cue knows, so that only what is learnt can read them.
SINGLE = """text\tintent\tpurposes\tchannels\ttopics\tscope
zork the flimflam\twithdraw_all\t\t\t\tmarketing
oh zork it already\twithdraw_all\t\t\t\tmarketing
zork flimflam zork\twithdraw_all\t\t\t\tmarketing
grundle whatsoever\twithdraw_all\t\t\t\tall
do grundle whatsoever\twithdraw_all\t\t\t\tall
frobnicate the wumpus\thuman\t\t\t\t
a wumpus frobnicate\thuman\t\t\t\t
xyzzy traffic\twithdraw\ttraffic\t\t\t
xyzzy location\twithdraw\tlocation\t\t\t
xyzzy the traffic\twithdraw\ttraffic\t\t\t
blorb quux\tunclear\t\t\t\t
"""
SEVERAL = "text\toff\ton\nxyzzy location, plugh traffic\tlocation\ttraffic\n"
ANSWERS = """text\tpending\tintent\tpurposes\tchannels\ttopics\tscope
vleem\tgrant:offers\tno\t\t\t\t
vleem vleem\tgrant:credit\tno\t\t\t\t
"""
#: A dozen examples are looked at often, and nothing in them is too rare.
COURSE = Course(rounds=200, rounds_apart=20, rarest=0)
HEADS = {"examples": SINGLE, "several": SEVERAL, "answers": ANSWERS}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with a dozen English examples and none of other languages."""
    return _written(tmp_path)


def _written(root: Path) -> Path:
    for language in CATALOGUE.languages:
        folder = root / language / "lexicon"
        folder.mkdir(parents=True)
        for name, text in HEADS.items():
            shown = text if language == "en" else text.partition("\n")[0] + "\n"
            (folder / f"{name}.tsv").write_text(shown, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def words() -> Lexicon:
    """Return the shipped words, of which nothing was learnt."""
    return load_words(ROOT, CATALOGUE)


@pytest.fixture(scope="module")
def learned(words: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """Return what the dozen examples teach."""
    return _learned(_written(tmp_path_factory.mktemp("examples")), words)


def _learned(root: Path, words: Lexicon) -> Learned:
    return learn(read_examples(root, CATALOGUE), words, CATALOGUE, COURSE)


def test_examples_are_read(root: Path) -> None:
    """Each line is an example: its label, what it wants off and on, the question it answers."""
    examples = {e.text: e for e in read_examples(root, CATALOGUE)}
    one, two = examples["xyzzy location"], examples["xyzzy location, plugh traffic"]
    assert ("withdraw", ["location"], []) == (one.label, [*one.off], [*one.on])
    assert (["location"], ["traffic"]) == ([*two.off], [*two.on])
    assert "withdraw_all all" == examples["grundle whatsoever"].label
    assert ("no", "grant") == (examples["vleem"].label, examples["vleem"].question)
    assert 14 == len(examples)


@pytest.mark.parametrize(
    ("label", "wanted_off", "off", "on"),
    [
        pytest.param("withdraw", set(PURPOSES), "all", "sms", id="all is every consent"),
        pytest.param("withdraw", {"sms", "call"}, "sms,call", "email", id="channels"),
        pytest.param("withdraw_all marketing", set(), "marketing", "traffic", id="marketing"),
        pytest.param("grant", set(), "", "traffic,sms", id="nothing off"),
    ],
)
def test_several_wishes(root: Path, label: str, wanted_off: set[str], off: str, on: str) -> None:
    """A line of several wishes tells what is to go and what is to come."""
    file = root / "en" / "lexicon" / "several.tsv"
    file.write_text(f"text\toff\ton\nxyzzy it\t{off}\t{on}\n", encoding="utf-8")
    example = next(e for e in read_examples(root, CATALOGUE) if e.text == "xyzzy it")
    assert (label, wanted_off) == (example.label, set(example.off))
    assert set(on.split(",")) == example.on


@pytest.mark.parametrize(
    ("expected", "text", "pending"),
    [
        ("withdraw_all marketing", "zork the flimflam", None),
        ("withdraw_all marketing", "oh zork it already", None),
        ("withdraw_all all", "do grundle whatsoever", None),
        ("human", "frobnicate the wumpus", None),
        ("withdraw traffic", "xyzzy the traffic", None),
        ("withdraw location", "xyzzy location", None),
        ("unclear", "blorb quux", None),
        ("no", "vleem", "grant:offers"),
        ("no", "vleem vleem", "grant:credit"),
    ],
)
def test_what_was_learnt_is_read(
    learned: Learned, words: Lexicon, expected: str, text: str, pending: str | None
) -> None:
    """The examples are read as they are labelled; without learning nobody knows them."""
    intent = understand(text, replace(words, learned=learned), pending=pending)
    assert expected == taught.told(replace(intent, certain=True))
    assert "unclear" == taught.told(understand(text, words, pending=pending))


def test_learning_is_repeatable(root: Path, words: Lexicon) -> None:
    """The same examples give the same file, to the last byte."""
    one, two = (weights_as_bytes(_learned(root, words), "name") for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("label", "scope"), [("grumble", ""), ("withdraw_all", ""), ("withdraw_all", "some"), ("", "")]
)
def test_a_wrong_label_is_refused(root: Path, label: str, scope: str) -> None:
    """A line whose label does not exist is told with its text."""
    with (root / "en" / "lexicon" / "examples.tsv").open("a", encoding="utf-8") as file:
        file.write(f"splendid wording\t{label}\t\t\t\t{scope}\n")
    with pytest.raises(ValueError, match="splendid wording"):
        read_examples(root, CATALOGUE)


def test_shipped_weights_are_up_to_date() -> None:
    """The shipped weights were learnt from the shipped examples and cues."""
    wanted = name_of_examples(ROOT, CATALOGUE.languages)
    assert wanted == made_from(ROOT), "examples or cues have changed: run `make train`"
