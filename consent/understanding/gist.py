"""What a message in free wording asks for, from the cues in each of its clauses.

The worst error is a wrong grant, then a missed withdrawal, then one of too much, then a needless
question (issue "Understand what customers really write"). So blocks come first: a negated
refusal, a condition, somebody else, another service take the acts of their clause away. An act of
stopping with its object is certain; without one it stops the marketing; a mere complaint asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from consent.intents import Intent, IntentName, Page, Scope, Wish
from consent.understanding.cues import Cue, Cues, Found, Kind
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Message
from consent.understanding.scripts import one_script, other_readings

_SENTENCE = re.compile(r"[^.!?;\n…]+[?]?")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|[,:()]|(?<=\s)-(?=\s)")
#: Between two wishes of one sentence.
_BREAKS = frozenset({",", ":", "(", ")", "-"})
#: A longer message is read as far as this; what people want stands near the beginning.
_MOST_WORDS = 60
_FEWEST_WORDS = 2

_PAGES = {
    "review": (IntentName.HUMAN, Page.REVIEW),
    "human": (IntentName.HUMAN, None),
    "status": (IntentName.STATUS, None),
    "explain": (IntentName.EXPLAIN, None),
    "privacy": (IntentName.EXPLAIN, Page.PRIVACY),
    "my_data": (IntentName.EXPLAIN, Page.MY_DATA),
    "help": (IntentName.HELP, None),
    "language": (IntentName.LANGUAGE, None),
    "pause": (IntentName.PAUSE, None),
}
#: Acts that end something: by themselves, with an object, or as a complaint.
_ENDING = ("stop", "cease", "annoyed")
#: Blocks that take every act of their clause away.
_SILENCING = frozenset({"condition", "third", "quote", "past", "doubt"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: what was found in it."""

    found: tuple[Found, ...]
    question: bool

    def names(self, kind: Kind) -> frozenset[str]:
        """Return which cues of a kind it has."""
        return frozenset(f.cue.name for f in self.found if f.cue.kind is kind)

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of its objects of this name, in order."""
        return tuple(dict.fromkeys(f.cue.value for f in self.found if f.cue.name == name))


def gist(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read free wording; none if nothing in it speaks of consents.

    One word is a keyword or nothing: free wording takes two to be told from a slip.
    """
    if len(message.heard.tokens) < _FEWEST_WORDS:
        return None
    clauses = clauses_of(message.heard.folded, lexicon.cues)
    if any(clause.found for clause in clauses):
        return _gist(clauses, lexicon)
    readings = (clauses_of(text, lexicon.cues) for text in other_readings(message.heard.plain))
    return next((intent for found in readings if (intent := _gist(found, lexicon))), None)


def _gist(clauses: tuple[Clause, ...], lexicon: Lexicon) -> Intent | None:
    wishes = _merged(w for at, c in enumerate(clauses) if (w := _wish(c, clauses, at, lexicon)))
    language = _language(clauses)
    brand = _brand(clauses)
    if not wishes:
        page = _page(clauses)
        return replace(page, language=language, brand=brand) if page else None
    first = wishes[0]
    return Intent(
        name=first.name,
        purposes=first.purposes,
        channels=first.channels,
        topics=first.topics,
        scope=first.scope,
        certain=first.certain,
        actions=tuple(wishes) if len(wishes) > 1 else (),
        language=language,
        brand=brand,
    )


def clauses_of(folded: str, cues: Cues) -> tuple[Clause, ...]:
    """Return the clauses of a folded text with what was found in each.

    A sentence is one clause unless it wants something off and something else on.
    """
    clauses: list[Clause] = []
    budget = _MOST_WORDS
    for piece in _SENTENCE.findall(folded):
        words, breaks = _words(piece, budget)
        budget -= len(words)
        found = _unhidden(tuple(cues.find(words)))
        clauses += _parted(found, breaks, question=piece.endswith("?"))
        if budget <= 0:
            break
    return tuple(clauses)


