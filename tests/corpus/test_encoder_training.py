"""What is taught is what is read: the encoder says what training heard it say.

Needs PyTorch, which `make train-encoder` installs and nothing else does; without it these tests
are skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest

from consent.understanding.encoder import GRAIN, Encoder, Floats
from locales.encoder import FILE, find_encoder
from tests.corpus import small_model
from tests.corpus.encoder_made import encoder_as_bytes, subwords_of, vocabulary_of
from tests.corpus.examples import Example
from tests.corpus.pretrained import model_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
network = pytest.importorskip("tests.corpus.encoder_network")
training = pytest.importorskip("tests.corpus.encoder_training")
further = pytest.importorskip("tests.corpus.encoder_further")

MODEL = model_of(small_model.model_as_bytes())
SUBWORDS = subwords_of(MODEL)
TEXTS = ("stop", "send me", "me")


@pytest.fixture(autouse=True)
def _nothing_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small a model needs all that it goes by."""
    monkeypatch.setattr(training, "_HIDDEN", 0.0)


def _encoder(folder: Path, tables: dict[str, Floats]) -> Encoder:
    vocabulary = vocabulary_of(MODEL, SUBWORDS, SUBWORDS.cut(" ".join(TEXTS)))
    made = encoder_as_bytes(MODEL, vocabulary, tables, small_model.LABELS)
    (folder / FILE).write_bytes(made)
    return find_encoder(folder, small_model.LABELS).ready()


def _draw(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - nothing is kept secret


def _numbers(text: str) -> list[int]:
    return [MODEL.begin, *SUBWORDS.cut(text), MODEL.end]


def test_it_reads_what_it_was_taught(tmp_path: Path) -> None:
    """What training hears for a message is what the file says, but for the rounding."""
    torch.manual_seed(3)
    half = network.untaught(MODEL, len(small_model.LABELS))
    taught = network.with_upper_half(MODEL, half)
    said = network.said(
        taught, network.rows_of(MODEL), network.shown([_numbers(t) for t in TEXTS], MODEL.end)
    )
    encoder = _encoder(tmp_path, network.tables_of(taught))
    for text, row in zip(TEXTS, said.tolist(), strict=True):
        assert row == pytest.approx(list(encoder.scores(text).values()), abs=0.05 + GRAIN)


def test_it_learns_what_is_right(tmp_path: Path) -> None:
    """After a few rounds each message has its label, and what goes with it."""
    torch.manual_seed(3)
    messages = [_numbers(text) for text in TEXTS]
    others = torch.tensor([[1.0], [0.0], [0.0]])
    course = training.Course([messages] * 150, torch.tensor([1, 0, 0]), 2, others)
    taught = network.untaught(MODEL, len(small_model.LABELS))
    encoder = _encoder(tmp_path, training.teach(MODEL, course, _draw(0), taught))
    for at, text in enumerate(TEXTS):
        one, two, other = encoder.scores(text).values()
        assert (at == 0) == (two > one) == (other > 0)


def test_the_upper_half_learns_what_is_left(tmp_path: Path) -> None:
    """Put on top of what was taught it changes what is said; taught, both say what is right."""
    torch.manual_seed(3)
    messages = [_numbers(text) for text in TEXTS]
    course = training.Course([messages] * 60, torch.tensor([1, 0, 0]), 2, torch.zeros(3, 1))
    lower = network.untaught(MODEL, len(small_model.LABELS))
    assert network.layers_of(lower) == small_model.LAYERS // 2
    training.teach(MODEL, course, _draw(0), lower)
    whole = network.with_upper_half(MODEL, lower)
    assert network.layers_of(whole) == small_model.LAYERS
    assert all(whole[name] is table for name, table in lower.items())
    seen, rows = network.shown(messages, MODEL.end), network.rows_of(MODEL)
    assert not torch.allclose(network.said(whole, rows, seen), network.said(lower, rows, seen))
    encoder = _encoder(tmp_path, training.teach(MODEL, course, _draw(0), whole))
    assert len(encoder.layers) == small_model.LAYERS
    assert [two > one for one, two, _ in map(_scores(encoder), TEXTS)] == [True, False, False]


def test_it_is_taught_further(tmp_path: Path) -> None:
    """What is read back of a file says the same, and what it misreads is mended."""
    torch.manual_seed(3)
    half = network.untaught(MODEL, len(small_model.LABELS))
    first = network.with_upper_half(MODEL, half)
    encoder = _encoder(tmp_path, network.tables_of(first))
    taught = further.known(encoder)
    assert taught.keys() == first.keys()
    for text in TEXTS:
        seen = network.shown([_numbers(text)], MODEL.end)
        said = network.said(taught, network.rows_of(MODEL), seen)[0].tolist()
        assert said == pytest.approx(list(encoder.scores(text).values()), abs=2 * GRAIN)
    wrong = [1 - int(two > one) for one, two, _ in map(_scores(encoder), TEXTS)]
    messages = [_numbers(text) for text in TEXTS]
    course = training.Course([messages] * 60, torch.tensor(wrong), 2, torch.zeros(3, 1))
    encoder = _encoder(tmp_path, training.teach(MODEL, course, _draw(0), taught))
    assert [int(two > one) for one, two, _ in map(_scores(encoder), TEXTS)] == wrong


def test_what_is_misread_is_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice more in the same round; what is read rightly is not."""
    messages = [_numbers(text) for text in TEXTS]
    course = training.Course([messages], torch.tensor([1, 0, 0]), 2, torch.zeros(3, 1))
    looked: list[int] = []

    def learn(_: object, __: object, batch: list[int]) -> list[int]:
        looked.extend(batch)
        return [at for at in batch if at == 1]

    monkeypatch.setattr(training.Lesson, "learn", learn)
    training.teach(MODEL, course, _draw(0), network.untaught(MODEL, len(small_model.LABELS)))
    assert sorted(looked) == [0, 1, 1, 1, 2]


def _scores(encoder: Encoder) -> Callable[[str], list[float]]:
    return lambda text: list(encoder.scores(text).values())


def test_some_examples_are_mistyped() -> None:
    """The same ones each time; most are shown as they are, in normal form, with the question."""
    none = frozenset[str]()
    example = Example("Sūtiet  REKLĀMU", "lv", "yes", none, none, none, question="scope")
    draw = _draw(5)
    written = [training.written(example, draw) for _ in range(400)]
    plain, unmarked = "scope? sūtiet reklāmu", "scope? sutiet reklamu"
    assert 0.6 < written.count(plain) / 400 < 0.8
    assert 0.05 < written.count(unmarked) / 400 < 0.25
    assert len(set(written)) > 10
    draw = _draw(5)
    assert written == [training.written(example, draw) for _ in range(400)]


def test_it_begins_and_ends_slowly() -> None:
    """The pace grows, is full, and falls to nearly nothing."""
    paces = np.array([training.pace(done) for done in (0.0, 0.02, 0.04, 0.5, 1.0)])
    assert (np.diff(paces) > 0).tolist() == [True, True, False, False]
    assert (0.0, 1.0) == (paces[0], paces[2])
    assert 0 < paces[-1] < 0.1
