"""The copy of a customer's data as files: a page to read, and JSON for other systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.composition import Assistant
from app.own_data_page import page
from app.own_data_words import CopyWords
from consent.catalogue import BrandId
from consent.copying import FORMS
from consent.own_data import OwnData
from consent.own_data_json import own_data_json


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFile:
    """One file of a copy."""

    name: str
    media_type: str
    caption: str
    content: bytes = field(repr=False)


def copy_file(
    assistant: Assistant, data: OwnData, form: str, language: str | None = None
) -> CopyFile:
    """Return one file of a copy.

    :param form: one of `consent.copying.FORMS`.
    :param language: else the one the customer was last heard in, else the brand's own.
    """
    spoken = _spoken(assistant, data, language)
    words = CopyWords(assistant, data.brand, spoken)
    media_type, write = _WRITERS[form]
    day = data.made_at.astimezone(assistant.catalogue.timezone)
    return CopyFile(
        name=f"{data.brand}-{words.plain('name')}-{day:%Y-%m-%d}.{form}",
        media_type=media_type,
        caption=words.plain(f"caption.{form}"),
        content=write(assistant, data, words),
    )


def copy_files(
    assistant: Assistant, data: OwnData, language: str | None = None
) -> tuple[CopyFile, ...]:
    """Return both files of a copy."""
    return tuple(copy_file(assistant, data, form, language) for form in FORMS)


def _spoken(assistant: Assistant, data: OwnData, language: str | None) -> str:
    wanted = (language, data.language)
    known = (x for x in wanted if x in assistant.catalogue.languages)
    return next(known, None) or assistant.catalogue.brands[BrandId(data.brand)].default_language


def _html(assistant: Assistant, data: OwnData, words: CopyWords) -> bytes:
    return page(assistant, data, words.language).encode()


def _json(assistant: Assistant, data: OwnData, words: CopyWords) -> bytes:
    lens = assistant.house.lens(data.brand, data.made_at)
    return own_data_json(data, lens, words.language, words.subject)


_Write = Callable[[Assistant, OwnData, CopyWords], bytes]
_WRITERS: dict[str, tuple[str, _Write]] = {
    "html": ("text/html", _html),
    "json": ("application/json", _json),
}
