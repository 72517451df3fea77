"""The network: words in their order, added up in whole numbers."""

from __future__ import annotations

from array import array
from dataclasses import replace
from itertools import islice, product
from string import ascii_letters

import pytest

from consent.understanding.network import (
    COARSER,
    LARGE,
    MOST_ADDED,
    MOST_FIGURES,
    MOST_MET,
    MOST_SAID,
    NARROW,
    SMALL,
    Network,
)
from consent.understanding.rows import FULL, build_rows, key_of
from consent.understanding.tokens import Token, traits_of
from tests.understanding import taught

LABELS = ("off", "on")
MODEL = taught.network(
    LABELS,
    {"w=halt": {"off": 3.0, "on": -1.0}, "w=want": {"on": 2.0}, "x": {"off": 0.5}},
    {"on": 0.25},
)


def _scores(*words: str, model: Network = MODEL) -> dict[str, float]:
    return model.scores([(word,) for word in words], ())


def _order(large: list[int], small: list[int], *, floor: int = 0) -> Network:
    """Return a network of one word, `ping`, and what it adds at each place of its windows."""
    is_large = bool(large)
    ways = [[large[0]], large[1:4] or small, [large[4]]] if is_large else [[], small, []]
    return Network(
        labels=("heard",),
        bias=(0.0,),
        unit=1.0,
        words=build_rows(array("I", [key_of("w=ping")]), bytes([129]), 1),
        adds=(NARROW.packed(value << COARSER for part in ways for value in part),),
        together=(0,),
        floors=((floor << COARSER) - (LARGE if is_large else SMALL) * NARROW.lift,),
        beside=build_rows(array("I", [key_of("aside")]), bytes([128 + 8]), 1),
        ratio=float(1 << COARSER),
        says=(FULL.packed([1]),),
        large=int(is_large),
        small=int(not is_large),
    )


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        pytest.param({"off": 0.0, "on": 0.25}, (), id="nothing"),
        pytest.param({"off": 0.0, "on": 0.25}, ("else",), id="nothing known"),
        pytest.param({"off": 3.0, "on": -0.75}, ("halt",), id="one"),
        pytest.param({"off": 3.0, "on": -0.75}, ("oh", "halt", "halt"), id="the loudest once"),
        pytest.param({"off": 3.0, "on": 1.25}, ("want", "halt"), id="two"),
    ],
)
def test_scores(expected: dict[str, float], words: tuple[str, ...]) -> None:
    """Known words speak for and against labels; others say nothing."""
    got = MODEL.scores([("", "start"), *((word,) for word in words), ("", "end")], ())
    assert expected == pytest.approx(got)


def test_marks_count() -> None:
    """A mark of a word speaks as the word itself does."""
    assert 3.5 == pytest.approx(MODEL.scores([("halt", "x")], ())["off"])


@pytest.mark.parametrize("place", range(LARGE))
def test_large_windows_see_five_words(place: int) -> None:
    """What a word adds depends on where in the window it stands."""
    adds = [0] * LARGE
    adds[place] = 7
    model = _order(adds, [])
    for at in range(LARGE):
        words = ["else"] * LARGE
        words[at] = "ping"
        centre = at + LARGE // 2 - place
        assert (7.0 if 0 <= centre < LARGE else 0.0) == _scores(*words, model=model)["heard"]


@pytest.mark.parametrize("place", range(SMALL))
def test_small_windows_see_three(place: int) -> None:
    """A small window sees a word, the one before and the one behind."""
    adds = [0] * SMALL
    adds[place] = 7
    model = _order([], adds)
    assert 7.0 == _scores("else", "ping", "else", model=model)["heard"]
    alone = 7.0 if place == SMALL // 2 else 0.0
    assert alone == _scores("ping", model=model)["heard"]


def test_order_counts() -> None:
    """The same words in another order are heard otherwise: the loudest window decides."""
    model = _order([], [5, 3, 0])
    assert 8.0 == _scores("ping", "ping", model=model)["heard"]
    assert 5.0 == _scores("ping", "else", "ping", model=model)["heard"]


@pytest.mark.parametrize(
    ("expected", "floor", "aside"),
    [
        pytest.param(4.0, 0, False, id="nothing in the way"),
        pytest.param(1.0, -3, False, id="less"),
        pytest.param(0.0, -9, False, id="not above the floor"),
        pytest.param(3.0, -9, True, id="the message as a whole lowers the floor"),
    ],
)
def test_what_is_below_its_floor_is_not_heard(expected: float, floor: int, *, aside: bool) -> None:
    """How loud a window must be depends on what is known of the message."""
    model = _order([], [0, 4, 0], floor=floor)
    told = ["aside"] if aside else []
    assert expected == model.scores([("ping",)], told)["heard"]


