"""A STOP at the head of a message and no wish behind it: people sign what they send.

"STOP. Jānis Bērziņš" and "Стоп, не пишите, Янис" stop; "Stop, thief!" is asked about. A STOP that
was certainly said must not be lost to what follows it (law 2), and what follows must not make it
more than it was.
"""

from __future__ import annotations

import re
from dataclasses import replace

from consent.intents import Intent, IntentName
from consent.understanding import keywords, names
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Message
from consent.understanding.sentence import read
from consent.understanding.text import hear

#: A few words up to the first pause, and what comes after it.
_OPENING = re.compile(
    r"\s*([^.,;:!?\n–—]{2,24}?)\s*(?:[.,;:!\n–—]+|\s-\s)\s*(\S.{0,400})", re.DOTALL
)
#: How somebody is reached: an e-mail address, a phone number.
_CONTACT = re.compile(r"\S+@\S+\.\S+|\+?[0-9][0-9 ()-]{6,}")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_MOST_NAMES = 5
_WITHDRAWALS = frozenset({IntentName.WITHDRAW, IntentName.WITHDRAW_ALL})


def signed(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read a STOP with nothing behind it but names and addresses."""
    stop, rest = _opening(message, lexicon)
    if stop is None:
        return None
    if _names_somebody(rest, lexicon, is_loud=message.heard.original.isupper()):
        return stop
    return _unsigned(message, lexicon)


def _unsigned(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read a longer STOP without the names and addresses at its end."""
    parts = message.heard.original.split(",")
    kept = len(parts)
    while kept > 1 and _names_somebody(parts[kept - 1], lexicon, is_loud=False):
        kept -= 1
    return _stop(",".join(parts[:kept]), message, lexicon) if kept < len(parts) else None


def followed(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read a STOP before something that nobody understood: it is asked about."""
    stop, _ = _opening(message, lexicon)
    return replace(stop, certain=False) if stop else None


def _opening(message: Message, lexicon: Lexicon) -> tuple[Intent | None, str]:
    """Return the withdrawal that a message opens with, and the rest of it."""
    found = _OPENING.match(message.heard.original)
    if found is None:
        return None, ""
    stop = _stop(found[1], message, lexicon)
    return (stop, found[2]) if stop else (None, "")


def _stop(text: str, message: Message, lexicon: Lexicon) -> Intent | None:
    """Read a text as a certain withdrawal, whatever question is open; none if it is not one."""
    heard = hear(text)
    head = message._replace(heard=heard, sentence=read(heard.tokens, lexicon), pending=None)
    intent = keywords.keyword(head, lexicon) or names.wish(head, lexicon)
    is_stop = intent is not None and intent.name in _WITHDRAWALS and intent.certain
    return intent if is_stop else None


def _names_somebody(rest: str, lexicon: Lexicon, *, is_loud: bool) -> bool:
    """Say whether a text is names and addresses alone; in capitals every word looks like one."""
    words = _WORD.findall(_CONTACT.sub(" ", rest))
    if "?" in rest or len(words) > _MOST_NAMES or (words and is_loud):
        return False
    return all(word[0].isupper() and not _is_known(word, lexicon) for word in words)


def _is_known(word: str, lexicon: Lexicon) -> bool:
    folded = hear(word).folded
    return folded in lexicon.vocabulary or folded in lexicon.cues.exact
