"""The words of a customer's copy in one language: what codes in the store are called."""

from __future__ import annotations

from datetime import datetime
from html import escape

from app.composition import Assistant
from consent.catalogue import BrandId
from consent.decisions import Action, Decision, Kind, Subject
from consent.notices import Form
from consent.own_data import HeldLook
from consent.verdicts import Reason

_SWITCHES = frozenset({Action.ON, Action.OFF, Action.UNSET})


class CopyWords:
    """Says what stands in a copy; a code that no text knows is shown as it is."""

    def __init__(self, assistant: Assistant, brand: str, language: str) -> None:
        """Speak of a brand in a language."""
        self.language = language
        self.brand = assistant.catalogue.brands[BrandId(brand)]
        self._purposes = {str(p.id): p.number for p in assistant.catalogue.purposes}
        self._voice = assistant.wording(brand, language, Form.CHAT)
        self._strings = assistant.texts.strings[language]

    def say(self, name: str, **values: object) -> str:
        """Return a line of the copy, escaped with its values."""
        return escape(self.plain(name, **values))

    def plain(self, name: str, **values: object) -> str:
        """Return a line of the copy as it is."""
        return self._own(name).format_map({"brand": self.brand.name} | values)

    def moment(self, at: datetime) -> str:
        """Return a day and a time, local to the customers."""
        return self._voice.moment(at)

    def subject(self, about: Subject) -> str:
        """Return what a purpose, channel or topic is called; of a purpose with its number."""
        if about.kind is Kind.PURPOSE:
            number = self._purposes.get(about.id)
            return f"{number}. {self._voice.title(about.id)}" if number else about.id
        known = f"{about.kind.value}.{about.id}.name" in self._strings["purposes"].ids
        return self._voice.name(about.kind.value, about.id) if known else about.id

    def heading(self, decision: Decision) -> str:
        """Return what was said about what, in one line."""
        about = decision.subject
        if about.kind is Kind.SERVICE:
            return self._strings["receipt"].say(f"receipt.{decision.action.value}")
        if decision.action is Action.ASKED:
            return f"{self.subject(about)}: {self._own('asked')}"
        return f"{self.subject(about)}: {self.state(decision.action.value)}"

    def state(self, name: str) -> str:
        """Return the word for a state or an action."""
        switches = {action.value for action in _SWITCHES}
        return self._strings["chat"].say(f"{'switch' if name in switches else 'state'}.{name}")

    def door(self, name: str) -> str:
        """Return through what something came."""
        chat = self._strings["chat"]
        return chat.say(f"source.{name}") if f"source.{name}" in chat.ids else name

    def receipt(self, number: str) -> str:
        """Return the line that numbers a receipt."""
        return self._voice.receipt(number)

    def code(self, group: str, name: str) -> str:
        """Return the word for a code of the store, like a kind of proof or of request."""
        own = f"{group}.{name}"
        return self._own(own) if f"own_data.{own}" in self._strings["own_data"].ids else name

    def spoken(self, language: str | None) -> str:
        """Return what a language is called."""
        chat, name = self._strings["chat"], f"language.{language}"
        return chat.say(name) if name in chat.ids else language or "–"

    def look(self, look: HeldLook) -> str:
        """Return what somebody looked at and, of a question, what they were told."""
        found = [name for part in look.question.split("/") if (name := self._named(part))]
        about = ", ".join(found) or self.code("look", look.question)
        if look.answer == Reason.ALLOWED.value:
            return f"{about}: {self._own('look.allowed')}"
        is_no = look.answer in {reason.value for reason in Reason}
        return f"{about}: {self._own('look.denied')}" if is_no else about

    def _named(self, part: str) -> str:
        """Return the name of a purpose, channel or topic; nothing for what is none."""
        if part in self._purposes:
            return self.subject(Subject.purpose(part))
        named = (self.subject(make(part)) for make in (Subject.channel, Subject.topic))
        return next((name for name in named if name != part), "")

    def _own(self, name: str) -> str:
        return self._strings["own_data"].say(f"own_data.{name}")
