"""When `consent serve` is ready after its start, and how much memory it holds, without Telegram.

It starts on a store that is there already, from modules that are compiled, as they are wherever it
has started once. Under load: sixteen customers write SMS without a pause; what counts is the most
it ever held.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app.bench_figures import MB, SECOND, Aim, Figure, Unit
from app.bench_scope import Place, Scope
from tests.bench.many_customers import open_keys
from tests.bench.meters import peak_memory, read
from tests.bench.sides import drive, product
from tests.bench.sms_customers import CALLERS, talks
from tests.bench.sms_plan import SETTINGS
from tests.bench.stores import home
from tests.playground.served import resident

_READY = Aim(most=1.5 * SECOND)
_IDLE, _LOADED = Aim(most=120 * MB), Aim(most=250 * MB)
#: Seconds until whatever is done once after the start is done.
_SETTLED = 1.0
_MIB = 1 << 20
#: A start is a start: rounds at most.
_MOST = 3


def ready(scope: Scope) -> Iterator[Figure]:
    """Measure on each store."""
    for place in scope.places:
        folder = scope.folder / f"ready-{place.name}"
        folder.mkdir()
        yield from _on(place, folder, scope)


def _compiled(folder: Path) -> dict[str, str]:
    """Return what lets a first start compile all modules into a folder, whatever is set here."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _on(place: Place, folder: Path, scope: Scope) -> Iterator[Figure]:
    readiness, processor, idle, loaded = [], [], [], []
    with home(place, folder) as stores:
        store, key = stores.fresh(), folder / "root.key"
        open_keys(store, key)
        settings = SETTINGS | {"CONSENT_ROOT_KEY_FILE": str(key)} | _compiled(scope.folder)
        with product(folder / "first", store, **settings):
            pass
        for at in range(min(scope.pace.rounds, _MOST)):
            with product(folder / f"{at}", store, **settings) as side:
                readiness.append(side.readiness * SECOND)
                processor.append(read(side.pid, key).process)
                time.sleep(_SETTLED)
                idle.append(resident(side.pid) * _MIB)
                said = talks(at * 100_000, scope.pace.seconds)
                drive(side, said, seconds=scope.pace.seconds, callers=CALLERS)
                loaded.append(peak_memory(side.pid) * MB)
    on = place.name
    note = "from the start of the process to the first answer of /readyz"
    yield Figure(
        row=f"ready after start, {on}",
        tries=tuple(readiness),
        aim=_READY,
        note=note,
        # Others on the machine change this least.
        details=(f"processor: {median(processor):.2f} s",),
    )
    yield Figure(
        row=f"  memory idle, {on}", tries=tuple(idle), unit=Unit.BYTES, aim=_IDLE, note="resident"
    )
    yield Figure(
        row=f"  memory under load, {on}",
        tries=tuple(loaded),
        unit=Unit.BYTES,
        aim=_LOADED,
        note=f"the most while {CALLERS} customers write SMS",
    )
