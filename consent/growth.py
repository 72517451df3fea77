"""Holding a proof against an earlier one: the ledger only grows (law 3).

Whoever holds the database and the signing key could write every chain anew and sign it. A proof
that was carried away before shows it: what stood in it must stand in every later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from consent.findings import Fault, Finding
from consent.proof import CHAIN_LINE, DECISION, END, read_header, read_object, read_signed, text_of

#: Of everything that has gone, so much is named.
_MOST = 1_000
_HASH = slice(-64 - len(END), -len(END))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    """One customer's decisions, and the number of the line that ends them."""

    customer: str
    brand: str
    decisions: list[bytes]
    line: int

    def finding(self, fault: Fault, position: int, decision: str | None = None) -> Finding:
        """Name one of them."""
        first = self.line - len(self.decisions)
        return Finding(
            line=min(first + position - 1, self.line),
            fault=fault,
            customer=self.customer,
            position=position,
            decision=decision,
        )


def compare(older: Iterable[bytes], newer: Iterable[bytes]) -> tuple[Finding, ...]:
    """Name every decision of the older proof that the newer one does not hold unchanged.

    Both hold by themselves (`consent.examination`). Brands that the newer one leaves out are not
    compared. Lines are those of the newer one.
    """
    return tuple(islice(_differences(iter(older), iter(newer)), _MOST))


def _differences(older: Iterator[bytes], newer: Iterator[bytes]) -> Iterator[Finding]:
    next(older, None)
    header = read_header(next(newer, b"")) or {}
    brands, later = header.get("brands", []), _chains(newer)
    now = next(later, None)
    line = 2
    for before in _chains(older):
        while now is not None and now.customer < before.customer:
            line = now.line + 1
            now = next(later, None)
        if before.brand not in brands:
            continue
        if now is None or now.customer != before.customer:
            yield Finding(line=line, fault=Fault.REMOVED, customer=before.customer)
        else:
            yield from _shrunk(before, now)


def _shrunk(before: _Chain, now: _Chain) -> Iterator[Finding]:
    """Name the first decision that is another than it was, or all that are gone."""
    pairs = zip(before.decisions, now.decisions, strict=False)
    for position, (old, new) in enumerate(pairs, 1):
        if old[_HASH] != new[_HASH]:
            fields = read_object(new[len(DECISION) :].rpartition(b',"hash"')[0])
            yield now.finding(Fault.CHANGED, position, text_of(fields.get("id")))
            return
    for position in range(len(now.decisions) + 1, len(before.decisions) + 1):
        yield now.finding(Fault.REMOVED, position)


def _chains(lines: Iterator[bytes]) -> Iterator[_Chain]:
    decisions: list[bytes] = []
    for number, line in enumerate(lines, 2):
        if line.startswith(DECISION):
            decisions.append(line)
        elif line.startswith(CHAIN_LINE) and (end := read_signed("chain", line)):
            customer, brand = end.text("customer") or "", end.text("brand") or ""
            yield _Chain(customer=customer, brand=brand, decisions=decisions, line=number)
            decisions = []
