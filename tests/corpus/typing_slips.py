"""Messages as they come from a broken phone or a hurried thumb: what is meant stays the same.

Some examples are learnt from a second time with slips, so that a letter too few or a neighbouring
key does not turn a refusal into its opposite.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from tests.corpus.examples import Example

#: Of so many examples one is mistyped.
_ONE_OF = 5
#: In so many letters there is a slip; short words and first letters keep what they have.
_LETTERS_A_SLIP, _SHORTEST = 25, 4
#: So often all marks are missing, and so often two words are typed as one.
_UNMARKED, _JOINED = 0.3, 0.15
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_BESIDE = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in _KEYS
    for at, letter in enumerate(row)
}
_WORD = re.compile(r"[^\W\d_]+")


def with_slips(examples: Iterable[Example], seed: int = 0) -> Iterator[Example]:
    """Yield all examples, and some of them mistyped; the same ones each time."""
    draw = Random(seed)  # noqa: S311 - nothing is kept secret
    for example in examples:
        yield example
        if draw.randrange(_ONE_OF) == 0:
            yield replace(example, text=mistyped(example.text, draw))


def mistyped(text: str, draw: Random) -> str:
    """Return a message with a few slips."""
    if draw.random() < _UNMARKED:
        text = without_marks(text)
    for _ in range(1 + len(text) // _LETTERS_A_SLIP):
        words = [found for found in _WORD.finditer(text) if len(found[0]) >= _SHORTEST]
        if words:
            at = draw.choice(
                [at for found in words for at in range(found.start() + 1, found.end())]
            )
            text = _slip(text, at, draw)
    if draw.random() < _JOINED and " " in text:
        at = draw.choice([at for at, letter in enumerate(text) if letter == " "])
        text = text[:at] + text[at + 1 :]
    return text


def _slip(text: str, at: int, draw: Random) -> str:
    letter = text[at]
    beside = _BESIDE.get(letter, letter)
    slips = (
        "",
        letter * 2,
        draw.choice(beside),
        f"{draw.choice(beside)}{letter}",
    )
    chosen = draw.randrange(len(slips) + 1)
    if chosen == len(slips):
        return f"{text[: at - 1]}{letter}{text[at - 1]}{text[at + 1 :]}"
    return text[:at] + slips[chosen] + text[at + 1 :]


def without_marks(text: str) -> str:
    """Return Latin letters without their marks; a Russian й is a letter of its own."""
    return "".join(
        letter if letter in "йЙ" else unicodedata.normalize("NFD", letter)[0] for letter in text
    )
