"""A signed form becomes a customer's message, or the provider's own STOP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from consent.delivery import Stray
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Option
from sms.webhook import (
    PROVIDER_STOP,
    Forged,
    Gate,
    Malformed,
    twiml,
)

_NOW = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
_OURS, _THEIRS = "+37129202010", "+37120000000"
_DEFAULT = Gate(
    brand="lmt",
    auth_token="secret",
    sender=_OURS,
    url="https://consent.example/sms/lmt/inbound",
    filters_by_word=True,
    filters_by_type=False,
)
_ADVANCED = replace(_DEFAULT, filters_by_word=False, filters_by_type=True)
_OFF = replace(_DEFAULT, filters_by_word=False)
_FIELDS = {"MessageSid": "SM1", "From": _THEIRS, "To": _OURS, "Body": "INFO 3"}
_STOP = Option(name="withdraw_all", scope="marketing")


def _parse(gate: Gate, **fields: str) -> Inbound:
    found = gate.parse(MultiDict(_FIELDS | fields), now=_NOW, shown=Form.SMS_PLAIN)
    assert isinstance(found, Inbound)
    return found


def test_text_of_a_customer() -> None:
    """A form becomes a text from a number that is proven by having sent it."""
    expected = Inbound(
        brand="lmt",
        door="sms",
        channel="sms",
        address=Address(AddressKind.MSISDN, _THEIRS),
        message_id="SM1",
        received_at=_NOW,
        proof=Proof(kind="sms", level=1),
        form=Form.SMS_PLAIN,
        text="INFO 3",
    )
    assert expected == _parse(_DEFAULT)


@pytest.mark.parametrize("body", ["", " ", "Стоп ", "\n", "ā" * 1_600, "\N{WAVING HAND SIGN}"])
def test_text_is_kept_as_sent(body: str) -> None:
    """Spaces, blank texts and any alphabet reach the rules as they came: they are evidence."""
    assert body == _parse(_OFF, Body=body).text


def test_overlong_text_is_never_cut() -> None:
    """The end of a long message can be the no that takes back its beginning."""
    text = "AGREE" + " " * 1_600 + "NO NO NO"
    assert text == _parse(_OFF, Body=text).text


@pytest.mark.parametrize("name", ["Body", "From", "To", "MessageSid"])
def test_a_decisive_field_there_twice_is_malformed(name: str) -> None:
    """Which of two comes first is not signed, so neither is read."""
    form = MultiDict(_FIELDS)
    form.add(name, "AGREE 1")
    with pytest.raises(Malformed):
        _OFF.parse(form, now=_NOW, shown=Form.SMS)


def test_unknown_fields_are_accepted() -> None:
    """The provider adds fields without notice; they are passed over."""
    assert _parse(_DEFAULT) == _parse(_DEFAULT, ChannelPrefix="x", FromCity="", NumMedia="3")


def test_old_name_of_the_id() -> None:
    """The deprecated name of the message id is understood where the new one is missing."""
    form = MultiDict({n: v for n, v in _FIELDS.items() if n != "MessageSid"} | {"SmsSid": "SM2"})
    assert "SM2" == _DEFAULT.parse(form, now=_NOW, shown=Form.SMS).message_id


@pytest.mark.parametrize("missing", ["MessageSid", "Body", "To"])
def test_missing_field(missing: str) -> None:
    """Without an id, a text or our own number a form is malformed."""
    form = MultiDict({name: value for name, value in _FIELDS.items() if name != missing})
    with pytest.raises(Malformed):
        _DEFAULT.parse(form, now=_NOW, shown=Form.SMS)


def test_empty_id() -> None:
    """An id that is empty cannot tell a repeated message from a new one."""
    with pytest.raises(Malformed):
        _parse(_DEFAULT, MessageSid="")


@pytest.mark.parametrize("to", ["", "+37129202011", "37129202010", "whatsapp:+37129202010"])
def test_foreign_receiver(to: str) -> None:
    """What was sent to another number of the same account is not this brand's."""
    with pytest.raises(Malformed, match="another number"):
        _parse(_DEFAULT, To=to)


def test_any_receiver_where_no_sender_is_set() -> None:
    """Without a number of our own the account's token alone decides."""
    assert "INFO 3" == _parse(replace(_DEFAULT, sender=""), To="LMT").text


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "LMT",
        "Latvijas-TV",
        "1618",
        "20000000",
        "37120000000",
        " +37120000000",
        "+37120000000\n",
        "+0371200000",
        "+371",
        "+37120000000000000",
        "+371２0000000",
        "+88812345678",
        "whatsapp:+37120000000",
    ],
)
def test_sender_that_is_no_number(sender: str) -> None:
    """Names, short codes and anonymous numbers are kept, not answered: two machines could talk."""
    fields = MultiDict(_FIELDS | {"From": sender})
    found = _DEFAULT.parse(fields, now=_NOW, shown=Form.SMS)
    assert isinstance(found, Stray)
    assert ("SM1", sender, "INFO 3") == (found.message_id, found.sender, found.text)


