"""Free wording: from how a message weighs to what is done about it.

The worst error is a wrong grant, then a missed withdrawal, then a withdrawal of too much, then a
needless question. So a grant needs more certainty than a withdrawal, a withdrawal in doubt is
asked about, and everything else in doubt is unclear, which changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from consent.intents import Intent, IntentName, Wish
from consent.understanding.answers import QUESTIONS, accepts, answered
from consent.understanding.cues import Kind
from consent.understanding.hearing import Weighed, familiar, listen, mentioned
from consent.understanding.kept import only_keeps
from consent.understanding.labels import ENDING
from consent.understanding.lexicon import Lexicon
from consent.understanding.mentions import OFF, ON, named_in
from consent.understanding.message import Message
from consent.understanding.pages import page_of, value_of
from consent.understanding.parts import Part
from consent.understanding.ranges import filled
from consent.understanding.refusals import intent_of, refused, things, wishes_of
from consent.understanding.tokens import tokens, told_beside
from consent.understanding.traits import traits
from consent.understanding.weights import Learned

#: A withdrawal is at least asked about above the first; a grant shows its notice, or switches a
#: channel on, above the second.
_LIKELY, _GRANT = 0.3, 0.97
#: What one reader takes for a withdrawal and another does not is asked about above this.
_DISPUTED = 0.3
_NAMED = 0.5
#: Without a cue for an act, with fewer cues and fewer words met before, a message is strange.
_CUED, _FAMILIAR = 0.25, 0.5
#: With more of these than a few, it is code.
_MARKUP, _FEW = re.compile(r"[<>{}=$\\|]"), 2
#: What is written without a space counts as one word: `3am`, `inbox.lv`.
_CHUNK = re.compile(r"[^\s,;:!?()]*(?:[^\W_]|[\u2600-\u27bf\U0001f000-\U0001faff])[^\s,;:!?()]*")
_FEWEST_WORDS = 2
#: Two known words in one could be a third that is not known; a few are asked about, more are
#: words without spaces.
_FEWEST_IN_RUN, _CLEAR_RUN = 3, 5
#: A message of known words that no rule could make sense of has to be clearer than others.
#: With a word in it by which people ask, clearer still.
_CLEARER, _CLEAREST = 0.85, 0.97
_ASKING = (Part.EXPLAIN, Part.STATUS, Part.HELP)
#: So many labels are told to those who ask why.
_REASONS = 3
_ABOUT = frozenset({IntentName.EXPLAIN, IntentName.STATUS, IntentName.HUMAN, IntentName.PAUSE})


def wording(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read free wording; none for a single word, which is a keyword or nothing."""
    learned = lexicon.learned
    if learned is None or _is_signed(message) or not _has_words(message, learned):
        return None
    weighed = _weigh(message, lexicon, learned)
    strange = _is_strange(message, weighed, lexicon, learned)
    # What nobody can read answers nothing.
    answer = None if strange else answered(message, weighed, learned, lexicon)
    intent = answer or _intent(weighed, learned, strange=strange)
    return _completed(intent, message, weighed, lexicon) if intent else None


def _has_words(message: Message, learned: Learned) -> bool:
    """Say whether a message is more than one word, if only for want of spaces."""
    fewest = 1 if message.pending in QUESTIONS else _FEWEST_WORDS
    chunks = _CHUNK.findall(message.heard.plain)
    return len(chunks) >= fewest or _words_in_run(message, learned) >= _FEWEST_IN_RUN


def _words_in_run(message: Message, learned: Learned) -> int:
    """Return how many words a message has that was typed without spaces; none if it was not."""
    run = message.heard.folded.strip()
    return len(learned.spellings.meant(run)) if run.isalpha() else 0


def _weigh(message: Message, lexicon: Lexicon, learned: Learned) -> Weighed:
    """Weigh a message, once."""
    if not message.weighed:
        message.weighed.append(listen(message.heard, lexicon, learned, message.pending))
    return message.weighed[0]


def _completed(intent: Intent, message: Message, weighed: Weighed, lexicon: Lexicon) -> Intent:
    """Return a reading with what the message says beside it."""
    if _writes(intent) and _is_weak(intent, message, lexicon):
        intent = replace(intent, certain=False)
    if message.about and not accepts(message, weighed, lexicon):
        intent = _without_yes(intent, message.about)
    unnamed = intent.name is IntentName.EXPLAIN and not (intent.purposes or intent.page)
    if unnamed and message.about:
        # "What is this?": what the open question is about.
        intent = replace(intent, purposes=(message.about,))
    reading = weighed.hearing.reading
    brand = value_of(reading.clauses, "brands")
    return replace(intent, language=reading.language(), brand=brand)


def _is_weak(intent: Intent, message: Message, lexicon: Lexicon) -> bool:
    """Say whether a message is not clear enough for what it was taken for."""
    return intent.confidence < _needed(message) or only_keeps(message.heard.folded, lexicon)


def _writes(intent: Intent) -> bool:
    """Say whether an intent could change something at once; a grant only shows its notice."""
    ends = intent.name in {IntentName.WITHDRAW, IntentName.WITHDRAW_ALL, IntentName.PAUSE}
    switches = intent.name is IntentName.GRANT and bool(intent.channels or intent.topics)
    return ends or switches


