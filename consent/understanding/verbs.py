"""What else is done to what is named: grant, explain; and what a question mark makes of it.

Each takes the targets of a message and returns the intent, or none if they do not fit the
verb ("ja 3-", "info sms"). None of them writes anything; what they return is still subject to
the laws of the dialogue.
"""

from __future__ import annotations

from dataclasses import replace

from consent.intents import Intent, IntentName, Scope
from consent.understanding.extent import names_some, others, scope_of
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Atom, Sentence
from consent.understanding.parts import Part
from consent.understanding.targets import Targets, gather
from consent.understanding.text import ON_SIGN
from consent.understanding.withdrawals import together, withdraw

#: Nothing was understood: write nothing (language.md, section 1).
UNCLEAR = Intent(name=IntentName.UNCLEAR, confidence=0.0)


def grant(targets: Targets, sentence: Sentence, lexicon: Lexicon) -> Intent | None:
    """Return what is to be given: it leads to a notice, never past it (law 1)."""
    if targets.signs - {ON_SIGN}:
        return None
    intent = sentence.intent(IntentName.GRANT)
    if targets.unknown is not None:
        return replace(intent, unknown_number=targets.unknown)
    if targets.exceptions:
        _, purposes = others(targets, targets.exceptions, lexicon)
        return replace(intent, purposes=purposes) if purposes else None
    scope = scope_of(targets, lexicon)
    if scope is Scope.ALL or targets.flag is Part.ADVERTISING:
        return replace(intent, scope=scope if scope is Scope.ALL else None)
    return _grant_named(targets, intent, lexicon) if names_some(targets) else None


def _grant_named(targets: Targets, intent: Intent, lexicon: Lexicon) -> Intent | None:
    if targets.unsure:
        return replace(intent, name=IntentName.EXPLAIN, purposes=targets.purposes)
    if not targets.narrow:
        return replace(intent, purposes=targets.purposes)
    apart = targets.joined or targets.numbered or set(targets.named) - lexicon.contacting
    mixed = targets.channels and targets.topics and not targets.joined
    if mixed or (targets.purposes and apart):
        return None
    return replace(intent, channels=targets.channels, topics=targets.topics)


def ended_and_given(
    ends: tuple[Atom, ...], comes: tuple[Atom, ...], sentence: Sentence, lexicon: Lexicon
) -> Intent | None:
    """Return what ends and what is to be given, in this order; none if either makes no sense."""
    intents: list[Intent | None] = []
    for atoms, verb in ((ends, withdraw), (comes, grant)):
        targets = gather(atoms, lexicon)
        if targets is None or not targets.empty:
            intents.append(verb(targets, sentence, lexicon) if targets else None)
    read = [intent for intent in intents if intent]
    if not read or len(read) < len(intents):
        return None
    return read[0] if len(read) == 1 else together(*read)


def explain(targets: Targets, sentence: Sentence, _lexicon: Lexicon) -> Intent | None:
    """Return what is to be explained: consents, or what a consent is at all."""
    intent = sentence.intent(IntentName.EXPLAIN)
    if targets.unknown is not None:
        return replace(intent, unknown_number=targets.unknown)
    if targets.flag is Part.CONSENT:
        return intent
    if targets.narrow or targets.exceptions or targets.signs or not targets.purposes:
        return None
    return replace(intent, purposes=targets.purposes)


def questioned(intent: Intent) -> Intent:
    """Return what an intent becomes with a question mark: a question never decides.

    "3+?" asks what 3 is; "STOP?" is asked back; a yes or a no with a question mark is none.
    """
    match intent.name:
        case IntentName.GRANT if intent.purposes or intent.unknown_number is not None:
            return replace(intent, name=IntentName.EXPLAIN, scope=None)
        case IntentName.WITHDRAW_ALL | IntentName.WITHDRAW if not _narrow(intent):
            return replace(intent, certain=False, confidence=0.5)
        case (
            IntentName.GRANT
            | IntentName.WITHDRAW
            | IntentName.PAUSE
            | IntentName.YES
            | IntentName.NO
        ):
            return UNCLEAR
    return intent


def _narrow(intent: Intent) -> bool:
    return any(wish.channels or wish.topics for wish in intent.wishes)
