"""What Twilio delivers: authenticated byte for byte, then parsed, nothing else.

The provider signs the public URL and the form as it was sent. So the body is decoded
without dropping blank fields or spaces, and the URL is the configured one, never the Host
header's (messaging.md, 2.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from multidict import MultiDict
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)

from consent.addresses import e164
from consent.delivery import Stray
from consent.errors import AddressBroken, ConsentError
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Option
from sms.carriage import unwrapped
from sms.carrier import Received

#: The door, and the contact channel it speaks through.
DOOR = "sms"
#: Twilio's body is at most 1 600 characters, twelve bytes each when percent-encoded.
LARGEST_BODY = 64 * 1024
_MOST_FIELDS = 200
#: Fields that decide something; two of one would be read by their order, which is not signed.
_SINGLE = ("MessageSid", "SmsSid", "From", "To", "Body", "OptOutType")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
SIGNATURE = "x-twilio-signature"
#: Says that a shared key has signed, and by which algorithm.
SIGNATURE_SETTINGS = "x-twilio-webhooks-signature-settings"
#: Whole-message words Twilio acts on by itself, in any case (messaging.md, 1.2).
PROVIDER_STOP = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
#: Those of them that mean nothing else in a conversation.
_STARTS = frozenset({"START", "UNSTOP"})
PROVIDER_START = frozenset({"START", "YES", "UNSTOP"})


class Forged(ConsentError):
    """The message does not carry this provider's signature; nothing of it was used."""

    code = "forged"


class Malformed(ConsentError):
    """The message is not what the provider's documentation promises; nothing was changed."""

    code = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One brand's way in: the secret, the public address and the sender's filtering mode."""

    brand: str
    auth_token: str
    #: A secret for signing alone; none if the account has not made one.
    shared_key: str = ""
    sender: str
    url: str
    #: The provider answers its own STOP words itself and blocks this sender (`default`).
    filters_by_word: bool
    #: The provider does so and says so in `OptOutType` (`advanced`).
    filters_by_type: bool
    #: What numbers begin with that are worth an answer.
    answers_to: tuple[str, ...] = ("+",)

    def authenticate(
        self, body: bytes, signature: str, settings: str = "", *, url: str = ""
    ) -> MultiDict[str]:
        """Return the form of a message that the provider signed.

        `settings` is the header that a shared key's signature comes with. Each secret is good for
        its own algorithm alone, so neither can stand in for the other.

        :param url: the address it was sent to, if that is not the one for messages.
        :raises Forged: no such secret is set, no signature, not this one, or no form at all.
        """
        algorithm = get_signature_algorithm(settings).upper()
        secret = {HMAC_SHA1: self.auth_token, HMAC_SHA256: self.shared_key}.get(algorithm)
        form = _fields(body)
        if not secret or not signature or form is None:
            raise Forged
        if not RequestValidator(secret).validate(url or self.url, form, signature, algorithm):
            raise Forged
        return form

    def parse(self, form: MultiDict[str], *, now: datetime, shown: Form) -> Inbound | Stray:
        """Return a signed form as a message of a customer, or of nobody who can be answered.

        :raises Malformed: an id or our own number is missing or foreign.
        """
        if any(len(form.getall(name, [])) > 1 for name in _SINGLE):
            raise Malformed("a field is there twice")
        message_id = form.get("MessageSid") or form.get("SmsSid") or ""
        if not _ID.fullmatch(message_id) or "Body" not in form:
            raise Malformed("MessageSid or Body is missing")
        if self.sender and form.get("To") != self.sender:
            raise Malformed("the message was sent to another number")
        said = Received(
            id=message_id,
            sender=form.get("From", ""),
            to=form.get("To", ""),
            text=form["Body"],
            sent_at=now,
        )
        return self._message(said, shown, self._taken(form["Body"], form.get("OptOutType")))

    def fetched(self, received: Received, *, until: datetime, shown: Form) -> Inbound | Stray:
        """Return a message that the provider lists, as one whose answer no request waits for.

        Lists do not say which words the provider took as its own; STOP, START and their kin cannot
        be taken out of its hands, so those are.

        :param until: how long an answer is news.
        """
        filtered = self.filters_by_type or self.filters_by_word
        taken = _taken_by_word(received.text) if filtered else None
        found = self._message(received, shown, taken)
        return found if isinstance(found, Stray) else replace(found, deferred_until=until)

    def _message(self, received: Received, shown: Form, taken: str | None) -> Inbound | Stray:
        sender = _sender(received.sender)
        if sender is None:
            return Stray(
                brand=self.brand,
                door=DOOR,
                message_id=received.id,
                sender=received.sender,
                text=received.text,
                received_at=received.sent_at,
            )
        stopped = taken == "STOP"
        return Inbound(
            brand=self.brand,
            door=DOOR,
            channel=DOOR,
            address=sender,
            message_id=received.id,
            received_at=received.sent_at,
            proof=Proof(kind="sms", level=1),
            form=shown,
            text=None if stopped else unwrapped(received.text),
            choice=Option(name="withdraw_all", scope="marketing") if stopped else None,
            silent=stopped,
            reopened=taken == "START" or _is_start(received.text),
            unanswerable=not sender.value.startswith(self.answers_to),
        )

    def _taken(self, text: str, said: str | None) -> str | None:
        """Return what the provider itself took the message as: `STOP`, `START` or nothing."""
        if self.filters_by_type:
            return said
        return _taken_by_word(text) if self.filters_by_word else None


def _is_start(text: str) -> bool:
    """Say whether a block ends by this word, whoever reads it: some other mode may have set it."""
    return text.strip().upper() in _STARTS


def _taken_by_word(text: str) -> str | None:
    word = text.strip().upper() if text.isascii() else ""
    if word in PROVIDER_STOP:
        return "STOP"
    return "START" if word in PROVIDER_START else None


def _fields(body: bytes) -> MultiDict[str] | None:
    """Return the fields as they were sent, blank ones too; none if this is no form."""
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (UnicodeDecodeError, ValueError):
        return None
    return MultiDict(pairs)


def _sender(value: str) -> Address | None:
    try:
        return Address(AddressKind.MSISDN, e164(value))
    except AddressBroken:
        return None


def twiml(text: str, status_url: str = "") -> bytes:
    """Return the provider's answer format: one message, or none for an empty text.

    :param status_url: where the provider is to tell what became of the message.
    """
    callback = f" statusCallback={quoteattr(status_url)}" if status_url else ""
    said = f"<Message{callback}>{escape(text)}</Message>" if text else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>'.encode()
