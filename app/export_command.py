"""`consent export`: a copy of everything on file about a customer, made by staff."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.check_command import viewer
from app.composition import compose, register_notices
from app.own_data_files import CopyFile, copy_files
from app.settings import load_settings
from app.store import Store, with_store
from app.whom import NobodyKnown
from consent.errors import ConsentError, SettingBroken
from consent.ports import Address, Look
from locales import ROOT
from locales.catalogue_source import load_catalogue


class ExportRefused(ConsentError):
    """There is nowhere to put the copy."""

    code = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who wants a copy of what a brand has on file, and what for."""

    brand: str
    by: str
    reason: str
    #: Of the copy; none: the customer's own.
    language: str | None = None


def run_export(address: Address, wanted: Wanted, folder: Path) -> list[str]:
    """Write both files of a copy; return where they are.

    :raises NobodyKnown: the brand knows nobody by this address.
    :raises ExportRefused: the files cannot be written.
    :raises SettingBroken: no such brand or language, or nobody says who looks and what for.
    """
    catalogue = load_catalogue(ROOT)
    if wanted.brand not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    if wanted.language is not None and wanted.language not in catalogue.languages:
        raise SettingBroken(f"--lang must be one of {', '.join(catalogue.languages)}")
    if not wanted.by.strip() or not wanted.reason.strip():
        raise SettingBroken("--by and --reason must say who looks and what for")
    if not folder.is_dir():
        raise ExportRefused(f"{folder} is no folder.")
    settings = load_settings(catalogue)

    async def make(store: Store) -> tuple[CopyFile, ...]:
        assistant = compose(
            ROOT, store.ledger, settings.link_base, papers=await store.papers.all()
        )
        await register_notices(assistant, store.ledger)
        look = Look(
            brand=wanted.brand,
            address=address,
            # The account of the process says who it was, whatever they call themselves.
            viewer=f"{wanted.by.strip()} ({viewer()})",
            purpose_of_look=wanted.reason.strip(),
            at=assistant.clock.now(),
        )
        data = await store.own_data.for_staff(look)
        if data is None:
            raise NobodyKnown
        return copy_files(assistant, data, wanted.language)

    files = with_store(settings, make)
    return [str(_written(folder / file.name, file.content)) for file in files]


def _written(path: Path, content: bytes) -> Path:
    """Write a file that only its owner can read; one that is there already stays as it is."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
    except OSError as fault:
        raise ExportRefused(f"{path}: {fault.strerror}.") from fault
    return path
