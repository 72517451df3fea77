"""How large a list may be."""

from __future__ import annotations

from consent.errors import SettingBroken

NAME, USUAL = "CONSENT_LIST_MIB", "2048"
_MOST = 1 << 20


def read_limit(said: str) -> int:
    """Return how many bytes a list may have.

    :raises SettingBroken: it is no number of MiB.
    """
    if not (said.isascii() and said.isdecimal() and 0 < int(said) <= _MOST):
        raise SettingBroken(f"{NAME} must be a number from 1 to {_MOST}")
    return int(said) << 20
