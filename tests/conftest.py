"""Switches of the test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-journeys`: write down what the assistant says now, to be reviewed."""
    parser.addoption("--update-journeys", action="store_true", default=False)


@pytest.fixture
def update_journeys(request: pytest.FixtureRequest) -> bool:
    """Say whether snapshots are to be rewritten."""
    return bool(request.config.getoption("--update-journeys"))
