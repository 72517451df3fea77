"""Messages of numbers and signs without a verb: `3`, `3?`, `3-`, `sms+`, a code; and pauses.

A sign may stand at a name as well as at a number: LMT's customers know `<code>+` and
`<code>-`.
"""

from __future__ import annotations

from dataclasses import replace

from consent.intents import Intent, IntentName
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Atom, Message
from consent.understanding.parts import A, Part
from consent.understanding.targets import gather
from consent.understanding.text import OFF_SIGN, ON_SIGN
from consent.understanding.verbs import ended_and_given, explain

_DIGITS_EXPLAINED = 2


def code(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read the two digits that prove an SMS was read, alone or after a yes (meaning.md)."""
    sentence = message.sentence
    if message.pending != "grant" or sentence is None or sentence.question:
        return None
    answers = (Part.YES, Part.OKAY, Part.NO)
    rest = tuple(a for a in sentence.atoms if not any(part in a for part in answers))
    targets = gather(rest, lexicon)
    if targets is None or targets.code is None:
        return None
    if any(Part.NO in a for a in sentence.atoms):
        return sentence.intent(IntentName.NO)
    return replace(sentence.intent(IntentName.YES), code=targets.code)


def signed(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read signs at numbers and names: `3-` withdraws, `3+` asks for the notice of 3."""
    sentence = message.sentence
    if sentence is None:
        return None
    atoms = [a for a in sentence.atoms if a.senses.keys() != {Part.AND}]
    if not atoms or not all(a.sign in {ON_SIGN, OFF_SIGN} for a in atoms):
        return None
    ends = tuple(a for a in atoms if a.sign == OFF_SIGN)
    comes = tuple(a for a in atoms if a.sign == ON_SIGN)
    return ended_and_given(ends, comes, sentence, lexicon)


def number(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read numbers alone: they ask for an explanation."""
    sentence = message.sentence
    if sentence is None or not any(a.numbers or Part.COUNT in a for a in sentence.atoms):
        return None
    literal = [a for a in sentence.atoms if a.numbers]
    if any(len(a.digits) > _DIGITS_EXPLAINED for a in literal):
        return None
    targets = gather(sentence.atoms, lexicon)
    if targets is None or targets.named or targets.narrow or targets.flags - {Part.CONSENT}:
        return None
    return explain(targets, sentence, lexicon)


def pause(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read a pause with a purpose, with a time, or with both: `pause 5 12h`."""
    sentence = message.sentence
    if sentence is None or len(sentence.atoms) < 2:  # noqa: PLR2004
        return None
    first, last = sentence.atoms[0], sentence.atoms[-1]
    if Part.PAUSE not in first and Part.PAUSE not in last:
        return None
    rest = sentence.atoms[1:] if Part.PAUSE in first else sentence.atoms[:-1]
    purposes, hours = _purpose_and_hours(rest, lexicon)
    if not purposes and not hours:
        return None
    return replace(sentence.intent(IntentName.PAUSE), purposes=purposes, hours=hours)


def _purpose_and_hours(
    atoms: tuple[Atom, ...], lexicon: Lexicon
) -> tuple[tuple[str, ...], int | None]:
    """Return the purposes and hours, or neither if something else stands among them."""
    hours: int | None = None
    named: list[Atom] = []
    for atom in atoms:
        unit = next(iter(atom.values(Part.UNIT)), "")
        if unit and hours is None:
            counted = unit[0] != A and bool(named) and _count(named[-1]) > 0
            hours = int(unit.lstrip(A)) * (_count(named.pop()) if counted else 1)
        elif _is_purpose(atom):
            named.append(atom)
        else:
            return (), None
    if named and _count(named[-1]) > max(lexicon.purposes) and hours is None:
        hours = _count(named.pop())
    targets = gather(tuple(named), lexicon)
    if targets is None or targets.unknown is not None or hours == 0:
        return (), None
    return targets.purposes, hours


def _count(atom: Atom) -> int:
    """Return the one number an atom is, 0 if it is none."""
    if atom.numbers:
        return atom.numbers[0] if atom.numbers[0] == atom.numbers[1] else 0
    return int(next(iter(atom.values(Part.COUNT)), 0))


def _is_purpose(atom: Atom) -> bool:
    parts = (Part.PURPOSE, Part.COUNT, Part.CONSENT, Part.NUMBER, Part.AND, Part.TO)
    return bool(atom.numbers) or any(part in atom for part in parts)
