"""A file that a call to the Bot API brought along."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Upload:
    """Its name, its kind and what is in it."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
