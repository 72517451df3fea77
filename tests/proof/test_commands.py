"""`consent proof` and `consent verify` as whole commands: what they print and how they exit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app.fresh_process import fresh_process
from app.migrate_command import run_migrate
from app.proof_cli import proof_app, verify
from app.proof_commands import public_key
from consent.errors import SettingBroken
from storage.sqlite import SqliteDatabase
from tests.proof import second_verifier
from tests.proof.ledgers import customers, decisions_in, fill, harm
from tests.proof.proofs import OTHER_KEY, PROOF

_WRITE = """
from pathlib import Path
from app.proof_commands import run_export
assert run_export(Path(sys.argv[1]))[0]
"""
_READ = """
from pathlib import Path
from app.verify_command import run_verify
assert run_verify(Path(sys.argv[1]), key=Path(sys.argv[2]))[0]
"""


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteDatabase:
    """Return a store with twelve decisions of four customers, set as the real one."""
    monkeypatch.chdir(tmp_path)
    return _store(tmp_path, monkeypatch, 4, 3)


def _store(
    folder: Path, monkeypatch: pytest.MonkeyPatch, count: int, length: int
) -> SqliteDatabase:
    url = f"sqlite:///{folder}/consent.db"
    monkeypatch.setenv("CONSENT_DATABASE_URL", url)
    monkeypatch.delenv("CONSENT_ROOT_KEY_FILE", raising=False)
    run_migrate()
    database = SqliteDatabase(url)
    fill(database, customers(count, length))
    return database


def _consent(*words: str) -> Result:
    """Run a command as the command line has it."""
    program = typer.Typer()
    program.add_typer(proof_app, name="proof")
    program.command()(verify)
    return CliRunner().invoke(program, words)


def _key() -> None:
    Path("public.pem").write_text(_consent("proof", "key").stdout, encoding="ascii")


def test_a_proof_is_written_and_verified(ledger: SqliteDatabase) -> None:
    """Export, key and verify are three commands; both verifiers find the same file whole."""
    done = _consent("proof", "export", "p.jsonl")
    assert (0, "decisions: 12, customers: 4, brands: amigo, lmt") == (
        done.exit_code,
        done.stdout.strip().partition("; ")[2],
    )
    _key()
    checked = _consent("verify", "p.jsonl", "--key", "public.pem")
    assert (0, True) == (checked.exit_code, checked.stdout.startswith("whole: p.jsonl, as of 20"))
    file, pem = Path("p.jsonl"), Path("public.pem").read_bytes()
    assert [] == second_verifier.check(file.read_bytes(), pem)
    assert 0o600 == file.stat().st_mode & 0o777
    ledger.close_now()


def test_verifying_needs_neither_store_nor_settings(
    ledger: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere, with the file and the key alone, and broken settings around."""
    _consent("proof", "export", "p.jsonl")
    _key()
    away = tmp_path / "away"
    away.mkdir()
    for name in ("p.jsonl", "public.pem"):
        (tmp_path / name).rename(away / name)
    monkeypatch.chdir(away)
    monkeypatch.setenv("CONSENT_DATABASE_URL", "nonsense")
    done = _consent("verify", "p.jsonl", "--key", "public.pem")
    assert 0 == done.exit_code
    assert {"p.jsonl", "public.pem"} == {file.name for file in away.iterdir()}
    ledger.close_now()


def test_a_broken_proof_is_named_with_exit_status_1(ledger: SqliteDatabase) -> None:
    """The decision is named; so it is when the ledger itself is broken."""
    _consent("proof", "export", "p.jsonl")
    _key()
    lines = Path("p.jsonl").read_bytes().splitlines(keepends=True)
    Path("q.jsonl").write_bytes(b"".join(lines[:2] + lines[3:]))
    done = _consent("verify", "q.jsonl", "--key", "public.pem")
    customer = decisions_in(ledger)[0].customer_id
    expected = f"broken: q.jsonl, line 3: decision 2 of customer {customer} is missing\n"
    assert (1, expected) == (done.exit_code, done.stdout)
    harm(ledger, "UPDATE decisions SET door = 'x' WHERE position = 3")
    broken = _consent("proof", "export", "r.jsonl")
    assert (1, 4) == (broken.exit_code, broken.stdout.count("broken: r.jsonl, line"))
    assert Path("r.jsonl").exists()
    ledger.close_now()


def test_a_proof_is_held_against_an_earlier_one(ledger: SqliteDatabase) -> None:
    """A ledger that grew is whole; one that lost somebody is not, whoever signed it."""
    _consent("proof", "export", "old.jsonl")
    _key()
    words = ("--key", "public.pem", "--since", "old.jsonl")
    fill(ledger, list(customers(5, 3))[4:])
    grown = _consent("proof", "export", "new.jsonl", "--since", "old.jsonl")
    assert (0, 3) == (grown.exit_code, grown.stdout.count("whole: "))
    customer = decisions_in(ledger)[0].customer_id
    for table in ("decisions", "customers"):
        harm(ledger, f"DELETE FROM {table} WHERE customer_id = :customer", customer=customer)  # noqa: S608
    lost = _consent("proof", "export", "lost.jsonl", "--since", "old.jsonl")
    assert 1 == lost.exit_code
    expected = f"broken: since old.jsonl, line 2: the chain of customer {customer} is missing"
    assert expected in lost.stdout
    assert 0 == _consent("verify", "new.jsonl", *words).exit_code
    assert 1 == _consent("verify", "lost.jsonl", *words).exit_code
    Path("old.jsonl").write_bytes(Path("old.jsonl").read_bytes()[:-5])
    assert 1 == _consent("verify", "new.jsonl", *words).exit_code
    ledger.close_now()


