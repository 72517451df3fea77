"""Reading the catalogue: a broken one is refused at start with file, key and reason."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import rtoml

from consent.cases import CaseKind
from consent.catalogue import Brand, Catalogue, Channel, Purpose, Topic
from consent.errors import CatalogueBroken

_T = TypeVar("_T")
_ID = re.compile(r"[a-z][a-z0-9_]{1,30}")
#: Beginnings of numbers in E.164.
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)
_DPV = re.compile(r"dpv:[a-zA-Z0-9]+")
_PROOF_LEVELS = (1, 2)
#: A request is answered within a month, or sooner where the operator says so.
_LAWFUL_DAYS = 31
#: What a file holds beside its items.
_SETTINGS = {"brand": ("languages", "timezone")}


def load_catalogue(root: Path) -> Catalogue:
    """Read `root/catalogue/*.toml`.

    :raises CatalogueBroken: something is missing, unknown, twice or of the wrong kind.
    """
    folder = root / "catalogue"
    brands_file = _read(folder / "brands.toml")
    brands = _items(folder, "brand", Brand)
    catalogue = Catalogue(
        brands={b.id: b for b in brands},
        purposes=tuple(sorted(_items(folder, "purpose", Purpose), key=lambda p: p.number)),
        channels=tuple(_items(folder, "channel", Channel)),
        topics=tuple(_items(folder, "topic", Topic)),
        languages=_languages(brands_file),
        timezone=_zone(brands_file),
    )
    _check_brands(catalogue)
    _check_purposes(catalogue)
    _check_topics(catalogue)
    return catalogue


def _read(file: Path) -> dict[str, Any]:
    try:
        return rtoml.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueBroken(file.name, "-", "the file is missing") from None
    except (rtoml.TomlParsingError, UnicodeDecodeError) as fault:
        raise CatalogueBroken(file.name, "-", f"not readable as TOML: {fault}") from fault


def _items(folder: Path, kind: str, model: type[_T]) -> list[_T]:
    file = folder / f"{kind}s.toml"
    content = _read(file)
    known = {kind, *_SETTINGS.get(kind, ())}
    for name in content.keys() - known:
        raise CatalogueBroken(file.name, name, "there is no such key")
    entries = content.get(kind)
    if not isinstance(entries, list) or not entries:
        raise CatalogueBroken(file.name, f"[[{kind}]]", "there is none")
    items = [_item(file, f"{kind}[{n}]", entry, model) for n, entry in enumerate(entries, 1)]
    ids = [str(entry["id"]) for entry in entries]
    for name in ids:
        if not _ID.fullmatch(name):
            raise CatalogueBroken(file.name, f"{kind} {name}", "an id is a-z, 0-9 and _")
        if ids.count(name) > 1:
            raise CatalogueBroken(file.name, f"{kind} {name}", "the id is there twice")
    return items


def _item(file: Path, key: str, entry: object, model: type[_T]) -> _T:
    _refuse_unknown_keys(file, key, entry, model)
    try:
        return msgspec.convert(entry, model)
    except msgspec.ValidationError as fault:
        reason, _, path = str(fault).partition(" - at `$")
        raise CatalogueBroken(file.name, key + path.rstrip("`"), reason) from fault


def _refuse_unknown_keys(file: Path, key: str, entry: object, model: object) -> None:
    """A misspelt key must not be passed over: its default could permit what was forbidden."""
    if not isinstance(entry, Mapping) or not dataclasses.is_dataclass(model):
        return
    known = get_type_hints(model)
    for name, value in entry.items():
        if name not in known:
            raise CatalogueBroken(file.name, f"{key}.{name}", "there is no such key")
        _refuse_unknown_keys(file, f"{key}.{name}", value, known[name])


def _languages(brands_file: dict[str, Any]) -> tuple[str, ...]:
    languages = brands_file.get("languages")
    if not isinstance(languages, list) or not all(isinstance(x, str) for x in languages):
        raise CatalogueBroken("brands.toml", "languages", "must be a list of language codes")
    if not languages:
        raise CatalogueBroken("brands.toml", "languages", "there is none")
    return tuple(languages)


def _zone(brands_file: dict[str, Any]) -> ZoneInfo:
    name = brands_file.get("timezone")
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CatalogueBroken("brands.toml", "timezone", f"{name!r} is unknown") from None


def _check_brands(catalogue: Catalogue) -> None:
    for brand in catalogue.brands.values():
        where = f"brand {brand.id}"
        if brand.default_language not in catalogue.languages:
            raise CatalogueBroken("brands.toml", f"{where}.default_language", "not offered")
        for key in ("address", "service_centre"):
            texts = getattr(brand.controller, key)
            missing = [x for x in catalogue.languages if not texts.get(x)]
            if missing:
                reason = f"missing in {', '.join(missing)}"
                raise CatalogueBroken("brands.toml", f"{where}.controller.{key}", reason)
        if not all(_PREFIX.fullmatch(prefix) for prefix in brand.sms_answers_to):
            reason = "must be beginnings of numbers, like +3712"
            raise CatalogueBroken("brands.toml", f"{where}.sms_answers_to", reason)
        for kind, days in brand.answer_within_days.items():
            if kind not in set(CaseKind) or not 0 <= days <= _LAWFUL_DAYS:
                reason = f"{', '.join(CaseKind)}, within 0 to {_LAWFUL_DAYS} days each"
                raise CatalogueBroken("brands.toml", f"{where}.answer_within_days", reason)
        if not 1 <= brand.yes_within_hours <= 24 * 7:
            raise CatalogueBroken("brands.toml", f"{where}.yes_within_hours", "must be 1 to 168")


def _check_purposes(catalogue: Catalogue) -> None:
    numbers = [p.number for p in catalogue.purposes]
    if numbers != list(range(1, len(numbers) + 1)):
        raise CatalogueBroken("purposes.toml", "number", "must count 1, 2, 3 … without a gap")
    ids = {p.id for p in catalogue.purposes}
    for purpose in catalogue.purposes:
        where = f"purpose {purpose.id}"
        if purpose.proof not in _PROOF_LEVELS:
            raise CatalogueBroken("purposes.toml", f"{where}.proof", "must be 1 or 2")
        if not _DPV.fullmatch(purpose.dpv):
            raise CatalogueBroken("purposes.toml", f"{where}.dpv", "must be dpv: and a name")
        if purpose.beside is not None and purpose.beside not in ids:
            raise CatalogueBroken("purposes.toml", f"{where}.beside", "no such purpose")
        years = purpose.years_after_service
        if years is not None and years < 1:
            raise CatalogueBroken("purposes.toml", f"{where}.years_after_service", "at least 1")
    if not catalogue.contacting:
        raise CatalogueBroken("purposes.toml", "contact", "no purpose allows contact")
    if not catalogue.marketing:
        raise CatalogueBroken("purposes.toml", "marketing", "STOP would end nothing")


def _check_topics(catalogue: Catalogue) -> None:
    channels = {c.id for c in catalogue.channels}
    for topic in catalogue.topics:
        if topic.channel is not None and topic.channel not in channels:
            raise CatalogueBroken("topics.toml", f"topic {topic.id}.channel", "no such channel")
