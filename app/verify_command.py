"""`consent verify`: a proof, checked with the public key, without store and settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.proof_files import check_file, compare_files, verdict_on
from consent.proof import Signed
from storage.signing import read_public_keys


def run_verify(file: Path, *, key: Path, since: Path | None = None) -> tuple[bool, list[str]]:
    """Return whether a proof holds, and what is to be said about it.

    :param since: an earlier proof, all of which must still stand in this one.
    :raises ProofRefused: a file cannot be read.
    :raises SigningKeyBroken: the key file holds no public key.
    """
    return verify_files(file, read_public_keys(key), since)


def verify_files(
    file: Path, trusted: Mapping[str, Signed], since: Path | None
) -> tuple[bool, list[str]]:
    """Return whether a proof holds by itself and against an earlier one, and what to say."""
    report = check_file(file, trusted)
    said, whole = verdict_on(file, report), report.whole
    if since is None:
        return whole, said
    older = check_file(since, trusted)
    said += verdict_on(since, older)
    if not (whole and older.whole):
        return False, said
    lost = compare_files(since, file)
    said += [f"broken: since {since.name}, {finding}" for finding in lost]
    return not lost, said if lost else [*said, f"whole: everything in {since.name} still stands"]