def test_one_brand_alone(ledger: SqliteDatabase) -> None:
    """`--brand` leaves the others out; an unknown one is refused before anything is written."""
    done = _consent("proof", "export", "p.jsonl", "--brand", "amigo")
    assert "decisions: 6, customers: 2, brands: amigo" in done.stdout
    refused = _consent("proof", "export", "q.jsonl", "--brand", "bite")
    assert isinstance(refused.exception, SettingBroken)
    assert not Path("q.jsonl").exists()
    ledger.close_now()


def test_a_proof_is_never_written_over(ledger: SqliteDatabase) -> None:
    """A file that is there stays as it is; what cannot be written is said."""
    Path("p.jsonl").write_text("mine", encoding="ascii")
    refused = _consent("proof", "export", "p.jsonl")
    assert "there already" in str(refused.exception)
    assert "mine" == Path("p.jsonl").read_text(encoding="ascii")
    refused = _consent("proof", "export", "p.jsonl/inside.jsonl")
    assert "p.jsonl" in str(refused.exception)
    ledger.close_now()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("none.jsonl", "--key", "public.pem"), id="no-file"),
        pytest.param(("p.jsonl", "--key", "none.pem"), id="no-key-file"),
        pytest.param(("p.jsonl", "--key", "p.jsonl"), id="no-key-in-it"),
        pytest.param(("p.jsonl",), id="no-key"),
    ],
)
def test_what_cannot_be_checked_is_no_verdict(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without file or key the exit status is 2: neither whole nor broken."""
    monkeypatch.chdir(tmp_path)
    Path("p.jsonl").write_bytes(b"".join(PROOF))
    Path("public.pem").write_text(OTHER_KEY.public, encoding="ascii")
    assert 2 == _consent("verify", *words).exit_code


def test_another_key_is_said_at_the_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by somebody else: broken, and why."""
    monkeypatch.chdir(tmp_path)
    Path("p.jsonl").write_bytes(b"".join(PROOF))
    Path("public.pem").write_text(OTHER_KEY.public, encoding="ascii")
    done = _consent("verify", "p.jsonl", "--key", "public.pem")
    assert (1, True) == (done.exit_code, "names a key that is not in the key file" in done.stdout)


@pytest.mark.parametrize("where", ["beside-the-root-key", "beside-the-store"])
def test_the_signing_key_lies_beside_the_root_key(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever that is set to lie."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/store/consent.db")
    monkeypatch.delenv("CONSENT_ROOT_KEY_FILE", raising=False)
    folder = tmp_path / "store"
    if where == "beside-the-root-key":
        folder = tmp_path / "keys"
        monkeypatch.setenv("CONSENT_ROOT_KEY_FILE", f"{folder}/root.key")
    assert public_key() == public_key()
    assert ["signing.key"] == [file.name for file in folder.iterdir()]


def test_ten_thousand_decisions_in_flat_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both verifiers find them whole, and they take no more memory than a hundred."""
    peaks: list[tuple[int, int]] = []
    for count in (20, 2_000):
        folder = tmp_path / str(count)
        _store(folder, monkeypatch, count, 5).close_now()
        file, pem = str(folder / "proof.jsonl"), folder / "public.pem"
        pem.write_text(public_key(), encoding="ascii")
        _, writing = fresh_process(_WRITE, file, bytecode=tmp_path / "bytecode")
        _, reading = fresh_process(_READ, file, str(pem), bytecode=tmp_path / "bytecode")
        peaks.append((writing, reading))
    content = Path(file).read_bytes()
    assert (10_000, []) == (
        content.count(b'{"decision"'),
        second_verifier.check(content, pem.read_bytes()),
    )
    for few, many in zip(*peaks, strict=True):
        assert many - few < len(content) / 2


def test_the_bar_is_for_terminals_alone(ledger: SqliteDatabase, tmp_path: Path) -> None:
    """What is piped stays clean; on a terminal there is a bar, on standard error."""
    _consent("proof", "export", "p.jsonl")
    _key()
    code = (
        "from app.verify_command import run_verify; from pathlib import Path;"
        "print(run_verify(Path('p.jsonl'), key=Path('public.pem'))[0])"
    )
    words = [sys.executable, "-c", code]
    piped = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ("True\n", "") == (piped.stdout, piped.stderr)
    reader, writer = os.openpty()
    shown = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=writer, text=True, check=True, cwd=tmp_path
    )
    os.close(writer)
    assert b"Checking p.jsonl" in os.read(reader, 10_000)
    os.close(reader)
    assert "True\n" == shown.stdout
    ledger.close_now()
