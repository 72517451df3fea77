"""When the order of words is asked what is wanted of each thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.understanding.hearing import Weighed, listen
from consent.understanding.text import hear
from consent.understanding.weights import Learned
from tests.understanding import taught

SAYS = {
    "halt": {"withdraw": 0.9999},
    "want": {"grant": 0.9999},
    "ask": {"status": 0.9999},
    "perhaps": {"withdraw": 0.6},
}
#: So loud that it is certain, whatever the bias.
LOUD = 40.0


def _learned() -> Learned:
    """Return what is taught, with "sms" for SMS wanted off and "email" for e-mail wanted on."""
    found = taught.learned(SAYS)
    order = taught.network(
        found.order.labels,
        {"w=sms": {"off sms": LOUD}, "w=email": {"on email": LOUD}},
        dict.fromkeys(found.order.labels, -LOUD / 2),
    )
    return replace(found, order=order)


def _heard(text: str) -> Weighed:
    return listen(hear(text), taught.lexicon(SAYS), _learned())


@pytest.mark.parametrize("text", ["halt sms email", "want sms email", "perhaps sms email"])
def test_each_of_several_things(text: str) -> None:
    """Where several things may be meant, the order of words says what is wanted of each."""
    wanted = _heard(text).hearing.wanted
    assert {"sms": (1.0, 0.0), "email": (0.0, 1.0), "call": (0.0, 0.0)} == {
        thing: tuple(round(share, 3) for share in wanted[thing])
        for thing in ("sms", "email", "call")
    }


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("halt sms", id="one thing"),
        pytest.param("halt it", id="nothing named"),
        pytest.param("ask sms email", id="nothing changes"),
    ],
)
def test_nobody_asks_needlessly(text: str) -> None:
    """Of one thing the whole message tells, and a question changes nothing."""
    assert {} == _heard(text).hearing.wanted


def test_a_plain_message_stays_plain() -> None:
    """What is asked of several things does not change how the message weighs."""
    assert not _heard("want sms email").doubted
    assert _heard("perhaps sms email").doubted
