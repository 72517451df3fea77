"""Which text was shown: notices known by fingerprint, with their versions.

A notice is brand x purpose x language x form x version. Its fingerprint is the SHA-256 of
its exact text, its code the first ten base32 characters of that: short enough for a link.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Form(StrEnum):
    """For which medium a notice is written."""

    CHAT = "chat"
    SMS = "sms"
    #: The SMS text without diacritics, where the language has any.
    SMS_PLAIN = "sms_plain"


class Status(StrEnum):
    """Whether the controller has approved a text."""

    DRAFT = "draft"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One version of one text, as kept in `notices.lock`."""

    fingerprint: str
    brand: str
    purpose: str
    language: str
    form: Form
    #: A new major version makes earlier grants `outdated`; a minor one does not.
    major: int
    minor: int
    status: Status
    #: What changed against the version before, in a sentence of this notice's own language: told
    #: to the customer once.
    changed: str

    @property
    def code(self) -> str:
        """The short name of this text, as used in links."""
        return code_of(self.fingerprint)

    @property
    def version(self) -> str:
        """The version as shown: `1.0`."""
        return f"{self.major}.{self.minor}"


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text as UTF-8, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=4_096)
def code_of(digest: str) -> str:
    """Return the first ten base32 characters of a fingerprint."""
    return base64.b32encode(bytes.fromhex(digest)).decode()[:10]


def plain(text: str) -> str:
    """Return Latin letters without their marks; other alphabets stay as they are."""
    return text if text.isascii() else text.translate(_PLAIN)


class _PlainLetters(dict[int, str]):
    """Every letter met so far, by its code point, without its marks."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        base = unicodedata.normalize("NFD", letter)[0]
        # Unicode is finite, and so is this.
        found = self[point] = base if base.isascii() else letter
        return found


_PLAIN = _PlainLetters()


class NoticeShelf:
    """All notices ever used, the current ones among them; read-only."""

    def __init__(self, notices: tuple[Notice, ...]) -> None:
        """Take every version in `notices.lock`, in any order."""
        history = sorted(notices, key=lambda n: (n.major, n.minor))
        self._by_fingerprint = {n.fingerprint: n for n in history}
        self._by_code = {n.code: n for n in history}
        self._current: dict[tuple[str, str, str, Form], Notice] = {}
        self._major: dict[tuple[str, str], int] = {}
        for notice in history:
            self._current[notice.brand, notice.purpose, notice.language, notice.form] = notice
            self._major[notice.brand, notice.purpose] = notice.major

    def __iter__(self) -> Iterator[Notice]:
        """Go through every version known."""
        return iter(self._by_fingerprint.values())

    def find(self, digest: str) -> Notice | None:
        """Return the notice with this fingerprint, of any version."""
        return self._by_fingerprint.get(digest)

    def by_code(self, code: str) -> Notice | None:
        """Return the notice with this short code, of any version."""
        return self._by_code.get(code)

    def current(self, brand: str, purpose: str, language: str, form: Form) -> Notice:
        """Return the text to show now.

        :raises KeyError: the operator has no such text (refused at start by `locales`).
        """
        return self._current[brand, purpose, language, form]

    def newest(self, brand: str, purpose: str, language: str, form: Form) -> Notice | None:
        """Return the newest version of a text, or none if it was never entered."""
        return self._current.get((brand, purpose, language, form))

    def since(self, notice: Notice, known: tuple[int, int]) -> tuple[Notice, ...]:
        """Return the versions of this very text that came after a version, oldest first."""
        key = (notice.brand, notice.purpose, notice.language, notice.form)
        own = (n for n in self if (n.brand, n.purpose, n.language, n.form) == key)
        later = [n for n in own if known < (n.major, n.minor) <= (notice.major, notice.minor)]
        return tuple(sorted(later, key=lambda n: (n.major, n.minor)))

    def is_current(self, digest: str) -> bool:
        """Say whether this exact text is still the one to show."""
        notice = self.find(digest)
        if notice is None:
            return False
        key = (notice.brand, notice.purpose, notice.language, notice.form)
        return self._current[key].fingerprint == digest

    def outdated(self, brand: str, purpose: str, digest: str | None) -> bool:
        """Say whether a grant given under this text needs a new one.

        True for a text of an earlier major version; a text that nobody knows counts as
        outdated, since what is unknown is not allowed (law 8).
        """
        notice = self.find(digest) if digest else None
        if notice is None or (notice.brand, notice.purpose) != (brand, purpose):
            return True
        return notice.major < self._major[brand, purpose]
