"""Signing proofs: one Ed25519 key, in a file beside the root key.

The private key never leaves its file. The public one is for everybody: kept elsewhere before it is
needed, it lets others check what this store says, even against whoever runs the store.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from consent.errors import ConsentError
from consent.proof import Signed
from storage.durable import fresh_file

#: How the file is called, in the folder of the root key.
SIGNING_KEY = "signing.key"
_PUBLIC = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


class SigningKeyBroken(ConsentError):
    """A key that signs proofs, or checks them, cannot be used; its file is named here."""

    code = "signing_key"


class SigningKey:
    """The private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Take a key."""
        self._key = key
        #: The public key, in PEM.
        self.public = _pem(key.public_key())

    def sign(self, said: bytes) -> bytes:
        """Return the signature of some bytes."""
        return self._key.sign(said)


def load_signing_key(file: Path) -> SigningKey:
    """Read the signing key; make one, readable by its owner alone, where there is none yet.

    :raises SigningKeyBroken: it is no such key, or others can read it.
    """
    try:
        if not file.exists():
            _make_key(file)
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise SigningKeyBroken(f"{file}: {fault}") from fault
    if file.stat().st_mode & 0o077:
        raise SigningKeyBroken(f"{file}: readable by others; run chmod 600")
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyBroken(f"{file}: must be an Ed25519 key")
    return SigningKey(key)


def _make_key(file: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    try:
        with fresh_file(file) as stream:
            stream.write(pem)
    except FileExistsError:
        # Another process was first: whoever is first names the key.
        return


def read_public_keys(file: Path) -> dict[str, Signed]:
    """Return the public keys in a file, one or several in PEM, and how to check with each.

    :raises SigningKeyBroken: there is none in it.
    """
    try:
        return keys_of(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as fault:
        raise SigningKeyBroken(f"{file}: {fault}") from fault


def keys_of(pem: bytes) -> dict[str, Signed]:
    """Return the public keys in a text.

    :raises ValueError: there is none, or one that is no Ed25519 key.
    """
    keys = [load_pem_public_key(block) for block in _PUBLIC.findall(pem)]
    known = [key for key in keys if isinstance(key, Ed25519PublicKey)]
    if not known or len(known) < len(keys):
        raise ValueError("must hold Ed25519 public keys in PEM, and nothing else")
    return {_pem(key): partial(_is_signed, key) for key in known}


def _is_signed(key: Ed25519PublicKey, said: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, said)
    except InvalidSignature:
        return False
    return True


def _pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
