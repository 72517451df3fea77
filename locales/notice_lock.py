"""The versions of the notices: `notices.lock`.

No text changes without a version: a text whose fingerprint is not the newest in the lock is
refused at start, and `consent notice update` is the way to enter it. Reading the lock needs
no text file, so that a quick look at a standing loads none.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import msgspec

from consent.errors import WordsBroken
from consent.notices import Form, Notice, NoticeShelf, Status, fingerprint, plain

LOCK = "notices.lock"
#: Characters of a sentence that says what changed: an SMS says it beside what it means.
LONGEST = 80

#: Which notice: brand, purpose, language, form.
Key = tuple[str, str, str, Form]


def read_lock(root: Path) -> NoticeShelf:
    """Return every version ever entered; needs no text file.

    :raises WordsBroken: the lock is missing or not readable.
    """
    file = root / LOCK
    try:
        entries = msgspec.json.decode(file.read_bytes(), type=tuple[Notice, ...])
    except (OSError, msgspec.DecodeError) as fault:
        raise WordsBroken(f"{file.name}: {fault}") from fault
    names = [n.fingerprint for n in entries] + [n.code for n in entries]
    if len(set(names)) < len(names):
        raise WordsBroken(f"{file.name}: a text is there twice; one that returns needs new words")
    return NoticeShelf(entries)


def write_lock(root: Path, notices: list[Notice]) -> None:
    """Write the lock, one version a line, in an order that makes changes easy to review."""
    order = sorted(
        notices, key=lambda n: (n.purpose, n.brand, n.language, n.form, n.major, n.minor)
    )
    lines = ",\n".join(json.dumps(asdict(n), ensure_ascii=False) for n in order)
    (root / LOCK).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def check_lock(texts: dict[Key, str], shelf: NoticeShelf) -> None:
    """Refuse texts that the lock does not hold as the newest version.

    :raises WordsBroken: names every text that changed without a version.
    """
    changed = [
        "/".join(map(str, key))
        for key, text in texts.items()
        if not _stands(shelf, key, fingerprint(text))
    ]
    if changed:
        listed = ", ".join(changed[:5]) + (" …" if len(changed) > 5 else "")  # noqa: PLR2004
        raise WordsBroken(f"{len(changed)} texts changed without a version: {listed}")


def enter_versions(
    texts: dict[Key, str], known: list[Notice], *, changed: Mapping[str, str], major: bool
) -> list[Notice]:
    """Return the lock's content with a new version for every text that changed.

    :param changed: what changed, in one sentence of each language: told to customers once.
    :param major: earlier grants need a new yes.
    :raises WordsBroken: a major change that leaves one of the languages or forms as it was; or a
        language whose texts changed lacks its sentence, or it is not fit to be told.
    """
    shelf = NoticeShelf(tuple(known))
    moved = {key for key, text in texts.items() if not _stands(shelf, key, fingerprint(text))}
    if major:
        _refuse_half_a_change(texts, moved)
    used = {n.fingerprint for n in known}
    again = sorted("/".join(key) for key in moved if fingerprint(texts[key]) in used)
    if again:
        raise WordsBroken(f"an earlier text cannot come back word for word: {', '.join(again)}")
    told = {key[2]: _fit(key[2], changed) for key in moved}
    fresh = [
        _next(shelf, key, fingerprint(texts[key]), told[key[2]], major) for key in sorted(moved)
    ]
    return known + fresh


def _fit(language: str, changed: Mapping[str, str]) -> str:
    """Return what is told in a language, fit to stand in an SMS too."""
    sentence = unicodedata.normalize("NFC", changed.get(language, "").strip())
    if not sentence:
        raise WordsBroken(f"what changed is not said in {language}: --changed {language}=…")
    if len(sentence) > LONGEST or sentence[-1] not in ".?" or not sentence.isprintable():
        raise WordsBroken(
            f"--changed {language}=…: one sentence of at most {LONGEST} characters, with its stop"
        )
    return sentence


def _refuse_half_a_change(texts: dict[Key, str], moved: set[Key]) -> None:
    """A text that stayed the same cannot carry both the old meaning and the new one."""
    groups = {key[:2] for key in moved}
    left = sorted("/".join(k) for k in texts if k[:2] in groups and k not in moved)
    if left:
        raise WordsBroken(f"a major change must reach every text; unchanged: {', '.join(left)}")


def _stands(shelf: NoticeShelf, key: Key, digest: str) -> bool:
    newest = shelf.newest(*key)
    return newest is not None and newest.fingerprint == digest


def _next(shelf: NoticeShelf, key: Key, digest: str, changed: str, major: bool) -> Notice:  # noqa: FBT001
    brand, purpose, language, form = key
    newest = shelf.newest(*key)
    number = (newest.major, newest.minor + 1) if newest else (1, 0)
    if newest and major:
        number = (newest.major + 1, 0)
    return Notice(
        fingerprint=digest,
        brand=brand,
        purpose=purpose,
        language=language,
        form=form,
        major=number[0],
        minor=number[1],
        status=Status.DRAFT,
        changed=plain(changed) if form is Form.SMS_PLAIN else changed,
    )
