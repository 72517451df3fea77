"""The words the shipped lexicon knows, and a short way to write down what a message means.

`said` and `brief` read by the rules alone: what those leave unclear is weighed (test_wording).
"""

from __future__ import annotations

from consent.intents import Intent
from consent.understanding import understand
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon, load_words

CATALOGUE = load_catalogue(ROOT)
LEXICON = load_lexicon(ROOT, CATALOGUE)
RULES = load_words(ROOT, CATALOGUE)


def said(text: str, pending: str | None = None, language: str | None = None) -> Intent:
    """Return what a message means by the shipped words."""
    return understand(text, RULES, pending=pending, language=language)


def brief(text: str, pending: str | None = None, language: str | None = None) -> str:
    """Return the sense of a message in one line: `withdraw profiling location`.

    The name, what it is about, the page, `!n` for an unknown number, `?` for an uncertain one.
    """
    intent = said(text, pending, language)
    parts = [
        intent.name.value,
        *intent.purposes,
        *intent.channels,
        *intent.topics,
        *([intent.scope.value] if intent.scope else []),
        *([f"#{intent.code}"] if intent.code else []),
        *([f"!{intent.unknown_number}"] if intent.unknown_number is not None else []),
        *([f"{intent.hours}h"] if intent.hours else []),
        *([intent.wanted_language] if intent.wanted_language else []),
        *([intent.page.value] if intent.page else []),
        *([f"@{intent.brand}"] if intent.brand else []),
        *([] if intent.certain else ["?"]),
    ]
    return " ".join(parts)
