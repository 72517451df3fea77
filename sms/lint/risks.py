"""What makes a text unsafe to send, whatever it sells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from sms.lint.advert import Advert
from sms.lint.characters import is_invisible
from sms.lint.findings import Finding, error, warning
from sms.lint.refusal import other_ways

#: Services by which anybody shortens any link; networks filter texts for them.
SHORTENERS = frozenset(
    {
        *("bit.ly", "bitly.com", "bl.ink", "buff.ly", "clck.ru", "cutt.ly"),
        *("dub.sh", "ej.uz", "goo.gl", "goo.su", "is.gd", "j.mp"),
        *("lnkd.in", "n9.cl", "ow.ly", "qr.ae", "rb.gy", "rebrand.ly"),
        *("s.id", "short.gy", "shorturl.at", "soo.gd", "t.co", "t.ly"),
        *("tiny.cc", "tiny.pl", "tinyurl.com", "tr.ee", "u.to", "urlz.fr"),
        *("v.gd", "vk.cc"),
    }
)
_PLACEHOLDER = re.compile(
    r"\{\{?[^{}\n]{0,40}\}\}?|\[\[[^\n]{0,40}?\]\]|<[^<>\n]{1,40}>|\$\{|\*\|[^|\n]{1,40}\|\*"
    r"|%\(\w{1,40}\)[sd]|(?<![\w%])%[sd](?!\w)|(?<!\w)%[A-Za-z_]{2,40}%|(?<!\w)#[A-Z_]{2,40}#"
)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/:?#]+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
#: Cyrillic and Latin letters that look alike.
_LOOKALIKES = frozenset("аеіјкосрухАВЕІЈКМНОРСТУХaeijkocpyxABEIJKMHOPCTYX")
#: Fewer letters shout nobody down.
_SHOUTED = 20
#: What turns the direction of reading.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def placeholders(advert: Advert) -> Iterator[Finding]:
    """Refuse what a mailing tool should have filled in."""
    for found in _PLACEHOLDER.finditer(advert.text):
        yield error(
            "placeholder",
            f"“{found[0]}” was not filled in: customers would see it as it stands.",
            found.start(),
        )


def links(advert: Advert) -> Iterator[Finding]:
    """Refuse public shorteners; warn of more than one link besides that for refusing."""
    for link in advert.links:
        host = _HOST.match(link.text)
        if host is not None and host[1].lower() in SHORTENERS:
            yield error(
                "shortener",
                f"“{host[1]}” hides where it leads, and networks filter it. Write a link of "
                f"your own, like {advert.draft.brand.controller.policy_sites[0]}.",
                link.start,
            )
    refusing = {place.start for _, place in other_ways(advert)}
    selling = [link for link in advert.links if link.start not in refusing]
    if len(selling) > 1:
        yield warning(
            "links",
            f"{len(selling)} links: keep one, networks take more for spam.",
            selling[1].start,
        )


def numbers(advert: Advert) -> Iterator[Finding]:
    """Refuse to let a refusal cost money; warn of numbers that cost more than a call home."""
    refusing = {place.start for _, place in other_ways(advert)}
    for phone in advert.phones:
        text, start = phone.place.text, phone.place.start
        dear = "a premium number" if phone.premium else "a number abroad" if phone.foreign else ""
        if dear and start in refusing:
            yield error("refusal_costs", f"{text} is {dear}; refusing must be free.", start)
        elif dear:
            code = "premium_number" if phone.premium else "foreign_number"
            yield warning(code, f"{text} is {dear}: say what a call costs.", start)


def shouting(advert: Advert) -> Iterator[Finding]:
    """Warn of a text that is mostly in capitals."""
    letters = [c for c in advert.text if c.isalpha()]
    capitals = [c for c in letters if c.isupper()]
    if len(letters) >= _SHOUTED and len(capitals) * 2 > len(letters):
        share = round(100 * len(capitals) / len(letters))
        yield warning("shouting", f"{share} % of the letters are capitals: it reads as shouting.")


def invisible(advert: Advert) -> Iterator[Finding]:
    """Refuse characters that nobody sees, or that turn the direction of reading."""
    for at, char in enumerate(advert.text):
        if is_invisible(char):
            name = unicodedata.name(char, "control character").lower()
            what = "turns the direction of reading" if char in _DIRECTION else "is invisible"
            yield error(
                "invisible_character",
                f"A character {what}: {name}, U+{ord(char):04X}. Remove it.",
                at,
            )


def lookalikes(advert: Advert) -> Iterator[Finding]:
    """Warn of a word of Latin and Cyrillic letters: a wrong key, or a way round filters."""
    for word in _WORD.finditer(advert.text):
        scripts = ["CYRILLIC" in unicodedata.name(c, "") for c in word[0]]
        odd = sum(scripts) * 2 < len(scripts)
        letters = [c for c, cyrillic in zip(word[0], scripts, strict=True) if cyrillic is odd]
        if letters and _LOOKALIKES.issuperset(letters):
            yield warning(
                "lookalike",
                f"“{letters[0]}” in “{word[0]}” is a {'Cyrillic' if odd else 'Latin'} letter. "
                "Type the word anew.",
                word.start() + scripts.index(odd),
            )
