"""Words that open an account once, so that only its owner ever knows the password."""

from __future__ import annotations

import secrets

#: As of a case: nothing that can be confused when read out. 16 of 27 letters: 76 bits.
_LETTERS = "23456789ACDEFGHJKMNPQRTVWXY"
_GROUPS, _GROUP = 4, 4


def fresh_word() -> str:
    """Return the word of a new invitation, like `K7M2-94QX-ACDE-RTVW`."""
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[i : i + _GROUP]) for i in range(0, len(letters), _GROUP))