def test_traits_beside_share_their_say() -> None:
    """Two traits of a message say less each than one alone; unknown ones do not count."""
    model = _order([], [0, 4, 0], floor=-9)
    keys = array("I", sorted(map(key_of, ("aside", "astray"))))
    two = replace(model, beside=build_rows(keys, bytes([136, 136]), 1))
    assert 3.0 == two.scores([("ping",)], ["aside", "nobody knows"])["heard"]
    # 16 for both, shared by the root of two: 11.3 above the 4 - 9.
    assert 6.0 == two.scores([("ping",)], ["aside", "astray"])["heard"]


def test_all_words_together_count() -> None:
    """What all words add together is shared by the root of their number."""
    model = replace(_order([], [0, 4, 0], floor=-4), together=(FULL.packed([10 << COARSER]),))
    assert 10.0 == _scores("ping", model=model)["heard"]
    assert 5.0 == _scores("ping", "else", "else", "else", model=model)["heard"]


def test_the_largest_figures_stay_in_their_fields() -> None:
    """However loud five words are, what they add does not run over into the next way."""
    longest, marks = ascii_letters[:30], [f"m{n}" for n in range(200)]
    traits = [*traits_of((longest,)), *marks]
    assert len(traits) == 71 + len(marks)
    keys = array("I", sorted(map(key_of, traits)))
    model = Network(
        labels=("one", "two"),
        bias=(0.0, 0.0),
        unit=1.0,
        words=build_rows(keys, bytes([255] * MOST_FIGURES * len(traits)), MOST_FIGURES),
        adds=(NARROW.packed([MOST_ADDED, -MOST_ADDED] * LARGE),) * MOST_FIGURES,
        together=(FULL.packed([MOST_ADDED, -MOST_ADDED]),) * MOST_FIGURES,
        floors=(-LARGE * NARROW.lift,) * 2,
        beside=build_rows(array("I"), b"", 2),
        ratio=1.0,
        says=(FULL.packed([MOST_SAID, 0]), FULL.packed([0, MOST_SAID])),
        large=2,
        small=0,
    )
    token: Token = (longest, *marks)
    # There is an end to how loud a way is heard.
    assert {"one": MOST_SAID * 10_000.0, "two": 0.0} == model.scores([token] * 42, ())


def test_a_word_is_the_same_whenever_it_comes() -> None:
    """However many words were met, each still says what it did; not all are remembered."""
    before = _scores("halt", "want")
    for word in islice(map("".join, product("bcdfghjklmn", repeat=4)), MOST_MET + 500):
        _scores(word)
        assert max(len(MODEL.met), len(MODEL.learnt)) <= MOST_MET
    assert before == _scores("halt", "want")


@pytest.mark.parametrize(
    ("expected", "label", "most"),
    [
        pytest.param(["oh halt now", "now want"], "on", 5, id="none that speaks against it"),
        pytest.param(["halt"], "off", 5, id="the strongest first"),
    ],
)
def test_reasons(expected: list[str], label: str, most: int) -> None:
    """The words that speak for a label are told with their neighbours, the strongest first."""
    model = taught.network(
        LABELS, {"w=halt": {"off": 3.0, "on": 5.0}, "w=want": {"on": 2.0, "off": -2.0}}
    )
    words = ("oh", "halt", "now", "want") if label == "on" else ("halt",)
    assert expected == model.reasons([(word,) for word in words], (), label, most)
    assert expected[:1] == model.reasons([(word,) for word in words], (), label, 1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"bias": (0.0,)}, id="labels"),
        pytest.param({"adds": (0,)}, id="figures"),
        pytest.param({"floors": (0,)}, id="ways"),
        pytest.param({"says": ()}, id="sayings"),
        pytest.param({"small": 4}, id="more windows than ways"),
        pytest.param({"small": 0}, id="no windows"),
    ],
)
def test_figures_that_do_not_fit_are_refused(change: dict[str, object]) -> None:
    """What a network is made of belongs together."""
    with pytest.raises(ValueError, match="do not fit"):
        replace(MODEL, **change)  # type: ignore[arg-type]
