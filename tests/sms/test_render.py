"""A reply as one SMS: messages in their order, marks dropped where they cost parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.notices import Form, plain
from consent.replies import SILENCE, Message, Option, Reply
from sms.render import render


class Parrot:
    """Says the id of a message."""

    def message(self, message: Message) -> str:
        """Return the id."""
        return message.id


def test_messages_stand_in_their_order() -> None:
    """The messages of a reply are one text, one under the other."""
    reply = Reply(language="lv", messages=(Message("viens"), Message("divi")))
    assert "viens\ndivi" == render(reply, Parrot(), Form.SMS)


def test_options_are_not_said() -> None:
    """An SMS has no buttons: what can be typed is in the words themselves."""
    reply = Reply(language="lv", messages=(Message("a"),), options=(Option(name="menu"),))
    assert "a" == render(reply, Parrot(), Form.SMS)


def test_silence_is_empty() -> None:
    """Nothing to say is no text."""
    assert "" == render(SILENCE, Parrot(), Form.SMS_PLAIN)


@pytest.mark.parametrize(
    ("form", "said"), [(Form.SMS, "Šķiņķis, жёлтый"), (Form.SMS_PLAIN, "Skinkis, жёлтый")]
)
def test_only_plain_drops_marks(form: Form, said: str) -> None:
    """The plain form has Latin letters without marks; Russian keeps its ё and й."""
    reply = Reply(language="lv", messages=(Message("Šķiņķis, жёлтый"),))
    assert said == render(reply, Parrot(), form)


def test_every_latvian_letter_has_its_plain_one() -> None:
    """All eleven letters with marks, small and capital, become plain ASCII."""
    assert "aceigklnsuz ACEIGKLNSUZ" == plain("āčēīģķļņšūž ĀČĒĪĢĶĻŅŠŪŽ")


@given(st.text())
def test_plain_is_settled_and_keeps_length(text: str) -> None:
    """Dropping marks twice changes nothing more, and no letter is lost or doubled."""
    assert plain(text) == plain(plain(text))
    assert len(text) == len(plain(text))


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_stays(text: str) -> None:
    """What has no marks is not touched."""
    assert text == plain(text)
