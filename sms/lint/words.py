"""The words by which an advertising text is read, as patterns over folded text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.notices import plain


def fold(text: str) -> str:
    """Return a text in small letters without diacritics, of the same length."""
    return plain(text).lower().replace("ё", "е")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdWords:
    """One language of advertising texts."""

    language: str
    #: A refusal to copy, for senders that can be answered and for those that cannot.
    example: str
    example_by_phone: str
    letters: frozenset[str]
    refusal: re.Pattern[str]
    stop: re.Pattern[str]
    reply: re.Pattern[str]
    send: re.Pattern[str]
    to: re.Pattern[str]
    call: re.Pattern[str]
    common: frozenset[str]
    endings: tuple[str, ...]


def build_words(language: str, phrases: Mapping[str, Sequence[str]]) -> AdWords:
    """Return the words of a language, from lists of folded phrases (`ads.toml`)."""
    return AdWords(
        language=language,
        example=phrases["example"][0],
        example_by_phone=phrases["example_by_phone"][0],
        letters=frozenset(phrases["letters"][0]),
        refusal=_any_of(phrases["refusal"]),
        stop=_any_of(phrases["stop"]),
        reply=_any_of(phrases["reply"]),
        send=_any_of(phrases["send"]),
        to=_any_of(phrases["to"]),
        call=_any_of(phrases["call"]),
        common=frozenset(phrases["common"]),
        endings=tuple(phrases["endings"]),
    )


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of whole phrases; of two that begin alike the longer one is found."""
    longest_first = sorted(phrases, key=len, reverse=True)
    parts = (re.escape(p).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for p in longest_first)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)")
