"""`consent lint-sms` as a whole process: what it prints, and how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.lint_command import split
from tests.doors.test_commands import consent

NUMBER = "+37120000000"
GOOD = "LMT: Tikai sonedel neierobezots internets majai. Atteikties: STOP 1"
BAD = "LMT: Tikai sonedel neierobezots internets majai"


def test_a_sound_text_is_summed_up(tmp_path: Path) -> None:
    """Nothing to mend: one line with language, encoding, length and cost; exit status 0."""
    words = ("--brand", "lmt", "--sender", NUMBER, "--price", "0.05")
    done = consent(tmp_path, "lint-sms", *words, given=GOOD + "\n")
    assert (0, "") == (done.returncode, done.stderr)
    assert (
        "Latvian; GSM-7; 67 characters, 1 part; 93 left in the last part; "
        "50.00 per 1000 customers\n"
    ) == done.stdout


def test_an_error_is_a_line_and_a_status(tmp_path: Path) -> None:
    """What must not go out: its level first, then what to write; exit status 1."""
    done = consent(tmp_path, "lint-sms", "-", "--sender", NUMBER, given=BAD)
    assert (1, "") == (done.returncode, done.stderr)
    finding, summary = done.stdout.splitlines()
    assert "error" == finding.split()[0]
    assert "STOP 1" in finding
    assert summary.startswith("Latvian; GSM-7")


def test_each_text_of_a_file_is_checked(tmp_path: Path) -> None:
    """Texts between lines of dashes have a heading each; one error fails them all."""
    file = tmp_path / "texts.txt"
    file.write_text(f"{GOOD}\n---\n\n{BAD}\n---\n", encoding="utf-8")
    done = consent(tmp_path, "lint-sms", str(file), "--sender", NUMBER)
    assert 1 == done.returncode
    assert "Text 1 of 2: LMT: Tikai" in done.stdout
    assert "Text 2 of 2: LMT: Tikai" in done.stdout
    assert 1 == done.stdout.count("error")


def test_places_are_lines_and_columns(tmp_path: Path) -> None:
    """A finding says where it is as editors count."""
    one = consent(tmp_path, "lint-sms", "--sender", NUMBER, given=f"{{x}} {GOOD}").stdout
    assert ["error", "1"] == one.split()[:2]
    two = consent(tmp_path, "lint-sms", "--sender", NUMBER, given=f"{GOOD}\nab {{x}}").stdout
    assert ["error", "2:4"] == two.split()[:2]


def test_a_machine_reads_json(tmp_path: Path) -> None:
    """One object a text, with every finding and its place."""
    given = f"{GOOD}\n---\n{BAD} {{x}}"
    done = consent(tmp_path, "lint-sms", "--sender", NUMBER, "--json", given=given)
    good, bad = map(json.loads, done.stdout.splitlines())
    assert 1 == done.returncode
    assert {
        "language": "lv",
        "encoding": "GSM-7",
        "parts": 1,
        "characters": 67,
        "left": 93,
        "cost_per_1000": None,
        "findings": [],
    } == good
    found = {f["code"]: f for f in bad["findings"]}
    assert {"refusal_missing", "placeholder"} == found.keys()
    assert ("error", len(BAD) + 1) == (
        found["placeholder"]["level"],
        found["placeholder"]["offset"],
    )


def test_sender_and_filtering_come_from_the_settings(tmp_path: Path) -> None:
    """Without --sender the brand's own number counts, and how its provider treats STOP."""
    text = GOOD.replace("STOP 1", "STOP").replace("LMT", "Amigo")
    settings = {"CONSENT_AMIGO_TWILIO_SENDER": NUMBER}
    words = ("lint-sms", "--brand", "amigo")
    assert "bare “STOP”" in consent(tmp_path, *words, given=text, **settings).stdout
    settings["CONSENT_AMIGO_TWILIO_OPT_OUT"] = "off"
    assert "bare “STOP”" not in consent(tmp_path, *words, given=text, **settings).stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        pytest.param(("--sender", NUMBER, "--brand", "bite"), "lmt, amigo", id="brand"),
        pytest.param((), "A sender is", id="no sender"),
        pytest.param(("--sender", "LMT!"), "A sender is", id="sender"),
        pytest.param(("--sender", "+12"), "phone number", id="number"),
        pytest.param(("--sender", NUMBER, "--lang", "et"), "lv, ru, en", id="language"),
        pytest.param(("--sender", NUMBER, "--price", "cheap"), "0.05", id="price"),
        pytest.param(("--sender", NUMBER, "--price", "-1"), "0.05", id="negative price"),
        pytest.param(("nowhere.txt", "--sender", NUMBER), "nowhere.txt", id="no file"),
        pytest.param((".", "--sender", NUMBER), "cannot be read", id="a folder"),
        pytest.param(("--colour",), "--colour", id="no such option"),
    ],
)
def test_bad_usage_is_another_status(tmp_path: Path, words: tuple[str, ...], hint: str) -> None:
    """What cannot be asked is said on standard error; exit status 2, never that of a finding."""
    done = consent(tmp_path, "lint-sms", *words, given=GOOD)
    assert (2, "") == (done.returncode, done.stdout)
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_other_encodings_are_bad_usage(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused; one with a byte order mark is read."""
    file = tmp_path / "text.txt"
    words = ("lint-sms", str(file), "--sender", NUMBER)
    file.write_bytes("LMT: šodien".encode("cp1257"))
    done = consent(tmp_path, *words)
    assert (2, True) == (done.returncode, "UTF-8" in done.stderr)
    file.write_text(GOOD, encoding="utf-8-sig")
    assert 0 == consent(tmp_path, *words).returncode


def test_a_price_can_have_a_comma(tmp_path: Path) -> None:
    """Prices are written as at home; thousands are apart."""
    words = ("lint-sms", "--sender", NUMBER, "--price", "1,25")
    assert "1 250.00 per 1000" in consent(tmp_path, *words, given=GOOD).stdout


def test_nothing_in_a_text_moves_the_cursor(tmp_path: Path) -> None:
    """Control and direction characters of a text do not reach the terminal."""
    given = f"\x1b[31m\u202e{GOOD}\n---\n{{\x1b}}{GOOD}"
    done = consent(tmp_path, "lint-sms", "--sender", NUMBER, given=given)
    assert 1 == done.returncode
    assert set() == set("\x1b\u202e") & set(done.stdout)


def test_nothing_is_written(tmp_path: Path) -> None:
    """Checking a text makes no store and no file."""
    consent(tmp_path, "lint-sms", "--sender", NUMBER, given=GOOD)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        pytest.param("a", ["a"], id="one"),
        pytest.param("\na\n\n", ["a"], id="empty lines around"),
        pytest.param("a\nb\n", ["a\nb"], id="lines within"),
        pytest.param("a\r\n---\r\nb\r\n", ["a", "b"], id="line ends of Windows"),
        pytest.param("a\n--- \nb\n---\n", ["a", "b"], id="dashes at the end"),
        pytest.param("a\n---\n\n---\nb", ["a", "", "b"], id="an empty text"),
        pytest.param("a --- b\n----\nc", ["a --- b\n----\nc"], id="other dashes"),
        pytest.param("", [""], id="nothing"),
    ],
)
def test_texts_stand_between_dashes(content: str, texts: list[str]) -> None:
    """A line of three dashes and nothing else parts two texts."""
    assert texts == split(content)


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    """Checking a text loads no door's library and no store."""
    heavy = {"aiogram", "twilio", "litestar", "uvicorn", "sqlalchemy", "alembic", "babel"}
    program = tmp_path / "loaded.py"
    program.write_text("import app.lint_command, sys\nprint(*sys.modules)", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, check=True
    )
    assert set() == heavy & {name.partition(".")[0] for name in done.stdout.split()}
