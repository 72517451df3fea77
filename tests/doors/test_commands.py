"""The command line as a whole process: what it prints, where, and how it exits.

The process is forked from one that has loaded the program (see `tests.forked`); odd input comes
to one that was started as an operator starts it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forked import COMMAND, nursery

NUMBER = "+37120000000"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty folder to run in."""
    return tmp_path


def consent(
    home: Path, *words: str, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `consent` in a folder, with only these settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENT_")}
    return nursery().run(COMMAND, ["consent", *words], home, kept | environment, given)


@pytest.mark.parametrize("via", ["telegram", "sms"])
def test_a_piped_stop_is_carried_out(home: Path, via: str) -> None:
    """Lines piped into the chat are answered and written, in their language."""
    done = consent(home, "chat", "--via", via, "--show-store", given="Стоп!\nстатус\n")
    assert done.returncode == 0, done.stderr
    assert "СТОП ВСЁ" in done.stdout
    assert "purpose offers: refused" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_doors_of_the_terminal_share_a_store(home: Path) -> None:
    """What is decided in the messenger shows in the SMS terminal at the next message."""
    consent(home, "chat", "--lang", "en", given="agree 2\nagree\n")
    done = consent(home, "chat", "--via", "sms", "--lang", "en", given="status\n")
    assert "LMT: 1- 2+ 3- 4- 5- 6- 7- 8-" in done.stdout


def test_a_button_is_pressed_by_its_number(home: Path) -> None:
    """`:1` presses the first button; a number that is no button is just words."""
    done = consent(home, "chat", "--lang", "en", "--show-store", given="agree 2\n:1\n:99\n")
    assert "purpose traffic: given" in done.stdout


def test_odd_input_is_survived(home: Path) -> None:
    """Broken UTF-8, control characters and endless lines change nothing."""
    program = [str(Path(sys.executable).parent / "consent"), "chat", "--show-store"]
    given = b"\xff\xfe\x00\n" + b"x" * 10_000 + b"\n\n\xe2\x80\xae\n"
    done = subprocess.run(program, input=given, cwd=home, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"  + " not in done.stdout
    assert done.stderr == b""


def test_check_answers_unknown_numbers(home: Path) -> None:
    """Nobody's number is not allowed: exit status 3, and why."""
    done = consent(home, "check", NUMBER, "--brand", "lmt", "--purpose", "offers")
    assert (done.returncode, done.stderr) == (3, "")
    assert "not allowed: unknown address" in done.stdout


def test_check_answers_in_json(home: Path) -> None:
    """A machine reads the same verdict as JSON."""
    words = ("check", "2000 0000", "--brand", "amigo", "--purpose", "offers", "--channel", "sms")
    done = consent(home, *words, "--json")
    verdict = json.loads(done.stdout)
    assert (done.returncode, verdict["allowed"]) == (3, False)
    assert verdict["reason"] == "unknown_address"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("check", "hello", "--brand", "lmt", "--purpose", "offers"), "phone number"),
        (("check", NUMBER, "--brand", "bite", "--purpose", "offers"), "lmt, amigo"),
        (("check", NUMBER, "--brand", "lmt", "--purpose", "spam"), "spam"),
        (("check", NUMBER, "--brand", "lmt", "--purpose", "offers", "--channel", "fax"), "fax"),
        (("chat", "--brand", "bite"), "lmt, amigo"),
        (("chat", "--lang", "et"), "lv, ru, en"),
        (("chat", "--as", "112x"), "phone number"),
    ],
)
def test_errors_are_one_line(home: Path, words: tuple[str, ...], hint: str) -> None:
    """What is wrong is said on standard error, in one line, without a traceback."""
    done = consent(home, *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert hint in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" in consent(home, "--debug", *words).stderr


def test_a_bad_setting_is_named(home: Path) -> None:
    """A setting that cannot be used is named, and nothing is served."""
    done = consent(home, "serve", CONSENT_PORT="eighty")
    assert done.returncode == 1
    assert "CONSENT_PORT" in done.stderr


def test_doctor_lists_everything_and_no_secret(home: Path) -> None:
    """Every setting is listed with its source; secrets are not shown."""
    done = consent(home, "doctor", CONSENT_LMT_TWILIO_AUTH_TOKEN="s3cr3t", CONSENT_PORT="8123")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "s3cr3t" not in done.stdout
    assert "8123" in done.stdout
    for name in ("CONSENT_DATABASE_URL", "CONSENT_AMIGO_TWILIO_AUTH_TOKEN", "CONSENT_PUBLIC_URL"):
        assert name in done.stdout
    assert "drafts" in done.stdout


def test_doctor_finds_a_lost_key(home: Path) -> None:
    """A store without its key is a fault, and no new key is made for it."""
    consent(home, "migrate")
    (home / "var" / "root.key").unlink()
    done = consent(home, "doctor")
    assert done.returncode == 1
    assert "root key" in done.stdout
    assert not (home / "var" / "root.key").exists()


def test_settings_come_from_a_file_too(home: Path) -> None:
    """A `.env` file in the folder is read; the environment wins."""
    (home / ".env").write_text("CONSENT_PORT=8111\nCONSENT_HOST=127.0.0.2\n", encoding="utf-8")
    done = consent(home, "doctor", CONSENT_PORT="8222")
    assert "8222" in done.stdout
    assert "127.0.0.2" in done.stdout


def test_history_prints_receipts(home: Path) -> None:
    """Each decision is a receipt, one a line; an unknown number has none."""
    assert consent(home, "history", NUMBER, "--brand", "lmt").stdout == ""


def test_every_command_explains_itself(home: Path) -> None:
    """`--help` of every command says what it does."""
    top = consent(home, "--help").stdout
    for name in ("chat", "serve", "check", "history", "migrate", "doctor", "notice"):
        assert name in top
        assert consent(home, name, "--help").returncode == 0


def test_a_foreign_key_opens_no_store(home: Path) -> None:
    """With another root key nothing is read or written: it would be a parallel world."""
    consent(home, "migrate")
    (home / "var" / "root.key").write_text("ab" * 32, encoding="ascii")
    done = consent(home, "check", NUMBER, "--brand", "lmt", "--purpose", "offers")
    assert (1, "") == (done.returncode, done.stdout)
    assert "another key" in done.stderr


def test_a_store_of_a_newer_program_is_left_alone(home: Path) -> None:
    """A store that a later version has reshaped is not touched."""
    consent(home, "migrate")
    with sqlite3.connect(home / "var" / "consent.db") as store:
        store.execute("UPDATE alembic_version SET version_num = '0999'")
    store.close()
    done = consent(home, "migrate")
    assert 1 == done.returncode
    assert "0999" in done.stderr


def test_an_empty_topic_is_refused(home: Path) -> None:
    """A question about nothing is an error, not an endless wait."""
    words = ("check", NUMBER, "--brand", "lmt", "--purpose", "offers", "--topic", "")
    done = consent(home, *words)
    assert (1, 1) == (done.returncode, done.stderr.count("\n"))
