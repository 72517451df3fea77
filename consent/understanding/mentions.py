"""What a message may name, and whether it is to go, to come, or only spoken of.

The same words decide for every purpose, channel and topic ("no X", "X lai paliek", "кроме X"),
so what was learnt for one holds for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from consent.understanding.clauses import Clause, Reading
from consent.understanding.cues import Found, Kind

OFF, ON, SPOKEN_OF = "off", "on", "spoken of"
_TABLES = frozenset({"purposes", "numbers", "channels", "topics"})
#: Evidence of the words alone that makes something a candidate although no cue names it.
_LEAST_EVIDENCE = 0.15
#: Its being wanted off or on makes it one as well.
_LEAST_WANTED = 0.3
#: Probabilities are told in so many steps.
_STEPS = 6
_STEM = 5
_NEAR, _NEAREST = 4, 2
_MOST_PLACES = 3


class Piece(NamedTuple):
    """What stands between two pauses, weighed as if it were a message by itself."""

    start: int
    end: int
    label: str
    share: float


class Hearing(NamedTuple):
    """What is known of a whole message before a single mention is looked at."""

    reading: Reading
    #: The kind of question that is open.
    question: str | None
    #: The likeliest label of the whole message, and its probability.
    label: str
    share: float
    #: How far the words alone speak for each thing.
    evidence: Mapping[str, float]
    #: How probably a withdrawal would end each thing alone.
    targets: Mapping[str, float]
    #: Its pieces, if it has several.
    pieces: tuple[Piece, ...] = ()
    #: How probably each thing is wanted off, and on, by the order of words; empty unless several
    #: things may be meant.
    wanted: Mapping[str, tuple[float, float]] = {}


def candidates(hearing: Hearing) -> list[str]:
    """Return what a message may name, sorted."""
    named = named_in(hearing.reading)
    for told in (hearing.evidence, hearing.targets):
        named |= {thing for thing, share in told.items() if share > _LEAST_EVIDENCE}
    named |= {thing for thing, shares in hearing.wanted.items() if max(shares) > _LEAST_WANTED}
    return sorted(named & hearing.evidence.keys())


def mention_traits(hearing: Hearing, thing: str, kind: str) -> frozenset[str]:
    """Return what speaks for or against a thing being wanted off or on.

    `kind` is P for a purpose, C for a channel, T for a topic.
    """
    places = [
        (found, clause)
        for clause in hearing.reading.clauses
        for found in clause.found
        if found.cue.value == thing and found.cue.name in _TABLES
    ]
    traits = set(_of_message(hearing, thing, kind, named=bool(places)))
    for found, clause in places[:_MOST_PLACES]:
        traits.update(_of_clause(clause))
        traits.update(_of_neighbours(hearing.reading.words, found))
        traits.update(_of_phrase(hearing.reading, found))
        traits.update(_of_piece(hearing, found))
        traits.update(_of_acts(hearing, found))
    return frozenset(traits)


def _of_message(hearing: Hearing, thing: str, kind: str, *, named: bool) -> Iterator[str]:
    label = hearing.label
    evidence = min(int(hearing.evidence[thing] * 5), 4)
    others = len(named_in(hearing.reading) - {thing})
    yield from (f"k={kind}", f"named={named}", f"asked={hearing.question} {kind} {label}")
    yield from (f"n={evidence}", f"nk={evidence} {kind} {named}")
    yield from (f"top={label}", f"topn={label} {evidence}", f"tops={label} {named}")
    yield f"p={label} {int(hearing.share * 4)}"
    yield f"others={min(others, 3)} {named} {label}"
    yield f"thing={thing} {label}"
    yield from _of_target(hearing, thing, kind, named=named)
    yield from _of_wanted(hearing, thing, kind, named=named)
    rival = max((t for t in hearing.evidence if t != thing), key=hearing.evidence.__getitem__)
    gap = hearing.evidence[thing] - hearing.evidence[rival]
    yield f"rank={gap > 0} {named} {label}"
    yield f"rival={thing} {rival} {gap > 0} {min(int(hearing.evidence[rival] * 5), 4)}"


def _of_target(hearing: Hearing, thing: str, kind: str, *, named: bool) -> Iterator[str]:
    """Yield how far the whole message speaks for this thing alone being ended."""
    label, target = hearing.label, min(int(hearing.targets[thing] * 5), 4)
    best = int(max(hearing.targets.values()) * 5)
    evidence = min(int(hearing.evidence[thing] * 5), 4)
    others = len(named_in(hearing.reading) - {thing})
    yield from (f"t={target}", f"tk={target} {kind} {named}", f"tl={target} {label}")
    yield from (f"tb={target} {best} {named} {label}", f"tn={target} {evidence} {named} {label}")
    yield f"to={target} {min(others, 3)} {named}"


def _of_wanted(hearing: Hearing, thing: str, kind: str, *, named: bool) -> Iterator[str]:
    """Yield what the order of words says of a thing."""
    if thing not in hearing.wanted:
        return
    off, on = (min(int(share * _STEPS), _STEPS - 1) for share in hearing.wanted[thing])
    others = sum(max(w) > 1 / 2 for t, w in hearing.wanted.items() if t != thing)
    yield from (f"wo={off}", f"wn={on}", f"ww={off} {on} {named}", f"wk={off} {on} {kind}")
    yield from (f"wl={off} {on} {hearing.label}", f"wr={off} {on} {min(others, 3)}")


def named_in(reading: Reading) -> set[str]:
    """Return every purpose, channel and topic that a cue names."""
    cues = (f.cue for clause in reading.clauses for f in clause.found)
    return {value for _, name, value, _ in cues if name in _TABLES}


def _of_clause(clause: Clause) -> Iterator[str]:
    acts = clause.names(Kind.ACT) | clause.names(Kind.BLOCK)
    yield from (f"ca={act}" for act in acts or {"none"})
    yield f"cq={clause.question}"


def _of_neighbours(words: tuple[str, ...], found: Found) -> Iterator[str]:
    before = [w[:_STEM] for w in ("<", *words[: found.start])[::-1][:_NEAR]]
    after = [w[:_STEM] for w in (*words[found.end :], ">")[:_NEAR]]
    for side, row in (("L", before), ("R", after)):
        for at, word in enumerate(row, 1):
            yield f"{side}={word}"
            if at <= _NEAREST:
                yield f"{side}{at}={word}"
        yield f"{side}2={' '.join(row[:_NEAREST])}"
    yield f"LR={before[0]} {after[0]}"


def _of_phrase(reading: Reading, found: Found) -> Iterator[str]:
    """Yield what stands beside a mention between two pauses, and whether it stands alone there."""
    start = max((p for p in reading.pauses if p <= found.start), default=0)
    end = min((p for p in reading.pauses if p >= found.end), default=len(reading.words))
    stems = [word[:_STEM] for word in reading.words]
    yield from (f"B={stem}" for stem in stems[start : found.start])
    yield from (f"A={stem}" for stem in stems[found.end : end])
    yield f"room={min(found.start - start, 3)} {min(end - found.end, 3)}"
    acts = {
        f.cue.name
        for clause in reading.clauses
        for f in clause.found
        if f.cue.kind is not Kind.OBJECT and start <= f.start < end
    }
    yield from (f"in={act}" for act in acts or {"none"})
    yield f"ins={' '.join(sorted(acts))}"
    nearby = stems[end : end + _NEAREST]
    yield f"next={' '.join(nearby)}"


def _of_piece(hearing: Hearing, found: Found) -> Iterator[str]:
    """Yield what the piece with the mention says by itself, and what those beside it say."""
    pieces = hearing.pieces
    at = next((n for n, p in enumerate(pieces) if p.start <= found.start < p.end), None)
    if at is None:
        return
    here = pieces[at]
    before = pieces[at - 1].label if at else "none"
    after = pieces[at + 1].label if at + 1 < len(pieces) else "none"
    yield from (f"pl={here.label}", f"pls={here.label} {int(here.share * 4)}")
    yield from (f"plt={here.label} {hearing.label}", f"pla={before} {here.label} {after}")


def _of_acts(hearing: Hearing, found: Found) -> Iterator[str]:
    acts = [
        (other.start, other.cue.name)
        for clause in hearing.reading.clauses
        for other in clause.found
        if other.cue.kind is not Kind.OBJECT
    ]
    before = max((a for a in acts if a[0] <= found.start), default=(0, "none"))[1]
    after = min((a for a in acts if a[0] > found.start), default=(0, "none"))[1]
    yield from (f"na={before}", f"nb={after}", f"nab={before} {after}")
    yield f"nat={before} {after} {hearing.label}"
