"""How many SMS turns are answered a second over HTTP, by sixteen customers at a time.

They write from new numbers all the while. The floor (`floors/sms_turn.py`) checks the same
signature, answers with as many letters and writes as many rows, as long, in one commit a message;
so the ratio says what deciding, proving and rendering cost, and the disk does not. What the
product writes later of its own accord, like the feed for other systems, the floor does not; no
account is set, so nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.bench_figures import Aim, Figure
from app.bench_scope import Place, Scope
from tests.bench import turns
from tests.bench.many_customers import open_keys
from tests.bench.sides import Run, Side, drive, floor, product
from tests.bench.sms_customers import CALLERS, PATH, PUBLIC, TOKEN, strangers, talks
from tests.bench.sms_plan import SETTINGS, Plan, learned
from tests.bench.stores import counted, home

_AIM = Aim(least=0.5, of_ratio=True)
#: More than a server answers in a minute of people never heard of before.
_NEWCOMERS = 160
#: Below are those that use up the answers to newcomers.
_FIRST = 100_000
#: Seconds; nobody is stopped by it.
_LONG = 60.0


class Stage:
    """Both sides, and what they are to write."""

    def __init__(self, sides: tuple[Side, ...], plan: Plan, first: int = _FIRST) -> None:
        """Begin with the first customer who has not written yet."""
        self.sides = sides
        self.plan = plan
        self._next = dict.fromkeys((side.name for side in sides), first)

    def drive(self, side: Side, seconds: float) -> Run:
        """Let new customers write to one side; each side has the same ones.

        :raises AssertionError: an answer was not 200, or rows are missing or too many.
        """
        first = self._next[side.name]
        tables = sorted(self.plan.tables)
        before = counted(side.store, *tables)
        run = drive(side, talks(first, seconds), seconds=seconds, callers=CALLERS)
        self._next[side.name] += run.answers.calls + CALLERS
        after = counted(side.store, *tables)
        expected = self.plan.inserted(run.answers.answered)
        found = {table: after[table] - before[table] for table in expected}
        assert dict(expected) == found, f"{side.name} wrote {found}, not {dict(expected)}"
        return run


def sms(scope: Scope) -> Iterator[Figure]:
    """Measure on each store."""
    for place in scope.places:
        folder = scope.folder / f"sms-{place.name}"
        folder.mkdir()
        with opened(place, folder) as stage:
            found = turns.compare(stage.sides, stage.drive, scope.pace)
            note = f"{CALLERS} customers at a time; one commit a message by the floor"
            row = f"SMS turn, {place.name}"
            yield turns.figure(row, found, floor="floor", aim=_AIM, note=note)


@contextmanager
def opened(place: Place, folder: Path) -> Iterator[Stage]:
    """Start both sides, each on a store of its own; the floor is told what a turn writes."""
    (folder / "learning").mkdir()
    plan = learned(folder / "learning")
    with ExitStack() as stack:
        stores = stack.enter_context(home(place, folder))
        settings = SETTINGS | {"CONSENT_ROOT_KEY_FILE": str(folder / "root.key")}
        told = {"url": f"{PUBLIC}{PATH}", "token": TOKEN, "messages": plan.messages()}
        store = stores.fresh()
        open_keys(store, folder / "root.key")
        ours = product(folder / "product", store, **settings)
        theirs = floor(folder / "floor", "sms_turn", stores.fresh(), told)
        sides = (stack.enter_context(ours), stack.enter_context(theirs))
        drive(sides[0], strangers(_NEWCOMERS, _FIRST), seconds=_LONG, callers=CALLERS)
        yield Stage(sides, plan)
