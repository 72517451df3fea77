"""Messages with a verb and what it is about, and names alone.

The verb stands first or last: "stop 3", "кредит отозвать", "sms jā". A name alone asks for an
explanation; a channel alone only answers the question which channels may be used.
"""

from __future__ import annotations

from dataclasses import replace

from consent.intents import Intent, IntentName, Scope
from consent.understanding.keywords import PAGES
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Atom, Message, Sentence
from consent.understanding.parts import Part
from consent.understanding.targets import Targets, gather, hours
from consent.understanding.verbs import UNCLEAR, explain, grant
from consent.understanding.withdrawals import withdraw

WITHDRAWING = (Part.STOP, Part.EVERYTHING, Part.WITHDRAW, Part.REFUSE)
GRANTING = (Part.GRANT, Part.YES, Part.START)
_VERBS = (*WITHDRAWING, Part.EXPLAIN, *GRANTING, Part.OKAY, Part.NO, Part.STATUS, Part.HUMAN)
_ORDER = (*_VERBS, Part.REVIEW)
#: What a word that could be a verb may be instead: "no" (from), "согласие" (the consent).
_SOFTER = frozenset({Part.OF, Part.TO, Part.ALL, Part.CONSENT, Part.CHANNEL, Part.TOPIC})
#: "No" and "all" could be "not all" as well as "none of all".
_NOT_AFTER_NO = frozenset({Part.ALL, Part.REST, Part.CONSENT})
_ABOUT = {Part.STATUS: IntentName.STATUS, Part.HUMAN: IntentName.HUMAN}

#: A verb, the phrase it stands in, and all other phrases.
_Verb = tuple[Part, Atom, tuple[Atom, ...]]


def refusal(message: Message, _lexicon: Lexicon) -> Intent | None:
    """Read a sentence that refuses a channel without naming it: "не звоните"."""
    sentence = message.sentence
    if sentence is None or not sentence.atoms:
        return None
    if not all(Part.WITHOUT in a and not a.sign for a in sentence.atoms):
        return None
    channels = tuple(c for a in sentence.atoms for c in a.values(Part.WITHOUT))
    return replace(sentence.intent(IntentName.WITHDRAW), channels=channels)


