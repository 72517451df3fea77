"""Whom an advertising text comes from: a number, a short number, or a name without a way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from consent.addresses import e164
from consent.errors import ConsentError
from sms.lint.findings import Finding, warning

_HOME = "+371"
_LOCAL = re.compile(r"[2-9][0-9]{7}", re.ASCII)
_SHORT = re.compile(r"[0-9]{3,6}", re.ASCII)
#: What the networks allow as a name (messaging.md, 2.5).
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", re.ASCII)


class SenderBroken(ConsentError):
    """A sender is a number like +37120000000, a short number like 1632, or a name like LMT."""

    code = "sender"


class SenderKind(StrEnum):
    """What customers see as the sender."""

    NUMBER = "number"
    SHORT = "short"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The sender of a text."""

    kind: SenderKind
    text: str
    #: Whether the provider itself acts upon STOP, CANCEL, HELP … sent to it.
    filtered: bool = False

    @property
    def hears(self) -> bool:
        """Whether customers can answer it."""
        return self.kind is not SenderKind.NAME

    def is_number(self, digits: str) -> bool:
        """Say whether a number written in a text is this sender's own."""
        return digits == self.text or f"{_HOME}{digits.removeprefix('00371')}" == self.text


def parse_sender(text: str, *, filtered: bool) -> Sender:
    """Return the sender that somebody named.

    :param filtered: whether the provider acts upon words sent to the brand's own number.
    :raises SenderBroken: neither a number nor a name the networks would take.
    :raises AddressBroken: it begins with + and is no phone number.
    """
    number = re.sub(r"[ ()-]", "", text)
    if _LOCAL.fullmatch(number):
        number = _HOME + number
    if number.startswith("+"):
        return Sender(kind=SenderKind.NUMBER, text=e164(number), filtered=filtered)
    if _SHORT.fullmatch(number):
        return Sender(kind=SenderKind.SHORT, text=number)
    if not _NAME.fullmatch(text.strip()):
        raise SenderBroken("A name has at most 11 letters A-Z, digits and spaces.")
    return Sender(kind=SenderKind.NAME, text=text.strip())


def foreign_sender(sender: Sender) -> Iterator[Finding]:
    """Warn of a number abroad: answering it can cost money, and looks like fraud."""
    if sender.kind is SenderKind.NUMBER and not sender.text.startswith(_HOME):
        yield warning(
            "sender_foreign",
            f"{sender.text} is a number abroad: to refuse can cost the customer money.",
        )
