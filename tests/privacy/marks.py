"""Personal data that can be recognised wherever they turn up, in whatever writing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

#: Phones: of one who stops, one who talks nonsense, one who is brought in, one who is rejected.
STOPS, TALKS, BROUGHT, REJECTED = "+37126604417", "+37128815523", "+37122917364", "+37127735518"
#: A Telegram account, its owner's number, and a number in somebody else's contact.
ACCOUNT, SHARES, FOREIGN = 7359204416, "+37129463371", "+37125538804"
FIRST, LAST, NICK = "Zigrīda", "Vārdone-Ļitene", "zigrida_vl"
EMAIL = "zigrida.vl@pastkaste.example"
#: A CRM's key of a customer, and one in a row that is rejected.
CRM_ID, CRM_REJECTED = "Zv-Krm-70514398", "Zv-Krm-20957716"
STRAY = "Zigas Banka"
WORDS = f"Стоп, больше не пишите, {FIRST} {LAST}, {EMAIL}"
NONSENSE = f"Kaut kas pavisam cits par {FIRST} un +371 28 815 523, {EMAIL}"


def _written(number: str) -> tuple[str, ...]:
    """Return how people write a number; what holds the longer ways holds the shorter too."""
    home = number.removeprefix("+371")
    return (
        home,
        f"{home[:2]} {home[2:5]} {home[5:]}",
        f"{home[:3]} {home[3:5]} {home[5:]}",
        f"{home[:4]} {home[4:]}",
        f"{home[:2]}-{home[2:5]}-{home[5:]}",
        home[::-1],
    )


def _marks() -> dict[str, tuple[str, ...]]:
    numbers = (STOPS, TALKS, BROUGHT, REJECTED, SHARES, FOREIGN)
    found = {number: _written(number) for number in numbers}
    found["account"] = (str(ACCOUNT),)
    found |= {name: (name,) for name in (FIRST, LAST, NICK, STRAY)}
    found["e-mail"] = (EMAIL, EMAIL.partition("@")[0])
    found |= {name: (name, name.lower()) for name in (CRM_ID, CRM_REJECTED)}
    return found


#: By name, the ways in which each of them is written.
MARKS: Mapping[str, tuple[str, ...]] = _marks()


def _encoded(text: str) -> Iterator[bytes]:
    """Return a text as programs write it."""
    plain = text.encode()
    yield plain
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield quote(text).encode()
    yield quote_plus(text).encode()
    yield json.dumps(text)[1:-1].encode()
    yield repr(plain)[2:-1].encode()
    yield text.encode("unicode_escape")
    for skipped in range(3):
        # As it stands in the middle of something longer: its ends depend on the neighbours.
        whole = base64.b64encode(b"\0" * skipped + plain)
        inner = whole[(0, 2, 3)[skipped] : len(whole) // 4 * 4 - 4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


_SHORTEST = 6
_SPELLINGS = {
    name: frozenset(s for way in ways for s in _encoded(way) if len(s) >= _SHORTEST)
    for name, ways in MARKS.items()
}


def found_in(content: bytes | str) -> list[str]:
    """Return what stands in it, in clear or in any writing that hides nothing."""
    searched = content.encode() if isinstance(content, str) else content
    return [
        f"{name} as {spelling!r}"
        for name, spellings in _SPELLINGS.items()
        for spelling in spellings
        if spelling in searched
    ]
