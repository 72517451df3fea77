"""A reply as the text of one SMS."""

from __future__ import annotations

from typing import Protocol

from consent.notices import Form, plain
from consent.replies import Message, Reply


class Speaker(Protocol):
    """What turns a message into words of one language."""

    def message(self, message: Message) -> str:
        """Return the words of a message."""
        ...


def render(reply: Reply, speaker: Speaker, form: Form) -> str:
    """Return the text to send; empty if nothing is to be said.

    :param form: `sms_plain` drops diacritics, which cost up to three times the parts.
    """
    text = "\n".join(speaker.message(message) for message in reply.messages)
    return plain(text) if form is Form.SMS_PLAIN else text
