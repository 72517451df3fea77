"""What each word of a message brings along: its letters, and the cues it is part of.

A token is a word with its marks. Before the first word and behind the last one stands a token of
its own. The same traits are taken when the network is learnt (`tests.corpus.training`) and when
it is used.
"""

from __future__ import annotations

from consent.understanding.clauses import Reading
from consent.understanding.traits import of_cues, of_word

#: A word, empty at either end of the message, and its marks.
Token = tuple[str, ...]
#: What is heard where no word stands.
SILENCE: Token = ("",)

#: Pieces of a word are of so many letters at least.
_SHORTEST = 3
_MOST_MARKS = 16


def tokens(reading: Reading, question: str | None = None) -> list[Token]:
    """Return the tokens of a message, in order; an answer says in each what was asked."""
    asked = (f"a={question}",) if question else ()
    marks: list[list[str]] = [[] for _ in reading.words]
    for place in reading.pauses:
        if place < len(marks):
            marks[place].append("pause")
    for clause in reading.clauses:
        for found in clause.found:
            kind, name, value, _ = found.cue
            told = (f"c={kind}.{name}", f"v={kind}.{name}.{value}")
            for place in range(found.start, min(found.end, len(marks))):
                marks[place] += told
    ends = ("end", "?") if any(clause.question for clause in reading.clauses) else ("end",)
    return [
        ("", "start", *asked),
        *((word, *_first(told), *asked) for word, told in zip(reading.words, marks, strict=True)),
        ("", *ends, *asked),
    ]


def _first(marks: list[str]) -> list[str]:
    """Return marks, each once: no word has so many that it could outweigh all others."""
    return list(dict.fromkeys(marks))[:_MOST_MARKS]


def told_beside(reading: Reading, question: str | None = None) -> frozenset[str]:
    """Return what is known of a message as a whole; of an answer, also what was asked."""
    told = of_cues(reading)
    return told | {f"a={question}"} if question else told


def traits_of(token: Token) -> tuple[str, ...]:
    """Return what is learnt of a token: the word, its stem, its letters, its marks."""
    word, *marks = token
    return (*of_word(word, _SHORTEST), *marks) if word else tuple(marks)
