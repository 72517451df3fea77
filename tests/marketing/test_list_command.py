"""`consent check-list` as an operator uses it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.forked import COMMAND, nursery

CONSENT = Path(sys.executable).with_name("consent")
ASKED = ["--brand", "lmt", "--purpose", "offers", "--channel", "sms"]
WHO = ["--by", "Campaigns", "--reason", "autumn offer"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a store in a folder."""
    environment = {**os.environ, "CONSENT_DATABASE_URL": f"sqlite:///{folder}/c.db"}
    return nursery().run(COMMAND, ["consent", *arguments], folder, environment)


def test_a_list_is_checked_verified_and_asked_again(tmp_path: Path) -> None:
    """Files appear together; the summary is signed, and what changed since is told alone."""
    listed = tmp_path / "in.csv"
    listed.write_text("phone;n\n+37120000001;=1+1\n20000002;b\n20000001;c\nx;d\n")
    (tmp_path / "no.csv").write_text("number,subject,action\n+37120000002,offers,refused\n")
    assert 0 == run(tmp_path, "import", "no.csv", "--brand", "lmt").returncode
    files = ["--blocked", "no.out", "--rejected", "bad.out", "--summary", "s.json"]
    done = run(tmp_path, "check-list", "in.csv", "-o", "yes.out", *ASKED, *WHO, *files)
    assert 0 == done.returncode, done.stderr
    assert "4 rows, lmt, offers/sms: 0 allowed, 2 not allowed, 1 there before" in done.stdout
    assert "phone;n\n" == (tmp_path / "yes.out").read_text()
    blocked = (tmp_path / "no.out").read_text().splitlines()
    assert blocked[1] == "+37120000001;=1+1;unknown_address;"
    assert blocked[2].startswith("20000002;b;refused;")
    (tmp_path / "key.pem").write_text(run(tmp_path, "proof", "key").stdout)
    verify = ["check-list", "--verify", "s.json", "--key", "key.pem"]
    assert run(tmp_path, *verify).stdout.startswith("whole")
    again = ["check-list", "in.csv", "-o", "new.out", "--brand", "lmt", *WHO, "--since", "s.json"]
    changed = run(tmp_path, *again, "--json")
    assert 0 == json.loads(changed.stdout)["allowed"]
    assert "phone;n;consent_reason;consent_since\n" == (tmp_path / "new.out").read_text()
    listed.write_text("phone;n\n+37120000001;a\n")
    other = run(tmp_path, *[w.replace("new.out", "other.out") for w in again])
    assert (1, True) == (other.returncode, "not the list" in other.stderr)
    text = (tmp_path / "s.json").read_text().replace('"allowed": 0', '"allowed": 1')
    (tmp_path / "s.json").write_text(text)
    assert (1, True) == (
        (broken := run(tmp_path, *verify)).returncode,
        broken.stdout.startswith("broken"),
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in.csv", "-o", "in.csv", *ASKED, *WHO], "is there already"),
        (["in.csv", "-o", "o", "--blocked", "o", *ASKED, *WHO], "named twice"),
        (["none.csv", "-o", "o", *ASKED, *WHO], "is no file"),
        (["in.csv", "-o", "o", *ASKED], "--by and --reason"),
        (["in.csv", "-o", "o", "--brand", "lmt", "--purpose", "weather", *WHO], "no 'weather'"),
        (["in.csv", "-o", "no/o", *ASKED, *WHO], "No such file"),
        (["in.csv", "-o", "o", "--brand", "lmt", *WHO, "--since", "x"], "no such check"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    """On standard error, with exit status 1, and no file is written."""
    (tmp_path / "in.csv").write_text("phone\n+37120000001\n")
    done = run(tmp_path, "check-list", *arguments)
    assert (1, "") == (done.returncode, done.stdout)
    assert said in done.stderr
    assert 1 == done.stderr.count("\n")
    assert not (tmp_path / "o").exists()


def _let_it_write(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until it has written something into a file that has no name yet."""
    while process.poll() is None:
        for handle in Path(f"/proc/{process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                shown = str(handle.readlink())
                nameless = shown.startswith(f"{folder}/") and shown.endswith(" (deleted)")
                if nameless and handle.stat().st_size:
                    return
        time.sleep(0.01)


def test_who_kills_it_finds_nothing_half_done(tmp_path: Path) -> None:
    """No file, no temporary one either; the same command then does all of it."""
    listed = tmp_path / "in.csv"
    rows = "".join(f"+371{20_000_000 + n}\n" for n in range(150_000))
    listed.write_text("phone\n" + rows)
    run(tmp_path, "migrate")
    before = {path.name for path in tmp_path.iterdir()} | {"signing.key"}
    command = ["check-list", "in.csv", "-o", "yes.out", *ASKED, *WHO, "--blocked", "no.out"]
    environment = {**os.environ, "CONSENT_DATABASE_URL": f"sqlite:///{tmp_path}/c.db"}
    process = subprocess.Popen([CONSENT, *command], cwd=tmp_path, env=environment)
    _let_it_write(tmp_path, process)
    process.send_signal(signal.SIGKILL)
    assert -signal.SIGKILL == process.wait()
    left = {path.name for path in tmp_path.iterdir() if not path.name.startswith("c.db-")}
    assert left <= before
    assert 0 == run(tmp_path, *command).returncode
    assert 150_001 == (tmp_path / "no.out").read_bytes().count(b"\n")
