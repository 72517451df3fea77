"""Only what the provider signed is read, byte for byte as it was sent (messaging.md, 2.2)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from sms.webhook import Forged, Gate, Malformed

_TOKEN = "12345"
_URL = "https://consent.example/sms/lmt/inbound"
_GATE = Gate(
    brand="lmt",
    auth_token=_TOKEN,
    sender="+37129202010",
    url=_URL,
    filters_by_word=True,
    filters_by_type=False,
)
#: As delivered for a Latvian number: the fields of the city are there, and empty.
_FIELDS = {
    "MessageSid": "SM0123456789abcdef0123456789abcdef",
    "AccountSid": "AC0123456789abcdef0123456789abcdef",
    "From": "+37120000000",
    "To": "+37129202010",
    "FromCity": "",
    "FromZip": "",
    "FromCountry": "LV",
    "NumMedia": "0",
    "Body": "Стоп ",
}
#: The vector of the provider's own library (twilio-python, test_request_validator.py).
_VECTOR_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
_VECTOR = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
_VECTOR_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
_DOUBLED = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
_DOUBLED_SIGNATURE = "IK+Dwps556ElfBT0I3Rgjkr1wJU="


def _sign(fields: dict[str, str], url: str = _URL, token: str = _TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, fields))


def _body(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


def _is_let_in(gate: Gate, fields: dict[str, str], signature: str) -> bool:
    try:
        gate.authenticate(_body(fields), signature)
    except Forged:
        return False
    return True


def test_signed_message_is_read_as_sent() -> None:
    """A signed form comes in with every field, blank ones and end spaces included."""
    assert MultiDict(_FIELDS) == _GATE.authenticate(_body(_FIELDS), _sign(_FIELDS))


def test_vector_of_the_provider() -> None:
    """The provider's published example passes, and its signature is not only ours."""
    gate = replace(_GATE, url=_VECTOR_URL)
    assert MultiDict(_VECTOR) == gate.authenticate(_body(_VECTOR), _VECTOR_SIGNATURE)
    assert not _is_let_in(gate, _VECTOR | {"Digits": "1235"}, _VECTOR_SIGNATURE)


def test_doubled_field_of_the_provider() -> None:
    """A field that comes twice is signed with both values, in the provider's own order."""
    gate = replace(_GATE, url=_VECTOR_URL)
    form = gate.authenticate(urlencode(_DOUBLED).encode(), _DOUBLED_SIGNATURE)
    assert ["5678", "1234"] == form.getall("Digits")


_NOT_BLANK = {name: value for name, value in _FIELDS.items() if value}
_CHANGED_ON_THE_WAY = {
    "nothing": (_FIELDS, True),
    "Body stripped": (_FIELDS | {"Body": "Стоп"}, False),
    "Body in capitals": (_FIELDS | {"Body": "СТОП "}, False),
    "blank fields dropped": (_NOT_BLANK, False),
    "a field added": (_FIELDS | {"OptOutType": "STOP"}, False),
    "a field dropped": ({n: v for n, v in _FIELDS.items() if n != "NumMedia"}, False),
    "another sender": (_FIELDS | {"From": "+37120000001"}, False),
    "another order": (dict(reversed(_FIELDS.items())), True),
}


@pytest.mark.parametrize("change", _CHANGED_ON_THE_WAY)
def test_what_changes_on_the_way(change: str) -> None:
    """Whatever a proxy or framework changes in the form breaks the signature; order does not."""
    delivered, passes = _CHANGED_ON_THE_WAY[change]
    assert passes == _is_let_in(_GATE, delivered, _sign(_FIELDS))


_SIGNED_FOR = {
    "the same address": (_URL, _URL, True),
    "http, we are at https": (_URL.replace("https", "http"), _URL, False),
    "another host": (_URL.replace("consent", "content"), _URL, False),
    "another brand": (_URL.replace("lmt", "amigo"), _URL, False),
    "a query of its own": (f"{_URL}?x=1", _URL, False),
    "a trailing question mark": (f"{_URL}?", _URL, False),
    "a trailing question mark in both": (f"{_URL}?", f"{_URL}?", False),
    "the usual port": (_URL.replace(".example", ".example:443"), _URL, True),
    "no port, we have the usual": (_URL, _URL.replace(".example", ".example:443"), True),
    "no port, we have another": (_URL, _URL.replace(".example", ".example:8443"), True),
    "another port in both": (
        _URL.replace(".example", ".example:8443"),
        _URL.replace(".example", ".example:8443"),
        True,
    ),
    "user and port": (
        _URL.replace("consent.", "me:secret@consent."),
        _URL.replace("consent.example", "me:secret@consent.example:443"),
        False,
    ),
}


