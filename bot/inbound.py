"""What a customer did in a chat, as the desk's message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.callbacks import Press
from bot.contacts import judge_contact
from bot.events import Edited, Event, Pressed, Said, Shared
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof, Remark
from consent.replies import Option

#: Telegram allows 4 096 characters; a longer one is not Telegram's.
_LONGEST = 2 * 4_096
_START = "/start"
#: What `t.me/bot?start=…` may open; it never changes anything (meaning.md, "/start").
_PAYLOADS = ("status", "switches", "my_data", "privacy", "help")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a conversation takes place."""

    brand: str
    #: The door's name in the ledger: `telegram`, or that of the playground.
    door: str
    #: The ids of the consents there are.
    purposes: frozenset[str]


def inbound_of(event: Event, press: Press | None, *, place: Place, now: datetime) -> Inbound:
    """Return what the desk is asked.

    :param press: what the button carried; none if it is no button or none of ours.
    """
    contact = judge_contact(event) if isinstance(event, Shared) else None
    joins = isinstance(contact, Address)
    text, choice, remark = _said(event, press, place)
    if isinstance(contact, Remark):
        remark = contact
    elif contact is not None:
        choice = Option(name="contact")
    return Inbound(
        brand=place.brand,
        door=place.door,
        address=Address(AddressKind.TELEGRAM, str(event.user)),
        message_id=f"{event.update}:{event.reference}",
        received_at=now,
        proof=Proof(kind="contact" if joins else "telegram", level=1 if joins else 0),
        form=Form.CHAT,
        text=text,
        choice=choice,
        remark=remark,
        contact=contact if isinstance(contact, Address) else None,
        language=event.language.partition("-")[0].lower() or None,
        order=event.update,
        files=True,
    )


def _said(
    event: Event, press: Press | None, place: Place
) -> tuple[str | None, Option | None, Remark | None]:
    """Return words, or a choice, or why there is neither."""
    if isinstance(event, Pressed):
        if press is None or press.brand != place.brand:
            return None, None, Remark.BUTTON_UNKNOWN
        return None, press.option, None
    if isinstance(event, Said) and event.forwarded:
        # Somebody else's yes is none, and their STOP may be the very text that offers it.
        return None, None, Remark.FORWARDED
    if isinstance(event, Said):
        return _words(event.text, place)
    if isinstance(event, Shared):
        return None, None, None
    return None, None, Remark.EDITED if isinstance(event, Edited) else Remark.WORDLESS


def _words(text: str, place: Place) -> tuple[str | None, Option | None, Remark | None]:
    if len(text) > _LONGEST:
        return None, None, Remark.TOO_LONG
    command, _, payload = text.strip().partition(" ")
    if command.partition("@")[0].lower() != _START:
        return text, None, None
    wanted = payload.strip()
    if wanted in _PAYLOADS:
        return None, Option(name=wanted), None
    if wanted in place.purposes:
        return None, Option(name="explain", purpose=wanted), None
    return None, Option(name="menu"), None
