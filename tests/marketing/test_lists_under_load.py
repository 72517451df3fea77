"""A STOP committed at t blocks every list check that starts after t: while both come in crowds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, fields
from pathlib import Path

from app.rate_limits import Quota, Quotas
from storage import schema
from tests.marketing.list_stage import Lists
from tests.marketing.stage import Stage, number, staged

CUSTOMERS, CHECKERS, AT_ONCE, SECONDS = 120, 3, 4, 120
_GENEROUS = Quotas(**{one.name: Quota(name=one.name, most=10**6) for one in fields(Quotas)})
_LIST = "phone\n" + "".join(f"{number(who)}\n" for who in range(CUSTOMERS))


@dataclass(slots=True)
class _Crowd:
    """Customers who say STOP, and systems that have lists of all of them checked meanwhile."""

    stage: Stage
    systems: list[Lists]
    #: When the answer to each STOP had come.
    stopped: dict[int, float] = field(default_factory=dict)
    #: When a list was about to be sent, and who is allowed in what came of it.
    checks: list[tuple[float, set[int]]] = field(default_factory=list)
    done: bool = False

    async def stop(self, who: int) -> None:
        await self.stage.says(number(who), "STOP", f"stop-{who}")
        self.stopped[who] = time.perf_counter()

    async def check(self, lists: Lists) -> None:
        """Send one list after the other, without a pause, until all have stopped."""
        while not self.done:
            begun = time.perf_counter()
            said = await lists.checked(_LIST)
            assert ("finished", CUSTOMERS) == (said["status"], said["rows"])
            allowed = await lists.rows(said, "allowed")
            self.checks.append((begun, {int(row.removeprefix(number(0)[:5])) for row in allowed}))


async def _run(stage: Stage, folder: Path) -> _Crowd:
    for who in range(CUSTOMERS):
        await stage.give(number(who), "offers", "sms")
    tokens = [await stage.token(f"tool-{one}") for one in range(CHECKERS)]
    crowd = _Crowd(stage, [Lists(stage, token, folder / "lists") for token in tokens])
    checking = [asyncio.create_task(crowd.check(lists)) for lists in crowd.systems]
    await asyncio.sleep(0.3)
    for start in range(0, CUSTOMERS, AT_ONCE):
        # Several at a time, so that they meet each other and the lists.
        await asyncio.gather(*(crowd.stop(who) for who in range(start, start + AT_ONCE)))
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    crowd.done = True
    await asyncio.gather(*checking)
    return crowd


async def test_no_list_check_that_begins_after_a_stop_was_answered_allows_it(
    tmp_path: Path, database_url: str | None
) -> None:
    """Before, all are allowed; after, whoever has stopped is not; each check is in the log."""
    async with staged(tmp_path, database_url=database_url, quotas=_GENEROUS) as stage:
        async with asyncio.timeout(SECONDS):
            crowd = await _run(stage, tmp_path)
        late = {
            begun: {who for who, at in crowd.stopped.items() if at < begun} & allowed
            for begun, allowed in crowd.checks
        }
        assert {} == {begun: who for begun, who in late.items() if who}
        first, last = min(crowd.stopped.values()), max(crowd.stopped.values())
        amid = [begun for begun, _ in crowd.checks if first < begun < last]
        before = [allowed for begun, allowed in crowd.checks if begun < first]
        assert len(amid) > 5
        assert any(before)
        # Of those amid, some found customers who had not stopped yet.
        assert any(0 < len(allowed) < CUSTOMERS for _, allowed in crowd.checks)
        query = schema.list_checks.select()
        noted = await stage.store.database.read(lambda c: c.execute(query).all())
        assert len(crowd.checks) == len(noted)