@pytest.mark.parametrize("case", _SIGNED_FOR)
def test_address_that_was_signed(case: str) -> None:
    """The address counts letter for letter; only the port may be there or not."""
    signed, ours, passes = _SIGNED_FOR[case]
    assert passes == _is_let_in(replace(_GATE, url=ours), _FIELDS, _sign(_FIELDS, signed))


@pytest.mark.parametrize(
    "signature",
    ["", "x", "=", _sign(_FIELDS).lower(), _sign(_FIELDS, token="54321"), _sign({}), "ā" * 28],
)
def test_forged_signature(signature: str) -> None:
    """No signature, another's, or one of something else lets nothing in."""
    with pytest.raises(Forged):
        _GATE.authenticate(_body(_FIELDS), signature)


def test_signature_of_another_algorithm() -> None:
    """A signature by the shared key's algorithm is not one by the account's token."""
    longer = RequestValidator(_TOKEN).compute_signature(_URL, _FIELDS, "HMAC_SHA256")
    assert not _is_let_in(_GATE, _FIELDS, str(longer))


@pytest.mark.parametrize("signature", ["", _sign(_FIELDS), _sign(_FIELDS, token="")])
def test_no_token_lets_nothing_in(signature: str) -> None:
    """Without a token nobody is let in, not even who signs with an empty one."""
    assert not _is_let_in(replace(_GATE, auth_token=""), _FIELDS, signature)


_NO_FORMS = {
    "not ASCII": "Body=Стоп".encode(),
    "not UTF-8 within": b"Body=%D0&From=%2B371",
    "no pairs": b"hello",
    "JSON": b'{"Body": "STOP"}',
    "an empty pair": b"Body=STOP&&From=%2B371",
    "too many fields": b"&".join(b"a=1" for _ in range(201)),
}


@pytest.mark.parametrize("name", _NO_FORMS)
def test_no_form_is_no_signed_form(name: str) -> None:
    """What is not a form at all carries no valid signature, and nothing of it is used."""
    with pytest.raises(Forged):
        _GATE.authenticate(_NO_FORMS[name], "x")


def test_as_many_fields_as_allowed() -> None:
    """Two hundred fields are a form still: the provider adds fields without notice."""
    many = {f"Field{n}": str(n) for n in range(200)}
    assert 200 == len(_GATE.authenticate(_body(many), _sign(many)))


@given(st.binary(max_size=300), st.text(max_size=40))
@example(b"", "")
@example(b"Body=\xff", "x")
@example(b"=&=", "x")
def test_anything_is_refused(body: bytes, signature: str) -> None:
    """Whatever bytes come under whatever signature, they are forged or malformed."""
    with pytest.raises((Forged, Malformed)):
        _GATE.authenticate(body, signature)


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=40), min_size=1))
def test_any_signed_form_is_read_back(fields: dict[str, str]) -> None:
    """Whatever a provider signs comes in unchanged, in any alphabet."""
    assert MultiDict(fields) == _GATE.authenticate(_body(fields), _sign(fields))


_KEY = "shared-key"
_SETTINGS = "key=webhooks_sharedkey_01h9krwprkeee8fzqspvwy6nq8,algorithm=HMAC_SHA256"
_SHARED = replace(_GATE, shared_key=_KEY)


def _let_in(gate: Gate, signature: str, settings: str) -> bool:
    try:
        gate.authenticate(_body(_FIELDS), signature, settings)
    except Forged:
        return False
    return True


@pytest.mark.parametrize(
    ("gate", "secret", "algorithm", "settings", "expected"),
    [
        pytest.param(_SHARED, _KEY, "HMAC_SHA256", _SETTINGS, True, id="shared-key"),
        pytest.param(_SHARED, _TOKEN, "HMAC_SHA1", "", True, id="token-beside-a-shared-key"),
        pytest.param(_SHARED, _TOKEN, "HMAC_SHA256", _SETTINGS, False, id="token-as-shared-key"),
        pytest.param(_SHARED, _KEY, "HMAC_SHA1", "", False, id="shared-key-as-token"),
        pytest.param(_SHARED, _KEY, "HMAC_SHA256", "", False, id="settings-left-out"),
        pytest.param(_GATE, "", "HMAC_SHA256", _SETTINGS, False, id="no-shared-key-set"),
        pytest.param(_SHARED, _KEY, "HMAC_SHA256", "algorithm=MD5", False, id="no-such-algorithm"),
        pytest.param(
            replace(_SHARED, auth_token=""), _KEY, "HMAC_SHA256", _SETTINGS, True, id="no-token"
        ),
    ],
)
def test_each_secret_signs_in_its_own_way(
    *, gate: Gate, secret: str, algorithm: str, settings: str, expected: bool
) -> None:
    """A shared key's signature is as good as the token's, and neither passes for the other."""
    signature = RequestValidator(secret).compute_signature(_URL, _FIELDS, algorithm)
    assert expected == _let_in(gate, str(signature), settings)
