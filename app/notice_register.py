"""`consent notice register`: texts that customers were shown on paper, or had read to them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.settings import load_settings
from app.store import Store, with_store
from consent.catalogue import BrandId, Catalogue
from consent.errors import SettingBroken, WordsBroken
from consent.notices import Form, Notice, Status, fingerprint
from consent.papers import WiderShelf
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import read_lock

_VERSION = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What the operator says of a text."""

    brand: str
    purpose: str
    language: str
    #: Like 1.0; with the major version of our own texts it means the same as they.
    version: str
    status: str = Status.APPROVED.value


def register_paper(file: Path, paper: Paper) -> str:
    """Keep a text in the store; return the line that says how imports name it.

    The same text again, with another status, changes its status.

    :raises SettingBroken: no such brand, purpose, language, version or status.
    :raises WordsBroken: the text cannot be read, or is another notice already.
    """
    catalogue = load_catalogue(ROOT)
    text = _text(file)
    notice = _notice(paper, text, catalogue)

    async def keep(store: Store) -> None:
        shelf = WiderShelf(read_lock(ROOT), await store.papers.all())
        _refuse_another(notice, shelf)
        await store.papers.keep(notice, text, datetime.now(UTC))

    with_store(load_settings(catalogue), keep)
    return _line(notice)


def list_papers() -> list[str]:
    """Return a line for each text registered: its code, what it is, its fingerprint."""
    found = with_store(load_settings(load_catalogue(ROOT)), lambda store: store.papers.all())
    return [_line(notice) for notice in found]


def _text(file: Path) -> str:
    """Return a text as it is read, whatever program wrote the file."""
    try:
        read = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise WordsBroken(f"{file}: {fault}") from fault
    text = unicodedata.normalize("NFC", read).strip()
    if not text:
        raise WordsBroken(f"{file}: it is empty")
    return text


def _notice(paper: Paper, text: str, catalogue: Catalogue) -> Notice:
    known: dict[str, tuple[str, list[str]]] = {
        "brand": (paper.brand, [*catalogue.brands]),
        "purpose": (paper.purpose, [p.id for p in catalogue.purposes]),
        "language": (paper.language, [*catalogue.languages]),
        "status": (paper.status, [status.value for status in Status]),
    }
    for name, (given, values) in known.items():
        if given not in values:
            raise SettingBroken(f"--{name} must be one of {', '.join(values)}")
    version = _VERSION.fullmatch(paper.version)
    if version is None:
        raise SettingBroken("--version must be like 1.0")
    return Notice(
        fingerprint=fingerprint(text),
        brand=BrandId(paper.brand),
        purpose=paper.purpose,
        language=paper.language,
        form=Form.CHAT,
        major=int(version[1]),
        minor=int(version[2]),
        status=Status(paper.status),
        changed="Registered from paper.",
    )


def _refuse_another(notice: Notice, shelf: WiderShelf) -> None:
    """Refuse what would change the meaning of consents that were given already."""
    newest = shelf.newest_major(notice.brand, notice.purpose)
    if newest is None or notice.major > newest:
        raise WordsBroken(
            f"version {notice.version} is ahead of our own texts ({newest}): enter those first"
        )
    there = shelf.find(notice.fingerprint) or shelf.by_code(notice.code)
    if there is not None and replace(there, status=notice.status) != notice:
        raise WordsBroken(
            f"this text is known as {there.code} already: {there.brand}, {there.purpose}, "
            f"{there.language}, version {there.version}"
        )


def _line(notice: Notice) -> str:
    return (
        f"{notice.code}  {notice.brand}  {notice.purpose}  {notice.language}  "
        f"{notice.version} {notice.status.value}  {notice.fingerprint}"
    )
