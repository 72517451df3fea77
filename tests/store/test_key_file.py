"""The file of root keys: it changes whole or not at all, and never shows a key."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from consent.errors import SettingBroken
from storage.key_file import add_root_key, load_root_keys, remove_root_keys

ONE, TWO = "1f" * 32, "2E" * 32


def _file(folder: Path, content: str, mode: int = 0o600) -> Path:
    file = folder / "root.key"
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)
    return file


def test_keys_are_read_newest_first(tmp_path: Path) -> None:
    """One hex line each; what follows a #, and empty lines, are for people; twice is once."""
    content = f"# keys of the māja\n\n{ONE}  # made 2026-11-22\n  {TWO}\n{ONE}\n"
    keys = load_root_keys(_file(tmp_path, content), create=False)
    assert (bytes.fromhex(ONE), bytes.fromhex(TWO)) == keys


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("", "holds no key", id="empty"),
        pytest.param("# nothing\n", "holds no key", id="comment"),
        pytest.param(f"{ONE}\n{TWO[:-2]}\n", "line 2 must be 32 bytes", id="short"),
        pytest.param(f"{ONE}\n{TWO[:-2]}zz\n", "line 2 must be 32 bytes", id="no-hex"),
        pytest.param(f"{ONE}{TWO}\n", "line 1 must be 32 bytes", id="two-in-a-line"),
    ],
)
def test_a_broken_file_is_refused_without_quoting_it(
    tmp_path: Path, content: str, reason: str
) -> None:
    """A mistyped key is a key all but a letter: the line is named, not shown."""
    with pytest.raises(SettingBroken, match=reason) as caught:
        load_root_keys(_file(tmp_path, content), create=False)
    assert ONE[:8] not in str(caught.value)
    assert TWO[:8] not in str(caught.value)


def test_a_fresh_key_comes_first_and_all_else_stays(tmp_path: Path) -> None:
    """Comments and older keys are untouched, the mode is 0600, nothing is left beside the file."""
    file = _file(tmp_path, f"# ours\n{ONE}\n")
    key = add_root_key(file, "made today")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [f"{key.hex()}  # made today", "# ours", ONE] == lines
    assert (key, bytes.fromhex(ONE)) == load_root_keys(file, create=False)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert [file] == list(tmp_path.iterdir())


def test_a_key_is_struck_out_and_all_else_stays(tmp_path: Path) -> None:
    """However it is written, and however often."""
    file = _file(tmp_path, f"# ours\n{ONE}\n{TWO.lower()}  # old\n\n{TWO}\n")
    remove_root_keys(file, [bytes.fromhex(TWO)])
    assert f"# ours\n{ONE}\n\n" == file.read_text(encoding="utf-8")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file that is named is changed, wherever it lies."""
    kept = tmp_path / "kept"
    kept.mkdir()
    real = _file(kept, f"{ONE}\n")
    link = tmp_path / "root.key"
    link.symlink_to(real)
    key = add_root_key(link, "made today")
    assert link.is_symlink()
    assert (key, bytes.fromhex(ONE)) == load_root_keys(real, create=False)


def test_two_who_add_a_key_at_once_both_have_it(tmp_path: Path) -> None:
    """None is written over."""
    file = _file(tmp_path, f"{ONE}\n")
    with ThreadPoolExecutor(max_workers=8) as many:
        made = list(many.map(lambda _: add_root_key(file, "made today"), range(8)))
    assert {*made, bytes.fromhex(ONE)} == set(load_root_keys(file, create=False))


def test_a_file_that_cannot_be_written_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, at the last moment: one sentence, and the old keys."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = _file(tmp_path, f"{ONE}\n")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SettingBroken, match="No space left"):
        add_root_key(file, "made today")
    assert f"{ONE}\n" == file.read_text(encoding="utf-8")
    assert [file] == list(tmp_path.iterdir())
