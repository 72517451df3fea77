"""A crowd of customers who text whatever comes to their minds, in three languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tests.sms.fake_twilio_api import (
    FakeTwilio,
    Filtering,
    Handset,
    Keywords,
    OptOut,
    Sender,
    Slip,
    Sms,
)

MARKETING = ("offers", "loyalty_offers")
EVERYTHING = (
    *MARKETING,
    "traffic",
    "profiling",
    "credit",
    "location",
    "loyalty",
    "research",
)
#: What ends something, whatever was asked before, and what it ends.
_STOPS: dict[str, tuple[str, ...]] = {
    "STOP": MARKETING,
    " stop ": MARKETING,
    "Стоп!": MARKETING,
    "unsubscribe": MARKETING,
    "отписаться": MARKETING,
    "atteikties": MARKETING,
    "beidziet sūtīt": MARKETING,
    "Lieciet mani mierā": MARKETING,
    "nesūtiet man reklāmas": MARKETING,
    "please stop texting me": MARKETING,
    "хватит слать рекламу": MARKETING,
    "не пишите мне больше": MARKETING,
    "Lūdzu, pārtrauciet sūtīt man reklāmas, es tās vairs nevēlos saņemt": MARKETING,
    "Прошу больше не присылать мне рекламу на этот номер, спасибо за понимание": MARKETING,
    "Please take me off your list and do not send me any more adverts, thank you": MARKETING,
    "stop visu": EVERYTHING,
    "STOP ALL": EVERYTHING,
    "стоп всё": EVERYTHING,
    "STOP 1": ("offers",),
    "1-": ("offers",),
    "стоп 2": ("traffic",),
    "3-": ("profiling",),
    "stop 8": ("research",),
    "Izslēdziet atrašanās vietu": ("location",),
}
#: Asks for a notice: a yes is still to come.
_WISHES = ("JA 1", "JĀ 2", "ДА 8", "да 6", "AGREE 1", "agree 7", "JA 3", "1+")
_OTHERS = (
    "START",
    "JĀ",
    "ДА",
    "YES",
    "AGREE",
    "NĒ",
    "нет",
    "statuss",
    "СТАТУС",
    "status",
    "INFO 3",
    "4",
    "kanāli",
    "sms",
    "без звонков",
    "QUIT",
    "RU",
    "LV",
    "palīdzība",
    "labdien, kāpēc man atnāca rēķins",
    "спасибо",
    "asdfgh",
    "👍",
    "1",
)
_QUESTION = re.compile(r"(JA|ДА|AGREE)( \d\d)?(?:/NE| или НЕТ| =|\. If not|$)")
_STOPPING, _WISHING = 0.3, 0.3
#: So many are looked at for one who was asked something and has not answered.
_LOOKED_AT, _ANSWERING = 6, 0.6
#: Messages so long come in several parts, and of these so many as base64.
_LONG, _PACKED = 60, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text of a customer."""

    sms: Sms
    #: The purposes that must have ended once it was handled.
    ends: tuple[str, ...]


@dataclass(eq=False, slots=True, kw_only=True)
class Texter:
    """One of the crowd."""

    phone: Handset
    brand: str
    sender: Sender
    said: list[Said] = field(default_factory=list)
    #: So many texts had come when the customer last answered a question.
    answered: int = 0

    @property
    def asked(self) -> str:
        """What the last text wants to be answered with; nothing if that was done or not asked."""
        got = self.phone.texts
        found = _QUESTION.search(got[-1].body) if len(got) > self.answered else None
        return found[1] + (found[2] or "") if found else ""

    def write(self, text: str, slip: Slip | None = None) -> None:
        """Write to the brand, and note what must become of it."""
        filtered = self.sender.filtering is not Filtering.OFF
        ends = _STOPS.get(text, ())
        if filtered and Keywords().asked(text) is OptOut.STOP:
            ends = MARKETING
        sms = self.phone.writes(text, to=self.sender, slip=slip)
        self.said.append(Said(sms=sms, ends=ends))

    def answer(self) -> None:
        """Say yes to what was asked."""
        text, self.answered = self.asked, len(self.phone.texts)
        self.write(text)


class Texters:
    """Everybody, and the dice that decide what they write."""

    def __init__(
        self, twilio: FakeTwilio, brands: Mapping[str, Sender], size: int, seed: int
    ) -> None:
        """Gather so many customers, each with a number and a brand of their own."""
        self._dice = Random(seed)  # noqa: S311 - nothing secret: a repeatable run
        doors = sorted(brands.items())
        self.everybody = [
            _texter(twilio.customer(f"+371{20_000_000 + n}"), *doors[n % len(doors)])
            for n in range(size)
        ]
        self._staying = list(self.everybody)

    @property
    def written(self) -> int:
        """How many texts were written."""
        return sum(len(texter.said) for texter in self.everybody)

    @property
    def gone(self) -> list[Texter]:
        """Those who have said goodbye."""
        staying = set(self._staying)
        return [texter for texter in self.everybody if texter not in staying]

    def write(self) -> None:
        """Let one customer write one text: an answer to what was asked, or anything at all."""
        some = self._dice.choices(self._staying, k=_LOOKED_AT)
        asked = [texter for texter in some if texter.asked]
        if asked and self._dice.random() < _ANSWERING:
            asked[0].answer()
            return
        self._wrap(some[0], self._thought())

    def answer(self) -> None:
        """Let everybody who was asked something, and stays, answer it."""
        for texter in self._staying:
            if texter.asked:
                texter.answer()

    def say_goodbye(self) -> None:
        """Let one customer stop all advertising and never write again."""
        texter = self._staying.pop(self._dice.randrange(len(self._staying)))
        final = [text for text, ends in _STOPS.items() if set(MARKETING) <= set(ends)]
        self._wrap(texter, self._dice.choice(final))

    def _wrap(self, texter: Texter, text: str) -> None:
        is_packed = len(text) >= _LONG and self._dice.random() < _PACKED
        texter.write(text, Slip(base64=True) if is_packed else None)

    def _thought(self) -> str:
        thrown = self._dice.random()
        if thrown < _STOPPING:
            return self._dice.choice(list(_STOPS))
        return self._dice.choice(_WISHES if thrown < _STOPPING + _WISHING else _OTHERS)


def _texter(phone: Handset, brand: str, sender: Sender) -> Texter:
    return Texter(phone=phone, brand=brand, sender=sender)
