"""What a withdrawal ends that names nothing, or not all that may be meant."""

from __future__ import annotations

import pytest

from tests.understanding.taught import Says, heard

OFF, NOT_OFF = (0.9, 0.02), (0.05, 0.02)


@pytest.mark.parametrize(
    ("expected", "off"),
    [
        pytest.param("withdraw traffic", OFF, id="clearly refused: the guess is dropped"),
        pytest.param("withdraw credit traffic", (0.55, 0.02), id="hardly: both"),
    ],
)
def test_a_guess_beside_a_name(expected: str, off: tuple[float, float]) -> None:
    """A consent that nothing names does not end with one that is named and refused."""
    says: Says = {"zork": {"withdraw": 0.95, "credit": 0.9}}
    assert expected == heard("zork traffic", says, {"traffic": off, "credit": OFF})


@pytest.mark.parametrize(
    ("expected", "shares", "off"),
    [
        pytest.param("withdraw credit", {"withdraw": 0.95}, (0.35, 0.02), id="the likeliest"),
        pytest.param("withdraw_all marketing", {"withdraw": 0.95}, (0.1, 0.02), id="too unlikely"),
        pytest.param(
            "withdraw_all marketing",
            {"withdraw": 0.55, "withdraw_all marketing": 0.4},
            (0.55, 0.02),
            id="a weak guess beside all",
        ),
        pytest.param(
            "withdraw credit",
            {"withdraw": 0.55, "withdraw_all marketing": 0.4},
            OFF,
            id="a good guess beside all",
        ),
    ],
)
def test_guesses(expected: str, shares: dict[str, float], off: tuple[float, float]) -> None:
    """With no name the one consent meant ends, unless all marketing is about as likely."""
    assert expected == heard("zork it", {"zork": {**shares, "credit": 0.9}}, {"credit": off})


@pytest.mark.parametrize(
    ("expected", "guessed"),
    [
        pytest.param("withdraw credit traffic", ("traffic", "credit"), id="two consents"),
        pytest.param("withdraw_all all", ("traffic", "credit", "location"), id="three are all"),
        pytest.param(
            "withdraw devices news tariffs", ("news", "tariffs", "devices"), id="three topics"
        ),
    ],
)
def test_many_guesses(expected: str, guessed: tuple[str, ...]) -> None:
    """Three consents that nothing names stand for all; topics stand for themselves."""
    says: Says = {"zork": {"withdraw": 0.95, **dict.fromkeys(guessed, 0.9)}}
    assert expected == heard("zork it", says, dict.fromkeys(guessed, OFF))


def test_one_guess_is_enough() -> None:
    """Of two consents that are hardly meant only the likelier ends."""
    says: Says = {"zork": {"withdraw": 0.95, "credit": 0.9, "traffic": 0.9}}
    assert "withdraw credit" == heard(
        "zork it", says, {"credit": (0.4, 0.02), "traffic": (0.35, 0.02)}
    )


@pytest.mark.parametrize(
    ("expected", "told", "traffic", "credit"),
    [
        pytest.param("withdraw credit", 0.6, OFF, (0.3, 0.02), id="rather than what is named"),
        pytest.param("withdraw traffic", 0.3, OFF, (0.3, 0.02), id="not likely enough"),
        pytest.param("withdraw credit", 0.4, NOT_OFF, (0.1, 0.02), id="rather than all"),
        pytest.param("withdraw_all marketing", 0.2, NOT_OFF, (0.1, 0.02), id="all, if unlikely"),
        pytest.param("withdraw traffic, grant credit", 0.6, OFF, (0.02, 0.9), id="not if wanted"),
        pytest.param(
            "withdraw_all marketing", 0.6, NOT_OFF, (0.02, 0.7), id="nor rather than all"
        ),
        pytest.param("withdraw credit", 0.93, NOT_OFF, (0.02, 0.7), id="unless it is plain"),
        pytest.param(
            "withdraw traffic, grant credit", 0.93, OFF, (0.02, 0.9), id="and nothing else ends"
        ),
    ],
)
def test_the_whole_message_says_what_ends(
    expected: str, told: float, traffic: tuple[float, float], credit: tuple[float, float]
) -> None:
    """The one thing that a message as a whole would end ends, unless it is wanted on."""
    says: Says = {"zork": {"withdraw credit": told, "withdraw": 0.95 - told, "credit": 0.9}}
    assert expected == heard("zork traffic", says, {"traffic": traffic, "credit": credit})
