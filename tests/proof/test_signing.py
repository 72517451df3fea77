"""The key that signs proofs: made once, kept close, its public half for everybody."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from storage.durable import fresh_file
from storage.signing import SigningKeyBroken, keys_of, load_signing_key, read_public_keys
from tests.proof.proofs import KEY, OTHER_KEY

_FOREIGN = generate_private_key(SECP256R1())


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """The first call makes it, with mode 0600; every other finds the same."""
    file = tmp_path / "keys" / "signing.key"
    first, second = load_signing_key(file), load_signing_key(file)
    assert first.public == second.public
    assert 0o600 == file.stat().st_mode & 0o777
    assert ["signing.key"] == [f.name for f in file.parent.iterdir()]


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    """Whoever is first names the key."""
    file = tmp_path / "signing.key"
    with ThreadPoolExecutor(max_workers=8) as pool:
        keys = list(pool.map(lambda _: load_signing_key(file).public, range(8)))
    assert 1 == len(set(keys))


def test_what_was_signed_is_known_by_the_public_key(tmp_path: Path) -> None:
    """The public half checks, and only what was signed, with that key."""
    key = load_signing_key(tmp_path / "signing.key")
    (signed,) = keys_of(key.public.encode()).values()
    signature = key.sign(b"said")
    assert signed(b"said", signature)
    assert not signed(b"Said", signature)
    assert not signed(b"said", OTHER_KEY.sign(b"said"))
    assert not signed(b"said", b"")


def test_several_public_keys_stand_in_a_row(tmp_path: Path) -> None:
    """After a change of keys, one file checks old proofs and new ones."""
    file = tmp_path / "public.pem"
    file.write_text(f"# until 2026\n{KEY.public}\n{OTHER_KEY.public}", encoding="ascii")
    assert {KEY.public, OTHER_KEY.public} == set(read_public_keys(file))


def _private(file: Path) -> None:
    pem = _FOREIGN.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem)
    file.chmod(0o600)


def _words(file: Path) -> None:
    file.write_text("hello", encoding="ascii")
    file.chmod(0o600)


def _open(file: Path) -> None:
    load_signing_key(file)
    file.chmod(0o640)


def _folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize("make", [_private, _words, _open, _folder])
def test_a_signing_key_that_cannot_be_used_is_refused(tmp_path: Path, make: object) -> None:
    """Another kind of key, no key, one that others can read: said at once, with the file."""
    file = tmp_path / "signing.key"
    assert callable(make)
    make(file)
    with pytest.raises(SigningKeyBroken, match=r"signing\.key"):
        load_signing_key(file)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="words"),
        pytest.param(
            _FOREIGN.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            id="another-kind",
        ),
        pytest.param(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", id="broken"),
    ],
)
def test_a_public_key_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    """What is no Ed25519 public key checks nothing."""
    file = tmp_path / "public.pem"
    file.write_bytes(content)
    with pytest.raises(SigningKeyBroken, match=r"public\.pem"):
        read_public_keys(file)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """Left by an error, nothing stays behind; a file that is there is never written over."""
    target = tmp_path / "file"
    with pytest.raises(ZeroDivisionError), fresh_file(target):
        raise ZeroDivisionError
    assert [] == list(tmp_path.iterdir())
    with fresh_file(target) as stream:
        stream.write(b"whole")
        assert not target.exists()
    with pytest.raises(FileExistsError), fresh_file(target) as stream:
        stream.write(b"another")
    assert (b"whole", [target]) == (target.read_bytes(), list(tmp_path.iterdir()))


def test_a_share_without_links_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file system knows no links, the file still gets its name at the end."""

    def refuse(_from: object, _to: object) -> None:
        raise PermissionError(errno.EPERM, "not supported")

    monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "file"
    with fresh_file(target) as stream:
        stream.write(b"whole")
    assert (b"whole", [target]) == (target.read_bytes(), list(tmp_path.iterdir()))


def test_a_link_that_fails_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another fault of the disk is passed on, and nothing stays behind."""

    def refuse(_from: object, _to: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="no space"), fresh_file(tmp_path / "file"):
        pass
    assert [] == list(tmp_path.iterdir())


def test_checking_loads_no_database() -> None:
    """`consent verify` needs neither the store nor what it is made of."""
    code = "import app.verify_command, sys; print('sqlalchemy' in sys.modules)"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "False\n" == done.stdout
