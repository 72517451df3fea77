"""`consent key …` as an operator uses it, on both databases, beside a running server."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.doctor import examine
from app.key_cli import key_app
from app.proof_commands import public_key, run_export
from app.settings import load_settings
from app.store import Store, with_store
from app.verify_command import run_verify
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage import schema
from storage.database import open_database
from storage.key_file import add_root_key, load_root_keys
from storage.rotation import RotationRefused
from storage.vault import Root
from tests.sms.sms_stage import ANNA, BERTA, open_stage
from tests.store.batch_stage import number
from tests.store.key_stage import opened, rotated, stop
from tests.store.servers import Server, server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server."""
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the key file of a store with three customers, which is set as the real one."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/consent.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").empty()
    monkeypatch.setenv("CONSENT_DATABASE_URL", url)
    monkeypatch.setenv("CONSENT_ROOT_KEY_FILE", str(tmp_path / "root.key"))
    _with_store(_fill)
    return tmp_path / "root.key"


def _with_store(work: Callable[[Store], Awaitable[None]]) -> None:
    with_store(load_settings(load_catalogue(ROOT)), work)


async def _fill(store: Store) -> None:
    for index in range(3):
        await stop(store.database, store.vault, number(index))


async def _look(store: Store) -> None:
    """Find and open what was written before."""
    for index in range(3):
        customer = await store.ledger.customer_of("lmt", number(index))
        assert customer is not None
        found = await store.ledger.history(customer)
        assert ["withdraw_all"] * 2 == [d.evidence and d.evidence.intent for d in found]


async def _half_rotated(file: Path) -> None:
    """Rotate in pages of two customers, and stop after the first."""
    keys = load_root_keys(file, create=False)
    database = open_database(os.environ["CONSENT_DATABASE_URL"])
    vault = await asyncio.to_thread(opened, database, *keys)
    await rotated(database, vault, pages=1)
    await database.close()


def _consent(*words: str) -> list[str]:
    done = CliRunner().invoke(key_app, words, catch_exceptions=False)
    assert 0 == done.exit_code
    return done.stdout.splitlines()


def _names(file: Path) -> list[str]:
    return [Root(key).name for key in load_root_keys(file, create=False)]


def _doctor() -> list[str]:
    return [line for line in examine()[1] if "root key" in line or "wait" in line]


def test_the_whole_flow(file: Path) -> None:
    """New, rotate, retire: the list and the doctor say at each step how things stand."""
    (old,) = _names(file)
    assert [f"{old}  wraps"] == _consent("list")
    assert [f"✓ root keys: 1, {old} wraps"] == _doctor()
    assert "restart" in _consent("new")[1]
    new, _ = _names(file)
    assert [f"{new}  waiting: `consent key rotate` makes it wrap", f"{old}  wraps"] == (
        _consent("list")
    )
    assert f"! {new} waits to wrap: run `consent key rotate`" == _doctor()[1]
    assert [f"No key was replaced: {old} stays."] == _consent("retire")
    assert [f"Everything is sealed under {new} now (customers: 3)."] == _consent("rotate")[:1]
    assert [f"{new}  wraps", f"{old}  replaced, not needed"] == _consent("list")
    assert "! old root keys are needed no more: run `consent key retire`" == _doctor()[1]
    assert [f"Retired: {old}. Key {new} is the one."] == _consent("retire")
    assert [new] == _names(file)
    assert [f"✓ root keys: 1, {new} wraps"] == _doctor()
    assert [f"Key {new} wraps already, and no other is in use: nothing to do."] == (
        _consent("rotate")
    )
    _with_store(_look)


def test_a_key_that_is_needed_is_not_retired(file: Path) -> None:
    """The refusal says how much is left and what to do; list and doctor say the same."""
    _consent("new")
    asyncio.run(_half_rotated(file))
    with pytest.raises(RotationRefused, match=r"customers: 1\): run `consent key rotate` first"):
        _consent("retire")
    assert _consent("list")[1].endswith("replaced, still needed (customers: 1)")
    assert _doctor()[1] == (
        "! old root keys are still needed (customers: 1): `consent key rotate`"
    )
    assert "(customers: 1)" in _consent("rotate")[0]
    _consent("retire")
    _with_store(_look)


def test_a_server_with_the_old_file_does_not_start(file: Path) -> None:
    """After the rotation the old file is refused, in one line that names the new key."""
    before = file.read_text(encoding="ascii")
    _consent("new")
    _consent("rotate")
    new = _names(file)[0]
    both = file.read_text(encoding="ascii")
    file.write_text(before, encoding="ascii")
    with pytest.raises(SettingBroken, match=f"was replaced by {new}"):
        _with_store(_look)
    file.write_text(both, encoding="ascii")
    _with_store(_look)


def test_a_retirement_that_was_cut_short_is_ended_by_another(file: Path) -> None:
    """The store knows the old key no more, the file still has it: it opens, and is tidied up."""
    before = load_root_keys(file, create=False)
    _consent("new")
    _consent("rotate")
    both = file.read_text(encoding="ascii")
    _consent("retire")
    file.write_text(both, encoding="ascii")
    _with_store(_look)
    old = Root(*before).name
    assert f"{old}  not in use: `consent key retire` takes it out" == _consent("list")[-1]
    assert f"Retired: {old}." in _consent("retire")[0]
    assert 1 == len(_names(file))


def test_a_proof_of_before_still_stands(file: Path, tmp_path: Path) -> None:
    """The key that signs is another: proofs of both times hold, with the same public key."""
    public = tmp_path / "public.pem"
    public.write_text(public_key(), encoding="ascii")
    assert run_export(tmp_path / "before.jsonl")[0]
    for command in ("new", "rotate", "retire"):
        _consent(command)
    assert public.read_text(encoding="ascii") == public_key()
    assert run_export(tmp_path / "after.jsonl", since=tmp_path / "before.jsonl")[0]
    for name in ("before", "after"):
        assert run_verify(tmp_path / f"{name}.jsonl", key=public)[0]
    assert 1 == len(_names(file))


async def test_a_running_server_goes_on_or_says_why_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With both keys nobody notices; with the old one alone: 503, one line, nothing written."""
    async with open_stage(tmp_path) as stage:
        await stage.says("STOP")
        file = tmp_path / "root.key"
        add_root_key(file, "made today")
        keys = load_root_keys(file, create=False)
        both = opened(stage.store.database, *keys)
        # Building a server takes all other handlers away.
        monkeypatch.setattr(logging.getLogger(), "handlers", [caplog.handler])
        await rotated(stage.store.database, both)
        before = [await stage.rows(table) for table in schema.metadata.sorted_tables]
        for phone in (ANNA, BERTA):
            caplog.clear()
            await stage.says("STOP 3", phone=phone)
            assert 503 == stage.network.answers[-1].status
            said = [r.getMessage() for r in caplog.records if r.name.startswith("consent.")]
            assert said
            assert all(f"root key {both.roots[0].name} is not among" in line for line in said)
        assert before == [await stage.rows(table) for table in schema.metadata.sorted_tables]
