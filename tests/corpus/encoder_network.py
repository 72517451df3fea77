"""The language model as PyTorch teaches it: the same reckoning as `consent.understanding.encoder`.

Needs `torch`, which `make train-encoder` installs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from consent.understanding.encoder import HEADS, LEAST, MOST_PIECES, Floats
from tests.corpus.encoder_made import PLACES
from tests.corpus.pretrained import Pretrained

#: What a message comes to is small; so it is heard well from the start.
LOUDER = 4.0
Taught = dict[str, torch.Tensor]
#: Messages as numbers of pieces.
Messages = Sequence[Sequence[int]]


class Shown(NamedTuple):
    """Messages of a batch: numbers of pieces, and which places hold one."""

    numbers: torch.Tensor
    inside: torch.Tensor


def untaught(model: Pretrained, labels: int) -> Taught:
    """Return the tables of the lower half, named as in the file of the encoder."""
    places = model.tensor("emb.pos").reshape(-1, model.width)[:MOST_PIECES]
    tables = {
        PLACES: places + model.tensor("emb.type")[: model.width],
        "even.weight": model.tensor("emb.ln.w"),
        "even.bias": model.tensor("emb.ln.b"),
    }
    taught = {name: torch.tensor(table) for name, table in tables.items()}
    taught["says.weight"] = torch.randn(model.width, labels) * 0.02
    taught["says.bias"] = torch.zeros(labels)
    taught |= _layers(model, range(model.layers // 2))
    return {name: table.requires_grad_() for name, table in taught.items()}


def with_upper_half(model: Pretrained, taught: Taught) -> Taught:
    """Return the tables of all layers: the upper ones as they are, on top of what was taught."""
    return taught | {
        name: table.requires_grad_()
        for name, table in _layers(model, range(layers_of(taught), model.layers)).items()
    }


def layers_of(taught: Mapping[str, object]) -> int:
    """Return how many layers tables are of."""
    return len({name.split(".")[1] for name in taught if name.startswith("layers.")})


def _layers(model: Pretrained, places: Iterable[int]) -> Taught:
    return {
        f"layers.{at}.{name}": torch.tensor(table)
        for at in places
        for name, table in _layer(model, at)
    }


def _layer(model: Pretrained, at: int) -> Iterator[tuple[str, Floats]]:
    def columns(name: str, rows: int) -> Floats:
        return model.tensor(f"l{at}.{name}").reshape(rows, -1).T

    parts = "qkv"
    yield "looks.weight", np.hstack([columns(f"{part}.w", model.width) for part in parts])
    yield "looks.bias", np.hstack([model.tensor(f"l{at}.{part}.b") for part in parts])
    for ours, theirs, rows in (
        *(("tells", "ao", model.width), ("widens", "fi", model.wide)),
        ("narrows", "fo", model.width),
    ):
        yield f"{ours}.weight", columns(f"{theirs}.w", rows)
        yield f"{ours}.bias", model.tensor(f"l{at}.{theirs}.b")
    for ours, theirs in (("looked", "aln"), ("thought", "oln")):
        yield f"{ours}.weight", model.tensor(f"l{at}.{theirs}.w")
        yield f"{ours}.bias", model.tensor(f"l{at}.{theirs}.b")


def _hidden(figures: torch.Tensor, share: float) -> torch.Tensor:
    """Hide some figures of each message, the same ones in all its places."""
    if not share:
        return figures
    count, *_, width = figures.shape
    clear = torch.empty(count, *[1] * (figures.dim() - 2), width).bernoulli_(1 - share)
    return figures * clear.div_(1 - share)


def said(taught: Taught, rows: torch.Tensor, batch: Shown, hidden: float = 0) -> torch.Tensor:
    """Return what batches say for each label, as `consent.understanding.encoder` does.

    While it is taught, a share of what it goes by is hidden.
    """

    def weighed(name: str, figures: torch.Tensor) -> torch.Tensor:
        return figures @ taught[f"{name}.weight"] + taught[f"{name}.bias"]

    def even(name: str, figures: torch.Tensor) -> torch.Tensor:
        weight, bias = taught[f"{name}.weight"], taught[f"{name}.bias"]
        return F.layer_norm(figures, weight.shape, weight, bias, LEAST)

    count, long = batch.numbers.shape
    mask = batch.inside[:, None, None, :]
    figures = _hidden(even("even", rows[batch.numbers] + taught[PLACES][:long]), hidden)
    for at in range(layers_of(taught)):
        name = f"layers.{at}"
        looks = weighed(f"{name}.looks", figures).view(count, long, 3, HEADS, -1)
        asks, answers, tells = looks.permute(2, 0, 3, 1, 4)
        heard = F.scaled_dot_product_attention(asks, answers, tells, attn_mask=mask)
        told = weighed(f"{name}.tells", heard.transpose(1, 2).reshape(figures.shape))
        seen = even(f"{name}.looked", figures + _hidden(told, hidden))
        thought = weighed(
            f"{name}.narrows", F.gelu(weighed(f"{name}.widens", seen), approximate="tanh")
        )
        figures = even(f"{name}.thought", seen + _hidden(thought, hidden))
    share = batch.inside[..., None].float()
    whole = (figures * share).sum(1) / share.sum(1)
    return weighed("says", _hidden(whole, hidden) * LOUDER)


def shown(messages: Messages, silence: int) -> Shown:
    """Return messages as one batch; `silence` stands where a shorter one has ended."""
    longest = max(map(len, messages))
    numbers = torch.full((len(messages), longest), silence)
    for at, pieces in enumerate(messages):
        numbers[at, : len(pieces)] = torch.tensor(pieces)
    sizes = torch.tensor([len(pieces) for pieces in messages])
    return Shown(numbers, torch.arange(longest)[None] < sizes[:, None])


def rows_of(model: Pretrained) -> torch.Tensor:
    """Return what is known of each piece of a word."""
    return torch.tensor(model.rows().rows(range(len(model.pieces))))


def tables_of(taught: Taught) -> dict[str, Floats]:
    """Return the tables as the encoder reads them."""
    tables = {name: table.detach().numpy() for name, table in taught.items()}
    return tables | {"says.weight": tables["says.weight"] * np.float32(LOUDER)}
