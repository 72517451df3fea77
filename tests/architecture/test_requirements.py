"""What is imported is what is asked for, and what is asked for is pinned."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "bot", "consent", "locales", "marketing", "sms", "storage")
#: Modules whose package has another name.
NAMES = {
    "argon2": "argon2-cffi",
    "dotenv": "python-dotenv",
    "prompt_toolkit": "prompt-toolkit",
}


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]}


def _imported() -> set[str]:
    names: set[str] = set()
    for file in (f for p in PACKAGES for f in (ROOT / p).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").partition(".")[0])
    foreign = names - set(sys.stdlib_module_names) - set(PACKAGES)
    return {NAMES.get(name, name) for name in foreign}


def test_everything_imported_is_asked_for() -> None:
    """A package that only happens to be installed is missing on a fresh machine."""
    assert set() == _imported() - _declared()


def test_everything_asked_for_is_pinned_and_hashed() -> None:
    """Each dependency stands in the pinned list with hashes and without an address."""
    pinned = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert set() == {
        name for name in _declared() if not re.search(rf"^{name}==", pinned, re.MULTILINE)
    }
    assert "--hash=sha256:" in pinned
    assert "://" not in pinned
