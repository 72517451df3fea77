"""Teaching the shipped language model further: `make teach-encoder`, an hour on two cores.

It is shown all examples once more, and half of what it was stays: the mean of both forgets less
(Wortsman et al. 2022). Whoever adds examples need not begin with the pretrained model again.
"""

from __future__ import annotations

from random import Random

import numpy as np
import torch

from consent.understanding.encoder import Encoder, Floats, Norm, Weighing
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.encoder import find_encoder
from tests.corpus.encoder_made import PLACES
from tests.corpus.encoder_network import LOUDER, Taught, tables_of
from tests.corpus.encoder_training import course_of, teach, write
from tests.corpus.examples import read_examples
from tests.corpus.joined_wishes import with_joined
from tests.corpus.pretrained import read_pretrained
from tests.corpus.training import labels_of, things_of

#: Slower than from the beginning: what it knows is to be kept.
_PACE = 1e-4


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


def main() -> None:
    """Teach the shipped model further, and write it."""
    torch.manual_seed(0)
    model, catalogue = read_pretrained(), load_catalogue(ROOT)
    taught = known(find_encoder(ROOT, labels_of(things_of(catalogue)).wanted).ready())
    before = {name: table.copy() for name, table in tables_of(taught).items()}
    course = course_of(with_joined(read_examples(ROOT, catalogue), catalogue), model, 1)
    draw = Random(0)  # noqa: S311 - nothing is kept secret
    after = teach(model, course, draw, taught, _PACE)
    write(model, course, {name: _mean(before[name], after[name]) for name in before})


def _mean(one: Floats, two: Floats) -> Floats:
    mean: Floats = (one + two) * np.float32(0.5)
    return mean


if __name__ == "__main__":
    main()
