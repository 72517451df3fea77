"""Short messages typed while the keyboard was left in the other script."""

from __future__ import annotations

import pytest

from tests.understanding import brief


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("withdraw_all marketing", "ыещз"),
        ("withdraw_all marketing", "ЫЕЩЗ!"),
        ("withdraw_all marketing", "гтыгиыскшиу"),
        ("withdraw_all marketing", "cnjg"),
        ("withdraw_all marketing", "Jngbibnt"),
        ("withdraw_all marketing", "фееушлешуы"),
        ("withdraw_all all", "cnjg dct"),
        ("withdraw profiling", "ыещз 3"),
        ("withdraw sms", "cnjg cvc"),
        ("status", "cnfnec"),
        ("help", "рудз"),
    ],
)
def test_the_same_keys_in_the_other_script(expected: str, text: str) -> None:
    """A STOP is no less one, nor a call for help."""
    assert expected == brief(text)


@pytest.mark.parametrize("text", ["lf", "lf 3", "нуы", "нуы 3", "ыефке", "ghjljk;bnm", "gfepf"])
def test_nothing_is_given_so(text: str) -> None:
    """A yes has to be typed as it is listed."""
    assert "unclear" == brief(text)


def test_a_refusal_answers_the_question() -> None:
    """As it does in its own script."""
    assert "no" == brief("jnrfp", "grant:offers")
    assert "withdraw_all marketing" == brief("ыещз", "grant:offers")


def test_longer_messages_are_weighed() -> None:
    """By rule only a few words are read so."""
    assert "unclear" == brief("cnjg cnjg cnjg cnjg")
