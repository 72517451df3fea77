"""How many parts a text takes, and which characters make it more than it need be."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from sms.encoding import Encoding, cost
from sms.lint.advert import Advert
from sms.lint.characters import REPLACEMENTS, gsm, is_emoji, is_invisible, is_outside
from sms.lint.findings import Finding, note, warning

_MANY_PARTS = 3
#: So few characters over a part can be saved.
_SAVABLE = 10
_LARGEST_PART = 160


def room(text: str) -> int:
    """Return how many more characters go into the last part."""
    parts = cost(text).parts
    longer = range(1, _LARGEST_PART + 1)
    return bisect_left(longer, parts + 1, key=lambda n: cost(text + "a" * n).parts)


def length(advert: Advert) -> Iterator[Finding]:
    """Say where parts can be saved."""
    text = advert.draft.text
    parts = cost(text).parts
    if parts > _MANY_PARTS:
        yield warning(
            "many_parts", f"{parts} parts: every customer costs {parts} times the price."
        )
    over = next((n for n in range(1, _SAVABLE + 1) if _saves(text, n)), None)
    if over is not None:
        plural = "" if over == 1 else "s"
        yield note("just_over", f"{over} character{plural} fewer would save a part.")


def _saves(text: str, count: int) -> bool:
    now, shorter = cost(text), cost(text[:-count])
    return shorter.parts < now.parts and shorter.encoding is now.encoding


def characters(advert: Advert) -> Iterator[Finding]:
    """Say which characters turn a text into UCS-2, and what to write instead."""
    if unicodedata.normalize("NFC", advert.draft.text) != advert.draft.text:
        yield warning(
            "decomposed",
            "Letters and their marks are separate characters, each paid for. "
            "Paste the text again as composed Unicode (NFC).",
        )
    outside = {
        c: n for c, n in Counter(advert.text).items() if is_outside(c) and not is_invisible(c)
    }
    pictures = {c: n for c, n in outside.items() if is_emoji(c) and c not in REPLACEMENTS}
    if pictures:
        yield _pictures(advert, pictures)
    rest = [c for c in outside if c not in pictures]
    if not advert.own_words.letters.isdisjoint(c.lower() for c in rest):
        # The language is written so; typographic characters cost nothing more.
        yield from _diacritics(advert)
        return
    yield from (_replaceable(advert, c, outside[c]) for c in rest if gsm(c) != c)
    yield from _without_replacement(advert, [c for c in rest if gsm(c) == c])


def _diacritics(advert: Advert) -> Iterator[Finding]:
    plain, now = cost(gsm(advert.text)), cost(advert.draft.text)
    if plain.encoding is Encoding.GSM7 and plain.parts < now.parts:
        word = next(
            w for w in advert.text.split() if any(c.isalpha() and is_outside(c) for c in w)
        )
        yield note(
            "diacritics",
            f"Letters as in “{word.strip('.,:;!?')}” force UCS-2: {now.parts} parts; "
            f"without diacritics {plain.parts}.",
        )


def _replaceable(advert: Advert, char: str, count: int) -> Finding:
    instead = gsm(char)
    times = "" if count == 1 else f", {count} times"
    name = unicodedata.name(char, f"U+{ord(char):04X}").lower()
    said = f"{char} ({name}{times})" if char.isprintable() else f"A {name}{times}"
    hint = {" ": "a plain space", "\n": "a plain line break"}.get(instead, f"“{instead}”")
    return warning(
        "forces_ucs2",
        f"{said} forces UCS-2{_saving(advert)}. Write {hint}.",
        advert.text.index(char),
    )


def _without_replacement(advert: Advert, chars: list[str]) -> Iterator[Finding]:
    if chars:
        yield warning(
            "forces_ucs2",
            f"“{''.join(chars)}” forces UCS-2{_saving(advert)}. Write it otherwise.",
            min(advert.text.index(c) for c in chars),
        )


def _saving(advert: Advert) -> str:
    now, without = cost(advert.draft.text).parts, cost(gsm(advert.text)).parts
    return f": {now} parts instead of {without}" if without < now else ""


def _pictures(advert: Advert, pictures: dict[str, int]) -> Finding:
    units = sum(cost(c).units * n for c, n in pictures.items())
    first = min(advert.text.index(c) for c in pictures)
    without = cost("".join(c for c in advert.text if c not in pictures))
    now = cost(advert.draft.text)
    fewer = f": {now.parts} parts instead of {without.parts}" if without.parts < now.parts else ""
    if without.encoding is Encoding.GSM7:
        return warning("emoji", f"Emoji take {units} characters and force UCS-2{fewer}.", first)
    return note("emoji", f"Emoji take {units} characters{fewer}.", first)
