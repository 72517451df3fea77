"""The linear model: how much each trait speaks for each label, and what is listened for."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace
from itertools import islice, product

import pytest

from consent.understanding.hearing import familiar, listen, mentioned
from consent.understanding.labels import LABELS
from consent.understanding.mentions import OFF, ON
from consent.understanding.rows import key_of
from consent.understanding.text import hear
from consent.understanding.weights import build_weights, shares
from tests.understanding import taught

MOST_MET = 10_000
MODEL = taught.weights(
    ("off", "on"),
    {"w=halt": {"off": 3.0, "on": -1.0}, "w=want": {"on": 2.0}, "w=well": {"off": 0.5}},
    {"on": 0.25},
)


def _rows(traits: dict[str, tuple[int, int]]) -> tuple[array[int], bytes]:
    """Return the keys and rows of one label: the byte of each trait, and its size."""
    rows = sorted((key_of(trait), bytes(row)) for trait, row in traits.items())
    return array("I", [key for key, _ in rows]), b"".join(row for _, row in rows)


@pytest.mark.parametrize(
    ("expected", "traits"),
    [
        pytest.param({"off": 0.0, "on": 0.25}, set(), id="nothing"),
        pytest.param({"off": 0.0, "on": 0.25}, {"w=else", "w=hal"}, id="nothing known"),
        pytest.param({"off": 3.0, "on": -0.75}, {"w=halt"}, id="one"),
        pytest.param({"off": 3.0, "on": -0.75}, {"w=halt", "w=else"}, id="one known"),
        pytest.param(
            {"off": 3.0 / math.sqrt(2), "on": 1.0 / math.sqrt(2) + 0.25},
            {"w=halt", "w=want"},
            id="two weigh together what one does",
        ),
    ],
)
def test_scores(expected: dict[str, float], traits: set[str]) -> None:
    """Known traits speak for and against labels; others say nothing."""
    assert expected == pytest.approx(MODEL.scores(traits))


def test_the_order_of_traits_makes_no_difference() -> None:
    """The same traits give the same scores to the last digit."""
    traits = ["w=halt", "w=want", "w=well"]
    assert MODEL.scores(traits) == MODEL.scores(reversed(traits))


@pytest.mark.parametrize("count", [255, 256, 257, 700])
@pytest.mark.parametrize("byte", [0, 255])
def test_many_traits_are_added_right(count: int, byte: int) -> None:
    """However many traits there are, no sum runs over into the next label."""
    keys, rows = _rows({f"t={n}": (byte, 10) for n in range(count)})
    model = build_weights(("off",), (0.0,), 1.0, keys, rows)
    scores = model.scores(f"t={n}" for n in range(count))
    assert {"off": (byte - 128) * math.sqrt(count)} == pytest.approx(scores)


def test_a_larger_trait_weighs_more_of_the_whole() -> None:
    """The size of a trait is what the sum is measured by."""
    keys, rows = _rows({"w=one": (228, 40)})
    model = build_weights(("off",), (0.0,), 1.0, keys, rows)
    assert {"off": 50.0} == pytest.approx(model.scores({"w=one"}))


def test_every_key_is_found() -> None:
    """Traits are found wherever their keys lie, the first and the last included."""
    traits = {f"w={n}": (100 + n % 100, 10) for n in range(2000)}
    model = build_weights(("off",), (0.0,), 1.0, *_rows(traits))
    assert {trait: byte - 128 for trait, (byte, _) in traits.items()} == {
        trait: round(model.scores({trait})["off"]) for trait in traits
    }


@pytest.mark.parametrize(
    ("bias", "rows"),
    [
        pytest.param((0.0, 0.0), bytes(2), id="too many biases"),
        pytest.param((), bytes(2), id="too few"),
        pytest.param((0.0,), bytes(3), id="rows too long"),
        pytest.param((0.0,), b"", id="rows too short"),
    ],
)
def test_figures_that_do_not_fit_are_refused(bias: tuple[float, ...], rows: bytes) -> None:
    """Labels, biases, keys and rows belong together."""
    with pytest.raises(ValueError, match="do not fit"):
        build_weights(("off",), bias, 1.0, array("I", [7]), rows)


@pytest.mark.parametrize(
    ("expected", "label", "most"),
    [
        pytest.param(["w=halt", "w=well"], "off", 5, id="the strongest first"),
        pytest.param(["w=halt"], "off", 1, id="the strongest alone"),
        pytest.param(["w=want"], "on", 5, id="none that speaks against it"),
    ],
)
def test_reasons(expected: list[str], label: str, most: int) -> None:
    """The traits that speak for a label are told, the strongest first."""
    assert expected == MODEL.reasons({"w=halt", "w=want", "w=well", "w=else"}, label, most)


def test_what_is_known() -> None:
    """A trait is known if anything was learnt of it."""
    assert MODEL.knows("w=halt")
    assert not MODEL.knows("w=else")


def test_any_text_has_a_key() -> None:
    """Whatever was typed, half a character included, has a key of four bytes."""
    assert 0 <= key_of("w=\ud800") < 1 << 32
    assert key_of("w=halt") != key_of("w=want")
    assert MODEL.scores({"w=halt"}) == MODEL.scores({"w=halt", "w=\ud800"})


@pytest.mark.parametrize(
    ("expected", "scores"),
    [
        pytest.param({"one": 1.0}, {"one": -5.0}, id="one label"),
        pytest.param({"one": 0.5, "two": 0.5}, {"one": 3.0, "two": 3.0}, id="a tie"),
        pytest.param({"one": 0.75, "two": 0.25}, {"one": math.log(3), "two": 0.0}, id="odds"),
        pytest.param({"one": 1.0, "two": 0.0}, {"one": 4e3, "two": -4e3}, id="far apart"),
    ],
)
def test_shares(expected: dict[str, float], scores: dict[str, float]) -> None:
    """Scores become probabilities that make one together."""
    assert expected == pytest.approx(shares(scores))


def test_a_message_is_listened_to() -> None:
    """What was taught of a word is the reading of a message with it."""
    lexicon = taught.lexicon({"zork": {"withdraw": 0.8, "grant": 0.1, "offers": 0.9}})
    assert lexicon.learned is not None
    weighed = listen(hear("zork the email"), lexicon, lexicon.learned, "grant")
    assert set(LABELS) == set(weighed.shares)
    assert (0.8, 0.1) == pytest.approx(
        (weighed.shares["withdraw"], weighed.shares["grant"]), abs=0.03
    )
    assert ("withdraw", "grant") == (weighed.hearing.label, weighed.hearing.question)
    assert weighed.shares["withdraw"] == weighed.hearing.share
    assert 0.9 == pytest.approx(weighed.hearing.evidence["offers"], abs=0.03)
    assert weighed.hearing.evidence["traffic"] < 0.1


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(1.0, "zork", id="met in the examples"),
        pytest.param(1.0, "yes 3", id="listed, or a number"),
        pytest.param(0.5, "zork it", id="half of them"),
        pytest.param(0.0, "hello", id="none"),
        pytest.param(0.0, "", id="nothing said"),
    ],
)
def test_familiar(expected: float, text: str) -> None:
    """The share of words that are listed or were met before is told."""
    lexicon = taught.lexicon({"zork": {"withdraw": 0.8}})
    assert lexicon.learned is not None
    assert expected == familiar(tuple(text.split()), lexicon, lexicon.learned)


def test_a_word_weighs_the_same_whenever_it_comes() -> None:
    """However many words were met, each still weighs what it did; not all are remembered."""
    lexicon = taught.lexicon({"zork": {"withdraw": 0.8}})
    learned = lexicon.learned
    assert learned is not None
    before = listen(hear("zork"), lexicon, learned).shares
    words = map("".join, product("bcdfghjklmn", repeat=4))
    while batch := tuple(islice(words, 40)):
        listen(hear(" ".join(batch)), lexicon, learned)
        assert len(learned.met) <= MOST_MET
    assert before == listen(hear("zork"), lexicon, learned).shares


def test_mentions_are_weighed() -> None:
    """Each thing that a message may name has its own chances of being wanted off or on."""
    lexicon = taught.lexicon({"zork": {"withdraw": 0.9, "offers": 0.9}}, {"email": (0.7, 0.2)})
    assert lexicon.learned is not None
    weighed = listen(hear("zork the email"), lexicon, lexicon.learned)
    states = mentioned(weighed.hearing, lexicon.learned)
    assert ["email", "offers"] == list(states)
    assert (0.7, 0.2) == pytest.approx((states["email"][OFF], states["email"][ON]), abs=0.03)
    assert states["offers"][OFF] < 0.1


def test_ending_one_thing_is_a_withdrawal() -> None:
    """What ends one thing counts as a withdrawal, and says which thing."""
    lexicon = taught.lexicon({"zork": {"withdraw sms": 0.6, "withdraw": 0.2, "grant": 0.1}})
    assert lexicon.learned is not None
    weighed = listen(hear("zork it"), lexicon, lexicon.learned)
    assert 0.8 == pytest.approx(weighed.shares["withdraw"], abs=0.03)
    assert set(LABELS) == set(weighed.shares)
    targets = weighed.hearing.targets
    assert (0.75, 0.0) == pytest.approx((targets["sms"], targets["email"]), abs=0.03)


def test_an_answer_is_weighed_as_one() -> None:
    """What was learnt of answers to a question counts only while it is open."""
    lexicon = taught.lexicon({})
    scores = {"grant:w=zork": dict.fromkeys(LABELS, -5.0) | {"yes": 5.0}}
    labels = (*LABELS, *taught.THINGS)
    models = taught.weights(labels, scores), taught.network((*labels, *taught.WANTED), scores)
    learned = replace(taught.learned({}), messages=models[0], order=models[1])
    assert listen(hear("zork"), lexicon, learned, "grant").shares["yes"] > 0.9
    assert listen(hear("zork"), lexicon, learned).shares["yes"] < 0.1
    assert listen(hear("zork"), lexicon, learned, "scope").shares["yes"] < 0.1


def _pieces(text: str) -> list[tuple[str, str]]:
    """Return the pieces of a message, each with what it says by itself."""
    lexicon = taught.lexicon({"zork": {"withdraw": 0.9}, "frob": {"grant": 0.9}})
    assert lexicon.learned is not None
    hearing = listen(hear(text), lexicon, lexicon.learned).hearing
    words = hearing.reading.words
    return [(" ".join(words[p.start : p.end]), p.label) for p in hearing.pieces]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(
            [("zork email", "withdraw"), ("frob sms", "grant")], "zork email, frob sms", id="comma"
        ),
        pytest.param(
            [("zork email", "withdraw"), ("but frob sms", "grant")],
            "zork email but frob sms",
            id="but",
        ),
        pytest.param(
            [("zork email", "withdraw"), ("frob sms", "grant")], "zork email. frob sms", id="stop"
        ),
        pytest.param([], "zork email frob sms", id="in one go"),
        pytest.param([], "zork email, frob it", id="one thing named"),
        pytest.param([], "zork email, frob sms" + ", oh" * 20, id="a list without end"),
    ],
)
def test_pieces(expected: list[tuple[str, str]], text: str) -> None:
    """A message that names several things is weighed in pieces as well."""
    assert expected == _pieces(text)


def test_a_piece_has_its_own_cues() -> None:
    """A cue counts for the piece in which it stands, and for no other."""
    lexicon = taught.lexicon({})
    labels, says, bias = (*LABELS, *taught.THINGS), {"withdraw": 6.0}, {"unclear": 3.0}
    messages = taught.weights(labels, {"c=acts.stop.": says}, bias)
    order = taught.network((*labels, *taught.WANTED), {"c=acts.stop": says}, bias)
    learned = replace(taught.learned({}), messages=messages, order=order)
    for text in ("halt email, sms it", "email halt, sms it"):
        pieces = listen(hear(text), lexicon, learned).hearing.pieces
        assert ["withdraw", "unclear"] == [piece.label for piece in pieces]
    pieces = listen(hear("email it, sms halt"), lexicon, learned).hearing.pieces
    assert ["unclear", "withdraw"] == [piece.label for piece in pieces]
