"""Seals and keyed hashes: addresses and evidence are personal data.

One root key; sub-keys by HKDF-SHA-256. Every customer has a data key of their own, wrapped
by the root: destroying it forgets the person, while the chain of decisions stays.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consent.errors import SealBroken, SettingBroken
from consent.ports import Address

_KEY_BYTES = 32
_NONCE_BYTES = 12


class Seal:
    """Seals and opens values under one key; `bound` ties a value to its place."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self._cipher = AESGCM(key)

    def close(self, value: bytes, bound: str) -> bytes:
        """Return the value sealed with AES-256-GCM under a fresh nonce."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, bound.encode())

    def open(self, sealed: bytes, bound: str) -> bytes:
        """Return what was sealed.

        :raises SealBroken: another key, another place, or altered.
        """
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, body, bound.encode())
        except (InvalidTag, ValueError) as fault:
            raise SealBroken(bound) from fault


class Vault:
    """Everything derived from the root key."""

    def __init__(self, root_key: bytes) -> None:
        """Take a root key of 32 bytes."""
        if len(root_key) != _KEY_BYTES:
            raise SettingBroken("the root key must be 32 bytes")
        self._index = _derive(root_key, "address index")
        self._wrap = Seal(_derive(root_key, "data keys"))
        #: Seals what belongs to no customer.
        self.strays = Seal(_derive(root_key, "strays"))
        #: What the store remembers of its key, to tell it from another.
        self.key_check = _derive(root_key, "key check").hex()

    def address_hash(self, brand: str, address: Address) -> str:
        """Return the keyed hash by which an address of a brand is found, hex.

        The brand is inside: the same number at two brands is two unrelated rows (law 7).
        """
        name = f"{brand}\0{address.kind.value}\0{address.value}"
        return hmac.digest(self._index, name.encode(), hashlib.sha256).hex()

    def new_data_key(self, customer: str) -> tuple[bytes, Seal]:
        """Return a fresh data key of a customer: wrapped for the store, and ready to use."""
        key = os.urandom(_KEY_BYTES)
        return self._wrap.close(key, f"key:{customer}"), Seal(key)

    def data_key(self, customer: str, wrapped: bytes) -> Seal:
        """Return a customer's data key.

        :raises SealBroken: the store belongs to another root key.
        """
        return Seal(self._wrap.open(wrapped, f"key:{customer}"))


def _derive(root_key: bytes, use: str) -> bytes:
    info = f"consent-assistant/1/{use}".encode()
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=info).derive(root_key)


def load_root_key(file: Path, *, create: bool) -> bytes:
    """Read the root key; make one, readable by its owner alone, where `create` allows.

    :raises SettingBroken: there is none, it is not 32 bytes of hex, or others can read it.
    """
    try:
        if create and not file.exists():
            _create_key(file)
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as fault:
        raise SettingBroken(f"root key {file}: {fault}") from fault
    if file.stat().st_mode & 0o077:
        raise SettingBroken(f"root key {file}: readable by others; run chmod 600")
    if len(key) != _KEY_BYTES:
        raise SettingBroken(f"root key {file}: must be 32 bytes in hex")
    return key


def _create_key(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    fresh = Path(name)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(os.urandom(_KEY_BYTES).hex() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        # A link fails if another process was first: whoever is first names the key.
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
