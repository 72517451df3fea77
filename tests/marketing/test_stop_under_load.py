"""A STOP committed at t blocks every check that starts after t: while both come in crowds."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.marketing.stage import Stage, number, staged

CUSTOMERS, CHECKERS, SECONDS = 100, 8, 60


class _Crowd:
    """Customers who say STOP one after the other, and systems that ask about all of them."""

    def __init__(self, stage: Stage, headers: dict[str, str]) -> None:
        self._stage, self._headers = stage, headers
        #: When the answer to each STOP had come.
        self.stopped: dict[int, float] = {}
        #: Who, begun, allowed.
        self.checks: list[tuple[int, float, bool]] = []
        self.done = False
        #: Who is about to stop: most are asked about then, just before and just after.
        self.near = 0

    async def stop(self, who: int) -> None:
        await self._stage.says(number(who), "STOP", f"stop-{who}")
        self.stopped[who] = time.perf_counter()

    async def ask(self, seed: int) -> None:
        """Ask without a pause, one question or five at once, until all have stopped."""
        dice = random.Random(seed)  # noqa: S311 - a test's dice
        while not self.done:
            near = [(self.near + dice.randrange(4)) % CUSTOMERS for _ in range(4)]
            some = [dice.choice((*near, dice.randrange(CUSTOMERS)))]
            some *= dice.choice((1, 1, 1, 5))
            asked = [
                {"number": number(who), "purposes": ["offers"], "channel": "sms"} for who in some
            ]
            begun = time.perf_counter()
            if len(asked) == 1:
                answer = await self._stage.client.post(
                    "/api/v1/check", json=asked[0], headers=self._headers
                )
                answers = [answer.json()]
            else:
                answer = await self._stage.client.post(
                    "/api/v1/check/batch", json={"questions": asked}, headers=self._headers
                )
                answers = answer.json()["answers"]
            assert 200 == answer.status_code
            found = zip(some, answers, strict=True)
            self.checks += [(who, begun, said["allowed"]) for who, said in found]


async def _run(stage: Stage) -> _Crowd:
    headers = await stage.token()
    for who in range(CUSTOMERS):
        await stage.give(number(who), "offers", "sms")
    crowd = _Crowd(stage, headers)
    asking = [asyncio.create_task(crowd.ask(seed)) for seed in range(CHECKERS)]
    await asyncio.sleep(0.2)
    for start in range(0, CUSTOMERS, 4):
        crowd.near = start
        # Four at a time, so that they meet each other and the checks.
        await asyncio.gather(*(crowd.stop(who) for who in range(start, start + 4)))
    await asyncio.sleep(0.2)
    crowd.done = True
    await asyncio.gather(*asking)
    return crowd


async def test_no_check_that_begins_after_a_stop_was_answered_is_allowed(
    tmp_path: Path, database_url: str | None
) -> None:
    """Before, all were allowed; after, none is; each look is in the read log."""
    async with staged(tmp_path, database_url=database_url) as stage:
        async with asyncio.timeout(SECONDS):
            crowd = await _run(stage)
        late = [c for c in crowd.checks if crowd.stopped[c[0]] < c[1]]
        early = [c for c in crowd.checks if c[1] < min(crowd.stopped.values())]
        assert len(late) > 20
        assert [] == [check for check in late if check[2]]
        assert any(allowed for *_, allowed in early)
        assert len(crowd.checks) == len(await stage.looks())
        assert sorted(crowd.stopped) == list(range(CUSTOMERS))
