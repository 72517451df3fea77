"""What a withdrawal ends: exactly what is named, or all that is meant by "all".

Certain of withdrawing but unsure of the extent, marketing ends (meaning.md); unsure which of
two purposes a name means, it is asked.
"""

from __future__ import annotations

from dataclasses import replace

from consent.intents import Intent, IntentName, Scope
from consent.understanding.extent import names_some, others, scope_of
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Sentence
from consent.understanding.parts import Part
from consent.understanding.targets import Targets
from consent.understanding.text import BEFORE_SIGN, OFF_SIGN


def withdraw(targets: Targets, sentence: Sentence, lexicon: Lexicon) -> Intent | None:
    """Return what is withdrawn: exactly what is named, or all that is meant by "all"."""
    if targets.signs - {OFF_SIGN, BEFORE_SIGN}:
        return None
    # What is certain ends; a number that is nobody's is said so beside it.
    intent = replace(sentence.intent(IntentName.WITHDRAW), unknown_number=targets.unknown)
    if targets.exceptions and targets.unknown is not None:
        return intent
    if targets.exceptions:
        return _all_but(targets, targets.exceptions, intent, lexicon)
    scope = scope_of(targets, lexicon)
    if scope:
        return replace(intent, name=IntentName.WITHDRAW_ALL, scope=scope)
    return _withdraw_named(targets, intent, lexicon) if names_some(targets) else None


def _withdraw_named(targets: Targets, intent: Intent, lexicon: Lexicon) -> Intent | None:
    if not targets.narrow:
        certain = not targets.unsure
        intent = replace(intent, purposes=targets.purposes, certain=certain)
        return _with_advertising(targets, intent)
    if targets.joined or targets.numbered:
        return _with_advertising(targets, _both(targets, intent))
    about = set(targets.named) - lexicon.contacting
    if about or (targets.channels and targets.topics):
        return None
    return replace(intent, channels=targets.channels, topics=targets.topics)


def _both(targets: Targets, intent: Intent) -> Intent:
    """Return a withdrawal of purposes and of channels, two wishes where both are named."""
    channels, topics = targets.channels, targets.topics
    if not targets.purposes:
        return replace(intent, channels=channels, topics=topics)
    wider = replace(intent, purposes=targets.purposes)
    return together(wider, replace(bare(intent), channels=channels, topics=topics))


def _with_advertising(targets: Targets, intent: Intent) -> Intent:
    if Part.ADVERTISING not in targets.flags:
        return intent
    scope = Scope.MARKETING
    return together(replace(bare(intent), name=IntentName.WITHDRAW_ALL, scope=scope), intent)


def bare(intent: Intent) -> Intent:
    """Return an intent without what it is about."""
    return replace(
        intent,
        purposes=(),
        channels=(),
        topics=(),
        scope=None,
        actions=(),
        certain=True,
        unknown_number=None,
    )


def together(*intents: Intent) -> Intent:
    """Return one intent with the wishes of several, each as certain as it was."""
    wishes = tuple(wish for intent in intents for wish in intent.wishes)
    return replace(intents[0], certain=any(w.certain for w in wishes), actions=wishes)


def _all_but(targets: Targets, kept: Targets, intent: Intent, lexicon: Lexicon) -> Intent | None:
    """Return a withdrawal of the purposes, or of the channels, that are not kept."""
    channels, purposes = others(targets, kept, lexicon)
    if not channels and not purposes:
        return None
    return replace(intent, purposes=purposes, channels=channels)
