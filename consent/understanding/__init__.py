"""From words to intents, in stages; knows no dialogue, no store and no door.

A message is heard (one spelling), read as known phrases, and shown to one small recogniser
after the other; the first that understands it decides. All but the last take whole messages of
known words only: keywords, numbers, names. The last weighs free wording by what was learnt from
examples. What nobody understands is unclear, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from consent.intents import Intent, IntentName, Page, Scope
from consent.understanding import keywords, names, numbers, opening, retyped, turns
from consent.understanding.lexicon import Lexicon, build_lexicon
from consent.understanding.message import Message
from consent.understanding.parts import WHOLE, Part, Words
from consent.understanding.sentence import read
from consent.understanding.text import hear
from consent.understanding.verbs import UNCLEAR, questioned
from consent.understanding.wording import reasons, wording

Recogniser = Callable[[Message, Lexicon], Intent | None]

#: Tried in this order; no answer to a question is made of STOP words.
_RECOGNISERS: tuple[Recogniser, ...] = (
    keywords.own_words,
    keywords.trap,
    keywords.sign,
    names.answer,
    keywords.keyword,
    numbers.code,
    turns.in_turn,
    names.wish,
    numbers.signed,
    numbers.number,
    numbers.pause,
    names.name,
    names.refusal,
    retyped.on_other_keyboard,
    opening.signed,
    wording,
    opening.followed,
)
_WITHDRAWALS = frozenset({IntentName.WITHDRAW, IntentName.WITHDRAW_ALL})


@dataclass(frozen=True, slots=True, eq=False)
class Understood:
    """What a message asks for, and whoever wants to know can be told why."""

    intent: Intent
    _message: Message | None
    _lexicon: Lexicon
    #: None: nobody understood it, or it was a command.
    _by: Recogniser | None

    def reasons(self) -> tuple[str, ...]:
        """Return what decided the reading: the recogniser that had one, then what it went by."""
        if self._message is None:
            return ("command",)
        if self._by is None:
            return ()
        went_by = reasons(self._message, self._lexicon) if self._by is wording else ()
        return (self._by.__name__, *went_by)


def understood(
    text: str, lexicon: Lexicon, *, pending: str | None = None, language: str | None = None
) -> Understood:
    """Return what a message asks for; whatever is not certain is unclear.

    `pending` names the question the message may answer: `grant:<purpose>`, `channels`, `scope`,
    `withdraw`, `link`. `language` is that of the session. Takes time linear in the length of the
    text, and never fails, whatever was typed. A grant only ever leads to a notice, and a yes in
    free wording is certain only if it begins with a word listed as one.

    :raises CatalogueBroken: the language model is needed, and its file is broken inside;
        `Lexicon.warm` finds that out beforehand.
    """
    words, is_command = _without_slash(text)
    if is_command and words == "start":
        return Understood(Intent(name=IntentName.HELP, page=Page.MENU), None, lexicon, None)
    message = _message(words, lexicon, pending, language)
    intent, by = _first(message, lexicon)
    intent = _summed_up(_settled(intent, by, message, lexicon), lexicon)
    if is_command:
        intent = replace(intent, language=None)
    return Understood(intent, message, lexicon, by)


def understand(
    text: str, lexicon: Lexicon, *, pending: str | None = None, language: str | None = None
) -> Intent:
    """Return what a message asks for; see `understood`."""
    return understood(text, lexicon, pending=pending, language=language).intent


def explain(
    text: str, lexicon: Lexicon, *, pending: str | None = None, language: str | None = None
) -> tuple[str, ...]:
    """Return what decided a reading; see `Understood.reasons`."""
    return understood(text, lexicon, pending=pending, language=language).reasons()


def _message(words: str, lexicon: Lexicon, pending: str | None, language: str | None) -> Message:
    heard = hear(words)
    question, _, about = (pending or "").partition(":")
    return Message(
        heard=heard,
        sentence=read(heard.tokens, lexicon),
        weighed=[],
        pending=question or None,
        about=about,
        language=language,
    )


def _without_slash(text: str) -> tuple[str, bool]:
    """Take the slash and the bot's name off a Telegram command; `/start` loses its payload."""
    stripped = text.strip()
    if not stripped.startswith("/") or not stripped[1:2].isalpha():
        return text, False
    command, *rest = stripped[1:].split(maxsplit=1)
    command = command.partition("@")[0]
    if command.casefold() == "start":
        return "start", True
    return " ".join((command, *rest)), True


def _first(message: Message, lexicon: Lexicon) -> tuple[Intent, Recogniser | None]:
    """Return the reading of the first recogniser that has one, and which that was."""
    for recognise in _RECOGNISERS:
        intent = recognise(message, lexicon)
        if intent is not None:
            return intent, recognise
    return UNCLEAR, None


def _settled(intent: Intent, by: Recogniser | None, message: Message, lexicon: Lexicon) -> Intent:
    """Return a reading, if nothing that was said beside it speaks against it."""
    sentence = message.sentence
    if sentence is None:
        return intent
    if len(sentence.brands) > 1 and intent.name not in _WITHDRAWALS:
        return UNCLEAR
    if by is wording:
        # What was learnt of questions has been weighed.
        return intent
    if not sentence.question or not sentence.atoms:
        return intent
    if sentence.courteous and intent.name in _WITHDRAWALS:
        return _requested(intent, message, lexicon)
    return questioned(intent)


def _summed_up(intent: Intent, lexicon: Lexicon) -> Intent:
    """Return a withdrawal of every single consent as what it is: of all of them."""
    every = set(lexicon.purposes.values())
    if intent.name is not IntentName.WITHDRAW or intent.actions or set(intent.purposes) != every:
        return intent
    return replace(intent, name=IntentName.WITHDRAW_ALL, scope=Scope.ALL, purposes=())


def _requested(intent: Intent, message: Message, lexicon: Lexicon) -> Intent:
    """Return a withdrawal that is asked for: "Could you stop the SMS, please?" is a wish.

    It is one for certain if the whole message weighs as one; else it is asked about.
    """
    weighed = wording(message, lexicon)
    if weighed is not None and weighed.name in _WITHDRAWALS and weighed.certain:
        return intent
    return replace(intent, certain=False, confidence=0.5)


__all__ = [
    "WHOLE",
    "Lexicon",
    "Part",
    "Recogniser",
    "Understood",
    "Words",
    "build_lexicon",
    "explain",
    "understand",
    "understood",
]
