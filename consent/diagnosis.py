"""Which decisions of one chain were touched: called once the chain is known not to hold.

The end of a chain is signed, so its last hash is beyond doubt. From there every hash names the one
before. What the walk needs and does not find was changed or removed; what it does not need was
changed or added; what it finds in another order was moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain as joined
from itertools import islice
from json.encoder import encode_basestring as _quoted
from typing import Any

from consent.chain import GENESIS
from consent.findings import Fault, Finding
from consent.proof import AFTER_DECISION, DECISION, decision_line, read_object, text_of

#: Of a longer run of missing decisions, so many are named.
_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChain:
    """The lines of one customer as they stand in a file."""

    customer: str
    brand: str
    #: The decisions, and the number of the first line.
    lines: Sequence[bytes]
    first: int
    #: What the signed end says; none if there is no end that can be trusted.
    head: str | None = None
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One line of a chain; sound if its hash is that of its content."""

    index: int
    fields: dict[str, Any]
    digest: str
    sound: bool

    @property
    def position(self) -> int:
        value = self.fields.get("position")
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str | None:
        return text_of(self.fields.get(name))


def holds(chain: ReadChain, head: str | None, length: int) -> bool:
    """Say whether a chain's decisions follow one another from the first to a head.

    Only what is needed is looked for: a quote inside a value is escaped, so no value can pass for
    a field, and whatever else was done to a line is not what its hash covers.
    """
    brand, customer = _quoted(chain.brand), _quoted(chain.customer)
    owner = f',"brand":{brand},"customer":{customer},"door":"'.encode()
    previous, sha256 = GENESIS, hashlib.sha256
    for position, line in enumerate(chain.lines, 1):
        body = line[len(DECISION) : -AFTER_DECISION]
        link = b',"position":%d,"previous":"%b","recorded_at":"' % (position, previous.encode())
        previous = sha256(body).hexdigest()
        if link not in body or owner not in body or line != decision_line(body, previous):
            return False
    return previous == head and len(chain.lines) == length


def owner_of(line: bytes) -> tuple[str, str] | None:
    """Return the customer and brand that a line names, if it can be read as a decision."""
    fields = read_object(line).get("decision")
    if not isinstance(fields, dict):
        return None
    customer, brand = text_of(fields.get("customer")), text_of(fields.get("brand"))
    return None if customer is None or brand is None else (customer, brand)


def diagnose(chain: ReadChain) -> list[Finding]:
    """Return what is wrong with a chain, by line."""
    reads = [_read(index, line) for index, line in enumerate(chain.lines)]
    own = [r for r in reads if r.sound and _is_own(chain, r)]
    linked, lost = _walk(chain, own)
    found = _moved(chain, linked) + _strays(chain, reads, linked, lost)
    taken = {f.position for f in found if f.fault is Fault.CHANGED}
    missing = (p for p in joined.from_iterable(lost) if p not in taken)
    found += [_missing(chain, position, linked) for position in islice(missing, _NAMED)]
    return sorted(found, key=lambda f: (f.line, f.position or 0))


def strays(chain: ReadChain) -> list[Finding]:
    """Return a name for each of these lines, which belong to no chain that is due here."""
    reads = (_read(index, line) for index, line in enumerate(chain.lines))
    return [_stray(chain, read, Fault.MOVED) for read in reads]


def _read(index: int, line: bytes) -> _Read:
    body = line[len(DECISION) : -AFTER_DECISION]
    digest = hashlib.sha256(body).hexdigest()
    framed = line == decision_line(body, digest)
    # Of a line that does not hold, whatever can still be read helps to name it.
    fields = read_object(body) if framed else read_object(line).get("decision")
    known = fields if isinstance(fields, dict) else {}
    return _Read(index=index, fields=known, digest=digest, sound=framed and bool(known))


def _is_own(chain: ReadChain, read: _Read) -> bool:
    return (read.text("customer"), read.text("brand")) == (chain.customer, chain.brand)


def _walk(chain: ReadChain, own: Sequence[_Read]) -> tuple[dict[int, _Read], list[range]]:
    """Go from the head to the start; return what was found on the way, and what was not."""
    by_place = {(r.position, r.digest): r for r in reversed(own)}
    ending = max(own, key=lambda r: (r.position, -r.index), default=None)
    if chain.head is not None:
        wanted, position = chain.head, chain.length
    else:
        wanted, position = (ending.digest, ending.position) if ending else (GENESIS, 0)
    linked: dict[int, _Read] = {}
    lost: list[range] = []
    while position > 0:
        read = by_place.get((position, wanted))
        if read is None:
            below = [r for r in own if r.position < position]
            read = max(below, key=lambda r: (r.position, -r.index), default=None)
            lost.append(range(read.position + 1 if read else 1, position + 1))
            if read is None or read.position < 1:
                break
        linked[read.position] = read
        wanted, position = read.text("previous") or "", read.position - 1
    if 1 in linked and wanted != GENESIS:
        lost.append(range(1, 2))
        del linked[1]
    return linked, lost[::-1]


def _moved(chain: ReadChain, linked: dict[int, _Read]) -> list[Finding]:
    """Name what stands at another place than its rank."""
    ordered = sorted(linked.values(), key=lambda r: r.position)
    standing = sorted(linked.values(), key=lambda r: r.index)
    return [
        _finding(chain, read, Fault.MOVED, read.position)
        for read, other in zip(ordered, standing, strict=True)
        if read is not other
    ]


def _strays(
    chain: ReadChain, reads: Sequence[_Read], linked: dict[int, _Read], lost: list[range]
) -> list[Finding]:
    """Name the lines that the chain does not need: changed ones, or added ones."""
    kept = {read.index for read in linked.values()}
    found: list[Finding] = []
    # Never more than there are lines: a false length may be any number.
    free = {p for run in lost for p in run[: len(reads) + 1]}
    before = 0
    for read in reads:
        if read.index in kept:
            before = read.position
            continue
        place = read.position if read.position in free and _is_own(chain, read) else before + 1
        is_open = chain.head is None and not read.sound and place not in linked
        if place in free or is_open:
            free.discard(place)
            found.append(_finding(chain, read, Fault.CHANGED, place))
            before = place
        else:
            is_own = _is_own(chain, read)
            found.append(_stray(chain, read, Fault.ADDED if is_own else Fault.MOVED))
    return found


def _stray(chain: ReadChain, read: _Read, fault: Fault) -> Finding:
    customer = read.text("customer")
    if customer is None or not read.position:
        return Finding(line=chain.first + read.index, fault=Fault.ADDED)
    return Finding(
        line=chain.first + read.index,
        fault=fault,
        customer=customer,
        position=read.position,
        decision=read.text("id"),
    )


def _finding(chain: ReadChain, read: _Read, fault: Fault, position: int) -> Finding:
    return Finding(
        line=chain.first + read.index,
        fault=fault,
        customer=chain.customer,
        position=position,
        decision=read.text("id"),
    )


def _missing(chain: ReadChain, position: int, linked: dict[int, _Read]) -> Finding:
    after = [r.index for p, r in linked.items() if p < position]
    line = chain.first + max(after, default=-1) + 1
    return Finding(line=line, fault=Fault.REMOVED, customer=chain.customer, position=position)
