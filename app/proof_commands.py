"""`consent proof …`: writing a proof of the ledger, and the public key to check it with."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from app.proof_files import bar, reading
from app.settings import Settings, load_settings
from app.store import open_store
from app.verify_command import verify_files
from consent.errors import ConsentError, SettingBroken
from consent.proof import Header, ProofWriter
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.durable import fresh_file
from storage.proofs import SqlProofs
from storage.signing import SIGNING_KEY, SigningKey, keys_of, load_signing_key
from storage.sqlite import sqlite_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose chains go into a proof."""

    brands: tuple[str, ...]
    #: All chains there are: one under a brand that nobody knows must not be passed over.
    everything: bool


def run_export(
    file: Path, *, brands: Sequence[str] = (), since: Path | None = None
) -> tuple[bool, list[str]]:
    """Write a proof and read it back; return whether it holds, and what is to be said about it.

    A ledger that does not hold is written as it is: the proof then says where it is broken.

    :param brands: all of them, where none is named.
    :param since: an earlier proof, all of which must still stand.
    :raises ProofRefused: the file is there already, or cannot be written.
    :raises SettingBroken: there is no such brand, or a setting cannot be used.
    :raises SigningKeyBroken: the signing key cannot be used.
    :raises StoreUnavailable: the ledger cannot be read; no file was written.
    """
    catalogue = load_catalogue(ROOT)
    unknown = [brand for brand in brands if brand not in catalogue.brands]
    if unknown:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    settings = load_settings(catalogue)
    named = tuple(brands) or tuple(map(str, catalogue.brands))
    scope = Scope(brands=named, everything=not brands)
    key = asyncio.run(_export(settings, file, scope))
    return verify_files(file, keys_of(key.public.encode()), since)


def public_key() -> str:
    """Return the public key in PEM; the pair is made at the first call.

    :raises SigningKeyBroken: the key cannot be used.
    """
    return load_signing_key(signing_key_file(load_settings(load_catalogue(ROOT)))).public


def signing_key_file(settings: Settings) -> Path:
    """Return where the signing key lies: beside the root key."""
    root_key = settings.root_key_file
    folder = root_key.parent if root_key else sqlite_file(settings.database_url).parent
    return folder / SIGNING_KEY


async def _export(settings: Settings, file: Path, scope: Scope) -> SigningKey:
    store = open_store(settings)
    try:
        key = load_signing_key(signing_key_file(settings))
        with reading(file):
            await write_proof(file, SqlProofs(store.database), key, scope)
    finally:
        await store.database.close()
    return key


async def write_proof(file: Path, proofs: SqlProofs, key: SigningKey, scope: Scope) -> None:
    """Write a proof of some brands' chains; it appears under its name when it is complete.

    :raises OSError: it cannot be written, or is there already.
    :raises StoreUnavailable: the ledger cannot be read.
    """
    header = Header(begun_at=datetime.now(UTC), brands=scope.brands, key=key.public)
    writer = ProofWriter(header, key.sign)
    only = () if scope.everything else scope.brands
    length = await proofs.count(only)
    with fresh_file(file) as stream, bar(f"Writing {file.name}", length) as tick:
        stream.write(writer.first)
        async for chain in proofs.chains(only):
            stream.writelines(writer.chain(chain))
            tick(len(chain.entries))
        stream.write(writer.end(datetime.now(UTC)))


def export_from(words: Sequence[str]) -> int:
    """Write a proof in a process of its own, as the schedule wants it; return its exit status.

    :param words: the file, then the proof before it, if there is one.
    """
    since = Path(words[1]) if len(words) > 1 else None
    try:
        whole, said = run_export(Path(words[0]), since=since)
    except ConsentError as fault:
        typer.echo(f"consent: {fault}", err=True)
        return 2
    for line in said:
        typer.echo(line)
    return 0 if whole else 1


def _stop(_signal: int, _frame: object) -> None:
    """Leave as by an error, so that no half of a file stays behind."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(export_from(sys.argv[1:]))
