"""`consent export`: a copy of everything on file about a customer, made by staff."""

from __future__ import annotations

import os
from pathlib import Path

from app.check_command import viewer
from app.composition import compose, register_notices
from app.numbers import parse_number
from app.own_data_files import CopyFile, copy_files
from app.settings import load_settings
from app.store import Store, with_store
from consent.errors import ConsentError, SettingBroken
from consent.ports import Address, AddressKind, Look
from locales import ROOT
from locales.catalogue_source import load_catalogue


class ExportRefused(ConsentError):
    """There is nothing to copy, or nowhere to put it."""

    code = "export"


def run_export(  # noqa: PLR0913
    number: str, *, brand: str, by: str, reason: str, folder: Path, language: str | None
) -> list[str]:
    """Write both files of a copy; return where they are.

    :raises ExportRefused: nobody is known by the number, or the files cannot be written.
    :raises SettingBroken: no such brand or language, or nobody says who looks and what for.
    """
    catalogue = load_catalogue(ROOT)
    if brand not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    if language is not None and language not in catalogue.languages:
        raise SettingBroken(f"--lang must be one of {', '.join(catalogue.languages)}")
    if not by.strip() or not reason.strip():
        raise SettingBroken("--by and --reason must say who looks and what for")
    if not folder.is_dir():
        raise ExportRefused(f"{folder} is no folder.")
    address = Address(AddressKind.MSISDN, parse_number(number))
    settings = load_settings(catalogue)

    async def make(store: Store) -> tuple[CopyFile, ...]:
        assistant = compose(
            ROOT, store.ledger, settings.link_base, papers=await store.papers.all()
        )
        await register_notices(assistant, store.ledger)
        look = Look(
            brand=brand,
            address=address,
            # The account of the process says who it was, whatever they call themselves.
            viewer=f"{by.strip()} ({viewer()})",
            purpose_of_look=reason.strip(),
            at=assistant.clock.now(),
        )
        data = await store.own_data.for_staff(look)
        return copy_files(assistant, data, language) if data else ()

    files = with_store(settings, make)
    if not files:
        raise ExportRefused("Nobody is known by this number.")
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
