"""What things in the store are called on the staff's pages: consents, states, doors, moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date

from app.composition import Assistant
from app.marketing.charts import thousands
from consent.decisions import Action, Decision, Kind, Subject
from consent.notices import Form
from consent.states import Switch
from consent.verdicts import Reason
from locales.phrases import Strings
from marketing.access import StaffSession
from marketing.checking import CHECK

_DAY = {"en": "d MMM yyyy"}
_PLAIN_DAY = "dd.MM.yyyy"
_SHORT_DAY = {"en": "d MMM"}
_PLAIN_SHORT_DAY = "dd.MM."
_LOCALE = {"en": "en_GB"}


class Terms:
    """The words of one member of staff, about one brand."""

    def __init__(self, assistant: Assistant, staff: StaffSession) -> None:
        """Speak their language."""
        self.language = staff.language
        self._catalogue = assistant.catalogue
        self._voice = assistant.wording(staff.brand, staff.language, Form.CHAT)
        self._strings: Mapping[str, Strings] = assistant.texts.strings[staff.language]

    def say(self, name: str, **values: object) -> str:
        """Return a text of the pages."""
        return self._strings["marketing"].say(f"marketing.{name}").format_map(values)

    def purpose(self, purpose: str) -> str:
        """Return the short name of a consent, with its number."""
        found = next((p for p in self._catalogue.purposes if p.id == purpose), None)
        return f"{found.number}. {self._voice.name('purpose', purpose)}" if found else purpose

    def channel(self, channel: str) -> str:
        """Return the name of a channel."""
        return self._name("channel", channel)

    def topic(self, topic: str) -> str:
        """Return the name of a topic."""
        return self._name("topic", topic)

    def subject(self, about: Subject) -> str:
        """Return what a decision or a reason is about."""
        if about.kind is Kind.PURPOSE:
            return self.purpose(about.id)
        if about.kind is Kind.SERVICE:
            return self.say("service")
        return self._name(about.kind.value, about.id)

    def reason(self, reason: Reason | str) -> str:
        """Return the name of a reason."""
        return self._strings["reasons"].say(f"reason.{Reason(reason).value}")

    def meaning(self, reason: Reason) -> str:
        """Return what a reason means."""
        return self._strings["reasons"].say(f"reason.{reason.value}.meaning")

    def action(self, action: Action) -> str:
        """Return what was said."""
        return self.say(f"action.{action.value}")

    def heading(self, decision: Decision) -> str:
        """Return what was said about what."""
        return f"{self.subject(decision.subject)}: {self.action(decision.action)}"

    def why(self, reason: str) -> str:
        """Return what a look was for; systems that check say so by a code."""
        return self.say("log.check") if reason == CHECK else reason

    def answer(self, answer: str) -> str:
        """Return what somebody who looked was told."""
        return self.reason(answer) if answer in {reason.value for reason in Reason} else answer

    def switch(self, switch: Switch) -> str:
        """Return how a channel or topic stands."""
        return self.say(f"switch.{switch.value}")

    def door(self, door: str | None) -> str:
        """Return through what something came; systems of others have names of their own."""
        return self._known(f"door.{door}", door or "–")

    def case(self, kind: str) -> str:
        """Return what kind of request a case is."""
        return self.code("case", kind)

    def code(self, group: str, name: str) -> str:
        """Return the word for a code of the store, like a kind of proof or of address."""
        own, known = self._strings["own_data"], f"own_data.{group}.{name}"
        return own.say(known) if known in own.ids else name

    def spoken(self, language: str) -> str:
        """Return what a language is called."""
        chat, name = self._strings["chat"], f"language.{language}"
        return chat.say(name) if name in chat.ids else language or "–"

    def count(self, count: int | None) -> str:
        """Return a number of customers as it is told."""
        return self.say("few") if count is None else thousands(count)

    def moment(self, at: datetime) -> str:
        """Return a day and a time, local to the customers."""
        local = at.astimezone(self._catalogue.timezone)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def day_of(self, at: datetime) -> str:
        """Return the day that a moment falls on."""
        return self.day(at.astimezone(self._catalogue.timezone).date())

    def day(self, day: date) -> str:
        """Return a day."""
        return self._formatted(day, _DAY.get(self.language, _PLAIN_DAY))

    def short_day(self, day: date) -> str:
        """Return a day without its year."""
        return self._formatted(day, _SHORT_DAY.get(self.language, _PLAIN_SHORT_DAY))

    def _formatted(self, day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=_LOCALE.get(self.language, self.language))

    def _name(self, kind: str, item: str) -> str:
        known = f"{kind}.{item}.name" in self._strings["purposes"].ids
        return self._voice.name(kind, item) if known else item

    def _known(self, name: str, otherwise: str) -> str:
        strings = self._strings["marketing"]
        return self.say(name) if f"marketing.{name}" in strings.ids else otherwise
