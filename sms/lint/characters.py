"""Characters that cost more than they need, and what GSM-7 has instead."""

from __future__ import annotations

import unicodedata

from consent.notices import plain
from sms.encoding import Encoding, cost

#: What GSM-7 has instead of what word processors and copied pages hold.
REPLACEMENTS = {
    **dict.fromkeys("“”„‟«»″〝〞＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´ʼ＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹣－•·∙●", "-"),
    **dict.fromkeys("\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009", " "),
    **dict.fromkeys("\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u0085\u2028\u2029", "\n"),
    **dict.fromkeys("★☆", "*"),
    **dict.fromkeys("✓✔", "+"),
    **dict(zip("²³×≈°", ("2", "3", "x", "~", " deg."), strict=True)),
    **dict(zip("½¼¾‰№", ("1/2", "1/4", "3/4", "/1000", "Nr."), strict=True)),
    **dict(zip("…≤≥→←", ("...", "<=", ">=", "->", "<-"), strict=True)),
    **dict(zip("™®©", ("(TM)", "(R)", "(C)"), strict=True)),
}
_JOINER, _VARIANT, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"


def is_emoji(char: str) -> bool:
    """Say whether a character is a picture, or holds pictures together."""
    if char in {_JOINER, _VARIANT, _KEYCAP}:
        return True
    code = ord(char)
    return code >= 0x1F000 or 0x2600 <= code <= 0x27BF or 0x2B00 <= code <= 0x2BFF  # noqa: PLR2004


def is_outside(char: str) -> bool:
    """Say whether a character turns the whole text into UCS-2."""
    return cost(char).encoding is Encoding.UCS2


def is_invisible(char: str) -> bool:
    """Say whether nobody sees a character, and nothing visible can stand for it."""
    if char in REPLACEMENTS or char in "\r\n" or is_emoji(char):
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"}


def gsm(text: str) -> str:
    """Return a text with what GSM-7 has instead of each character, as far as it has any."""
    return "".join(_gsm(char) if is_outside(char) else char for char in text)


def _gsm(char: str) -> str:
    if char in REPLACEMENTS:
        return REPLACEMENTS[char]
    return "" if is_emoji(char) or is_invisible(char) else plain(char)
