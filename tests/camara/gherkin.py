"""As much of Gherkin as CAMARA's feature files use: tags, a background, scenarios, steps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_STEP = re.compile(r"(Given|When|Then|And|But)\s+(?P<text>.+)")


@dataclass(slots=True)
class Scenario:
    """Some steps, by the tag that names them."""

    tag: str
    steps: list[str] = field(default_factory=list)


def read_feature(text: str) -> list[Scenario]:
    """Return the scenarios, each with the steps of the background before its own.

    :raises ValueError: a line is none of those this reader knows.
    """
    background, scenarios, tag = Scenario("background"), [], ""
    current = Scenario("description")
    for line in map(str.strip, text.splitlines()):
        step = _STEP.fullmatch(line)
        if not line or line.startswith(("#", "Feature:")):
            continue
        if line.startswith("@"):
            tag = line[1:]
        elif line.startswith("Background:"):
            current = background
        elif line.startswith("Scenario:"):
            current = Scenario(tag, [*background.steps])
            scenarios.append(current)
        elif step:
            current.steps.append(step["text"])
        else:
            raise ValueError(line)
    return scenarios
