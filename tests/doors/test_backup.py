"""`consent backup`, and `consent forget --list` and `--reapply`, as whole processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.migration import NEWEST
from tests.doors.test_commands import consent

NUMBER = "+37120000000"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with a store in which somebody has said no by a file."""
    (tmp_path / "crm.csv").write_text(
        f"number,subject,action\n{NUMBER},offers,withdrawn\n+37120000009,offers,withdrawn\n"
    )
    assert 0 == consent(tmp_path, "import", "crm.csv", "--brand", "lmt").returncode
    return tmp_path


def _reason(home: Path, number: str = NUMBER) -> str:
    asked = ("check", number, "--brand", "lmt", "--purpose", "offers", "--json")
    return str(json.loads(consent(home, *asked).stdout)["reason"])


def test_a_backup_says_what_is_in_it_and_what_is_not(home: Path) -> None:
    """Size, time, counts; and that the root key must be kept elsewhere."""
    done = consent(home, "backup", "copies/today.db")
    assert (0, "") == (done.returncode, done.stderr)
    first, second = done.stdout.splitlines()
    assert first.startswith("Backed up: copies/today.db, ")
    assert " MB in " in first
    assert "decisions: 2, customers: 2" in first
    assert "root.key" in second
    assert "signing.key" in second
    again = consent(home, "backup", "copies/today.db")
    assert 1 == again.returncode
    assert "already" in again.stderr


def test_without_a_store_there_is_no_backup(tmp_path: Path) -> None:
    """An empty store is not made for the occasion."""
    done = consent(tmp_path, "backup", "today.db")
    assert 1 == done.returncode
    assert "There is no store" in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_on_a_server_other_tools_do_it(tmp_path: Path) -> None:
    """Their names are said, and nothing is tried."""
    url = "postgresql://nobody@db.example.lv/consent"
    done = consent(tmp_path, "backup", "today.db", CONSENT_DATABASE_URL=url)
    assert 1 == done.returncode
    assert "pg_dump" in done.stderr
    assert "pgBackRest" in done.stderr


def test_a_restored_store_forgets_again(home: Path) -> None:
    """As the manual says: old store moved away, copy put there, list reapplied."""
    consent(home, "backup", "today.db")
    named = ("--brand", "lmt", "--reason", "request of 3 March")
    assert 0 == consent(home, "forget", NUMBER, *named).returncode
    listed = consent(home, "forget", "--list", "gone.jsonl")
    assert listed.stdout.startswith("1 listed in gone.jsonl"), listed.stderr
    content = (home / "gone.jsonl").read_text()
    assert NUMBER not in content
    assert 0o600 == (home / "gone.jsonl").stat().st_mode & 0o777
    for file in (home / "var").glob("consent.db*"):
        file.rename(home / f"old-{file.name}")
    (home / "today.db").rename(home / "var" / "consent.db")
    assert "refused" == _reason(home)
    done = consent(home, "forget", "--reapply", "gone.jsonl")
    assert (0, "") == (done.returncode, done.stderr)
    assert "people forgotten again: 1" in done.stdout
    assert ("erased", "refused") == (_reason(home), _reason(home, "+37120000009"))


def test_another_store_s_list_is_refused(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its hashes are of another key: nobody would be found."""
    other = tmp_path_factory.mktemp("other")
    assert 0 == consent(other, "migrate").returncode
    consent(other, "forget", "--list", str(home / "gone.jsonl"))
    done = consent(home, "forget", "--reapply", "gone.jsonl")
    assert 1 == done.returncode
    assert "another store" in done.stderr


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\xfe", b'{"format":"x","index":"y"}\n{"address":1}']
)
def test_what_is_no_list_is_refused(home: Path, content: bytes) -> None:
    """One line says so; nobody is forgotten."""
    (home / "gone.jsonl").write_bytes(content)
    done = consent(home, "forget", "--reapply", "gone.jsonl")
    assert 1 == done.returncode
    assert done.stderr.startswith("consent: ")
    assert "refused" == _reason(home)


@pytest.mark.parametrize(
    "words",
    [
        (),
        (NUMBER,),
        (NUMBER, "--brand", "lmt"),
        (NUMBER, "--list", "x"),
        ("--list", "x", "--reapply", "y"),
        ("--list", "x", "--brand", "lmt"),
    ],
    ids=" ".join,
)
def test_forgetting_half_said_is_refused(home: Path, words: tuple[str, ...]) -> None:
    """Nobody is forgotten by a slip."""
    assert 2 == consent(home, "forget", *words).returncode
    assert "refused" == _reason(home)


def test_the_store_goes_to_a_step_and_back(tmp_path: Path) -> None:
    """An empty store goes anywhere; what was dropped and what to do next is said."""
    assert "The store is at step" in consent(tmp_path, "migrate").stdout
    done = consent(tmp_path, "migrate", "--to", "0002")
    lines = done.stdout.splitlines()
    assert "The store is at step 0002." == lines[0], done.stderr
    assert any(line.startswith("Dropped: the change feed") for line in lines)
    assert lines[-1].startswith("Start the program that knows this step")
    wrong = consent(tmp_path, "migrate", "--to", "7")
    assert (1, True) == (wrong.returncode, "0001, 0002" in wrong.stderr)
    assert f"step {NEWEST}" in consent(tmp_path, "migrate").stdout
