"""What the tests of the Telegram door share."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.telegram.door_stage import DoorStage, open_door


class Heard(logging.Handler):
    """Everything the product has logged; the framework takes away pytest's own ear."""

    def __init__(self) -> None:
        """Listen to everything."""
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)

    @property
    def text(self) -> str:
        """All records as an operator reads them, tracebacks too."""
        return "\n".join(logging.Formatter().format(record) for record in self.records)

    def levels(self, least: int) -> list[str]:
        """Return the messages of this level and above."""
        return [r.getMessage() for r in self.records if r.levelno >= least]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Return what the product logs from now on."""
    ear, logger = Heard(), logging.getLogger("consent")
    before = logger.level
    logger.addHandler(ear)
    logger.setLevel(logging.DEBUG)
    yield ear
    logger.removeHandler(ear)
    logger.setLevel(before)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[DoorStage]:
    """Return LMT's bot behind its webhook; Anna's Telegram is in English, her number unknown."""
    async with open_door(tmp_path) as stage:
        yield stage


@pytest.fixture
async def linked(door: DoorStage) -> DoorStage:
    """Return the same after Anna has shared her number."""
    await door.shares()
    return door