@pytest.mark.parametrize("word", sorted(PROVIDER_STOP))
@pytest.mark.parametrize("shape", ["{}", " {} ", "{}\n", "\t{}"])
def test_stop_word_of_the_provider(word: str, shape: str) -> None:
    """In the default mode the provider's words stop marketing, and it has answered already."""
    for written in (word, word.lower(), word.title()):
        stopped = _parse(_DEFAULT, Body=shape.format(written))
        assert (_STOP, None, True) == (stopped.choice, stopped.text, stopped.silent)


def test_stop_words_are_the_provider_s() -> None:
    """The words are those of messaging.md 1.2, REVOKE and OPTOUT of 2025 among them."""
    words = "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT"
    assert set(words.split()) == PROVIDER_STOP


@pytest.mark.parametrize(
    "body",
    ["STOP 3", "STOP ALL", "stop.", "«STOP»", "STOP STOP", "СТОП", "CTOП", "YES", "START", "HELP"],
)
def test_what_the_provider_does_not_stop(body: str) -> None:
    """A word with anything beside it, and our own words, are ours to understand and answer."""
    message = _parse(_DEFAULT, Body=body)
    assert (None, body, False) == (message.choice, message.text, message.silent)


@pytest.mark.parametrize("body", ["Atcelt", "STOP", "Paldies, beidziet", ""])
def test_opt_out_type_of_the_provider(body: str) -> None:
    """In the advanced mode the provider's own field decides, whatever the words were."""
    stopped = _parse(_ADVANCED, Body=body, OptOutType="STOP")
    assert (_STOP, None, True) == (stopped.choice, stopped.text, stopped.silent)


@pytest.mark.parametrize("kind", ["", "START", "HELP", "stop"])
def test_other_opt_out_types(kind: str) -> None:
    """A provider's START or HELP is no STOP; a STOP it did not act on is for us to answer."""
    message = _parse(_ADVANCED, Body="STOP", OptOutType=kind)
    assert (None, "STOP", False) == (message.choice, message.text, message.silent)


@pytest.mark.parametrize("word", sorted(PROVIDER_STOP))
def test_no_filtering(word: str) -> None:
    """Where the provider does not filter, its words are words like any other."""
    message = _parse(_OFF, Body=word, OptOutType="STOP")
    assert (None, word, False) == (message.choice, message.text, message.silent)


def test_default_mode_knows_no_type() -> None:
    """The field of the advanced mode means nothing in the default one."""
    assert "Atcelt" == _parse(_DEFAULT, Body="Atcelt", OptOutType="STOP").text


@given(
    st.dictionaries(
        st.sampled_from([*_FIELDS, "SmsSid", "OptOutType", "FromCity"]),
        st.text(max_size=20) | st.sampled_from([_OURS, _THEIRS, "STOP", "SM1"]),
    ),
    st.sampled_from([_DEFAULT, _ADVANCED, _OFF]),
)
def test_any_form_is_a_message_or_refused(fields: dict[str, str], gate: Gate) -> None:
    """Whatever fields are signed, they make one message, or a refusal with a name."""
    try:
        message = gate.parse(MultiDict(fields), now=_NOW, shown=Form.SMS)
    except Malformed:
        return
    if isinstance(message, Stray):
        assert fields.get("From", "") == message.sender
        return
    assert (message.text is None) == (message.choice is not None) == message.silent
    assert fields["From"] == message.address.value


def test_refusals_have_codes() -> None:
    """Each refusal has its code and speaks to the operator."""
    assert ["forged", "malformed"] == [fault.code for fault in (Forged, Malformed)]
    assert str(Forged()).startswith("The message does not carry")


@pytest.mark.parametrize(
    "text", ["LMT: a < b & c > d", "]]>", 'say "JA"', "rinda\notra", "Ž, ё, €"]
)
def test_answer_is_whole(text: str) -> None:
    """The provider's format carries the text and nothing but the text."""
    answer = ET.fromstring(twiml(text).decode())  # noqa: S314
    assert [("Message", text)] == [(part.tag, part.text) for part in answer]


def test_silence_is_an_empty_answer() -> None:
    """To say nothing is an answer without a message."""
    assert "Response" == ET.fromstring(twiml("").decode()).tag  # noqa: S314
    assert 0 == len(ET.fromstring(twiml("").decode()))  # noqa: S314
