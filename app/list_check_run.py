"""One list, from its first row to its signed summary: read, judge, note, write, a chunk a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.list_check_files import Outputs
from app.list_check_lanes import in_two_lanes
from app.list_check_shapes import Row
from app.list_check_since import Since
from app.list_check_source import ROWS, ListSource
from consent.chain import canonical, stamp
from consent.ports import Address, Clock
from consent.states import Lens
from consent.verdicts import Reason
from marketing.list_addresses import AddressReader, Seen
from marketing.list_summary import Files, sign, signed_file, summary_of
from marketing.list_verdicts import ListJudge, subjects_of
from marketing.listing import MEANINGS, Answer, ListCheck, Rejection, Tally
from storage.list_checks import SqlListChecks
from storage.list_judging import Answered, Chunk
from storage.list_looks import Begun

_UNKNOWN, _ERASED = Answer(Reason.UNKNOWN_ADDRESS), Answer(Reason.ERASED)
_REJECTED_HEAD = ("row", "reason", "meaning")

#: Told how many rows are done, and what share of the file.
Tick = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Where everything goes that is wanted."""

    #: The allowed rows; of a check of changes, the rows that are answered otherwise now.
    out: Path
    blocked: Path | None = None
    rejected: Path | None = None
    summary: Path | None = None


