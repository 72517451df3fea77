"""Whole messages that need no number and no name: STOP, JĀ, status, "?", a thumb.

STOP words come before anything a pending question could make of them; a yes or a no without a
number only ever answers a question (law 1).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce

from consent.intents import Intent, IntentName, Page, Scope
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Message, Sentence
from consent.understanding.parts import WHOLE, Part, Senses
from consent.understanding.text import symbol
from consent.understanding.verbs import UNCLEAR

#: Our own status line sent back: three or more signed numbers (meaning.md).
_SIGNED = re.compile(r"(?:(?<![^\W_])[0-9][+-](?:[\s,;]+|$)){3}")
_SIGNED_GLUED = re.compile(r"\D*(?:[0-9][+-]){3,}\D*")
_NAMES = {
    Part.STATUS: IntentName.STATUS,
    Part.SWITCHES: IntentName.STATUS,
    Part.HELP: IntentName.HELP,
    Part.MENU: IntentName.HELP,
    Part.HUMAN: IntentName.HUMAN,
    Part.PRIVACY: IntentName.EXPLAIN,
    Part.MY_DATA: IntentName.EXPLAIN,
    Part.COPY: IntentName.HUMAN,
    Part.CORRECTION: IntentName.HUMAN,
    Part.OTHER_PROOF: IntentName.HUMAN,
    Part.RESTORE: IntentName.HUMAN,
    Part.PAUSE: IntentName.PAUSE,
    Part.START: IntentName.GRANT,
    Part.YES: IntentName.YES,
    Part.NO: IntentName.NO,
    Part.REVIEW: IntentName.HUMAN,
    Part.CANCEL: IntentName.NO,
    Part.BACK: IntentName.NO,
    Part.SHORT_NO: IntentName.NO,
}
#: What these words want to see.
PAGES = {
    Part.MENU: Page.MENU,
    Part.SWITCHES: Page.SWITCHES,
    Part.MY_DATA: Page.MY_DATA,
    Part.COPY: Page.COPY,
    Part.CORRECTION: Page.CORRECTION,
    Part.OTHER_PROOF: Page.OTHER_PROOF,
    Part.RESTORE: Page.RESTORE,
    Part.PRIVACY: Page.PRIVACY,
    Part.REVIEW: Page.REVIEW,
}
#: Words that only answer a question.
_ANSWERS = frozenset({Part.BACK, Part.SHORT_NO})


def own_words(message: Message, _lexicon: Lexicon) -> Intent | None:
    """A copy of our status line decides nothing."""
    folded = message.heard.folded
    copied = _SIGNED.search(folded) or _SIGNED_GLUED.fullmatch(folded)
    return UNCLEAR if copied else None


def trap(message: Message, lexicon: Lexicon) -> Intent | None:
    """A message the operator listed as one that only looks like a keyword decides nothing."""
    return UNCLEAR if message.heard.plain in lexicon.never else None


def sign(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read a message of signs or emoji alone: `?`, `+`, a thumb."""
    if not message.heard.is_symbol:
        return None
    senses = lexicon.symbols.get(symbol(message.heard.plain))
    if senses is None:
        return None
    languages = frozenset[str]().union(*(s.languages for s in senses.values()))
    bare = Sentence(
        atoms=(), brands=frozenset(), languages=languages, question=False, courteous=False
    )
    return _whole(_with_yes(senses), bare, message)


def keyword(message: Message, _lexicon: Lexicon) -> Intent | None:
    """Read a message that is one keyword, or several of the same sense ("да, согласен")."""
    sentence = message.sentence
    if sentence is None or not sentence.atoms or any(a.sign for a in sentence.atoms):
        return None
    rows = [_with_yes(a.senses) for a in sentence.atoms]
    common = reduce(frozenset.intersection, (frozenset(row) for row in rows)) & WHOLE
    return _whole({part: rows[0][part] for part in common}, sentence, message)


def _with_yes(senses: Senses) -> Senses:
    """As a whole message, and beside a yes, an "ok" says the same."""
    if Part.OKAY not in senses:
        return senses
    return {Part.YES if part is Part.OKAY else part: s for part, s in senses.items()}


def _whole(senses: Senses, sentence: Sentence, message: Message) -> Intent | None:
    part = _chosen(senses, message.language)
    if part is None or (part in _ANSWERS and not message.pending):
        return None
    if part is Part.CANCEL and not message.pending:
        # Carriers end everything at these words (commands.tsv, row `context`): it is asked about.
        ends = replace(sentence.intent(IntentName.WITHDRAW_ALL), scope=Scope.MARKETING)
        return replace(ends, certain=False)
    if part is Part.REFUSE and message.pending == "grant":
        part = Part.NO
    if part in _NAMES:
        return replace(sentence.intent(_NAMES[part]), page=PAGES.get(part))
    if part is Part.LANGUAGE:
        wanted = next(iter(senses[part].values), None)
        return replace(sentence.intent(IntentName.LANGUAGE), wanted_language=wanted)
    scope = Scope.ALL if part is Part.EVERYTHING else Scope.MARKETING
    return replace(sentence.intent(IntentName.WITHDRAW_ALL), scope=scope)


def _chosen(senses: Senses, language: str | None) -> Part | None:
    """Return the one part; of several, that of the session's language, or none."""
    whole = [part for part in senses if part in WHOLE]
    if len(whole) > 1:
        whole = [part for part in whole if language in senses[part].languages]
    return whole[0] if len(whole) == 1 else None
