"""Where decisions may be told, and how long that is tried."""

from __future__ import annotations

from datetime import timedelta
from itertools import count, takewhile

import pytest

from consent.errors import SettingBroken
from consent.hooks import checked_url, is_reachable, pause_after

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.lmt.lv/hooks/consent?system=7",
        "https://crm.lmt.lv:8443/",
        "https://10.1.2.3/hook",
        "https://[fd00::7]/hook",
        "https://intranet/hook",
        "http://127.0.0.1:9000/hook",
        "http://localhost:9000/hook",
        "http://[::1]:9000/hook",
        "https://127.0.0.1/hook",
    ],
)
def test_a_receiver_of_the_operator_s_is_accepted(url: str) -> None:
    """Encrypted to wherever the operator has one; in clear within this machine."""
    assert url == checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("crm.lmt.lv", id="no-scheme"),
        pytest.param("http://crm.lmt.lv/", id="in-clear"),
        pytest.param("http://10.1.2.3/", id="in-clear-in-the-house"),
        pytest.param("http://127.0.0.1.evil.lv/", id="like-this-machine"),
        pytest.param("http://127.0.0.2/", id="unusual-loopback"),
        pytest.param("ftp://crm.lmt.lv/", id="another-scheme"),
        pytest.param("https:///hook", id="no-host"),
        pytest.param("https://user@crm.lmt.lv/", id="user"),
        pytest.param("https://:secret@crm.lmt.lv/", id="password"),
        pytest.param("https://crm.lmt.lv/#part", id="fragment"),
        pytest.param("https://crm.lmt.lv:port/", id="no-port"),
        pytest.param("https://[crm/", id="unreadable"),
        pytest.param("https://crm.lmt.lv/ hook", id="space"),
        pytest.param("https://crm.lmt.lv/\nhook", id="line"),
        pytest.param("https://crm.lmt.lv/ā", id="not-ascii"),
        pytest.param(f"https://crm.lmt.lv/{'a' * 2000}", id="endless"),
        pytest.param("https://169.254.169.254/latest/meta-data", id="cloud-secrets"),
        pytest.param("https://[::ffff:169.254.169.254]/", id="cloud-secrets-disguised"),
        pytest.param("https://[fe80::1%25eth0]/", id="link-local"),
        pytest.param("https://0.0.0.0/", id="no-address"),
        pytest.param("https://224.0.0.1/", id="many"),
        pytest.param("https://255.255.255.255/", id="everybody"),
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    """Nobody's number leaves in clear, with a secret in the URL, or to a machine of nobody."""
    with pytest.raises(SettingBroken):
        checked_url(url)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("crm.lmt.lv", True),
        ("192.168.1.7", True),
        ("::1", True),
        ("169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("::", False),
    ],
)
def test_addresses_behind_a_name_are_judged_alike(host: str, expected: bool) -> None:  # noqa: FBT001
    """What a name turns out to mean is looked at before it is connected to."""
    assert expected is is_reachable(host)


def test_pauses_grow_and_end_after_a_day() -> None:
    """Twice as long each time up to a quarter of an hour; a day later it is given up."""
    pauses = [p for p in takewhile(bool, map(pause_after, count(1))) if p]
    assert [timedelta(seconds=2**n) for n in range(10)] == pauses[:10]
    assert {timedelta(minutes=15)} == set(pauses[10:])
    assert DAY <= sum(pauses, timedelta(0)) < DAY + timedelta(minutes=15)
    assert pause_after(10**6) is None