def _words(piece: str, budget: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the words of a sentence, and before which of them it pauses."""
    words: list[str] = []
    breaks: list[int] = []
    for token in _WORD.findall(piece)[:budget]:
        if token in _BREAKS:
            breaks.append(len(words))
        else:
            words.append(one_script(token))
    return tuple(words), tuple(breaks)


def _parted(
    found: tuple[Found, ...], breaks: tuple[int, ...], *, question: bool
) -> Iterator[Clause]:
    """Yield the clauses of a sentence: cut where the wish changes sides, at a pause if any."""
    acts = sorted((f for f in found if _side(f)), key=lambda f: f.start)
    cuts = [
        max((b for b in breaks if one.end <= b <= two.start), default=two.start)
        for one, two in pairwise(acts)
        if _side(one) != _side(two)
    ]
    for start, end in pairwise((0, *cuts, _MOST_WORDS + 1)):
        inside = tuple(f for f in found if start <= f.start < end)
        yield Clause(inside, question=question)


def _side(found: Found) -> str:
    """Return whether an act takes away or gives; nothing for all else."""
    if found.cue.kind is not Kind.ACT:
        return ""
    if found.cue.name in _ENDING:
        return "off"
    return "on" if found.cue.name == "give" else ""


def _unhidden(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Drop what lies inside a longer cue of the same kind, and acts inside a block."""
    return tuple(f for f in found if not any(_hides(g, f) for g in found))


def _hides(longer: Found, shorter: Found) -> bool:
    inside = longer.start <= shorter.start and shorter.end <= longer.end
    if not inside or longer is shorter:
        return False
    if longer.cue.kind is Kind.BLOCK and shorter.cue.kind is Kind.ACT:
        return True
    bigger = longer.end - longer.start > shorter.end - shorter.start
    return bigger and longer.cue.kind is shorter.cue.kind


def _wish(clause: Clause, clauses: tuple[Clause, ...], at: int, lexicon: Lexicon) -> Wish | None:
    """Return what a clause wants changed, if anything."""
    acts, blocks = clause.names(Kind.ACT), clause.names(Kind.BLOCK)
    if blocks & _SILENCING or "keep" in blocks:
        return None
    ending = next((act for act in _ENDING if act in acts), None)
    objects = _objects(clause)
    if ending and objects.empty:
        neighbours = (*clauses[max(at - 1, 0) : at], *clauses[at + 1 : at + 2])
        objects = next((o for c in neighbours if not (o := _objects(c)).empty), objects)
    if "other" in blocks and objects.narrow_or_empty:
        return None
    if clause.question and "polite" not in acts:
        return None
    if "only" in acts and objects.channels:
        rest = tuple(c for c in lexicon.channels if c not in objects.channels)
        return Wish(name=IntentName.WITHDRAW, channels=rest)
    if ending and "except" in acts:
        return _ended_except(clause, lexicon)
    if ending:
        return _ended(ending, objects)
    if "give" in acts and not objects.empty:
        return _given(objects)
    return None


def _ended_except(clause: Clause, lexicon: Lexicon) -> Wish | None:
    """Return what ends when something is excepted: the rest of its kind."""
    place = next(f.start for f in clause.found if f.cue.name == "except")
    kept = Clause(tuple(f for f in clause.found if f.start >= place), question=False)
    if purposes := kept.values("purposes"):
        rest = tuple(p for _, p in sorted(lexicon.purposes.items()) if p not in purposes)
        return Wish(name=IntentName.WITHDRAW, purposes=rest)
    if channels := kept.values("channels"):
        rest = tuple(c for c in lexicon.channels if c not in channels)
        return Wish(name=IntentName.WITHDRAW, channels=rest)
    return None


@dataclass(frozen=True, slots=True)
class _Objects:
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    topics: tuple[str, ...]
    broad: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether nothing is named."""
        return not (self.purposes or self.channels or self.topics or self.broad)

    @property
    def narrow_or_empty(self) -> bool:
        """Whether neither advertising nor consents are named."""
        return not (self.purposes or self.broad)


def _objects(clause: Clause) -> _Objects:
    broad = clause.names(Kind.OBJECT) & {"ads", "contact", "everything", "consent"}
    return _Objects(
        purposes=clause.values("purposes"),
        channels=clause.values("channels"),
        topics=clause.values("topics"),
        broad=broad,
    )


def _ended(act: str, objects: _Objects) -> Wish | None:
    withdraw = Wish(name=IntentName.WITHDRAW)
    everything = Wish(name=IntentName.WITHDRAW_ALL, scope=Scope.MARKETING)
    if "everything" in objects.broad and ("consent" in objects.broad or objects.empty):
        return replace(everything, scope=Scope.ALL)
    if objects.purposes:
        return replace(withdraw, purposes=objects.purposes)
    if objects.channels and "everything" not in objects.broad:
        return replace(withdraw, channels=objects.channels)
    if objects.topics:
        return replace(withdraw, topics=objects.topics)
    if objects.broad & {"ads", "contact"}:
        return everything
    if "everything" in objects.broad:
        return replace(everything, scope=Scope.ALL)
    if "consent" in objects.broad:
        return everything
    if act == "stop":
        return everything
    return replace(everything, certain=False)


def _given(objects: _Objects) -> Wish:
    if objects.channels or objects.topics:
        return Wish(
            name=IntentName.GRANT, channels=objects.channels, topics=objects.topics, certain=True
        )
    purposes = objects.purposes or (("offers",) if "ads" in objects.broad else ())
    return Wish(name=IntentName.GRANT, purposes=purposes)


def _merged(wishes: Iterable[Wish]) -> list[Wish]:
    """Return wishes of the same kind and certainty as one, in order."""
    merged: dict[tuple[IntentName, bool], Wish] = {}
    for wish in wishes:
        key = (wish.name, bool(wish.channels or wish.topics))
        before = merged.get(key)
        merged[key] = wish if before is None else _both(before, wish)
    return list(merged.values())


def _both(one: Wish, two: Wish) -> Wish:
    scopes = {one.scope, two.scope}
    return replace(
        one,
        purposes=tuple(dict.fromkeys((*one.purposes, *two.purposes))),
        channels=tuple(dict.fromkeys((*one.channels, *two.channels))),
        topics=tuple(dict.fromkeys((*one.topics, *two.topics))),
        scope=Scope.ALL if Scope.ALL in scopes else one.scope or two.scope,
        certain=one.certain or two.certain,
    )


def _page(clauses: tuple[Clause, ...]) -> Intent | None:
    """Return what is to be shown, if something is; questions of effect are explanations."""
    for name, (intent, page) in _PAGES.items():
        for clause in clauses:
            if name in clause.names(Kind.ACT):
                wanted = clause.values("language") if name == "language" else ()
                return Intent(
                    name=intent,
                    page=page,
                    purposes=_about(clauses),
                    wanted_language=next(iter(wanted), None),
                )
    asked = any(c.question and _objects(c).purposes for c in clauses)
    return Intent(name=IntentName.EXPLAIN, purposes=_about(clauses)) if asked else None


def _about(clauses: tuple[Clause, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p for c in clauses for p in c.values("purposes")))


def _language(clauses: tuple[Clause, ...]) -> str | None:
    spoken = {f.cue.language for c in clauses for f in c.found}
    return next(iter(spoken)) if len(spoken) == 1 else None


def _brand(clauses: tuple[Clause, ...]) -> str | None:
    named = {b for c in clauses for b in c.values("brands")}
    return next(iter(named)) if len(named) == 1 else None


def explained(clauses: tuple[Clause, ...]) -> list[str]:
    """Return which cues were found, for those who ask why."""
    return [_told(f.cue, f.pattern) for c in clauses for f in c.found]


def _told(cue: Cue, pattern: str) -> str:
    name = f"{cue.kind.value}.{cue.name}"
    return f"{cue.language} {name}{f'.{cue.value}' if cue.value else ''}: {pattern}"
