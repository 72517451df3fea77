"""The shipped words under a lock of our own: tests need no `notices.lock` in the tree."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from consent.catalogue import Catalogue
from consent.notices import Form, Notice
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import LOCK, enter_versions, write_lock
from locales.notice_source import compose, read_text, values_of
from locales.wording import Texts, Wording, load_texts

#: With `/n/` and a code of ten letters a link has the 34 characters that texts are planned for.
LINK_BASE = "https://dati.amigo.lv"
LINK_LENGTH = 34
BRANDS = ("lmt", "amigo")
LANGUAGES = ("lv", "ru", "en")
PURPOSES = (
    "offers",
    "traffic",
    "profiling",
    "credit",
    "location",
    "loyalty",
    "loyalty_offers",
    "research",
)
#: Every way a text can go out by SMS: language and form.
SMS_VOICES = (("lv", Form.SMS), ("lv", Form.SMS_PLAIN), ("ru", Form.SMS), ("en", Form.SMS))
VOICES = (*((language, Form.CHAT) for language in LANGUAGES), *SMS_VOICES)
#: What changed, as tests say it in every language.
CHANGED = {"lv": "Tests to mainīja.", "ru": "Это изменил тест.", "en": "A test changed it."}
PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")


def copy_words(folder: Path) -> Path:
    """Copy the shipped data and texts, without code and without the lock."""
    skipped = shutil.ignore_patterns("*.py", "__pycache__", LOCK)
    return shutil.copytree(ROOT, folder / "words", ignore=skipped)


def enter(root: Path, known: list[Notice], *, major: bool = False) -> list[Notice]:
    """Enter versions for whatever changed, and write the lock."""
    texts = compose(root, load_catalogue(root))
    notices = enter_versions(texts, known, changed=CHANGED, major=major)
    write_lock(root, notices)
    return notices


def open_texts(folder: Path) -> Texts:
    """Load the shipped words under a lock entered just now."""
    root = copy_words(folder)
    enter(root, [])
    return load_texts(root)


def voice(texts: Texts, brand: str, language: str, form: Form) -> Wording:
    """Return the voice of a brand in a language and form, with links of full length."""
    return Wording(texts, brand=brand, language=language, form=form, link_base=LINK_BASE)


@cache
def shipped_catalogue() -> Catalogue:
    """Return the catalogue as shipped."""
    return load_catalogue(ROOT)


@cache
def notices() -> dict[tuple[str, str, str, Form], str]:
    """Return every notice as it would be shown now: brand, purpose, language, form."""
    return compose(ROOT, shipped_catalogue())


def page(brand: str, language: str, catalogue: Catalogue | None = None) -> str:
    """Return a brand's page on who is responsible."""
    data = catalogue or shipped_catalogue()
    owner = next(b for b in data.brands.values() if b.id == brand)
    text = read_text(ROOT / language / "pages", "privacy", brand)
    return text.format_map(values_of(owner, language))


@cache
def phrases(language: str, file: str) -> dict[str, tuple[str, ...]]:
    """Return a gettext file as it stands: id to its text, or to all its plural forms."""
    with (ROOT / language / f"{file}.po").open("rb") as stream:
        entries = [e for e in read_po(stream, locale=language) if e.id]
    return {_first(e.id): _forms(e.string) for e in entries}


def _first(message_id: object) -> str:
    return str(message_id[0] if isinstance(message_id, list | tuple) else message_id)


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),)


def every_template() -> dict[str, str]:
    """Return every text of every gettext file, by `language/file/id`."""
    return {
        f"{language}/{file}/{name}": form
        for language in LANGUAGES
        for file in ("chat", "sms", "purposes")
        for name, forms in phrases(language, file).items()
        for form in forms
    }


def everything_written() -> dict[str, str]:
    """Return every text there is: templates, notices and pages, each by where it comes from."""
    shown = {"/".join(key): text for key, text in notices().items()}
    pages = {f"{b}/page/{x}": page(b, x) for b in BRANDS for x in LANGUAGES}
    return every_template() | shown | pages