def answer(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read what only makes sense as an answer: "sms un e-pasts", "all", "none"."""
    sentence = message.sentence
    if sentence is None or message.pending not in {"channels", "scope"}:
        return None
    if any(part in a for part in WITHDRAWING for a in sentence.atoms):
        return None
    rest = tuple(a for a in sentence.atoms if Part.YES not in a and Part.OKAY not in a)
    targets = gather(rest, lexicon)
    if targets is None or targets.signs or targets.empty:
        return None
    if message.pending == "scope":
        return _answer_scope(targets, sentence, lexicon)
    return _answer_channels(targets, sentence, lexicon)


def _answer_scope(targets: Targets, sentence: Sentence, lexicon: Lexicon) -> Intent | None:
    if targets.flag not in {Part.ALL, Part.REST}:
        return None
    if targets.exceptions:
        return withdraw(targets, sentence, lexicon)
    return replace(sentence.intent(IntentName.WITHDRAW_ALL), scope=Scope.ALL)


def _answer_channels(targets: Targets, sentence: Sentence, lexicon: Lexicon) -> Intent | None:
    if targets.flag is Part.NONE:
        return sentence.intent(IntentName.NO)
    channels = targets.channels
    if targets.flag is Part.ALL:
        kept = targets.exceptions or Targets()
        if kept.purposes or kept.topics or kept.signs or kept.unknown is not None:
            return None
        channels = tuple(c for c in lexicon.channels if c not in kept.channels)
    elif targets.exceptions or targets.purposes or targets.topics:
        return None
    if not channels or targets.unknown is not None:
        return None
    return replace(sentence.intent(IntentName.GRANT), channels=channels)


def wish(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read a verb with what it is about."""
    sentence = message.sentence
    found = _verb(_without_okay(sentence.atoms)) if sentence else None
    # "Stop texting me offers" refuses a way of contact, and not the offers.
    if sentence is None or found is None or Part.WITHOUT in found[1]:
        return None
    verb, atom, rest = found
    # "No calls, only e-mail": what follows may be what is to stay.
    keeps = any(Part.ONLY in later for later in rest[1:])
    targets = gather(rest, lexicon)
    unclear = (
        keeps
        or hours(rest)
        or (Part.NO in atom and targets is not None and targets.flag in _NOT_AFTER_NO)
    )
    if targets is None or unclear:
        return None
    if verb in WITHDRAWING or (verb is Part.NO and _numbers_only(targets)):
        return withdraw(targets, sentence, lexicon)
    if verb is Part.EXPLAIN:
        return explain(targets, sentence, lexicon)
    if verb in GRANTING or (message.pending == "grant" and verb is Part.OKAY):
        return UNCLEAR if _refuses(rest, sentence) else grant(targets, sentence, lexicon)
    return _about(verb, targets, sentence)


def _refuses(atoms: tuple[Atom, ...], sentence: Sentence) -> bool:
    """Say whether a no stands beside what is given: "yes 1 no"; in Latvian it means "from"."""
    return any(
        Part.NO in a and (not sentence.languages or sentence.plays(a, Part.NO)) for a in atoms
    )


def _without_okay(atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """Return what stands behind an "ok" that says nothing but that one was heard: "ok, no 3"."""
    heard = len(atoms) > 2 and Part.OKAY in atoms[0]  # noqa: PLR2004
    return atoms[1:] if heard and _verb_part(atoms[1]) in (*WITHDRAWING, Part.NO) else atoms


def _about(verb: Part, targets: Targets, sentence: Sentence) -> Intent | None:
    """Return a status, a person or a review, of the consents named if any is."""
    fits = targets.flag in {None, Part.CONSENT, Part.ALL} and not targets.exceptions
    if verb in {Part.NO, Part.OKAY} or targets.narrow or not fits or targets.signs:
        return None
    if targets.unknown is not None:
        return replace(sentence.intent(IntentName.EXPLAIN), unknown_number=targets.unknown)
    name = _ABOUT.get(verb, IntentName.HUMAN)
    return replace(sentence.intent(name), purposes=targets.purposes, page=PAGES.get(verb))


def _numbers_only(targets: Targets) -> bool:
    """Say whether only numbers are named: "нет смс" may well mean that no SMS came."""
    return not (targets.named or targets.narrow or targets.flag or targets.exceptions)


def _verb(atoms: tuple[Atom, ...]) -> _Verb | None:
    """Return the verb, first or last in the message, and the rest; none if there are two.

    Of "1, 2, 3 off except 2" it is the last but for what is to stay.
    """
    if len(atoms) < 2:  # noqa: PLR2004
        return None
    ends = [(n, part) for n in (0, -1) if (part := _verb_part(atoms[n]))]
    if not ends:
        return _verb_before_exception(atoms)
    if len(ends) > 1 and ends[0][1] in WITHDRAWING and _switches_on(atoms[-1]):
        # "Off 1, 2 on": the last word is no mere preposition.
        return None
    if len(ends) > 1:
        hard = [(n, part) for n, part in ends if not _SOFTER & atoms[n].senses.keys()]
        ends = hard or ends[:1]
    if len(ends) != 1:
        return None
    where, part = ends[0]
    return part, atoms[where], (atoms[1:] if where == 0 else atoms[:-1])


def _switches_on(atom: Atom) -> bool:
    """Say whether a word gives, though elsewhere it can be a preposition: "on"."""
    return _verb_part(atom) in GRANTING and Part.OF in atom


def _verb_before_exception(atoms: tuple[Atom, ...]) -> _Verb | None:
    """Return the verb that stands between what it is about and an "except", and the rest."""
    at = next((n for n, atom in enumerate(atoms) if Part.EXCEPT in atom), 0) - 1
    part = _verb_part(atoms[at]) if at > 0 else None
    if part not in (*WITHDRAWING, *GRANTING) or (_SOFTER - {Part.OF}) & atoms[at].senses.keys():
        return None
    return part, atoms[at], (*atoms[:at], *atoms[at + 1 :])


def _verb_part(atom: Atom) -> Part | None:
    """Return the verb an atom can be; a withdrawal before anything else."""
    return next((part for part in _ORDER if part in atom and not atom.sign), None)


def name(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read the name of a purpose alone: it asks for an explanation."""
    sentence = message.sentence
    targets = gather(sentence.atoms, lexicon) if sentence else None
    if sentence is None or targets is None or not targets.named:
        return None
    if targets.flags - {Part.CONSENT}:
        return None
    return explain(targets, sentence, lexicon)
