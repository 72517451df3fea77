"""Without a browser these tests are skipped; where everything must run, that is a failure."""

from __future__ import annotations

import pytest

from tests.playground.chromium import MISSING, find_chromium


def test_any_of_its_names_will_do() -> None:
    """The first name under which the system has the browser is taken."""
    has = {"google-chrome": "/opt/chrome", "chromium-browser": "/usr/bin/chromium-browser"}
    assert "/usr/bin/chromium-browser" == find_chromium(has.get, is_ci=True)


@pytest.mark.parametrize(
    ("is_ci", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)]
)
def test_a_missing_browser_is_told(is_ci: bool, outcome: type[BaseException]) -> None:  # noqa: FBT001
    """A missing browser skips with one line, and fails where `CI` is set."""
    with pytest.raises(outcome) as told:
        find_chromium(lambda _name: None, is_ci=is_ci)
    assert (MISSING, 1) == (str(told.value), len(MISSING.splitlines()))
