"""How long something lasts, as operators write it: `90m`, `24h`, `7d`."""

from __future__ import annotations

import re
from datetime import timedelta

from consent.errors import SettingBroken

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d{1,5})([mhd])|0", re.ASCII)


def span_of(said: str, option: str) -> timedelta:
    """Return a span of time.

    :param option: what to name in an error.
    :raises SettingBroken: it is none.
    """
    found = _SPAN.fullmatch(said.strip().lower())
    if found is None:
        raise SettingBroken(f"{option} must be like 90m, 24h, 7d, or 0, not {said!r}")
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found[2] else timedelta()
