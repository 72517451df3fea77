"""Short messages typed while the keyboard was left in the other script: "ыещз", "cnjg 3".

Free wording is read so by what was learnt; a few words that mean nothing else are read by rule.
"""

from __future__ import annotations

from consent.intents import Intent, IntentName
from consent.understanding import keywords, names
from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Message
from consent.understanding.scripts import on_other_keys
from consent.understanding.sentence import read
from consent.understanding.text import hear

#: Shorter messages are words of some other language on any keyboard.
_SHORTEST, _MOST_WORDS = 4, 3
#: What nobody loses by: a yes or a gift has to be typed as it is listed.
_HARMLESS = frozenset(
    {
        *(IntentName.WITHDRAW_ALL, IntentName.WITHDRAW, IntentName.NO, IntentName.STATUS),
        *(IntentName.HELP, IntentName.HUMAN, IntentName.EXPLAIN),
    }
)


def on_other_keyboard(message: Message, lexicon: Lexicon) -> Intent | None:
    """Read unknown words as those that the same keys give in the other script."""
    text = message.heard.plain
    if message.sentence or len(text) < _SHORTEST or len(text.split()) > _MOST_WORDS:
        return None
    heard = hear(on_other_keys(text))
    meant = message._replace(heard=heard, sentence=read(heard.tokens, lexicon))
    intent = keywords.keyword(meant, lexicon) or names.wish(meant, lexicon)
    return intent if intent and intent.name in _HARMLESS else None
