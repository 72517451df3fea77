"""Answers in free wording to the open question: "ну давайте", "all but calls", "lai paliek".

A yes to a notice is certain only if it begins with a word that the lexicon lists as a yes and
nothing in the message speaks against it; whatever else sounds like a yes is asked about again
(law 1). A no needs no such word. What answers something else is read as if nothing were pending.
"""

from __future__ import annotations

import re

from consent.intents import Intent, IntentName
from consent.understanding.cues import Kind
from consent.understanding.hearing import Weighed, mentioned
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import OFF, ON, named_in
from consent.understanding.message import Message
from consent.understanding.parts import Part
from consent.understanding.refusals import refused, things
from consent.understanding.weights import Learned

#: The questions whose answers are weighed as such.
QUESTIONS = ("grant", "channels", "scope")
_YES = frozenset({Part.YES, Part.OKAY})
#: What may stand beside a yes without changing it.
_AGREEING = _YES | {Part.GRANT, Part.COURTESY, Part.CONSENT, Part.AND, Part.OF, Part.TO, Part.ALL}
_GIVING = frozenset({"give", "polite", "consent"})
_ANY = _GIVING | {"everything"}
#: What takes the certainty out of a yes.
_DOUBTFUL = frozenset({"condition", "doubt", "third", "quote", "past", "keep", "other", "except"})
_LIKELY, _SURE = 0.5, 0.6
_WORD = re.compile(r"[^\W\d_]+")


def answered(
    message: Message, weighed: Weighed, learned: Learned, lexicon: Lexicon
) -> Intent | None:
    """Return what a message answers to the open question, if it does."""
    if message.pending not in QUESTIONS:
        return None
    if weighed.shares["no"] >= _LIKELY:
        return (
            refused(weighed, learned)
            if _ends_more(message, weighed)
            else Intent(name=IntentName.NO)
        )
    if message.pending == "channels":
        return _channels(message, weighed, learned, lexicon)
    yes = weighed.shares["yes"]
    if yes < _LIKELY:
        return None
    certain = yes >= _SURE and not _is_doubtful(message, weighed, lexicon)
    if message.pending == "grant":
        certain = certain and accepts(message, weighed, lexicon)
    return Intent(name=IntentName.YES, certain=certain)


def _ends_more(message: Message, weighed: Weighed) -> bool:
    """Say whether a no to a notice also ends something else, which must not be lost."""
    if message.pending != "grant":
        return False
    clauses = weighed.hearing.reading.clauses
    broad = any("everything" in c.names(Kind.OBJECT) for c in clauses)
    ends = any(c.names(Kind.ACT) & {"stop", "cease"} for c in clauses)
    return ends and (broad or bool(named_in(weighed.hearing.reading) - {message.about}))


def accepts(message: Message, weighed: Weighed, lexicon: Lexicon) -> bool:
    """Say whether a message is worded as the yes that a notice needs (law 1)."""
    listed = bool(_opening(weighed, lexicon) & _YES)
    plain = _is_plain(weighed, {message.about}, _GIVING, lexicon)
    return listed and plain and not _is_doubtful(message, weighed, lexicon)


def _is_plain(weighed: Weighed, about: set[str], cues: frozenset[str], lexicon: Lexicon) -> bool:
    """Say whether every word agrees, is courtesy, gives, or names what the question is about.

    "Да пошли вы" and "yes, tell me more first" begin with a yes and are none.
    """
    reading = weighed.hearing.reading
    fine: set[int] = set()
    for clause in reading.clauses:
        for f in clause.found:
            if f.cue.name in cues or f.cue.value in about:
                fine.update(range(f.start, f.end))
    words, at = reading.words, 0
    while at < len(words):
        length, senses = lexicon.phrase_at(words, at)
        agrees = bool(_AGREEING & senses.keys())
        if not agrees and at not in fine:
            return False
        at += length if agrees else 1
    return True


def _is_doubtful(message: Message, weighed: Weighed, lexicon: Lexicon) -> bool:
    clauses = weighed.hearing.reading.clauses
    blocks = frozenset[str]().union(*(c.names(Kind.BLOCK) | c.names(Kind.ACT) for c in clauses))
    words = _WORD.findall(message.heard.plain)
    conditional = not lexicon.conditions.isdisjoint(words)
    return bool(blocks & _DOUBTFUL) or conditional or "?" in message.heard.plain


def _opening(weighed: Weighed, lexicon: Lexicon) -> frozenset[Part]:
    """Return the parts that the first words can play, longest phrase first."""
    words = weighed.hearing.reading.words
    return frozenset(lexicon.phrase_at(words, 0)[1]) if words else frozenset()


def _channels(
    message: Message, weighed: Weighed, learned: Learned, lexicon: Lexicon
) -> Intent | None:
    """Read which channels are wanted; without a name "all" has to be said."""
    if weighed.shares["grant"] < _LIKELY:
        return None
    states = mentioned(weighed.hearing, learned)
    named = named_in(weighed.hearing.reading)
    wanted = [c for c in things(states, ON) if c in lexicon.channels and c in named]
    if not wanted and _means_all(weighed):
        unwanted = set(things(states, OFF))
        wanted = [c for c in lexicon.channels if c not in unwanted]
    if not wanted:
        return None
    # A channel switched on is a yes too: with anything else in the message it is asked about.
    certain = "?" not in message.heard.plain and _is_plain(weighed, set(wanted), _ANY, lexicon)
    return Intent(name=IntentName.GRANT, channels=tuple(wanted), certain=certain)


def _means_all(weighed: Weighed) -> bool:
    clauses = weighed.hearing.reading.clauses
    named = frozenset[str]().union(*(c.names(Kind.OBJECT) | c.names(Kind.ACT) for c in clauses))
    return bool(named & {"everything", "except"})
