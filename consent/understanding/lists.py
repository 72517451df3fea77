"""Numbers in a row, in free wording: "hey, 1, 4 and 7 off", "1 2 3 vyklyuchit, krome 2".

What examples teach of each number alone is not enough where many are told at once; so lists are
found by rule, as ranges are (`ranges`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consent.understanding.kept import numbered
from consent.understanding.lexicon import Lexicon

_WORD = re.compile(r"[^\W_]+")
#: What stands between two of them: no dash, which makes them a range or a date.
_SIGNS = re.compile(r"[\s.,;&+/]*")
_FEWEST = 2

#: Where a number stands, and its purpose.
_Number = tuple[int, int, str]


def lists(folded: str, lexicon: Lexicon) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield numbers in a row: what stands before them, their purposes, and what stands behind.

    A number told again is in the row no more: "1, 2, 8, двойку не трогать".
    """
    for row in _rows(folded, lexicon):
        if len(row) >= _FEWEST:
            purposes = tuple(purpose for _, _, purpose in row)
            yield folded[: row[0][0]], purposes, folded[row[-1][1] :]


def _rows(folded: str, lexicon: Lexicon) -> Iterator[list[_Number]]:
    """Yield what numbers stand together, with an "and" between them at most."""
    row: list[_Number] = []
    for found in _WORD.finditer(folded):
        purpose = numbered(found[0], lexicon)
        if not purpose:
            continue
        start, end = found.span()
        told = {known for _, _, known in row}
        gap = folded[row[-1][1] : start] if row else ""
        if purpose in told or not _joins(gap, folded[end : end + 1], lexicon):
            yield row
            row = []
        row.append((start, end, purpose))
    yield row


def _joins(gap: str, behind: str, lexicon: Lexicon) -> bool:
    """Say whether what stands between two numbers makes them a list.

    A point ends a sentence, unless one stands behind the second as well: "1. 4. 5. off".
    """
    ends = "." in gap and "," not in gap and behind != "."
    words = _WORD.findall(gap)
    return not ends and all(map(lexicon.joins, words)) and not _SIGNS.sub("", _WORD.sub("", gap))
