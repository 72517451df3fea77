"""What a recogniser looks at: the phrases of one message, and the question it may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from consent.intents import Intent, IntentName
from consent.understanding.parts import Part, Senses
from consent.understanding.text import Heard

if TYPE_CHECKING:
    from consent.understanding.hearing import Weighed


class Atom(NamedTuple):
    """One phrase or number, with the sign at it."""

    senses: Senses
    #: First and last number of a range; twice the same for a number; none for a phrase.
    numbers: tuple[int, int] | None = None
    digits: str = ""
    sign: str = ""

    def __contains__(self, part: object) -> bool:
        """Say whether it can play this part."""
        return part in self.senses

    def values(self, part: Part) -> tuple[str, ...]:
        """Return the ids or counts it carries in this part; none if it cannot play it."""
        sense = self.senses.get(part)
        return sense.values if sense else ()


class Sentence(NamedTuple):
    """The phrases of one message that carry its sense."""

    atoms: tuple[Atom, ...]
    brands: frozenset[str]
    #: The languages all its words belong to.
    languages: frozenset[str]
    question: bool
    #: It is said with courtesy: "please", "could you".
    courteous: bool

    def plays(self, atom: Atom, part: Part) -> bool:
        """Say whether a phrase can play this part in a language of the whole message."""
        sense = atom.senses.get(part)
        return sense is not None and bool(sense.languages & self.languages)

    def intent(self, name: IntentName) -> Intent:
        """Return a bare intent of this name, with what the message says beside it."""
        return Intent(
            name=name,
            brand=next(iter(self.brands)) if len(self.brands) == 1 else None,
            language=next(iter(self.languages)) if len(self.languages) == 1 else None,
        )


class Message(NamedTuple):
    """What a recogniser looks at: the message and the question it may answer."""

    heard: Heard
    #: None if a word is unknown: only a recogniser that needs no phrases can use it then.
    sentence: Sentence | None
    #: How it weighs, once somebody has weighed it: the dearest part of understanding it.
    weighed: list[Weighed]
    #: The kind of question pending: grant, channels, scope, withdraw, link; or none.
    pending: str | None = None
    #: The consent that the question is about.
    about: str = ""
    #: The language of the session, for words that mean different things in several.
    language: str | None = None
