"""How many decisions `consent verify` checks in a second of one core's time.

Beside SHA-256 over the same bytes and nothing else: what any proof by hashes must cost.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from app.bench_figures import Aim, Figure, Unit
from app.bench_scope import Scope
from app.proof_files import check_file
from consent.proof import Header, ProofWriter
from storage.signing import load_signing_key, read_public_keys
from tests.builders import HOUR, LMT, START
from tests.proof.proofs import chain

_AIM = Aim(least=100_000)
#: Of one customer.
LENGTH = 5


def verify(scope: Scope) -> Iterator[Figure]:
    """Write a proof once, check it round by round."""
    file, public = scope.folder / "proof.jsonl", scope.folder / "public.pem"
    decisions = write_proof(file, public, scope.of(10_000, 40_000, 400_000))
    tries, floor = [], []
    for _ in range(scope.pace.rounds):
        tries.append(decisions / check_once(file, public, decisions))
        floor.append(decisions / hash_once(file))
    megabytes = file.stat().st_size / 1e6
    yield Figure(
        row="verify, decisions of a proof",
        tries=tuple(tries),
        unit=Unit.A_SECOND,
        floor=tuple(floor),
        aim=_AIM,
        note=f"a second of one core; {decisions} decisions, {megabytes:.0f} MB; floor: SHA-256 "
        "over the same bytes",
        details=(f"SHA-256 of the file: {max(floor) / decisions * megabytes:.0f} MB/s",),
    )


def write_proof(file: Path, public: Path, customers: int) -> int:
    """Write a proof of so many customers and the key to check it with; count the decisions."""
    key = load_signing_key(file.with_name("signing.key"))
    public.write_text(key.public, encoding="ascii")
    writer = ProofWriter(Header(begun_at=START, brands=(LMT,), key=key.public), key.sign)
    with file.open("wb") as stream:
        stream.write(writer.first)
        for number in range(customers):
            stream.writelines(writer.chain(chain(f"customer-{number:09}", LENGTH)))
        stream.write(writer.end(START + HOUR))
    return customers * LENGTH


def check_once(file: Path, public: Path, decisions: int) -> float:
    """Check the proof; return the seconds of processor time.

    :raises AssertionError: it does not hold, or holds something else.
    """
    begun = time.process_time()
    report = check_file(file, read_public_keys(public))
    took = time.process_time() - begun
    assert report.whole, report.findings[:3]
    assert decisions == report.decisions
    return took


def hash_once(file: Path) -> float:
    """Hash the same bytes; return the seconds of processor time."""
    begun = time.process_time()
    with file.open("rb") as stream:
        hashlib.file_digest(stream, "sha256")
    return time.process_time() - begun
