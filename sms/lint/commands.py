"""Which words a text tells customers to send, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sms.lint.advert import Advert, Place

#: How far from "reply", "send" or "opt out" a word to send can stand, and what says why after it.
_AHEAD, _AFTER = 45, 40
#: A question is no end: "Nevēlaties reklāmu? Sūtiet STOP 1".
_SENTENCE_END = re.compile(r"[.!]\s+(?=[^\W\d_])|\n\s*\n")
_CAPITALS = re.compile(r"(?<![\w-])[^\W\d_]{2,}(?![\w-])")
_QUOTED = re.compile("[\"'“”„«‘’]([^\"'“”„«»‘’\\n]{2,20})[\"'“”»’‘]")
_NUMBER = re.compile(r"\s?[0-9]{1,2}(?![0-9%]|[.,][0-9])")
_ARGUMENT = re.compile(r"\s([^\W\d_]{2,})(?![\w-])")
_TARGET = re.compile(r"[\s:]*(\+?[0-9]{3,13}|\+?[0-9]{2,4}(?: [0-9]{2,4}){1,4})(?![0-9])")
#: Written in capitals, but nothing to type.
_NO_COMMANDS = frozenset({"SMS", "EUR", "GB", "MB", "PIN", "QR", "URL"})


class Cue(StrEnum):
    """What shows that a word is to be sent; the names of the lists in `AdWords`."""

    REFUSAL = "refusal"
    REPLY = "reply"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A word that points to what customers are to do."""

    cue: Cue
    language: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What customers are told to send."""

    place: Place
    anchors: tuple[Anchor, ...]
    #: A word for stopping, rather than any word in capitals or quotes.
    stops: bool
    #: The number it is to be sent to; none: it answers this text.
    target: str | None

    @property
    def refuses(self) -> bool:
        """Whether the text offers it as the way to refuse."""
        return self.stops or any(a.cue is Cue.REFUSAL for a in self.anchors)


def anchors(advert: Advert, *cues: Cue) -> list[Anchor]:
    """Return where a text speaks of refusing, replying or sending, in order."""
    found = [
        Anchor(cue, language, m.start(), m.end())
        for language, words in advert.words.items()
        for cue in cues
        for m in getattr(words, cue.value).finditer(advert.folded)
        if not advert.is_address(m.start())
    ]
    return sorted(found, key=lambda a: (a.start, a.cue, a.language))


def sentence_end(advert: Advert, start: int, reach: int) -> int:
    """Return how far one can look ahead: to the end of the sentence, or so many characters."""
    for end in _SENTENCE_END.finditer(advert.text, start, start + reach):
        if advert.text[end.end() : end.end() + 1].isupper():
            return end.start()
    return min(start + reach, len(advert.text))


def commands(advert: Advert) -> list[Command]:
    """Return what customers are told to send, in order."""
    pointing = anchors(advert, *Cue)
    found: dict[Place, list[Anchor]] = {place: [] for place in _numbered(advert)}
    for anchor in pointing:
        place = _pointed_at(advert, anchor)
        if place is not None:
            found.setdefault(place, []).append(anchor)
    for place in _bare(advert):
        found.setdefault(place, [])
    return [
        _command(advert, place, [*found[place], *_explaining(advert, place, pointing)])
        for place in sorted(found, key=lambda p: p.start)
    ]


def _command(advert: Advert, place: Place, pointing: list[Anchor]) -> Command:
    sending = [a.start for a in pointing if a.cue is Cue.SEND and a.start < place.start]
    return Command(
        place=place,
        anchors=tuple(dict.fromkeys(pointing)),
        stops=any(w.stop.match(advert.folded, place.start) for w in advert.words.values()),
        target=_target(advert, min(sending, default=place.end), place),
    )


def _explaining(advert: Advert, place: Place, pointing: list[Anchor]) -> Iterator[Anchor]:
    """Yield what explains a word by itself or after it: "STOP 1, lai atteiktos"."""
    end = sentence_end(advert, place.end, _AFTER)
    yield from (a for a in pointing if a.cue is Cue.REFUSAL and place.start <= a.start < end)


def _stops(advert: Advert, start: int, end: int) -> Iterator[Place]:
    for words in advert.words.values():
        for found in words.stop.finditer(advert.folded, start, end):
            after = advert.text[found.end() : found.end() + 1]
            if after != "-" and not advert.is_address(found.start()):
                yield _with_argument(advert, found.start(), found.end())


def _numbered(advert: Advert) -> set[Place]:
    return {p for p in _stops(advert, 0, len(advert.text)) if p.text[-1].isdigit()}


def _bare(advert: Advert) -> set[Place]:
    """Return a STOP in capitals that the text ends with, or explains after it."""
    pointing = anchors(advert, Cue.REFUSAL)
    found = {p for p in _stops(advert, 0, len(advert.text)) if p.text.isupper()}
    return {
        p
        for p in found
        if not advert.text[p.end :].strip(" .!)\n") or any(_explaining(advert, p, pointing))
    }


def _pointed_at(advert: Advert, anchor: Anchor) -> Place | None:
    """Return the word that stands after "reply", "send" or "opt out"."""
    end = sentence_end(advert, anchor.end, _AHEAD)
    stops = sorted(_stops(advert, anchor.end, end), key=lambda p: p.start)
    shown = [p for p in stops if p.text.isupper() or p.text[-1].isdigit()]
    quoted = _QUOTED.search(advert.text, anchor.end, end)
    if shown:
        return shown[0]
    if quoted is not None:
        return Place(quoted.start(1), quoted.end(1), quoted[1])
    return next(_capitals(advert, anchor, end), stops[0] if stops else None)


def _capitals(advert: Advert, anchor: Anchor, end: int) -> Iterator[Place]:
    """Yield words in capitals ahead; where all is in capitals they show nothing."""
    if advert.text[anchor.start : anchor.end].isupper():
        return
    for word in _CAPITALS.finditer(advert.text, anchor.end, end):
        if _is_typed(advert, word[0]) and not advert.is_address(word.start()):
            yield _with_argument(advert, word.start(), word.end())


def _with_argument(advert: Advert, start: int, end: int) -> Place:
    number = _NUMBER.match(advert.text, end)
    word = _ARGUMENT.match(advert.text, end)
    if number is not None:
        end = number.end()
    elif word is not None and word[1].isupper() and word[1] not in _names(advert):
        end = word.end()
    return Place(start, end, advert.text[start:end])


def _is_typed(advert: Advert, word: str) -> bool:
    return word.isupper() and word not in _NO_COMMANDS | _names(advert)


def _names(advert: Advert) -> set[str]:
    return {brand.name.upper() for brand in (advert.draft.brand, *advert.draft.other_brands)}


def _target(advert: Advert, start: int, place: Place) -> str | None:
    """Return the number after "uz", "на", "to" near a word to send."""
    end = sentence_end(advert, place.end, _AFTER)
    for words in advert.words.values():
        for found in words.to.finditer(advert.folded, start, end):
            number = _TARGET.match(advert.text, found.end(), end)
            if number is not None and not place.holds(number.start(1)):
                return number[1].replace(" ", "")
    return None
