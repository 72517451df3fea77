"""The notices: composed from plain files.

A chat notice is the consent's number and title, a body, and a closing that says what is true
of every consent; an SMS notice is one line. `{purpose}.{form}.{brand}.txt` overrides
`{purpose}.{form}.txt` where brands differ.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from consent.catalogue import Brand, Catalogue, Purpose
from consent.errors import WordsBroken
from consent.notices import Form, plain
from locales.notice_lock import Key
from locales.phrases import Strings, read_file

_CLOSING = "closing"
_WRITTEN_FORMS = (Form.CHAT, Form.SMS)


def compose(root: Path, catalogue: Catalogue) -> dict[Key, str]:
    """Return the exact text of every notice as it would be shown now.

    :raises WordsBroken: a file is missing or uses an unknown placeholder.
    """
    names = {x: read_file(root / x / "purposes.po", x) for x in catalogue.languages}
    return dict(_compose(root, catalogue, names))


def _compose(
    root: Path, catalogue: Catalogue, names: Mapping[str, Strings]
) -> Iterator[tuple[Key, str]]:
    for brand in catalogue.brands.values():
        for purpose in catalogue.purposes:
            for language in catalogue.languages:
                values = values_of(brand, language) | {"number": str(purpose.number)}
                values["label"] = names[language].say(f"purpose.{purpose.id}.label")
                for form in _WRITTEN_FORMS:
                    text = _text(root / language / "notices", brand, purpose, form, values)
                    yield (brand.id, purpose.id, language, form), text
                bare = plain(text)
                if bare != text and bare.isascii():
                    yield (brand.id, purpose.id, language, Form.SMS_PLAIN), bare


def _text(
    folder: Path, brand: Brand, purpose: Purpose, form: Form, values: Mapping[str, str]
) -> str:
    parts = [fill_in(folder, f"{purpose.id}.{form.value}", brand, values)]
    if form is Form.CHAT:
        heading = f"{purpose.number}. {values['label']}"
        parts = [heading, *parts, fill_in(folder, f"{_CLOSING}.{form.value}", brand, values)]
    return "\n\n".join(parts)


def fill_in(folder: Path, name: str, brand: Brand, values: Mapping[str, str]) -> str:
    """Return a text file with its placeholders filled in.

    :raises WordsBroken: it is missing, not NFC, or uses an unknown placeholder.
    """
    text = read_text(folder, name, brand.id)
    try:
        return text.format_map(values)
    except (KeyError, ValueError, IndexError) as fault:
        where = f"{folder.parent.name}/{folder.name}/{name}.txt"
        raise WordsBroken(f"{where}: unknown placeholder {fault}") from fault


def read_text(folder: Path, name: str, brand: str) -> str:
    """Return a text file's content: the brand's own if there is one, without end space.

    :raises WordsBroken: there is none, or it is not NFC.
    """
    own, shared = folder / f"{name}.{brand}.txt", folder / f"{name}.txt"
    file = own if own.exists() else shared
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise WordsBroken(f"{folder.parent.name}/{folder.name}/{file.name}: {fault}") from fault
    if not text or text != unicodedata.normalize("NFC", text):
        raise WordsBroken(f"{folder.parent.name}/{folder.name}/{file.name}: empty or not NFC")
    return text


def values_of(brand: Brand, language: str) -> dict[str, str]:
    """Return what every text may name of a brand, in a language."""
    controller = brand.controller
    joint = {"lv": " un ", "ru": " и ", "en": " and "}.get(language, ", ")
    return {
        "brand": brand.name,
        "controller": controller.name,
        "reg_no": controller.registration,
        "address": controller.address[language],
        "email": controller.email,
        "phone": controller.phone,
        "service_centre": controller.service_centre[language]
        if brand.show_service_centre
        else brand.name,
        "policy_sites": joint.join(controller.policy_sites),
    }
