"""`consent understand`: what a message is read as, one JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from consent.errors import SettingBroken
from consent.intents import Intent, IntentName, Wish
from consent.understanding import Lexicon, explain, understand
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon

_OFFERS = "offers"


def run_understand(lang: str | None, pending: str | None, *, why: bool) -> Iterator[str]:
    """Yield the reading of each line of standard input.

    :raises SettingBroken: no such language, or no such question.
    """
    catalogue = load_catalogue(ROOT)
    if lang is not None and lang not in catalogue.languages:
        raise SettingBroken(f"--lang must be one of {', '.join(catalogue.languages)}")
    purposes = {str(p.number): p.id for p in catalogue.purposes}
    question = _question(pending, purposes)
    lexicon = load_lexicon(ROOT, catalogue)
    for raw in sys.stdin.buffer:
        text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        yield json.dumps(_reading(text, lexicon, question, lang, why=why), ensure_ascii=False)


def _question(pending: str | None, purposes: Mapping[str, str]) -> str | None:
    if pending is None or pending in {"channels", "scope", "withdraw", "link"}:
        return pending
    kind, _, number = pending.partition(":")
    purpose = purposes.get(number, number)
    if kind != "grant" or purpose not in purposes.values():
        raise SettingBroken("--pending must be grant:3, channels, scope, withdraw or link")
    return f"grant:{purpose}"


def _reading(
    text: str, lexicon: Lexicon, pending: str | None, language: str | None, *, why: bool
) -> dict[str, Any]:
    found = understand(text, lexicon, pending=pending, language=language)
    first = found.wishes[0]
    reading = {
        "text": text,
        "language": found.language or language,
        **_fields(first),
        "brand": found.brand,
        "confidence": found.confidence if found.certain else 0.5,
        "certain": found.certain and first.certain,
        "actions": [_action(wish) for wish in found.actions],
    }
    if not why:
        return reading
    return reading | {"decided_by": explain(text, lexicon, pending=pending, language=language)}


def _fields(wish: Wish | Intent) -> dict[str, Any]:
    """Return what a wish is about; channels and topics belong to the offers."""
    narrow = bool(wish.channels or wish.topics)
    purposes = wish.purposes or ((_OFFERS,) if narrow else ())
    return {
        "intent": wish.name.value,
        "purposes": list(purposes),
        "channels": list(wish.channels),
        "topics": list(wish.topics),
        "scope": wish.scope.value if wish.scope else None,
    }


def _action(wish: Wish) -> dict[str, Any]:
    return _fields(wish) | {"state": "on" if wish.name is IntentName.GRANT else "off"}
