"""What a process loads: quick commands stay quick because they load little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("aiogram", "twilio", "litestar", "uvicorn", "alembic", "prompt_toolkit", "babel", "numpy")


def _loaded(program: str) -> set[str]:
    code = f"{program}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("app.check_command", HEAVY),
        ("app.cli", (*HEAVY, "sqlalchemy")),
        ("app.serving", ("aiogram", "prompt_toolkit", "alembic", "numpy")),
        ("consent.desk", (*HEAVY, "sqlalchemy", "msgspec", "phonenumbers")),
    ],
)
def test_nothing_heavy_is_loaded(module: str, forbidden: tuple[str, ...]) -> None:
    """Importing a command's module loads no library that it does not need."""
    assert set() == _loaded(f"import {module}") & set(forbidden)
