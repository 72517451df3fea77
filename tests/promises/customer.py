"""A customer of the whole assistant, at either door, in any of the three languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from consent.catalogue import BrandId
from consent.notices import plain
from tests.builders import PURPOSES
from tests.journeys.harness import House, open_house

#: What `SetEntropy` sends to a number: two digits of a notice.
CODE = "47"
SMS, CHAT = "sms", "chat"


class Words(NamedTuple):
    """What a customer types in a language, with `{}` for what it is about."""

    give: str
    yes: str
    no: str
    withdraw: str
    read: str
    person: str
    review: str
    correction: str


WORDS = {
    "lv": Words(
        "JĀ {}", "JĀ", "NĒ", "STOP {}", "INFO {}", "DARBINIEKS", "PĀRSKATĪT", "LABOT DATUS"
    ),
    "ru": Words("ДА {}", "ДА", "НЕТ", "СТОП {}", "ИНФО {}", "СОТРУДНИК", "ПЕРЕСМОТР", "ИСПРАВИТЬ"),
    "en": Words("AGREE {}", "AGREE", "NO", "STOP {}", "INFO {}", "AGENT", "REVIEW", "CORRECTION"),
}
LANGUAGES = tuple(WORDS)
NUMBERS = tuple(enumerate(PURPOSES, 1))


@dataclass(kw_only=True)
class Customer:
    """Somebody who writes to one brand."""

    house: House
    words: Words
    written: int = 0

    async def says(self, text: str, door: str = SMS) -> str:
        """Write a message and return what is then to be read."""
        self.written += 1
        if door == CHAT:
            return await self.house.terminal.type(text)
        return await self.house.sms(text, f"m{self.written}")

    @property
    def told(self) -> tuple[str, ...]:
        """Return what the last reply says, by id."""
        assert self.house.desk.last is not None
        return self.house.desk.last.ids

    async def gives(self, about: object) -> None:
        """Give a consent by SMS, with the digits that its notice asks for, if any."""
        await self.says(self.words.give.format(about))
        code = any(told.endswith(".code") for told in self.told)
        await self.says(f"{self.words.yes} {CODE}" if code else self.words.yes)

    async def verdicts(self) -> dict[str, str]:
        """Return what marketing would be told about each of the eight."""
        return {purpose: await self.house.verdict(purpose) for purpose in PURPOSES}

    async def ledger(self) -> list[str]:
        """Return what is on file, in short."""
        return [f"{d.subject.id} {d.action.value}" for d in await self.house.decisions()]

    @property
    def contacts(self) -> tuple[str, str]:
        """Return the telephone and the address of the brand's controller."""
        catalogue = self.house.assistant.house.catalogue
        controller = catalogue.brands[BrandId(self.house.brand)].controller
        return controller.phone, controller.email


def found(pattern: str, said: str) -> bool:
    """Say whether a text has these words, however it is spelt: by SMS Latvian drops its marks."""
    return re.search(plain(pattern), plain(said), re.IGNORECASE) is not None


@asynccontextmanager
async def customer(
    folder: Path, language: str = "en", brand: str = "lmt"
) -> AsyncIterator[Customer]:
    """Open a house with one customer whose language is known at both doors."""
    house = open_house(folder, brand)
    async with house.client:
        found = Customer(house=house, words=WORDS[language])
        await house.terminal.open()
        for door in (CHAT, SMS):
            await found.says(language.upper(), door)
        yield found
