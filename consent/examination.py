"""Checking a proof: from the file and a public key alone, a chain at a time.

A proof that holds is read once: every decision is hashed once, and one signature, over the hash of
all heads, vouches for everything. One that does not is read again with the signature of every
chain, to tell what can still be trusted and to name what was touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from consent.diagnosis import ReadChain, diagnose, holds, owner_of, strays
from consent.findings import Fault, Finding
from consent.proof import (
    CHAIN_LINE,
    END_LINE,
    Signed,
    SignedLine,
    read_header,
    read_signed,
)

#: Of a file in which nothing holds, so much is reported.
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a proof holds, and everything that is wrong with it."""

    brands: tuple[str, ...] = ()
    begun_at: str = ""
    chains: int = 0
    decisions: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def examine(read: Callable[[], Iterable[bytes]], trusted: Mapping[str, Signed]) -> Report:
    """Say whether a proof holds, and if not, what was done to it.

    :param read: opens the file at its start; asked again if the proof does not hold.
    :param trusted: by its PEM, how to check what was signed with a key.
    """
    report = _Examiner(trusted, every=False).run(read())
    if report.whole:
        return report
    return _Examiner(trusted, every=True).run(read())


class _Examiner:
    """One reading of a proof."""

    _signed: Signed

    def __init__(self, trusted: Mapping[str, Signed], *, every: bool) -> None:
        self._trusted = trusted
        self._every = every
        self._id = ""
        self._brands: tuple[str, ...] = ()
        self._heads = hashlib.sha256()
        self._after: str | None = None
        self._chains = self._decisions = 0
        self._findings: list[Finding] = []
        #: Chains that were signed for another proof, by its id.
        self._strangers: list[tuple[str | None, Finding]] = []

    def run(self, lines: Iterable[bytes]) -> Report:
        """Read it to its end."""
        source = iter(lines)
        report = self._begin(next(source, b""))
        if not self._findings:
            self._read(source)
        return replace(
            report,
            chains=self._chains,
            decisions=self._decisions,
            findings=tuple(self._findings[:_MOST]),
        )

    def _begin(self, line: bytes) -> Report:
        said = read_header(line)
        if said is None or said["key"] not in self._trusted:
            fault = Fault.UNKNOWN_KEY if said else Fault.CHANGED
            self._note(Finding(line=1, fault=fault, part="the first line"))
            return Report()
        self._signed = self._trusted[said["key"]]
        self._id = hashlib.sha256(line).hexdigest()
        self._heads.update(line)
        self._brands = tuple(str(brand) for brand in said["brands"])
        return Report(brands=self._brands, begun_at=str(said.get("begun_at")))

    def _read(self, source: Iterable[bytes]) -> None:
        pending: list[bytes] = []
        number, ended = 1, (0, b"")
        for number, line in enumerate(source, 2):
            if line.startswith(CHAIN_LINE):
                self._chain(number, pending, line)
                pending = []
            elif line.startswith(END_LINE):
                self._unended(number, pending)
                self._out_of_place(ended)
                pending, ended = [], (number, line)
            else:
                pending.append(line)
        self._unended(number + 1, pending)
        if ended[0] < number:
            self._out_of_place(ended)
        if ended[0]:
            self._end(*ended)
        else:
            self._note(Finding(line=number + 1, fault=Fault.REMOVED, part="the last line"))

    def _out_of_place(self, ended: tuple[int, bytes]) -> None:
        if ended[0]:
            self._note(Finding(line=ended[0], fault=Fault.MOVED, part="the last line"))

    def _chain(self, number: int, lines: list[bytes], last: bytes) -> None:
        """Check one customer's decisions and the signed end that follows them."""
        end = read_signed("chain", last)
        self._heads.update(last)
        self._decisions += len(lines)
        if end is None or end.text("customer") is None:
            self._unended(number, lines)
            self._note(Finding(line=number, fault=Fault.CHANGED, part="the end of a chain"))
            return
        chain = _chain_of(end, lines, number)
        whole = holds(chain, end.text("head"), end.number("length"))
        if whole and self._is_next(end, chain.customer) and not self._every:
            self._chains, self._after = self._chains + 1, chain.customer
            return
        if not whole:
            foreign = self._foreign(chain)
            self._unended(number - len(lines) + foreign, lines[:foreign], chain.customer)
            chain = _chain_of(end, lines[foreign:], number)
            whole = holds(chain, end.text("head"), end.number("length"))
        self._doubt(number, end, chain, whole=whole)

    def _doubt(self, number: int, end: SignedLine, chain: ReadChain, *, whole: bool) -> None:
        """Check a chain by its own signature."""
        if self._signed(end.covered, bytes.fromhex(end.signature)):
            self._place(number, end, chain.customer)
            chain = replace(chain, head=end.text("head"), length=end.number("length"))
        else:
            self._chains, self._after = self._chains + 1, chain.customer
            self._note(Finding(line=number, fault=Fault.UNSIGNED, customer=chain.customer))
        if not whole:
            self._note(*diagnose(chain))

    def _is_next(self, end: SignedLine, customer: str) -> bool:
        said = end.fields
        return (
            said.get("proof") == self._id
            and said.get("number") == self._chains + 1
            and said.get("after") == self._after
            and self._may_follow(end, customer)
        )

    def _may_follow(self, end: SignedLine, customer: str) -> bool:
        return (self._after or "") < customer and end.fields.get("brand") in self._brands

    def _place(self, number: int, end: SignedLine, customer: str) -> None:
        """Check that a chain that was signed stands where it was signed to stand."""
        misplaced = Finding(line=number, fault=Fault.MOVED, customer=customer)
        if end.text("proof") != self._id:
            self._strangers.append((end.text("proof"), misplaced))
        ahead = end.number("number") - self._chains - 1
        if ahead < 0 or not self._may_follow(end, customer):
            self._note(misplaced)
            return
        self._missing(number, ahead, end.text("after"))
        self._chains, self._after = end.number("number"), customer

    def _missing(self, number: int, count: int, last: str | None) -> None:
        """Name the chains that are missing; of several the last is known by name."""
        if count > 1:
            part = f"before the next, a row of {count - 1} chains"
            self._note(Finding(line=number, fault=Fault.REMOVED, part=part))
        if count > 0:
            self._note(Finding(line=number, fault=Fault.REMOVED, customer=last))

    def _foreign(self, chain: ReadChain) -> int:
        """Return how many lines at the start belong to a customer before, whose end is missing."""
        owners = [owner_of(line) for line in chain.lines]
        own = (chain.customer, chain.brand)
        leading = owners.index(own) if own in owners else len(owners)
        if all(owner is None for owner in owners[:leading]):
            return 0
        return leading

    def _unended(self, number: int, lines: list[bytes], following: str | None = None) -> None:
        """Name the customer whose chain has no end, and what else is wrong with it.

        :param number: of the line where the end should stand.
        :param following: the customer whose chain comes next, where that is known.
        """
        if not lines:
            return
        first = number - len(lines)
        customer, brand = next(filter(None, map(owner_of, lines)), ("", ""))
        chain = ReadChain(customer=customer, brand=brand, lines=lines, first=first)
        is_due = (self._after or "") < customer and (following is None or customer < following)
        if is_due:
            self._chains, self._after = self._chains + 1, customer
            part = "the end of the chain"
            self._note(Finding(line=number, fault=Fault.REMOVED, customer=customer, part=part))
            self._note(*diagnose(chain))
        else:
            self._note(*strays(chain))

    def _end(self, number: int, line: bytes) -> None:
        """Check the last line, and with it that nothing before it is missing."""
        end = read_signed("end", line)
        if end is None or not self._signed(end.covered, bytes.fromhex(end.signature)):
            fault = Fault.UNSIGNED if end else Fault.CHANGED
            self._note(Finding(line=number, fault=fault, part="the last line"))
        else:
            self._missing(number, end.number("chains") - self._chains, end.text("after"))
            if end.text("proof") != self._id:
                self._note(Finding(line=1, fault=Fault.CHANGED, part="the first line"))
        proof = end.text("proof") if end else None
        self._note(*(found for of, found in self._strangers if of != proof))
        sums = (self._heads.hexdigest(), self._decisions, self._chains)
        said = end and (end.text("heads"), end.number("decisions"), end.number("chains"))
        if sums != said and not self._findings:
            self._note(Finding(line=number, fault=Fault.UNEQUAL, part="the last line"))

    def _note(self, *found: Finding) -> None:
        room = max(_MOST - len(self._findings), 0)
        self._findings += found[:room]


def _chain_of(end: SignedLine, lines: list[bytes], number: int) -> ReadChain:
    return ReadChain(
        customer=end.text("customer") or "",
        brand=end.text("brand") or "",
        lines=lines,
        first=number - len(lines),
    )
