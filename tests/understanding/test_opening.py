"""A STOP at the head of a message is never lost to a name or to what nobody understands."""

from __future__ import annotations

import pytest

from consent.intents import IntentName, Scope
from consent.understanding import explain, understand
from tests.understanding import LEXICON, brief

STOP, WITHDRAW = IntentName.WITHDRAW_ALL, IntentName.WITHDRAW


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        pytest.param("STOP. Janis Berzins", Scope.MARKETING, id="a-name"),
        pytest.param(
            "STOP, Zigrīda Ozoliņa, zigrida@example.lv", Scope.MARKETING, id="name-and-e-mail"
        ),
        pytest.param("Стоп!\nИванов Пётр Петрович", Scope.MARKETING, id="on-the-next-line"),
        pytest.param("stop - +37126123456", Scope.MARKETING, id="a-number"),
        pytest.param("Stop all, Zigrīda Ozoliņa", Scope.ALL, id="everything"),
        pytest.param("stop visu – Anna Liepa", Scope.ALL, id="everything-latvian"),
        pytest.param("СТОП ВСЁ - Анна", Scope.ALL, id="everything-russian"),
    ],
)
@pytest.mark.parametrize("pending", [None, "grant:credit", "channels", "scope"])
def test_a_signed_stop_stops(text: str, scope: Scope, pending: str | None) -> None:
    """Who signs a STOP has said STOP, exactly as far as without the name, whatever is asked."""
    intent = understand(text, LEXICON, pending=pending)
    assert (STOP, scope, True) == (intent.name, intent.scope, intent.certain)


def test_a_signed_refusal_of_one_consent_ends_that_one() -> None:
    """The name behind it neither widens nor narrows it."""
    intent = understand("STOP 3. Anna Liepa", LEXICON)
    assert (WITHDRAW, ("profiling",), True) == (intent.name, intent.purposes, intent.certain)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Stop, what a day", id="a-sigh"),
        pytest.param("Stop, hold the door", id="a-cry"),
        pytest.param("Stop, не отключайте ничего", id="a-negation"),
        pytest.param("стоп, тут что-то странное творится", id="a-remark"),
    ],
)
def test_a_stop_before_something_else_is_asked_about(text: str) -> None:
    """It may be a cry and it may be a wish: neither lost nor carried out."""
    intent = understand(text, LEXICON)
    assert (STOP, False) == (intent.name, intent.certain)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Stop by tomorrow", id="no-pause"),
        pytest.param("Yes. Anna Liepa", id="a-yes"),
        pytest.param("Anna, Stop", id="not-at-the-head"),
        pytest.param("Nestop, Anna", id="another-word"),
    ],
)
def test_nothing_else_opens_like_it(text: str) -> None:
    """Only a STOP before a pause is read so; a yes never is (law 1)."""
    assert explain(text, LEXICON)[:1] not in {("signed",), ("followed",)}


@pytest.mark.parametrize("pending", [None, "scope", "channels", "withdraw", "grant:offers"])
@pytest.mark.parametrize(
    "text",
    [
        "Стоп, больше не пишите, Zigrīda Vārdone-Ļitene, zigrida.vl@pastkaste.example",
        "Stop, nerakstiet man, Zigrīda Vārdone, +371 28 815 523",
    ],
)
def test_a_longer_stop_may_be_signed(text: str, pending: str | None) -> None:
    """It beats any question that is open, as it does without the name."""
    assert brief(text, pending) == "withdraw_all marketing"
