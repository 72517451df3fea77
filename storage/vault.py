"""Seals and keyed hashes: addresses and evidence are personal data.

Every customer has a data key of their own, wrapped by a root key: destroying it forgets the
person, while the chain of decisions stays. Sub-keys of a root by HKDF-SHA-256. There can be
several roots, since a leaked one must be replaced while the house goes on (`storage.rotation`):
one wraps, all open, and a label before each sealed value says under which it lies. The key of the
address index belongs to no root: addresses of the forgotten can never be hashed anew.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consent.errors import SealBroken, SettingBroken, StoreUnavailable
from consent.ports import Address
from storage.chance import chance

KEY_BYTES = 32
_NONCE_BYTES = 12
#: What a label begins with; sealed values of before there were labels begin with a random nonce.
_MARK = b"\0rk1"
_NAME_DIGITS = 16
LABEL_BYTES = len(_MARK) + _NAME_DIGITS // 2


class RootKeyUnknown(StoreUnavailable):
    """The store has a root key by now that this process does not know; nothing was changed."""

    code = "root_key"

    def __init__(self, name: str) -> None:
        """Name the key by its fingerprint."""
        self.name = name
        super().__init__(
            f"(root key {name} is not among those this process was started with: "
            "restart it with the new key file)"
        )


class Seal:
    """Seals and opens values under one key; `bound` ties a value to its place."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self._cipher = AESGCM(key)

    def close(self, value: bytes, bound: str) -> bytes:
        """Return the value sealed with AES-256-GCM under a fresh nonce."""
        nonce = chance(_NONCE_BYTES)
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


class Root:
    """One root key, and what is derived from it."""

    def __init__(self, key: bytes) -> None:
        """Take a root key of 32 bytes.

        :raises SettingBroken: it is none.
        """
        if len(key) != KEY_BYTES:
            raise SettingBroken("the root key must be 32 bytes")
        self._key = key
        #: What the store remembers of the key, to tell it from another; says nothing about it.
        self.check = _derive(key, "key check").hex()
        #: How operators know it.
        self.name = name_of(self.check)
        #: What stands before everything sealed under it.
        self.label = _MARK + bytes.fromhex(self.name)

    def seal(self, use: str) -> Seal:
        """Return the seal of one of its sub-keys."""
        return Seal(_derive(self._key, use))

    @property
    def secret(self) -> bytes:
        """The key itself; see `Vault.secrets`."""
        return self._key

    def first_index(self) -> bytes:
        """Return the key of the address index of a store that was made when roots gave theirs."""
        return _derive(self._key, "address index")

    def close_index(self, index: bytes) -> bytes:
        """Return the key of the address index as it is kept beside this root's check."""
        return self.seal("sealed index").close(index, "index")

    def open_index(self, sealed: bytes) -> bytes:
        """Return the key of the address index.

        :raises SealBroken: it was altered.
        """
        return self.seal("sealed index").open(sealed, "index")


class RootSeal:
    """Seals values under one root and opens those of every root that is known."""

    def __init__(self, roots: Sequence[Root], usual: Root, use: str) -> None:
        """Take the roots, the one to seal under, and the name of the sub-key used of each."""
        self._usual = usual.label
        self._seals = {root.label: root.seal(use) for root in roots}

    def close(self, value: bytes, bound: str, root: Root | None = None) -> bytes:
        """Return the value sealed under a root, labelled.

        :param root: the one the store wraps with now (`storage.keys.wrapping_root`): what is kept
            in the store is sealed under no other. None: the one it wrapped with at the start.
        """
        label = root.label if root else self._usual
        return label + self._seals[label].close(value, bound)

    def open(self, sealed: bytes, bound: str) -> bytes:
        """Return what was sealed.

        :raises RootKeyUnknown: it is sealed under a root that this process was not given.
        :raises SealBroken: another place, altered, or another store's.
        """
        label = bytes(sealed[:LABEL_BYTES])
        if label in self._seals:
            return self._seals[label].open(sealed[LABEL_BYTES:], bound)
        # From before values were labelled.
        for seal in self._seals.values():
            with suppress(SealBroken):
                return seal.open(sealed, bound)
        if label.startswith(_MARK):
            raise RootKeyUnknown(label[len(_MARK) :].hex())
        raise SealBroken(bound)


class Vault:
    """Everything that roots, and the key of the address index, are good for."""

    def __init__(
        self, *root_keys: bytes, usual: Root | None = None, index: bytes | None = None
    ) -> None:
        """Take root keys of 32 bytes, newest first.

        :param usual: the root to seal under unless told otherwise; none: the newest.
        :param index: the key of the address index; none: what the oldest root gives.
        :raises SettingBroken: one of them is no root key.
        """
        #: Newest first.
        self.roots = tuple(Root(key) for key in root_keys)
        #: The key of the address index.
        self.index = index or self.roots[-1].first_index()
        #: The root to seal under unless told otherwise.
        self.usual = usual or self.roots[0]
        #: Wraps customers' data keys.
        self.wrap = RootSeal(self.roots, self.usual, "data keys")
        #: Seals what belongs to no customer.
        self.strays = RootSeal(self.roots, self.usual, "strays")

    @property
    def secrets(self) -> tuple[bytes, bytes]:
        """The usual root key and the key of the address index.

        For a process of our own that seals in place of this one, and for nothing else.
        """
        return self.usual.secret, self.index

    def root(self, check: str) -> Root:
        """Return the root that the store remembers by this.

        :raises RootKeyUnknown: this process was not given it.
        """
        for root in self.roots:
            if root.check == check:
                return root
        raise RootKeyUnknown(name_of(check))

    def address_hash(self, brand: str, address: Address) -> str:
        """Return the keyed hash by which an address of a brand is found, hex.

        The brand is inside: the same number at two brands is two unrelated rows (law 7).
        """
        name = f"{brand}\0{address.kind.value}\0{address.value}"
        return hmac.digest(self.index, name.encode(), hashlib.sha256).hex()

    def new_data_key(self, customer: str, root: Root | None = None) -> tuple[bytes, Seal]:
        """Return a fresh data key of a customer: wrapped for the store, and ready to use.

        :param root: see `RootSeal.close`.
        """
        key = os.urandom(KEY_BYTES)
        return self.wrap.close(key, bound_key(customer), root), Seal(key)

    def data_key(self, customer: str, wrapped: bytes) -> Seal:
        """Return a customer's data key.

        :raises RootKeyUnknown: the root key was replaced, and this process does not know it.
        :raises SealBroken: it was altered, or is another store's.
        """
        return Seal(self.wrap.open(wrapped, bound_key(customer)))


def bound_key(customer: str) -> str:
    """Return what ties a data key to its customer."""
    return f"key:{customer}"


def name_of(check: str) -> str:
    """Return a root key's fingerprint."""
    return check[:_NAME_DIGITS]


def _derive(root_key: bytes, use: str) -> bytes:
    info = f"consent-assistant/1/{use}".encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(root_key)
