"""Everything that is said in logs, by whoever and however quietly."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

#: Ours and those of all libraries that see what customers write. Not `uvicorn.access`: whoever
#: listens there turns it on, and it is off (`app.serving`).
LOGGERS = (
    "",
    "aiogram",
    "aiohttp",
    "aiosqlite",
    "alembic",
    "asyncio",
    "consent",
    "httpcore",
    "httpx",
    "litestar",
    "sqlalchemy",
    "twilio",
    "twilio.http_client",
    "uvicorn",
    "uvicorn.asgi",
    "uvicorn.error",
)


class Ear(logging.Handler):
    """Keeps every record as it would be written, traceback included."""

    def __init__(self) -> None:
        """Hear all levels."""
        super().__init__(level=logging.NOTSET)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.heard.append(f"{record.name} {record.levelname} {self.format(record)}")

    @property
    def text(self) -> str:
        """All that was heard."""
        return "\n".join(self.heard)

    def of(self, logger: str) -> list[str]:
        """Return what one logger, and those beneath it, have said."""
        return [line for line in self.heard if line.startswith((f"{logger} ", f"{logger}."))]


def listen(ear: Ear) -> None:
    """Hear all loggers from now on; whoever builds a server takes handlers of the root away."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        if ear not in logger.handlers:
            logger.addHandler(ear)


@contextmanager
def listening() -> Iterator[Ear]:
    """Hear all loggers at their most talkative until left."""
    ear = Ear()
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    listen(ear)
    try:
        yield ear
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
            logging.getLogger(name).removeHandler(ear)
