"""Settings of the SMS door: senders, Twilio, an operator's own gateway; secrets shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import OptOut, Settings, load_settings
from consent.errors import SettingBroken
from tests.builders import AMIGO, CATALOGUE, LMT

NUMBER = "+37120009999"
SECRETS = ("tw-auth-token", "tw-shared-key", "gw-token")
TWILIO = {
    "CONSENT_LMT_TWILIO_ACCOUNT_SID": "AC0",
    "CONSENT_LMT_TWILIO_AUTH_TOKEN": SECRETS[0],
    "CONSENT_LMT_TWILIO_SENDER": NUMBER,
}
GATEWAY = {
    "CONSENT_LMT_SMS_GATEWAY_URL": "https://sms.example.lv/send",
    "CONSENT_LMT_SMS_GATEWAY_TOKEN": SECRETS[2],
}


def _load(*given: dict[str, str]) -> Settings:
    environment = {name: value for one in given for name, value in one.items()}
    return load_settings(CATALOGUE, environment, Path("no.env"))


def _without(settings: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in settings.items() if not key.endswith(name)}


def test_nothing_is_set_unless_it_is_set() -> None:
    """Without settings no brand sends, receives or has a gateway, and Twilio is Twilio."""
    found = _load()
    assert ("", frozenset()) == (found.twilio_api_url, found.texting)
    for brand in (LMT, AMIGO):
        twilio = found.twilio[brand]
        assert (False, False, True) == (twilio.present, twilio.sends, twilio.hears)
        assert not found.gateways[brand].present
        assert OptOut.DEFAULT is twilio.opt_out


@pytest.mark.parametrize("name", ["CONSENT_TWILIO_API_URL", "CONSENT_LMT_SMS_GATEWAY_URL"])
@pytest.mark.parametrize("value", ["api.twilio.com", "ftp://x.lv", "127.0.0.1:8080", "//x.lv"])
def test_an_address_must_be_one(name: str, value: str) -> None:
    """What a client could not call is refused by its name."""
    with pytest.raises(SettingBroken, match=f"{name} must begin with https://"):
        _load({**GATEWAY, name: value})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("http://127.0.0.1:9", "http://127.0.0.1:9", id="as-it-is"),
        pytest.param(" https://api.example.lv/ ", "https://api.example.lv", id="trimmed"),
        pytest.param("", "", id="empty"),
    ],
)
def test_another_server_can_stand_in_for_twilio(value: str, expected: str) -> None:
    """Paths are put behind the address, so it ends without a slash."""
    assert expected == _load({"CONSENT_TWILIO_API_URL": value}).twilio_api_url


def test_a_gateway_needs_its_token() -> None:
    """An address without a token would be refused at every SMS: said at the start."""
    with pytest.raises(SettingBroken, match="CONSENT_LMT_SMS_GATEWAY_TOKEN must be set"):
        _load(_without(GATEWAY, "_TOKEN"))
    assert not _load(_without(GATEWAY, "_URL")).gateways[LMT].present
    found = _load(GATEWAY).gateways
    assert ("https://sms.example.lv/send", SECRETS[2]) == (found[LMT].url, found[LMT].token)
    assert [True, False] == [found[brand].present for brand in (LMT, AMIGO)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(TWILIO, {LMT}, id="twilio"),
        pytest.param(_without(TWILIO, "_SID"), set(), id="twilio-without-an-account"),
        pytest.param(_without(TWILIO, "_TOKEN"), set(), id="twilio-without-a-token"),
        pytest.param(_without(TWILIO, "_SENDER"), set(), id="twilio-without-a-sender"),
        pytest.param(
            {**_without(TWILIO, "_TOKEN"), "CONSENT_LMT_TWILIO_SHARED_KEY": SECRETS[1]},
            set(),
            id="a-key-that-only-signs-webhooks",
        ),
        pytest.param(GATEWAY, set(), id="a-gateway-without-a-sender"),
        pytest.param(
            {**GATEWAY, "CONSENT_LMT_TWILIO_SENDER": NUMBER}, {LMT}, id="a-gateway-with-a-sender"
        ),
        pytest.param(
            {**GATEWAY, "CONSENT_LMT_TWILIO_SENDER": "LMT"}, {LMT}, id="a-gateway-with-a-name"
        ),
        pytest.param(
            {**_without(TWILIO, "_SENDER"), "CONSENT_AMIGO_TWILIO_SENDER": NUMBER},
            set(),
            id="the-sender-of-the-other-brand",
        ),
        pytest.param(
            {**TWILIO, **{k.replace("LMT", "AMIGO"): v for k, v in TWILIO.items()}},
            {LMT, AMIGO},
            id="both-brands",
        ),
    ],
)
def test_a_brand_texts_if_it_has_all_it_needs(given: dict[str, str], expected: set[str]) -> None:
    """Codes and late answers are promised only where they can be sent."""
    assert expected == _load(given).texting


@pytest.mark.parametrize(
    ("value", "expected", "hears"),
    [
        pytest.param("+371 2000 9999", NUMBER, True, id="a-number-with-spaces"),
        pytest.param("LMT", "LMT", False, id="a-name"),
        pytest.param("LMT info 24", "LMT info 24", False, id="a-name-of-eleven"),
        pytest.param("1st", "1st", False, id="a-name-with-a-digit"),
    ],
)
def test_a_sender_is_a_number_or_a_name(value: str, expected: str, *, hears: bool) -> None:
    """Only a number can be written to: a name is one-way."""
    twilio = _load({"CONSENT_LMT_TWILIO_SENDER": value}).twilio[LMT]
    assert (expected, hears) == (twilio.sender, twilio.hears)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("LMT infoline", id="a-name-of-twelve"),
        pytest.param("Dāvana", id="a-letter-that-senders-do-not-have"),
        pytest.param("LMT-info", id="a-sign"),
        pytest.param("1632", id="a-short-number"),
        pytest.param("37120009999", id="digits-without-a-plus"),
        pytest.param("+371", id="too-short"),
        pytest.param("+3712000999912345", id="too-long"),
    ],
)
def test_a_sender_that_is_neither_is_refused(value: str) -> None:
    """The provider would refuse every SMS of it: said at the start, by name."""
    with pytest.raises(SettingBroken, match="CONSENT_LMT_TWILIO_SENDER must be a number"):
        _load({"CONSENT_LMT_TWILIO_SENDER": value})


@pytest.mark.parametrize("mode", [*OptOut, "Advanced", "OFF"])
def test_how_the_provider_filters_can_be_said(mode: str) -> None:
    """The three modes are known in any case."""
    found = _load({"CONSENT_LMT_TWILIO_OPT_OUT": mode}).twilio
    assert (OptOut(mode.lower()), OptOut.DEFAULT) == (found[LMT].opt_out, found[AMIGO].opt_out)


def test_an_unknown_way_of_filtering_is_refused() -> None:
    """Taken for another, a STOP could be answered twice or not at all."""
    with pytest.raises(SettingBroken, match="must be default, advanced or off"):
        _load({"CONSENT_LMT_TWILIO_OPT_OUT": "on"})


@pytest.mark.parametrize("given", [TWILIO, GATEWAY], ids=["twilio", "gateway"])
def test_a_real_way_out_is_no_trial(given: dict[str, str]) -> None:
    """Where real SMS can leave, the playground does not exist."""
    assert _load().is_trial
    assert not _load(given).is_trial


def test_settings_show_no_secret() -> None:
    """Printed settings hold neither token nor key."""
    signed = {"CONSENT_LMT_TWILIO_SHARED_KEY": SECRETS[1]}
    found = _load(TWILIO, GATEWAY, signed)
    shown = repr(found) + repr(found.twilio) + repr(found.gateways)
    assert SECRETS[0] == found.twilio[LMT].auth_token
    assert not [secret for secret in SECRETS if secret in shown]


def test_where_each_setting_came_from_is_known(tmp_path: Path) -> None:
    """Doctor lists all of them: set, by default, or missing."""
    file = tmp_path / ".env"
    file.write_text("CONSENT_TWILIO_API_URL=http://127.0.0.1:9/\n", encoding="utf-8")
    sources = load_settings(CATALOGUE, GATEWAY, file).sources
    expected = {
        "CONSENT_LMT_SMS_GATEWAY_URL": "environment",
        "CONSENT_LMT_SMS_GATEWAY_TOKEN": "environment",
        "CONSENT_TWILIO_API_URL": ".env",
        "CONSENT_LMT_TWILIO_OPT_OUT": "default",
        "CONSENT_AMIGO_SMS_GATEWAY_URL": "missing",
    }
    assert expected == {name: sources[name] for name in expected}
