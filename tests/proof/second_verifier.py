"""A second program that checks proofs, written from the format alone, without a line of ours.

    python second_verifier.py PROOF PUBLIC_KEY.pem

From the signed end of each chain it goes back, hash by hash. Exit status 0 whole, 1 broken.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def check(proof: bytes, pem: bytes) -> list[str]:
    """Return what is wrong with a proof; nothing if it holds."""
    *lines, rest = proof.split(b"\n")
    checker = Checker(pem, lines[0] if lines else b"")
    for number, line in enumerate(lines[1:], 2):
        checker.take(number, line)
    if rest or not checker.ended:
        checker.say(len(lines) + 1, f"{name(rest)} is cut off, or the last line is missing")
    checker.leftovers(checker.open, "has no end")
    return checker.wrong


def inside(line: bytes, kind: str) -> dict[str, Any]:
    """Return what stands in a line under a name, empty if there is no such thing."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    found = value.get(kind) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def name(line: bytes) -> str:
    """Return what a line is, as far as it can be read."""
    said, chain = inside(line, "decision"), inside(line, "chain").get("customer")
    if said:
        return f"decision {said.get('position')} of customer {said.get('customer')}"
    return f"the chain of customer {chain}" if chain else "this line"


class Checker:
    """Everything that is known of a proof up to a line."""

    def __init__(self, pem: bytes, first: bytes) -> None:
        """Begin with a public key and the first line."""
        key = load_pem_public_key(pem)
        assert isinstance(key, Ed25519PublicKey)
        self.key, self.wrong = key, list[str]()
        self.open: list[tuple[int, bytes]] = []
        self.heads = hashlib.sha256(first + b"\n")
        self.proof, self.after = self.heads.hexdigest(), None
        self.chains = self.decisions = self.ended = 0
        if inside(first, "proof").get("key") != pem.decode():
            self.say(1, "the first line was changed, or names another key")

    def say(self, number: int, what: str) -> None:
        """Note something that is wrong."""
        self.wrong.append(f"line {number}: {what}")

    def leftovers(self, lines: list[tuple[int, bytes]], what: str) -> None:
        """Note what is wrong with each of some lines."""
        for number, line in lines:
            self.say(number, f"{name(line)} {what}")

    def take(self, number: int, line: bytes) -> None:
        """Look at the next line."""
        if self.ended or not line.startswith((b'{"chain":', b'{"end":')):
            self.open.append((number, line))
        else:
            (self.chain if line.startswith(b'{"chain":') else self.end)(number, line)

    def signed(self, kind: str, line: bytes) -> dict[str, Any]:
        """Return what a signed line says, nothing if it was not signed so, for this proof."""
        covered, _, rest = line.rpartition(b',"signature":"')
        try:
            self.key.verify(bytes.fromhex(rest[:128].decode()), covered)
        except (InvalidSignature, ValueError):
            return {}
        fields = inside(covered + b"}", kind)
        exact = rest[128:] == b'"}' and rest == rest.lower() and b" " not in rest
        if fields.get("proof") != self.proof:
            self.say(1, f"the first line was changed, or {name(line)} is of another proof")
        return fields if exact else {}

    def chain(self, number: int, line: bytes) -> None:
        """Check the decisions of one customer."""
        lines, self.open = self.open, []
        self.heads.update(line + b"\n")
        self.decisions += len(lines)
        fields = self.signed("chain", line)
        owner = inside(lines[0][1], "decision").get("customer") if lines else None
        if not fields:
            self.chains, self.after = self.chains + 1, owner
            return self.say(number, f"{name(line)} is not signed; customer {owner} stands before")
        is_next = (fields["number"], fields["after"]) == (self.chains + 1, self.after)
        if not is_next or fields["customer"] <= (self.after or ""):
            self.say(number, f"{name(line)} should follow that of customer {fields['after']}")
        self.chains, self.after = fields["number"], fields["customer"]
        return self.walk(number, lines, fields)

    def walk(self, below: int, lines: list[tuple[int, bytes]], fields: dict[str, Any]) -> None:
        """Go back from the signed end; whatever is not on the way should not be there."""
        left: dict[str, tuple[int, bytes]] = {}
        for number, line in lines:
            digest = hashlib.sha256(line[len(b'{"decision":') : -75]).hexdigest()
            exact = line[:12] == b'{"decision":' and line[-75:] == f',"hash":"{digest}"}}'.encode()
            left[digest if exact and digest not in left else f"line {number}"] = (number, line)
        wanted = fields["head"]
        for position in range(fields["length"], 0, -1):
            number, line = left.pop(wanted, (below, b""))
            said = inside(line, "decision")
            place = said.get("customer"), said.get("brand"), said.get("position")
            if number >= below or place != (fields["customer"], fields["brand"], position):
                about = f"decision {position} of customer {fields['customer']} was changed"
                self.say(below, f"{about}, is missing or is out of place")
                break
            wanted, below = said["previous"], number
        else:
            if wanted != "0" * 64:
                self.say(below, f"the chain of customer {fields['customer']} has no beginning")
        self.leftovers([*left.values()], "is not on the way")

    def end(self, number: int, line: bytes) -> None:
        """Check the last line, and with it that nothing before it is missing."""
        self.ended = number
        fields = self.signed("end", line)
        if not fields:
            self.say(number, "the last line is not as it was signed")
        elif fields["after"] != self.after:
            self.say(number, f"the chain of customer {fields['after']} is missing")
        sums = (self.heads.hexdigest(), self.chains, self.decisions)
        if sums != tuple(fields.get(k) for k in ("heads", "chains", "decisions")):
            self.say(number, "the last line does not match what stands before it")


if __name__ == "__main__":
    found = check(Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]).read_bytes())
    print(*found or ["whole"], sep="\n")  # noqa: T201
    sys.exit(bool(found))
