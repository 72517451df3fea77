"""Switches of the test run."""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

# The same examples each time: a red run is red again, and coverage does not depend on luck.
# `pytest --hypothesis-profile=default` draws new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-journeys`: write down what the assistant says now, to be reviewed."""
    parser.addoption("--update-journeys", action="store_true", default=False)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make alone: thousands of tests are none, all run long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def update_journeys(request: pytest.FixtureRequest) -> bool:
    """Say whether snapshots are to be rewritten."""
    return bool(request.config.getoption("--update-journeys"))
