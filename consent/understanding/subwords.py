"""Words cut into the pieces that a language model knows, by the likeliest cut (unigram model).

Each word is cut by itself and begins with a sign of its own, as in SentencePiece (Kudo 2018). A
letter that no piece has is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

#: Begins every word.
BEGIN = "▁"
#: A longer word is no word; its beginning says as much.
_LONGEST_WORD = 48
#: So much less likely than the rarest piece is a letter that no piece has.
_UNLIKELIER = 10.0
_MOST_MET = 10_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Subwords:
    """Pieces of words, numbered in their order, with the logarithms of their probabilities."""

    pieces: Mapping[str, tuple[int, float]]
    #: The number of what is in no piece.
    unknown: int
    _longest: int = field(init=False)
    _unlikely: float = field(init=False)
    #: Pieces of words met lately.
    _met: dict[str, tuple[int, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """See how long pieces are, and how rare."""
        object.__setattr__(self, "_longest", max(map(len, self.pieces)))
        rarest = min(score for _, score in self.pieces.values())
        object.__setattr__(self, "_unlikely", rarest - _UNLIKELIER)

    def cut(self, text: str) -> Iterator[int]:
        """Yield the numbers of the pieces of a text in normal form, in order."""
        for whole in text.split():
            word = whole[:_LONGEST_WORD]
            found = self._met.get(word)
            if found is None:
                if len(self._met) >= _MOST_MET:
                    self._met.clear()
                found = self._met[word] = self._likeliest(BEGIN + word)
            yield from found

    def _likeliest(self, word: str) -> tuple[int, ...]:
        """Return the likeliest cut of a word (Viterbi)."""
        # By where it ends: how likely the best cut so far is, where its last piece begins, which.
        best = [(0.0, 0, self.unknown)]
        for end in range(1, len(word) + 1):
            score, _, _ = best[end - 1]
            ways = [(score + self._unlikely, end - 1, self.unknown)]
            for start in range(max(0, end - self._longest), end):
                piece = self.pieces.get(word[start:end])
                if piece:
                    ways.append((best[start][0] + piece[1], start, piece[0]))
            best.append(max(ways))
        return tuple(_walked(best))


def _walked(best: list[tuple[float, int, int]]) -> list[int]:
    """Return the numbers of the pieces on the best way."""
    numbers: list[int] = []
    end = len(best) - 1
    while end > 0:
        _, start, number = best[end]
        numbers.append(number)
        end = start
    return numbers[::-1]
