"""`consent export`: what a privacy officer gets, where it lies, and what is noted of it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.doors.test_commands import consent
from tests.rules.test_own_data import VALIDATE

NUMBER = "+37120000001"


def _store(home: Path) -> dict[str, str]:
    """Let a customer decide something in the terminal; return where that is stored."""
    done = consent(home, "chat", "--lang", "en", "--as", NUMBER, given="agree 2\nagree\nstop\n")
    assert 0 == done.returncode, done.stderr
    (demo,) = home.rglob("demo.db")
    key = next(home.rglob("*.key"))
    return {"CONSENT_DATABASE_URL": f"sqlite:///{demo}", "CONSENT_ROOT_KEY_FILE": str(key)}


_WHO = ("--brand", "lmt", "--by", "Privacy officer", "--reason", "GDPR 15, letter 12")


def test_both_files_are_written_for_their_owner_alone(tmp_path: Path) -> None:
    """A page and JSON in the customer's language; the look is in the copy itself (law 9)."""
    where, out = _store(tmp_path), tmp_path / "out"
    out.mkdir()
    done = consent(tmp_path, "export", NUMBER, *_WHO, "-o", str(out), **where)
    assert (0, "") == (done.returncode, done.stderr)
    names = sorted(out.iterdir())
    assert done.stdout.split() == [str(name) for name in names]
    assert [".html", ".json"] == [name.suffix for name in names]
    assert {0o600} == {stat.S_IMODE(name.stat().st_mode) for name in names}
    content = json.loads(names[1].read_text(encoding="utf-8"))
    VALIDATE(content)
    assert ("en", "given") == (content["language"], content["history"][1]["action"])
    (look,) = content["looks"]
    assert look["viewer"].startswith("Privacy officer (cli:")
    assert ("GDPR 15, letter 12", "copy") == (look["reason"], look["question"])
    assert NUMBER in names[0].read_text(encoding="utf-8")


def test_files_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    """A second copy does not replace the first; one line says why, exit status 1."""
    where = _store(tmp_path)
    consent(tmp_path, "export", NUMBER, *_WHO, **where)
    (first,) = tmp_path.glob("lmt-*.json")
    before = first.read_bytes()
    done = consent(tmp_path, "export", NUMBER, *_WHO, **where)
    assert (1, before) == (done.returncode, first.read_bytes())
    assert 1 == done.stderr.count("\n")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param((NUMBER, "--brand", "x", *_WHO[2:]), "--brand must be", id="no-such-brand"),
        pytest.param((NUMBER, *_WHO, "--lang", "de"), "--lang must be", id="no-such-language"),
        pytest.param((NUMBER, *_WHO[:4], "--reason", " "), "--by and --reason", id="no-reason"),
        pytest.param((NUMBER, *_WHO, "-o", "nowhere"), "nowhere is no folder", id="no-folder"),
        pytest.param(("+37120000009", *_WHO), "Nobody is known", id="nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    """Exit status 1, nothing written."""
    done = consent(tmp_path, "export", *words)
    assert (1, "") == (done.returncode, done.stdout)
    assert expected in done.stderr
    assert [] == list(tmp_path.glob("lmt-*"))
