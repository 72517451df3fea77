"""The language model is asked where the others leave a doubt, and only there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from consent.understanding import Lexicon, explain, understand
from consent.understanding.hearing import Weighed, listen
from consent.understanding.text import hear
from tests.understanding import taught

SAYS = {
    "ask": {"status": 0.9999},
    "surely": {"withdraw email": 0.9999},
    "perhaps": {"withdraw": 0.5, "grant": 0.4},
    "nearly": {"withdraw": 0.05, "withdraw sms": 0.9},
    "hardly": {"withdraw": 0.45, "unclear": 0.45},
}


@dataclass
class Model:
    """Says the same of every message, and remembers what it was asked."""

    says: Mapping[str, float]
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    loaded: int = 0

    def scores(self, text: str, question: str | None = None) -> Mapping[str, float]:
        """Return what it was made to say."""
        self.asked.append((text, question))
        return self.says

    def reasons(self, text: str, question: str | None, label: str) -> list[str]:
        """Return what it was asked."""
        return [f"model: {text} {question} {label}"]

    def ready(self) -> None:
        """Count."""
        self.loaded += 1


def _model(label: str = "unclear") -> Model:
    labels = taught.learned(SAYS).order.labels
    return Model(dict.fromkeys(labels, -20.0) | {label: 20.0})


def _lexicon(model: Model | None) -> Lexicon:
    lexicon = taught.lexicon(SAYS)
    assert lexicon.learned is not None
    return replace(lexicon, learned=replace(lexicon.learned, encoder=model))


def _heard(text: str, model: Model | None, question: str | None = None) -> Weighed:
    lexicon = _lexicon(model)
    assert lexicon.learned is not None
    return listen(hear(text), lexicon, lexicon.learned, question)


@pytest.mark.parametrize("label", ["grant", "withdraw", "unclear", "withdraw sms"])
def test_what_it_says_of_a_doubtful_message_counts(label: str) -> None:
    """It is heard with the others, and here it is louder."""
    shares = _heard("perhaps it", _model(label)).shares
    assert label.split(maxsplit=1)[0] == max(shares, key=shares.__getitem__)


@pytest.mark.parametrize(("certain", "model"), [(True, None), (False, _model())])
def test_a_disputed_withdrawal_is_asked_about(*, certain: bool, model: Model | None) -> None:
    """What the others take for a withdrawal is not lost because it does not."""
    intent = understand("nearly sms", _lexicon(model))
    assert ("withdraw", ("sms",), certain) == (intent.name, intent.channels, intent.certain)


def test_the_others_are_heard_as_well() -> None:
    """What it has no opinion of stays as it was."""
    silent = Model(dict.fromkeys(taught.learned(SAYS).order.labels, 0.0))
    shares = _heard("perhaps it", silent).shares
    assert "withdraw" == max(shares, key=shares.__getitem__)
    assert shares["grant"] > shares["unclear"]


def test_of_a_plain_message_it_is_not_asked() -> None:
    """What is plain to the others is not changed by it."""
    model = _model()
    assert _heard("ask it", None).shares == _heard("ask it", model).shares
    assert [] == model.asked


def test_it_reads_what_was_typed() -> None:
    """In normal form with its marks, and with the question that is open."""
    model = _model()
    _heard("PERHAPS  žēl", model, "scope")
    assert [("perhaps žēl", "scope")] == model.asked


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        pytest.param("perhaps отключить", "perhaps oтключить", id="look-alike letters"),
        pytest.param("perhaps no", "perhaps noooooo", id="stretched letters"),
        pytest.param("perhaps stop it", "perhaps s t o p it", id="letters apart"),
        pytest.param("perhaps stop žēl", "perhaps s.t.o.p žēl", id="dots between letters"),
        pytest.param("perhaps stop žēl", "perhaps st0p žēl", id="a zero among letters"),
        pytest.param("halt perhaps", "рфде зукрфзы", id="another keyboard"),
        pytest.param("рфде цфте", "рфде цфте", id="no words that were met come of it"),
    ],
)
def test_it_reads_letters_that_were_meant(shown: str, typed: str) -> None:
    """What is no word of any language is not what it was taught."""
    model = _model()
    _heard(typed, model)
    assert [(shown, None)] == model.asked


@pytest.mark.parametrize(("asked", "length"), [(1, 400), (0, 401)])
def test_a_very_long_message_is_read_without_it(asked: int, length: int) -> None:
    """Nobody can make it work for long."""
    model = _model()
    _heard("hardly".ljust(length, "?"), model)
    assert asked == len(model.asked)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        pytest.param(0, "surely email", id="one thing"),
        pytest.param(1, "surely email, sms", id="two things"),
        pytest.param(0, "ask email, sms", id="nothing changes"),
        pytest.param(0, "surely email, sms".ljust(401, "?"), id="a very long message"),
    ],
)
def test_it_is_asked_what_becomes_of_several_things(asked: int, text: str) -> None:
    """However plain it is that something ends."""
    model = _model("off email")
    heard = _heard(text, model)
    assert asked == len(model.asked)
    assert heard.shown is None
    if asked:
        off, _ = heard.hearing.wanted["email"]
        assert off > heard.hearing.wanted["sms"][0]


def test_pieces_are_not_shown_to_it() -> None:
    """It reads a message once, whole."""
    model = _model()
    pieces = _heard("perhaps email, perhaps sms", model).hearing.pieces
    assert 2 == len(pieces)
    assert 1 == len(model.asked)


def test_it_can_be_loaded_before_it_is_needed() -> None:
    """Without one there is nothing to load."""
    model = _model()
    _lexicon(model).warm()
    assert 1 == model.loaded
    _lexicon(None).warm()
    taught.lexicon(SAYS).warm()


def test_what_it_went_by_is_told() -> None:
    """Among the reasons; of a message it was not asked about it has none."""
    lexicon = _lexicon(_model("status"))
    assert "model: perhaps it None status" in explain("perhaps it", lexicon)
    assert not [why for why in explain("ask it", lexicon) if why.startswith("model")]
