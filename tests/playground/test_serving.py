"""What `make run` starts: it says where to look, is light, and leaves the real store alone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.playground.served import Served, serving

ROOT = Path(__file__).parents[2]
#: Seconds; a machine under load still has to look alive.
SOON = 30.0
LIGHT = 150.0
WHO = {"brand": "lmt", "number": "+37120000000", "language": "en"}


@pytest.fixture(scope="module")
def beside_a_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a trial where a real store and its key are named, and list what is imported."""
    named = {
        "CONSENT_DATABASE_URL": "sqlite:///kept/real.db",
        "CONSENT_ROOT_KEY_FILE": "kept/real.key",
        "PYTHONPROFILEIMPORTTIME": "1",
    }
    folder = tmp_path_factory.mktemp("beside")
    (folder / "kept").mkdir()
    with serving(folder, **named) as server:
        yield server


def test_make_run_serves(served: Served) -> None:
    """`make run` starts the command, whose first line says where to look and what is there."""
    wanted = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "run"],  # noqa: S607 - this machine's make
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".venv/bin/consent serve" == wanted.stdout.splitlines()[-1]
    first, *rest = served.printed.splitlines()
    assert f"Open {served.url}/ – two phones to try everything with, on a demo store" == first
    assert f"  health: {served.url}/healthz, {served.url}/readyz" in rest
    assert "" == served.grumble


def test_it_is_ready_and_light(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a token it is ready soon, and holds less than 150 MB."""
    with capsys.disabled():
        print(f" [ready after {served.readiness:.2f} s, {served.memory:.0f} MB] ", end="")  # noqa: T201
    assert 200 == httpx.get(f"{served.url}/readyz").status_code
    assert served.memory < LIGHT
    assert served.readiness < SOON


def test_no_bot_no_library_of_bots(beside_a_store: Served) -> None:
    """Without a token nothing of aiogram or aiohttp is loaded."""
    loaded = {line.rpartition("|")[2].strip() for line in beside_a_store.grumble.splitlines()}
    assert {"uvicorn", "litestar", "app.playground"} <= loaded
    assert set() == {name for name in loaded if name.split(".")[0] in {"aiogram", "aiohttp"}}


def test_the_real_store_sees_nothing(beside_a_store: Served) -> None:
    """What is decided in the playground is in the demo store alone, under a key of its own."""
    url = f"{beside_a_store.url}/playground"
    httpx.post(f"{url}/sms", json=WHO | {"text": "STOP"}).raise_for_status()
    httpx.post(f"{url}/chat", json=WHO | {"share": True}).raise_for_status()
    demo = beside_a_store.counted()
    real = beside_a_store.counted("../kept/real.db")
    assert (1, 2) == (demo["customers"], demo["decisions"])
    assert (0, 0, 0) == (real["customers"], real["decisions"], real["inbound"])
    folder = beside_a_store.folder
    keys = [(folder / k).read_bytes() for k in ("kept/real.key", "var/demo.key")]
    assert 2 == len(set(keys))
    assert not (folder / "var" / "consent.db").exists()
