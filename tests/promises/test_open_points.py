"""What only the controller can say: nobody fills it in for them, and they are told of it."""

from __future__ import annotations

from pathlib import Path

from tests.doors.test_commands import consent


def test_what_the_controller_has_not_stated_is_named(tmp_path: Path) -> None:
    """`consent doctor` names every consent without duration, recipients and third parties."""
    done = consent(tmp_path, "doctor")
    said = next(line for line in done.stdout.splitlines() if "not stated" in line)
    for purpose in ("location", "traffic", "profiling", "loyalty_offers"):
        assert purpose in said
    assert "drafts" in done.stdout
