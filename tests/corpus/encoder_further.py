"""Teaching the shipped language model further: `make teach-encoder`, half an hour on two cores.

It is shown all examples once more, those that it misreads three times, and half of what it was
stays: the mean of both forgets less (Wortsman et al. 2022). Whoever adds examples need not begin
with the pretrained model again.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import torch

from consent.understanding.encoder import Encoder, Floats, Norm, Weighing
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.encoder import find_encoder
from tests.corpus.encoder_made import PLACES
from tests.corpus.encoder_training import (
    LOUDER,
    Course,
    Taught,
    course_of,
    rows_of,
    said,
    shown,
    tables_of,
    teach,
    write,
)
from tests.corpus.examples import Example, read_examples
from tests.corpus.joined_wishes import with_joined
from tests.corpus.pretrained import Pretrained, read_pretrained
from tests.corpus.training import labels_of, things_of

#: So often it is shown what it misreads.
_TIMES = 3
#: An example is misread if this much speaks for its label, or less.
_MISREAD = 0.6
#: Slower than from the beginning: what it knows is to be kept.
_PACE = 1.5e-4
_AT_ONCE = 256


def known(encoder: Encoder) -> Taught:
    """Return the tables of a model that was taught before, to be taught further."""
    named: dict[str, Norm | Weighing] = {"even": encoder.even, "says": encoder.says}
    for at, layer in enumerate(encoder.layers):
        named |= {f"layers.{at}.{name}": part for name, part in layer._asdict().items()}
    tables = {f"{name}.weight": part.weight for name, part in named.items()}
    tables |= {f"{name}.bias": part.bias for name, part in named.items()}
    tables[PLACES] = encoder.places
    tables["says.weight"] = tables["says.weight"] / LOUDER
    return {name: torch.tensor(table).requires_grad_() for name, table in tables.items()}


def misread(model: Pretrained, course: Course, taught: Taught) -> list[int]:
    """Return the places of the examples that are misread in the first round."""
    rows, messages = rows_of(model), course.rounds[0]
    order = sorted(range(len(messages)), key=lambda at: len(messages[at]))
    wrong: list[int] = []
    for start in range(0, len(order), _AT_ONCE):
        batch = order[start : start + _AT_ONCE]
        with torch.no_grad():
            heard = said(taught, rows, shown([messages[at] for at in batch], model.end))
        likely = heard[:, : course.exclusive].softmax(1)
        right = likely.gather(1, course.label[batch, None])[:, 0]
        wrong += [at for at, share in zip(batch, right.tolist(), strict=True) if share <= _MISREAD]
    return wrong


def main() -> None:
    """Teach the shipped model further, and write it."""
    torch.manual_seed(0)
    catalogue = load_catalogue(ROOT)
    model = read_pretrained()
    examples = with_joined(read_examples(ROOT, catalogue), catalogue)
    taught = known(find_encoder(ROOT, labels_of(things_of(catalogue)).wanted).ready())
    before = {name: table.copy() for name, table in tables_of(taught).items()}
    hard = misread(model, course_of(examples, model, 1), taught)
    print(f"{len(hard)} of {len(examples)} misread")  # noqa: T201
    course = course_of(_often(examples, hard), model, 1)
    draw = Random(0)  # noqa: S311 - nothing is kept secret
    after = teach(model, course, draw, taught, _PACE)
    write(model, course, {name: _mean(before[name], after[name]) for name in before})


def _mean(one: Floats, two: Floats) -> Floats:
    mean: Floats = (one + two) * np.float32(0.5)
    return mean


def _often(examples: Sequence[Example], hard: Sequence[int]) -> list[Example]:
    return [*examples, *([examples[at] for at in hard] * (_TIMES - 1))]


if __name__ == "__main__":
    main()
