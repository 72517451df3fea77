"""How many parts a text costs (language.md, section 6; 3GPP TS 23.038)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Reached through an escape: two septets each.
_EXTENSION = frozenset("^{}\\[~]|€\f")


class Encoding(StrEnum):
    """The alphabet of a whole message."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a text costs: units of its encoding, and parts that are charged."""

    encoding: Encoding
    units: int
    parts: int


_LIMITS = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


def cost(text: str) -> Cost:
    """Return the cost of a text. One character outside GSM-7 turns the whole message.

    An escape sequence or a surrogate pair is never cut between two parts.
    """
    if all(c in _BASIC or c in _EXTENSION for c in text):
        encoding = Encoding.GSM7
        sizes = [2 if c in _EXTENSION else 1 for c in text]
    else:
        encoding = Encoding.UCS2
        sizes = [2 if ord(c) > 0xFFFF else 1 for c in text]  # noqa: PLR2004
    alone, joined = _LIMITS[encoding]
    units = sum(sizes)
    parts = 1 if units <= alone else _fill(sizes, joined)
    return Cost(encoding=encoding, units=units, parts=parts)


def _fill(sizes: list[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
