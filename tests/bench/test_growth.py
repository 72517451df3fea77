"""Ten times the customers: every statement is carried out as before, and looks at hardly more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.growth import DEEDS, MOST, STORES, Cost, compared, report

#: `python -m tests.bench.growth` compares 50 000 with 500 000.
_SIZE = 20_000
#: A deeper tree costs SQLite a page a look, and its trees are small here.
_MOST_PAGES = {"postgres": MOST, "sqlite": 1.6}


@pytest.mark.parametrize("store", STORES)
async def test_growth_costs_next_to_nothing(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A verdict and a message: the same plans, by an index each, and hardly more pages."""
    running = request.getfixturevalue("postgres") if store == "postgres" else None
    found = await compared(store, _SIZE, tmp_path, running)
    assert found.keys() == DEEDS.keys()
    for small, large in found.values():
        assert small.ways == large.ways
        assert not _scanned(large)
        assert large.typical / small.typical <= _MOST_PAGES[store]
    print("\n".join(report(found, _SIZE)))  # noqa: T201


def _scanned(cost: Cost) -> list[str]:
    """Return the ways that go through a whole table."""
    ways = [way for many in cost.ways.values() for way in many]
    assert len(ways) >= 4
    return [way for way in ways if "Seq Scan" in way or "SCAN " in way]
