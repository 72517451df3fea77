"""Where the system's Chromium is; what to do without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium here (apt install chromium): the playground's page is not tested"


def find_chromium(which: Callable[[str], str | None], *, is_ci: bool) -> str:
    """Return the browser; without one the tests are skipped, but fail where all must run."""
    found = next(filter(None, map(which, _NAMES)), None)
    if found is None and is_ci:
        pytest.fail(MISSING, pytrace=False)
    if found is None:
        pytest.skip(MISSING)
    return found