@dataclass(slots=True)
class _Prepared:
    """A chunk of rows, ready to be asked about."""

    digests: list[str] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    rejected: list[tuple[int, Rejection]] = field(default_factory=list)
    #: How many rows of the list there are up to its end, and what share of the file.
    rows_so_far: int = 0
    share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What checks lists: the store, the rules, and what signs."""

    checks: SqlListChecks
    lens: Callable[[], Lens]
    reader: AddressReader
    clock: Clock
    sign: Callable[[bytes], bytes]
    #: Rows in one transaction.
    rows: int = ROWS

    def holds(self, cell: str) -> bool:
        """Say whether a cell is a number or an e-mail address."""
        return isinstance(self.reader.read(cell), Address)


class Checking:
    """A list that is being checked."""

    def __init__(
        self, means: Means, check: ListCheck, source: ListSource, since: Since | None = None
    ) -> None:
        """Take the list, and what is asked.

        :raises KeyError: the catalogue has no such purpose, channel or topic.
        """
        self._means, self._check, self._source, self._since = means, check, source, since
        self._judge = ListJudge(check.question, means.lens())
        self._subjects = subjects_of(check.question, self._judge.lens)
        self._seen = Seen()
        #: What became of the rows so far.
        self.tally = Tally()

    @property
    def is_of_changes(self) -> bool:
        """Whether only what has changed since an earlier check is told."""
        return self._since is not None

    async def through(self, targets: Targets, tick: Tick) -> dict[str, Any]:
        """Check all of it; return the summary, which is kept and signed by then.

        :raises ListUnclear: nothing was written; whoever was looked at so far stays noted.
        :raises StoreUnavailable: the same.
        """
        with Outputs() as outputs:
            self._begin(outputs, targets)
            begun = await self._means.checks.begin(_begun(self._check))
            self._check = replace(self._check, feed_position=begun)
            batches = self._source.batches(self._means.rows)
            await in_two_lanes(
                read=lambda: self._prepare(next(batches, None)),
                answer=self._look,
                write=lambda prepared, answers: self._write(outputs, prepared, answers),
                done=lambda prepared: tick(prepared.rows_so_far, prepared.share),
            )
            return await self._finish(outputs, targets)

    def _begin(self, outputs: Outputs, targets: Targets) -> None:
        shape = self._source.shape
        first = "allowed" if self._since is None else "changed"
        for name, target in (
            (first, targets.out),
            ("blocked", targets.blocked),
            ("rejected", targets.rejected),
        ):
            outputs.begin(name, target)
        outputs.write(first, shape.head(added=self._since is not None))
        outputs.write("blocked", shape.head(added=True))
        outputs.write("rejected", _csv([_REJECTED_HEAD]))

    def _prepare(self, batch: list[Row] | None) -> _Prepared | None:
        if batch is None:
            return None
        self.tally.rows += len(batch)
        tally = self.tally
        made = _Prepared(rows_so_far=tally.rows, share=self._source.share)
        read = self._means.reader.read
        meant: list[tuple[Address, Any]] = []
        for number, cell, kind, row in batch:
            found = read(cell, kind) if cell is not None else row
            if isinstance(found, Rejection):
                made.rejected.append((number, found))
                tally.rejected[found] += 1
            else:
                meant.append((found, row))
        digests = self._means.checks.digests(
            self._check.question.brand, [address for address, _ in meant]
        )
        again = self._seen.again
        for (address, row), digest in zip(meant, digests, strict=True):
            if again(address, digest):
                tally.duplicates += 1
            elif self._since is None or self._since.concerns(digest):
                made.digests.append(digest)
                made.rows.append(row)
        return made

    async def _look(self, prepared: _Prepared, number: int) -> list[Answered[Answer]]:
        if not prepared.digests:
            return []
        judge = self._judge
        judge.lens = replace(judge.lens, now=self._means.clock.now())
        chunk = Chunk(
            check=self._check.id,
            brand=self._check.question.brand,
            number=number,
            digests=prepared.digests,
            subjects=self._subjects,
            judge=judge.answer,
            unknown=_UNKNOWN,
            erased=_ERASED,
        )
        return await self._means.checks.look(chunk)

    def _write(
        self, outputs: Outputs, prepared: _Prepared, answers: list[Answered[Answer]]
    ) -> None:
        shape, reasons = self._source.shape, self.tally.reasons
        if prepared.rejected:
            lines = ((n, why.value, MEANINGS[why]) for n, why in prepared.rejected)
            outputs.write("rejected", _csv(lines))
        if self._since is not None:
            self._write_changes(outputs, prepared, answers)
            return
        allowed, blocked = [], []
        wants_blocked = "blocked" in outputs
        for row, (_, answer) in zip(prepared.rows, answers, strict=True):
            reasons[answer.reason] += 1
            if answer.allowed:
                allowed.append((row, ()))
            elif wants_blocked:
                blocked.append((row, _added(answer)))
        outputs.write("allowed", shape.lines(allowed))
        outputs.write("blocked", shape.lines(blocked))

    def _write_changes(
        self, outputs: Outputs, prepared: _Prepared, answers: list[Answered[Answer]]
    ) -> None:
        assert self._since is not None  # noqa: S101 - for the type alone
        changed = []
        for row, digest, answered in zip(prepared.rows, prepared.digests, answers, strict=True):
            if self._since.differs(digest, answered):
                self.tally.reasons[answered[1].reason] += 1
                changed.append((row, _added(answered[1])))
        outputs.write("changed", self._source.shape.lines(changed))

    async def _finish(self, outputs: Outputs, targets: Targets) -> dict[str, Any]:
        source, check = self._source, self._check
        files = Files(
            checked=source.surveyed.digest, made=outputs.hashes, columns=source.shape.columns
        )
        since = self._since.check if self._since else None
        summary = summary_of(check, self.tally, files, since)
        signature = sign(summary, self._means.sign)
        outputs.begin("summary", targets.summary)
        outputs.write("summary", signed_file(summary, signature))
        kept = canonical(summary).decode()
        await self._means.checks.finish(check.id, kept, signature, self._means.clock.now())
        outputs.appear()
        return summary


def _added(answer: Answer) -> tuple[str, str]:
    return answer.reason.value, stamp(answer.since) if answer.since else ""


def _csv(rows: Iterator[tuple[object, ...]] | list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _begun(check: ListCheck) -> Begun:
    return Begun(
        id=check.id,
        brand=check.question.brand,
        viewer=check.viewer,
        reason=check.reason,
        question=check.question,
        at=check.at,
        valid_until=check.valid_until,
    )
