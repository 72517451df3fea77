"""Several verbs in one message, each with what it is about: "yes 1, no 7", "3 off, 5 on".

The verbs stand before what they are about, or behind it, all of them in the same way; only "the
rest" may stand before its verb in either. Another message that begins and ends with a verb leaves
open which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from consent.intents import Intent
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Atom, Message, Sentence
from consent.understanding.names import GRANTING, WITHDRAWING
from consent.understanding.parts import Part
from consent.understanding.targets import gather
from consent.understanding.text import BEFORE_SIGN, OFF_SIGN
from consent.understanding.verbs import ended_and_given

_OFF, _ON = (*WITHDRAWING, Part.NO, Part.SHORT_NO), (*GRANTING, Part.OKAY)
#: What a word may be instead of a verb: "I withdraw 3, consent 5" gives nothing.
_SOFTER = frozenset({Part.ALL, Part.CONSENT, Part.CHANNEL, Part.TOPIC})
#: What limits or turns what was said before it.
_TURNING = frozenset({Part.ONLY, Part.EXCEPT})
#: So many verbs, and with what they are about so many phrases.
_FEWEST, _SHORTEST = 2, 4
#: A yes or a no by itself before the rest: "no, 1 yes, 2 too".
_ANSWERED = re.compile(r"\W*[^\W\d_]+ ?[,.;!]")
_DASHES = frozenset({OFF_SIGN, BEFORE_SIGN})
_NAMES = (Part.COUNT, Part.PURPOSE, Part.CHANNEL, Part.TOPIC)
_NO_WISH = (Part.AND, Part.OF, Part.TO, Part.NUMBER)

#: What a verb is about, by whether it ends or gives.
_Turn = tuple[bool, list[Atom]]


def in_turn(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read two verbs or more, each with what it is about; what ends comes first."""
    sentence = message.sentence
    if sentence is None or _ANSWERED.match(message.heard.folded):
        return None
    if any(part in a for part in _TURNING for a in sentence.atoms):
        return None
    turns = _turns(sentence)
    if len(turns) < _FEWEST or not all(map(_is_about_something, turns)):
        return None
    turns = [(gives, _spelt_out(named, turns, lexicon)) for gives, named in turns]
    ends = tuple(atom for gives, named in turns if not gives for atom in named)
    comes = tuple(atom for gives, named in turns if gives for atom in named)
    if _is_contradicted(ends, comes):
        return None
    return ended_and_given(ends, comes, sentence, lexicon)


def _turns(sentence: Sentence) -> list[_Turn]:
    """Return each verb with what stands behind it, or before it if the message ends with one."""
    both = [(atom, _gives(atom, sentence)) for atom in sentence.atoms]
    if len(both) < _SHORTEST:
        return []
    if both[0][1] is not None and Part.REST in both[-2][0]:
        # "Yes 1 and 8, the rest no."
        both[-2:] = both[-1], both[-2]
    first, last = both[0][1], both[-1][1]
    if (first is None) == (last is None):
        return []
    if first is not None:
        turns = list(_taken(both))
        return [] if _is_over_a_channel(both, turns) else turns
    return [(gives, named[::-1]) for gives, named in list(_taken(both[::-1]))][::-1]


def _is_over_a_channel(both: Sequence[tuple[Atom, bool | None]], turns: Sequence[_Turn]) -> bool:
    """Say whether a verb may only say by what way: "switch off 2 on e-mail" gives nothing."""
    verbs = [atom for atom, gives in both if gives is not None]
    channels = [not any(_is_consent(atom) for atom in named) for _, named in turns]
    given = zip(verbs, turns, channels, strict=True)
    return not all(channels) and any(
        gives and Part.OF in verb and only for verb, (gives, _), only in given
    )


def _is_consent(atom: Atom) -> bool:
    return bool(atom.numbers) or Part.COUNT in atom or Part.PURPOSE in atom


def _taken(both: Sequence[tuple[Atom, bool | None]]) -> Iterator[_Turn]:
    named: list[Atom] = []
    for atom, gives in both:
        if gives is not None:
            named = []
            yield gives, named
        elif atom.senses.keys() != {Part.AND}:
            # "1 - yes": the dash only stands between the two.
            named.append(atom._replace(sign="") if atom.sign in _DASHES else atom)


def _spelt_out(named: list[Atom], turns: Sequence[_Turn], lexicon: Lexicon) -> list[Atom]:
    """Return what a verb is about, with "the rest" as the consents that no other verb is about."""
    if len(named) > 1 or Part.REST not in named[0]:
        return named
    others = tuple(atom for _, atoms in turns for atom in atoms if atoms is not named)
    told = gather(others, lexicon)
    if told is None or told.narrow or told.flags or told.unsure or told.unknown is not None:
        return named
    numbers = (n for n, purpose in lexicon.purposes.items() if purpose not in told.purposes)
    return [Atom({}, numbers=(number, number), digits=str(number)) for number in numbers]


def _gives(atom: Atom, sentence: Sentence) -> bool | None:
    """Say whether a phrase ends or gives something; none if it is no verb."""
    if atom.sign or any(sentence.plays(atom, part) for part in _SOFTER):
        return None
    for parts, gives in ((_OFF, False), (_ON, True)):
        if any(sentence.plays(atom, part) for part in parts):
            return gives
    return None


def _is_about_something(turn: _Turn) -> bool:
    _, named = turn
    return not any(atom.sign for atom in named) and any(
        atom.numbers or not any(part in atom for part in _NO_WISH) for atom in named
    )


def _is_contradicted(ends: Sequence[Atom], comes: Sequence[Atom]) -> bool:
    """Say whether something is to end and to come, or all is to come but something."""
    is_all = any(Part.ALL in atom for atom in comes)
    return bool(ends and is_all) or any(_same(one, two) for one in ends for two in comes)


def _same(one: Atom, two: Atom) -> bool:
    """Say whether two phrases name the same: numbers that overlap, or one name."""
    if one.numbers and two.numbers:
        return max(one.numbers[0], two.numbers[0]) <= min(one.numbers[1], two.numbers[1])
    return any(one.values(part) and one.values(part) == two.values(part) for part in _NAMES)
