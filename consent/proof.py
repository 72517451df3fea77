"""A proof of the ledger that stands by itself: lines of canonical JSON, signed (Ed25519).

Whoever has such a file and the public key can tell, without the store and without us, whether any
decision was changed, removed, added or moved since it was written (`consent.examination`). It
holds what the chains cover: no name, number or word of anybody. Who was forgotten is proven like
everybody else. Customers stand in ascending order, each decision in the order of its chain:

    {"proof":{"begun_at","brands","format","key"}}
    {"decision":{what the chain covers},"hash":SHA-256 of that, hex}
    {"chain":{"after","brand","customer","head","length","number","proof"},"signature":hex}
    {"end":{"after","chains","decisions","finished_at","heads","proof"},"signature":hex}

One `chain` line follows the decisions of each customer; `after` names the customer before, so that
a customer cannot be left out. `proof` is the SHA-256 of the first line; `heads` that of the first
line and all `chain` lines, line ends included. A signature covers everything that stands before
`,"signature"` in its line. Whatever was committed at `begun_at` is in; what came later may be.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consent.chain import canonical, stamp

FORMAT = "consent-proof/1"
#: No line of ours is longer; a longer one is read in pieces, and none of them fits.
LONGEST_LINE = 1 << 16

#: Signs bytes, and says whether bytes were signed so.
Sign = Callable[[bytes], bytes]
Signed = Callable[[bytes, bytes], bool]

#: What frames the two halves of a line.
DECISION, HASH, END = b'{"decision":', b',"hash":"', b'"}\n'
CHAIN_LINE, END_LINE = b'{"chain":', b'{"end":'
#: How many bytes follow what a decision's hash covers.
AFTER_DECISION = len(HASH) + 64 + len(END)
#: Once a chain, it must be quick: without what `json.loads` looks at first.
_DECODER = json.JSONDecoder()
_SIGNATURE = re.compile(rb',"signature":"([0-9a-f]{128})"\}\n')
_AFTER_SIGNED = len(b',"signature":"') + 128 + len(END)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a proof says of itself."""

    begun_at: datetime
    brands: tuple[str, ...]
    #: The public key, in PEM.
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChain:
    """One customer's chain, exactly as the store holds it, broken or not."""

    customer: str
    brand: str
    head: str
    length: int
    #: Of each decision, what its hash covers, and its hash.
    entries: Sequence[tuple[Mapping[str, object], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedLine:
    """A line with a signature, as read: who signed it is not known yet."""

    fields: Mapping[str, Any]
    covered: bytes = field(repr=False)
    #: In hex.
    signature: str = field(repr=False)

    def text(self, name: str) -> str | None:
        """Return a field that should be text, none if it is not."""
        return text_of(self.fields.get(name))

    def number(self, name: str) -> int:
        """Return a field that should be a number, 0 if it is not."""
        value = self.fields.get(name)
        return value if isinstance(value, int) else 0


class ProofWriter:
    """Writes a proof, line by line; keeps nothing but sums."""

    def __init__(self, header: Header, sign: Sign) -> None:
        """Begin a proof."""
        self._sign = sign
        said = {
            "begun_at": stamp(header.begun_at),
            "brands": sorted(header.brands),
            "format": FORMAT,
            "key": header.key,
        }
        #: The first line.
        self.first = canonical({"proof": said}) + b"\n"
        self._id = hashlib.sha256(self.first).hexdigest()
        self._heads = hashlib.sha256(self.first)
        self._after: str | None = None
        self._chains = self._decisions = 0

    def chain(self, chain: StoredChain) -> list[bytes]:
        """Return the lines of one customer; they come in ascending order."""
        self._chains += 1
        self._decisions += len(chain.entries)
        fields = {
            "after": self._after,
            "brand": chain.brand,
            "customer": chain.customer,
            "head": chain.head,
            "length": chain.length,
            "number": self._chains,
            "proof": self._id,
        }
        last = _signed_line("chain", fields, self._sign)
        self._heads.update(last)
        self._after = chain.customer
        return [*(decision_line(canonical(c), h) for c, h in chain.entries), last]

    def end(self, finished_at: datetime) -> bytes:
        """Return the last line."""
        fields = {
            "after": self._after,
            "chains": self._chains,
            "decisions": self._decisions,
            "finished_at": stamp(finished_at),
            "heads": self._heads.hexdigest(),
            "proof": self._id,
        }
        return _signed_line("end", fields, self._sign)


def decision_line(covered: bytes, digest: str) -> bytes:
    """Return the line of a decision: what its hash covers, and its hash."""
    return b'%b%b%b%b"}\n' % (DECISION, covered, HASH, digest.encode())


def _signed_line(kind: str, fields: Mapping[str, object], sign: Sign) -> bytes:
    covered = canonical({kind: fields})[:-1]
    return b'%b,"signature":"%b"}\n' % (covered, sign(covered).hex().encode())


def read_signed(kind: str, line: bytes) -> SignedLine | None:
    """Return what a signed line of this kind says; none if it is not one."""
    covered, rest = line[:-_AFTER_SIGNED], line[-_AFTER_SIGNED:]
    signature = _SIGNATURE.fullmatch(rest)
    fields = read_object(covered + b"}").get(kind)
    if signature is None or not isinstance(fields, dict):
        return None
    return SignedLine(fields=fields, covered=covered, signature=signature[1].decode())


def read_header(line: bytes) -> dict[str, Any] | None:
    """Return what the first line says; none if it is no first line of this format."""
    said = read_object(line).get("proof")
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        return None
    shaped = isinstance(said.get("key"), str) and isinstance(said.get("brands"), list)
    return said if shaped and line.endswith(b"\n") else None


def text_of(value: object) -> str | None:
    """Return a value if it is text that has a form in UTF-8."""
    if not isinstance(value, str):
        return None
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


def read_object(text: bytes) -> dict[str, Any]:
    """Return a JSON object, whatever was done to it; an empty one if it cannot be read."""
    try:
        value = _DECODER.decode(text.decode())
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
