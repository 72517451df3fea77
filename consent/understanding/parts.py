"""The parts a phrase can play in a message, and what the lexicon says about one phrase.

A phrase may play several parts: "info" alone asks for help, "info 3" for an explanation; "no"
refuses in English and means "from" in Latvian. The lexicon only says what is possible; the
recognisers decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """What a phrase can be in a message; the values are the keys of the operator's files."""

    # Whole messages; most also work before or after a number or a name.
    STOP = "withdraw_all"
    EVERYTHING = "everything"
    REFUSE = "refuse"
    START = "start"
    STATUS = "status"
    SWITCHES = "switches"
    HELP = "help"
    MENU = "menu"
    HUMAN = "human"
    REVIEW = "review"
    PRIVACY = "privacy"
    MY_DATA = "my_data"
    COPY = "copy"
    CORRECTION = "correction"
    OTHER_PROOF = "other_proof"
    RESTORE = "restore"
    PAUSE = "pause"
    LANGUAGE = "language"
    YES = "yes"
    OKAY = "okay"
    NO = "no"
    SHORT_NO = "short_no"
    CANCEL = "cancel"
    BACK = "back"
    # Verbs that need a number or a name.
    WITHDRAW = "withdraw"
    GRANT = "grant"
    EXPLAIN = "explain"
    # Small words.
    ALL = "all"
    REST = "rest"
    NONE = "none"
    ONLY = "only"
    EXCEPT = "except"
    AND = "and"
    OF = "of"
    TO = "to"
    CONSENT = "consent"
    NUMBER = "number"
    ADVERTISING = "advertising"
    COURTESY = "courtesy"
    # Parts that carry a value.
    UNIT = "units"
    COUNT = "numbers"
    PURPOSE = "purposes"
    CHANNEL = "channels"
    TOPIC = "topics"
    BRAND = "brands"
    WITHOUT = "without"


#: Before the hours of a unit that counts itself: "a day", "сутки" after "на".
A = "="
#: The parts a message can play as a whole: a phrase has one of them in a language.
WHOLE = frozenset(list(Part)[: list(Part).index(Part.WITHDRAW)])


class Sense(NamedTuple):
    """One thing a phrase can be; `languages` are those that have it so."""

    part: Part
    #: An id, a number or a count of hours, for parts that carry one.
    values: tuple[str, ...]
    languages: frozenset[str]


#: Parts that a sign can play inside a message: `&`, `№`.
INSIDE = frozenset({Part.AND, Part.NUMBER})

Senses = Mapping[Part, Sense]
#: The words of one language: part -> value (or "") -> phrases.
Words = Mapping[Part, Mapping[str, Iterable[str]]]
