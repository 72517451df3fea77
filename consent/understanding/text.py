"""From what was typed to tokens; nothing is decided about sense.

What could change the sense is kept as a token (`?`, `+`, `-`, `%`); what could not, like a
comma or a flower, is dropped. Linear in the length of the text: no step looks back further
than a constant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from consent.understanding.spelling import fold, plain

#: A sign that follows a number or a name at once: `3+`, `sms-`.
ON_SIGN, OFF_SIGN = "⊕", "⊖"
#: A minus before a number: `-3`, `stop-3`.
BEFORE_SIGN = "±"
QUESTION = "?"
#: What people put for a sign behind a number.
_TICKS = dict.fromkeys("✅✔☑", ON_SIGN) | dict.fromkeys("❌✖✗", OFF_SIGN)

_TOKEN = re.compile(
    r"[0-9]+(?:\.?-[0-9]+| - [0-9]+)(?![^\W_])"  # 2-4, 2.-4.
    r"|[0-9]+(?:-?(?:ый|ой|ий|ая|ое|ую|ья|ье|го|ю|й|я|е|st|nd|rd|th)(?![^\W_]))?"
    r"|[^\W\d_]+(?:['-][^\W\d_]+)*"
    r"|(?<=[^\s+\-])[+-](?=[\s,;.!?)]|$)"  # 3+
    r"|(?<=[0-9] )[+-]$"  # 3 +
    r"|[+-](?=[0-9])"  # -3
    r"|(?<=[0-9])[✅✔☑❌✖✗]|(?<=[0-9] )[✅✔☑❌✖✗]"  # 1✅ 2 ❌
    r"|(?<=[0-9][.)] )[✅✔☑❌✖✗]|[✅✔☑❌✖✗](?= ?[0-9])"  # 1. ✅; ❌ 2
    r"|[+?&/#%€$<>@^~|\\⁄]"
    r"|[^\W_]"  # digits of other scripts
)
#: Ticks behind numbers; before them, nobody knows which number they stand at.
_TICKED = re.compile(r"(?:[^0-9✅✔☑❌✖✗]*+[0-9]++[.)]? ?[✅✔☑❌✖✗](?![0-9]))++[^0-9✅✔☑❌✖✗]*+$")


class Heard(NamedTuple):
    """One message: as typed, in one spelling, and in the folded form that is compared."""

    original: str
    #: Normal form, lower case, single spaces; diacritics kept.
    plain: str
    #: The same without diacritics, spaced letters joined.
    folded: str
    tokens: tuple[str, ...]

    @property
    def is_symbol(self) -> bool:
        """Whether it has neither letters nor digits."""
        return not any(token[0].isalnum() for token in self.tokens)


def hear(text: str) -> Heard:
    """Return the message in comparable form; never fails, whatever was typed."""
    normal = plain(text)
    folded = fold(normal)
    return Heard(original=text, plain=normal, folded=folded, tokens=tuple(_tokens(folded)))


def _tokens(folded: str) -> Iterator[str]:
    """Yield words, numbers, ranges and signs; the same token again and again only once."""
    last, is_ticked = "", _TICKED.match(folded) is not None
    for found in _TOKEN.finditer(folded):
        token = found[0]
        if token in {"+", "-"}:
            token = _sign(token, folded, found.start(), found.end())
        elif is_ticked:
            token = _TICKS.get(token, token)
        if token != last or token[0].isdigit():
            yield token
        last = token


def _sign(sign: str, text: str, start: int, end: int) -> str:
    if text[end : end + 1].isdigit():
        between = start > 0 and text[start - 1].isdigit()
        return sign if between or sign == "+" else BEFORE_SIGN
    attached = start > 0 and (not text[start - 1].isspace() or end == len(text))
    if not attached or text[end : end + 1].isalpha():
        return sign
    return ON_SIGN if sign == "+" else OFF_SIGN


def symbol(text: str) -> str:
    """Return what is left of a message of signs alone, each run once: `???` is `?`."""
    signs = text.replace(" ", "")
    return signs[0] if signs and signs == signs[0] * len(signs) else signs
