"""Every scenario of CAMARA's own feature file for ConsentInfo r2.3, read from where it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.camara_routes import OwnTokens
from tests.camara.gherkin import Scenario, read_feature
from tests.camara.standards import ARE_THERE, FEATURE, WITHOUT
from tests.camara.steps import play
from tests.camara.world import IdentityProvider, World
from tests.marketing.stage import staged

pytestmark = pytest.mark.skipif(not ARE_THERE, reason=WITHOUT)
SCENARIOS = read_feature(FEATURE.read_text(encoding="utf-8")) if ARE_THERE else []


def test_all_scenarios_are_read() -> None:
    """Twenty-four, each with a tag of its own; a new one must be played too."""
    assert 24 == len(SCENARIOS) == len({scenario.tag for scenario in SCENARIOS})
    assert FEATURE.read_text(encoding="utf-8").count("Scenario:") == len(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: str(scenario.tag))
async def test_scenario(scenario: Scenario, tmp_path: Path) -> None:
    """It goes as the file says, step by step."""
    provider = IdentityProvider()
    async with staged(tmp_path, bearers=provider) as stage:
        provider.own = OwnTokens(stage.store.tokens, stage.clock)
        world = World(stage)
        for sentence in scenario.steps:
            await play(world, sentence)
