"""The commonest words of each language, each alone as a message: none of them writes by accident.

The words are those of the package wordfreq: the first 30 000 of each list. Its Latvian list is its
small one and holds 45 576 words, its Russian and English ones are far larger.
"""

from __future__ import annotations

import pytest
from wordfreq import top_n_list

from consent.intents import Intent, IntentName
from consent.understanding import Part, understand
from consent.understanding.lexicon import key_of
from tests.understanding import CATALOGUE, LEXICON

MOST = 30_000
WRITING = frozenset(
    {IntentName.WITHDRAW, IntentName.WITHDRAW_ALL, IntentName.GRANT, IntentName.PAUSE}
)
#: What a keyword that writes when it stands alone is listed as.
KEYWORDS = frozenset(
    {Part.STOP, Part.EVERYTHING, Part.REFUSE, Part.START, Part.PAUSE, Part.WITHOUT}
)


def _is_listed(word: str) -> bool:
    """Say whether a word, as it is or respelled, stands in the lexicon as such a keyword."""
    key, _ = key_of(word)
    respelled = " ".join(LEXICON.words(key.split()))
    return any(KEYWORDS & LEXICON.phrases.get(known, {}).keys() for known in (key, respelled))


def _writes(intent: Intent) -> bool:
    """Say whether an intent is a grant of any certainty, or is carried out at once."""
    names = {intent.name, *(wish.name for wish in intent.wishes)}
    return IntentName.GRANT in names or (intent.certain and bool(names & WRITING))


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_common_words_write_nothing(language: str) -> None:
    """Save the keywords of the lexicon, no common word withdraws, grants or pauses."""
    words = top_n_list(language, MOST)
    assert MOST == len(words)
    read = ((word, understand(word, LEXICON, language=language)) for word in words)
    offenders = [
        f"{word}: {intent.name.value}{'' if intent.certain else '?'}"
        for word, intent in read
        if _writes(intent) and not _is_listed(word)
    ]
    assert [] == offenders, "\n".join(offenders)


@pytest.mark.parametrize(
    "word", ["stop", "стоп", "atsaukt", "подписка", "paartraukt", "stooop", "pause", "nezvani"]
)
def test_listed_keywords_are_left_out(word: str) -> None:
    """What the sweep leaves out is what is meant to write."""
    assert _is_listed(word)
    assert _writes(understand(word, LEXICON))


@pytest.mark.parametrize("word", ["", "status", "sms", "offers", "3", "inbox.lv", "visu", "jā"])
def test_other_words_are_swept(word: str) -> None:
    """Names, numbers and keywords that write nothing alone are no excuse."""
    assert not _is_listed(word)
