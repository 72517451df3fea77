"""A small language taught by hand: which word speaks for what is said in the test itself.

Nothing here is learnt from examples, so no test of a rule rests on a figure of the shipped
weights. A word that nobody taught says nothing.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping

from consent.intents import Intent, Wish
from consent.understanding import Lexicon, Part, Words, build_lexicon, understand
from consent.understanding.cues import Cue, Cues, Kind, build_cues
from consent.understanding.labels import LABELS, ONE, WANTED_OFF, WANTED_ON
from consent.understanding.mentions import OFF, ON, SPOKEN_OF
from consent.understanding.misspelt import build_spellings
from consent.understanding.network import COARSER, NARROW, SMALL, Network
from consent.understanding.rows import FULL, Rows, build_rows, key_of
from consent.understanding.weights import Learned, Weights, build_weights
from tests.builders import CATALOGUE, CHANNELS, PURPOSES, TOPICS

THINGS = dict.fromkeys(PURPOSES, "P") | dict.fromkeys(CHANNELS, "C") | dict.fromkeys(TOPICS, "T")
#: The few words that the rules of this language know.
WORDS: Words = {
    Part.YES: {"": ["yes", "of course"]},
    Part.OKAY: {"": ["okay"]},
    Part.NO: {"": ["no", "yes no"]},
    Part.STOP: {"": ["stop"]},
    Part.HUMAN: {"": ["person"]},
    Part.HELP: {"": ["help"]},
    Part.CONSENT: {"": ["consent"]},
}
_ACTS = {
    "stop": "halt",
    "give": "want",
    "except": "except",
    "review": "review",
    "privacy": "privacy",
    "my_data": "mydata",
}
_BLOCKS = {
    "but": "but",
    "condition": "if",
    "doubt": "maybe",
    "third": "wife",
    "quote": "wrote",
    "past": "yesterday",
    "keep": "keep",
    "other": "tyres",
}
#: What decides nothing in a message about one thing.
DOUBTS = ("if", "maybe", "wife", "wrote", "yesterday", "keep", "tyres", "except")
_UNIT = 0.1
_ZERO, _LARGEST = 128, 127
#: The size of a trait that counts once, as it is kept.
_ONCE = 10
#: What nothing speaks for.
_NEVER, _UNNAMED, _UNTOUCHED = -9.0, -6.0, 4.0
#: So much a word speaks for its labels, and not only against the others.
_LOUD = 3.0
#: Labels of which a message has one.
_EXCLUSIVE = (*LABELS, *map(ONE.format, THINGS))
WANTED = tuple(state.format(thing) for state in (WANTED_OFF, WANTED_ON) for thing in THINGS)

#: How probable each label is, and each thing, in a message that has this word.
Says = Mapping[str, Mapping[str, float]]
#: How probably a thing is wanted off, and on.
States = Mapping[str, tuple[float, float]]


def weights(
    labels: tuple[str, ...],
    scores: Mapping[str, Mapping[str, float]],
    bias: Mapping[str, float] | None = None,
) -> Weights:
    """Return weights by which a trait alone gives each label the score written beside it."""
    rows = sorted(
        (key_of(trait), bytes([*(_byte(given.get(name, 0.0)) for name in labels), _ONCE]))
        for trait, given in scores.items()
    )
    return build_weights(
        labels,
        tuple((bias or {}).get(name, 0.0) for name in labels),
        _UNIT,
        array("I", [key for key, _ in rows]),
        b"".join(row for _, row in rows),
    )


def network(
    labels: tuple[str, ...],
    scores: Mapping[str, Mapping[str, float]],
    bias: Mapping[str, float] | None = None,
) -> Network:
    """Return a network by which a word with a trait gives each label the score beside it.

    `grant:w=halt` is the word as an answer to that question.
    """
    ways = [_parts(key) for key in scores] or [("w=",)]
    traits = sorted({trait for parts in ways for trait in parts})
    empty = NARROW.packed(())
    return Network(
        labels=labels,
        bias=tuple((bias or {}).get(name, 0.0) for name in labels),
        unit=_UNIT,
        words=_one_each(traits),
        # What a word adds where it stands in the middle: the second of three places.
        adds=tuple(
            NARROW.packed([*(0 for _ in ways), *((trait in parts) << COARSER for parts in ways)])
            for trait in traits
        ),
        together=(empty,) * len(traits),
        floors=tuple(((1 - len(parts)) << COARSER) - SMALL * NARROW.lift for parts in ways),
        beside=build_rows(array("I"), b"", len(ways)),
        ratio=1.0,
        says=tuple(
            FULL.packed(round(given.get(name, 0.0) / _UNIT) for name in labels)
            for given in scores.values()
        )
        or (0,),
        large=0,
        small=len(ways),
    )


def _parts(key: str) -> tuple[str, ...]:
    question, _, trait = key.rpartition(":")
    return (f"a={question}", trait) if question else (trait,)


def _one_each(traits: list[str]) -> Rows:
    """Return rows in which each trait has a figure of its own."""
    rows = sorted(
        (key_of(trait), bytes(_ZERO + (at == other) for other in range(len(traits))))
        for at, trait in enumerate(traits)
    )
    keys = array("I", [key for key, _ in rows])
    return build_rows(keys, b"".join(row for _, row in rows), len(traits))


def _byte(score: float) -> int:
    return _ZERO + max(-_LARGEST, min(_LARGEST, round(score / _UNIT)))


def learned(says: Says, states: States | None = None) -> Learned:
    """Return what is taught: what each word says, and what becomes of each thing named.

    What is left of a word's probability says that the message is unclear.
    """
    labels, bias = (*_EXCLUSIVE, *THINGS), dict.fromkeys(THINGS, _UNNAMED)
    scores = {f"w={word}": _scores(shares) for word, shares in says.items()}
    mentions = weights(
        (SPOKEN_OF, OFF, ON),
        {
            f"thing={thing} {label}": _state(*shares)
            for thing, shares in (states or {}).items()
            for label in LABELS
        },
        {SPOKEN_OF: _UNTOUCHED},
    )
    return Learned(
        messages=weights(labels, scores, bias),
        order=network((*labels, *WANTED), scores, bias | dict.fromkeys(WANTED, _NEVER)),
        mentions=mentions,
        spellings=build_spellings(()),
        things=THINGS,
        contacting=tuple(p.id for p in CATALOGUE.contacting),
    )


def _scores(shares: Mapping[str, float]) -> dict[str, float]:
    rest = 1 - sum(share for name, share in shares.items() if name in _EXCLUSIVE)
    likely = {name: shares.get(name, 0.0) for name in _EXCLUSIVE}
    likely["unclear"] += max(rest, 0.0)
    labels = {name: math.log(share) + _LOUD if share else _NEVER for name, share in likely.items()}
    things = {
        name: math.log(share / (1 - share)) - _UNNAMED
        for name, share in shares.items()
        if name in THINGS
    }
    return labels | things


def _state(off: float, on: float) -> dict[str, float]:
    return {
        SPOKEN_OF: math.log(max(1 - off - on, 0.001)) - _UNTOUCHED,
        OFF: math.log(off),
        ON: math.log(on),
    }


def cues() -> Cues:
    """Return the cues of this language: each thing, language and brand is its own word."""
    named = {"purposes": PURPOSES, "channels": CHANNELS, "topics": TOPICS}
    things = [(table, thing) for table, found in named.items() for thing in found]
    things += [("brands", str(brand)) for brand in CATALOGUE.brands]
    entries = [
        *((Cue(Kind.ACT, name, "", "en"), word) for name, word in _ACTS.items()),
        *((Cue(Kind.BLOCK, name, "", "en"), word) for name, word in _BLOCKS.items()),
        *((Cue(Kind.OBJECT, table, v, "en"), v.replace("_", "")) for table, v in things),
        (Cue(Kind.OBJECT, "everything", "", "en"), "everything"),
        (Cue(Kind.ACT, "language", "lv", "en"), "latvian"),
        (Cue(Kind.ACT, "language", "ru", "en"), "russian"),
        (Cue(Kind.OBJECT, "ads", "", "lv"), "akcijas"),
    ]
    return build_cues(entries)


def lexicon(says: Says, states: States | None = None) -> Lexicon:
    """Return the lexicon of this language with what is taught."""
    return build_lexicon({"en": WORDS}, (), CATALOGUE, cues(), learned(says, states))


def understood(
    text: str, says: Says, states: States | None = None, pending: str | None = None
) -> Intent:
    """Return what a message is read as."""
    return understand(text, lexicon(says, states), pending=pending)


def heard(text: str, says: Says, states: States | None = None, pending: str | None = None) -> str:
    """Return what a message is read as, in one line."""
    return told(understood(text, says, states, pending))


def told(intent: Intent) -> str:
    """Return an intent in one line: `withdraw offers, grant email ?`; `?` if it is in doubt."""
    wishes = ", ".join(_wish(wish, certain=intent.certain) for wish in intent.wishes)
    shown = (intent.page and intent.page.value, intent.wanted_language)
    return " ".join((wishes, *(name for name in shown if name)))


def _wish(wish: Wish, *, certain: bool) -> str:
    scope = (wish.scope.value,) if wish.scope else ()
    doubt = () if certain and wish.certain else ("?",)
    named = (*wish.purposes, *wish.channels, *wish.topics)
    return " ".join((wish.name.value, *named, *scope, *doubt))
