"""Says aloud where CAMARA could not be tested: an `s` among a thousand dots is overlooked."""

from __future__ import annotations

import pytest

from tests.camara.standards import ARE_THERE, WITHOUT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add one line to the end of a run without the standard's files."""
    if not ARE_THERE:
        terminalreporter.write_line(WITHOUT, yellow=True, bold=True)