def _without_yes(intent: Intent, about: str) -> Intent:
    """A grant of the very consent that is asked about would be the yes to its notice."""
    unsure = tuple(
        replace(wish, certain=False) if _gives(wish, about) else wish for wish in intent.actions
    )
    certain = intent.certain and not _gives(intent, about)
    return replace(intent, actions=unsure, certain=certain)


def _gives(wish: Wish | Intent, about: str) -> bool:
    return wish.name is IntentName.GRANT and wish.purposes == (about,)


def _needed(message: Message) -> float:
    """Return how sure a reading must be where rules knew all words and made no sense of them."""
    if message.sentence is None:
        return 0.0
    asks = any(part in atom for atom in message.sentence.atoms for part in _ASKING)
    return _CLEAREST if asks else _CLEARER


def _is_signed(message: Message) -> bool:
    """Say whether signs stand at numbers or names: those are read by rule or not at all."""
    return message.sentence is not None and any(a.sign for a in message.sentence.atoms)


def _intent(weighed: Weighed, learned: Learned, *, strange: bool) -> Intent | None:
    ending = sum(weighed.shares[label] for label in ENDING)
    giving = weighed.shares["grant"]
    if ending >= _LIKELY and ending >= giving:
        read = refused(weighed, learned)
        return replace(read, certain=False) if strange else read
    if giving >= _GRANT and not strange:
        return _given(weighed, learned)
    if weighed.ended >= _DISPUTED:
        return replace(refused(weighed, learned), certain=False)
    decided = {*ENDING, "grant", *(("yes", "no") if strange else ())}
    rest = [label for label in weighed.shares if label not in decided]
    likeliest = max(rest, key=weighed.shares.__getitem__)
    if weighed.shares[likeliest] < giving:
        # A grant in doubt is unclear, and nothing else.
        return None
    return _shown(likeliest, weighed, learned)


def _is_strange(message: Message, weighed: Weighed, lexicon: Lexicon, learned: Learned) -> bool:
    """Say whether a message is a guess: code, a short run of words, or hardly a word known."""
    if len(_MARKUP.findall(message.heard.plain)) > _FEW:
        return True
    if 1 < _words_in_run(message, learned) < _CLEAR_RUN:
        return True
    reading = weighed.hearing.reading
    if any(clause.names(Kind.ACT) for clause in reading.clauses) or reading.known >= _CUED:
        return False
    return familiar(reading.words, lexicon, learned) < _FAMILIAR


def _given(weighed: Weighed, learned: Learned) -> Intent:
    share = weighed.shares["grant"]
    states = mentioned(weighed.hearing, learned)
    clear = not any(clause.question for clause in weighed.hearing.reading.clauses)
    named = named_in(weighed.hearing.reading)
    on = filled(things(states, ON), weighed.told, learned.things)
    wishes = [
        replace(wish, certain=clear and named.issuperset((*wish.channels, *wish.topics)))
        if wish.channels or wish.topics
        else wish
        for wish in wishes_of(IntentName.GRANT, on, learned)
    ]
    wishes += wishes_of(IntentName.WITHDRAW, things(states, OFF), learned)
    return intent_of(wishes or [Wish(name=IntentName.GRANT)], share)


def _shown(label: str, weighed: Weighed, learned: Learned) -> Intent | None:
    """Return what is to be shown; the page and the language are what the cues say."""
    if label == "unclear":
        return None
    name = IntentName(label)
    if name is IntentName.YES and weighed.hearing.question:
        # Only `answered` takes a yes for certain.
        return Intent(name=name, certain=False, confidence=round(weighed.shares[label], 2))
    clauses = weighed.hearing.reading.clauses
    page = page_of(clauses, name)
    about = _about(weighed, learned) if name in _ABOUT and page is None else ()
    if name is IntentName.PAUSE:
        about = about or (learned.opening,)
    return Intent(
        name=name,
        purposes=about,
        page=page,
        wanted_language=value_of(clauses, "language") if name is IntentName.LANGUAGE else None,
        confidence=round(weighed.shares[label], 2),
    )


def _about(weighed: Weighed, learned: Learned) -> tuple[str, ...]:
    evidence = weighed.hearing.evidence
    return tuple(
        thing for thing, kind in learned.things.items() if kind == "P" and evidence[thing] > _NAMED
    )


def reasons(message: Message, lexicon: Lexicon) -> Iterator[str]:
    """Yield why free wording was read as it was: labels, cues, and what weighed most."""
    learned = lexicon.learned
    if learned is None:
        return
    weighed = _weigh(message, lexicon, learned)
    likely = sorted(weighed.shares, key=lambda label: -weighed.shares[label])[:_REASONS]
    yield from (f"{label} {weighed.shares[label]:.2f}" for label in likely)
    for thing, found in mentioned(weighed.hearing, learned).items():
        yield f"{thing}: off {found[OFF]:.2f}, on {found[ON]:.2f}"
    for clause in weighed.hearing.reading.clauses:
        for f in clause.found:
            yield f"{f.cue.language} {f.cue.kind.value}.{f.cue.name}: {f.pattern}"
    reading, question = weighed.hearing.reading, weighed.hearing.question
    yield from learned.messages.reasons(traits(reading, question), likely[0])
    if weighed.doubted:
        said = tokens(reading, question), told_beside(reading, question)
        yield from learned.order.reasons(*said, likely[0])
    if weighed.shown is not None and learned.encoder is not None:
        yield from learned.encoder.reasons(weighed.shown, question, likely[0])
