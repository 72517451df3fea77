"""Words typed without the spaces between them: "stopallads", «неприсылайте».

A long word that nobody knows is taken apart if it is made of known words alone. The fewest
are taken; short ones count for more, since any letters could be made of them. Up to three pieces
could be beginnings and endings of one word ("un-forget-table"): each is three letters long, but
for a negation in front, which is so often typed in one with its verb.
"""

from __future__ import annotations

from collections.abc import Container

#: Only words of so many letters are taken apart, and pieces are no longer than this.
_SHORTEST, _LONGEST, _LONGEST_PIECE = 7, 48, 16
#: What a piece of one letter and of two letters counts; longer ones count one.
_ONE, _TWO = 2.8, 1.4
#: Pieces must be so long in the mean, as they count.
_MEAN = 2.65
#: So long is each of a few pieces, but for a negation.
_FEW, _EACH_OF_FEW, _NEGATIONS = 3, 3, frozenset({"no", "ne", "не"})


def parts(word: str, known: Container[str]) -> tuple[str, ...]:
    """Return the known words that a word is made of; the word itself if it is not."""
    if word in known or not _SHORTEST <= len(word) <= _LONGEST:
        return (word,)
    most = len(word) / _MEAN
    #: By how many letters are read: what the pieces count, and where the last of them begins.
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for start in range(len(word)):
        if start not in best or best[start][0] >= most:
            continue
        for end in range(start + 1, min(len(word), start + _LONGEST_PIECE) + 1):
            if word[start:end] in known:
                counts = best[start][0] + _counts(end - start)
                if counts < best.get(end, (most, 0))[0]:
                    best[end] = counts, start
    pieces = _pieces(word, best) if len(word) in best else (word,)
    return (word,) if _is_chance(pieces) else pieces


def _is_chance(pieces: tuple[str, ...]) -> bool:
    """Say whether a word may be one word for all that: with a prefix, with an ending."""
    first, *rest = pieces
    lengths = map(len, rest if first in _NEGATIONS else pieces)
    return len(pieces) <= _FEW and min(lengths) < _EACH_OF_FEW


def _counts(letters: int) -> float:
    return {1: _ONE, 2: _TWO}.get(letters, 1.0)


def _pieces(word: str, best: dict[int, tuple[float, int]]) -> tuple[str, ...]:
    pieces: list[str] = []
    end = len(word)
    while end:
        start = best[end][1]
        pieces.append(word[start:end])
        end = start
    return tuple(reversed(pieces))
