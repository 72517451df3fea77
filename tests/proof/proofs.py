"""Proofs to look at: a few customers of both brands, keys that are always the same, and harm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.chain import GENESIS, canonical, covered, digest
from consent.decisions import Action, CustomerId, Decision, DecisionId
from consent.examination import Report, examine
from consent.growth import compare
from consent.proof import Header, ProofWriter, StoredChain, decision_line
from storage.signing import SigningKey, keys_of
from tests.builders import AMIGO, HOUR, LMT, START, chained, said
from tests.proof.second_verifier import check

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
OTHER_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"\2" * 32))
PEM = KEY.public.encode()
TRUSTED = keys_of(PEM)
_ACTIONS = (Action.ASKED, Action.GIVEN, Action.WITHDRAWN, Action.REFUSED, Action.GIVEN)
Lines = list[bytes]


def history(customer: str, length: int, brand: str = LMT) -> tuple[Decision, ...]:
    """Return a customer's chain of so many decisions."""
    return chained(
        replace(
            said("offers", _ACTIONS[n % len(_ACTIONS)], at=START + n * HOUR, brand=brand),
            customer=CustomerId(customer),
            id=DecisionId(f"{customer}/{n + 1}"),
        )
        for n in range(length)
    )


def unhooked(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Return a chain that is right in itself, but does not begin at the beginning."""
    previous, entries = "1" * 64, list[Decision]()
    for decision in decisions:
        entry = replace(decision, previous=previous)
        entries.append(replace(entry, hash=digest(entry)))
        previous = entries[-1].hash
    return tuple(entries)


def stored(customer: str, decisions: Sequence[Decision], brand: str = LMT) -> StoredChain:
    """Return a chain as the store holds it."""
    return StoredChain(
        customer=customer,
        brand=brand,
        head=decisions[-1].hash if decisions else GENESIS,
        length=len(decisions),
        entries=[(covered(d), d.hash) for d in decisions],
    )


def chain(customer: str, length: int, brand: str = LMT) -> StoredChain:
    """Return a chain of so many decisions as the store holds it."""
    return stored(customer, history(customer, length, brand), brand)


#: Four customers of both brands, ten decisions.
CHAINS = (
    chain("c-1", 3),
    chain("c-2", 1, AMIGO),
    chain("c-3", 4),
    chain("c-4", 2, AMIGO),
)


def proof(
    chains: Sequence[StoredChain] = CHAINS,
    *,
    key: SigningKey = KEY,
    brands: tuple[str, ...] = (LMT, AMIGO),
    begun_at: datetime = START,
) -> Lines:
    """Return the lines of a proof."""
    writer = ProofWriter(Header(begun_at=begun_at, brands=brands, key=key.public), key.sign)
    lines = [writer.first]
    for found in chains:
        lines += writer.chain(found)
    return [*lines, writer.end(START + HOUR)]


PROOF: Lines = proof()


def split(content: bytes) -> Lines:
    """Return the lines of a file, each with its end, as reading it would."""
    *lines, rest = content.split(b"\n")
    return [*(line + b"\n" for line in lines), *([rest] if rest else [])]


def report_on(lines: Lines) -> Report:
    """Return what our own verifier says of a file."""
    content = split(b"".join(lines))
    return examine(lambda: content, TRUSTED)


def ours(lines: Lines) -> str:
    """Return what our own verifier finds, as it is printed."""
    return "\n".join(map(str, report_on(lines).findings))


def theirs(lines: Lines) -> str:
    """Return what the other verifier finds, as it is printed."""
    return "\n".join(check(b"".join(lines), PEM))


def since(older: Lines, newer: Lines) -> str:
    """Return what has gone since an earlier proof, as it is printed."""
    return "\n".join(map(str, compare(older, newer)))


def name_of(line: bytes) -> str:
    """Return by what name a line must be called if something was done to it."""
    value = json.loads(line)
    if "decision" in value:
        about = value["decision"]
        return f"decision {about['position']} of customer {about['customer']}"
    if "chain" in value:
        return f"customer {value['chain']['customer']}"
    return "the first line" if "proof" in value else "the last line"


def forged(line: bytes, **changes: object) -> bytes:
    """Return a decision's line with other values, and the hash that is then right."""
    body = canonical({**_decision(line), **changes})
    return decision_line(body, hashlib.sha256(body).hexdigest())


def altered(line: bytes, fields: Mapping[str, object]) -> bytes:
    """Return a signed line that says something else, its signature as it was."""
    value = json.loads(line)
    (kind,) = value.keys() - {"signature"}
    value[kind] |= fields
    return canonical(value) + b"\n"


def rewritten(lines: Lines, first: int, last: int, action: str) -> Lines:
    """Return a proof in which one chain was written anew, hash by hash, from one decision on.

    :param first: index of the decision that says something else.
    :param last: index of the end of the chain.
    """
    changed = list(lines)
    changed[first] = forged(changed[first], action=action)
    for index in range(first + 1, last):
        changed[index] = forged(changed[index], previous=json.loads(changed[index - 1])["hash"])
    changed[last] = altered(changed[last], {"head": json.loads(changed[last - 1])["hash"]})
    return changed


def _decision(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)["decision"]
    return found
